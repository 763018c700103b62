"""Many cells by their addresses, as ranges."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from dipp_pipeline.spreadsheets.cells import column_index, column_letters

Run = tuple[int, int]
"""The first and the last of numbers without a gap."""


def cell_ranges(addresses: Iterable[str]) -> list[str]:
    """The cells as ranges such as A2:A85, from left to right; like ones side by side are one, such as A2:C85."""
    rows_of: dict[int, set[int]] = defaultdict(set)
    for address in addresses:
        column, row = _place(address)
        rows_of[column].add(row)
    columns_of: dict[Run, set[int]] = defaultdict(set)
    for column, rows in rows_of.items():
        for run in _runs(rows):
            columns_of[run].add(column)
    areas = sorted((columns, rows) for rows, all_columns in columns_of.items() for columns in _runs(all_columns))
    return [_range(columns, rows) for columns, rows in areas]


def _place(address: str) -> tuple[int, int]:
    """Column and row of an A1 address, from 1."""
    letters = re.sub("[0-9]", "", address)
    return column_index(letters) + 1, int(address.removeprefix(letters))


def _runs(numbers: Iterable[int]) -> Iterator[Run]:
    for _, entries in groupby(enumerate(sorted(numbers)), lambda entry: entry[1] - entry[0]):
        run = [number for _, number in entries]
        yield run[0], run[-1]


def _range(columns: Run, rows: Run) -> str:
    first, last = (f"{column_letters(column - 1)}{row}" for column, row in zip(columns, rows, strict=True))
    return first if first == last else f"{first}:{last}"
