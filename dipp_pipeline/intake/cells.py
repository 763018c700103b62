"""Sheets of cells, whatever format they came from: every cell a text, every text at its address.

A cell is text from here on. A number, date or Boolean becomes the text that means the same in a return; a formula error
becomes a text that begins with ERROR_MARK, so that it can never be taken for a blank.
"""

import datetime
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TypeVar

Cell = TypeVar("Cell")

ERROR_MARK = "\0"
"""Opens the text of a cell that holds a formula error; it is taken out of whatever a spreadsheet's own text holds."""

ERROR_TEXTS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})


class Refusal(Exception):
    """The file as a whole cannot be taken; `rule_code` says by which rule."""

    def __init__(self, rule_code: str, message: str) -> None:
        super().__init__(message)
        self.rule_code = rule_code
        self.message = message


@dataclass(frozen=True)
class FormulaError:
    """What a reader gives for a cell whose formula has no value."""

    text: str


UNSTORED = FormulaError("a formula whose result was never stored")

UNSTORED_FORMULA = ERROR_MARK + UNSTORED.text


@dataclass(frozen=True)
class Column:
    """The cells of a column, dictionary-encoded: the cell in row `i` (from 0) reads `texts[codes[i]]`."""

    texts: tuple[str, ...]
    codes: "array[int]"

    @classmethod
    def of(cls, cells: Sequence[object]) -> "Column":
        """Encode cells of any type that a reader gives, None for blank."""
        if len({type(cell) for cell in cells} & {bool, int, float}) > 1:  # True == 1 would make them one cell
            texts = [cell_text(cell) for cell in cells]
            return cls(*_encoded(texts))
        different, codes = _encoded(cells)
        return cls(tuple(map(cell_text, different)), codes)

    @cached_property
    def filled(self) -> tuple[bool, ...]:
        """Of each text, whether a cell of it counts as filled: one of nothing but spaces does not."""
        return tuple(bool(text.strip()) for text in self.texts)

    def count_filled(self) -> int:
        """How many cells are filled."""
        return sum(times for code, times in Counter(self.codes).items() if self.filled[code])

    def __getitem__(self, row: int) -> str:
        return self.texts[self.codes[row]]

    def rows_of(self, codes: set[int]) -> list[int]:
        """The rows whose cell has one of these codes."""
        return [row for row, code in enumerate(self.codes) if code in codes] if codes else []

    def at(self, rows: Sequence[int]) -> "Column":
        """The same column with these rows only."""
        codes = self.codes
        return Column(self.texts, array("i", [codes[row] for row in rows]))


def _encoded(cells: Sequence[Cell]) -> "tuple[tuple[Cell, ...], array[int]]":
    """The different cells, and for each cell which of them it is."""
    codes = {cell: code for code, cell in enumerate(dict.fromkeys(cells))}
    return tuple(codes), array("i", map(codes.__getitem__, cells))


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells from A1 on, by column."""

    name: str
    visible: bool
    columns: tuple[Column, ...]
    epoch_1904: bool = False
    """Whether day 0 of its serial dates is 1 January 1904."""

    @property
    def row_count(self) -> int:
        return len(self.columns[0].codes) if self.columns else 0

    @classmethod
    def of(cls, name: str, rows: Iterable[Sequence[object]], visible: bool = True, epoch_1904: bool = False) -> "Sheet":
        """A sheet of rows of cells; rows may be of different lengths."""
        columns = tuple(Column.of(cells) for cells in zip_longest(*rows))
        return cls(name, visible, columns, epoch_1904)


def cell_text(cell: object) -> str:
    """What a cell says, as text: whole numbers without a point, dates as yyyy-mm-dd, a time of midnight dropped."""
    match cell:
        case str():
            return cell.replace(ERROR_MARK, "")
        case FormulaError():
            return ERROR_MARK + cell.text
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return cell.isoformat(" ")
        case datetime.date():
            return cell.isoformat()
        case _:
            return str(cell)


def column_letters(index: int) -> str:
    """The letters of a column, from 0: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
