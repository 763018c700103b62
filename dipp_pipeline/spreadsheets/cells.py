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
from itertools import chain, zip_longest
from typing import TypeVar

Cell = TypeVar("Cell")

ERROR_MARK = "\0"
"""Opens the text of a cell that holds a formula error; it is taken out of whatever a spreadsheet's own text holds."""

ERROR_TEXTS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""How far a spreadsheet can reach."""

MOST_CELLS = 100_000_000
"""From A1 to the last filled row and column, filled or not: each takes memory."""

LONGEST_NAME = 255
"""Of a sheet; no spreadsheet allows for more, and it is repeated with every problem."""

_LONG_GAP = 10_000
"""Blank rows that are worth passing over."""

_BLOCK = 200_000
"""Cells that are encoded at once."""


class Refusal(Exception):
    """The file as a whole cannot be taken: by which rule, in which of its situations, and what to name of the file.

    Whoever catches it has the sentence for that.
    """

    def __init__(self, rule_code: str, situation: str = "", **facts: object) -> None:
        super().__init__(rule_code, situation, facts)
        self.rule_code = rule_code
        self.situation = situation
        self.facts = facts


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
    runs: Sequence[range] = ()
    """Rows outside of which every cell is blank, where that is known."""

    @classmethod
    def of(cls, cells: Sequence[object]) -> "Column":
        """Encode cells of any type that a reader gives, None for blank."""
        if len({*map(type, cells)} & {bool, int, float}) > 1:  # True == 1 would make them one cell
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
        times = Counter(chain.from_iterable(self.codes[run.start : run.stop] for run in self._runs()))
        return sum(times[code] for code, filled in enumerate(self.filled) if filled)

    def __getitem__(self, row: int) -> str:
        return self.texts[self.codes[row]]

    def rows_of(self, codes: set[int]) -> list[int]:
        """The rows whose cell has one of these codes."""
        if not codes:
            return []
        runs = self._runs() if all(self.texts[code] for code in codes) else [range(len(self.codes))]
        return [
            row for run in runs for row, code in enumerate(self.codes[run.start : run.stop], run.start) if code in codes
        ]

    def _runs(self) -> Sequence[range]:
        return self.runs or [range(len(self.codes))]

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
        """A sheet of rows of cells; rows may be of different lengths. Raises Refusal as its builder does."""
        builder = SheetBuilder(name)
        for row in rows:
            builder.add(row)
        return builder.sheet(visible, epoch_1904)


class SheetBuilder:
    """A sheet as its rows come in. Blank rows at its end are left out."""

    def __init__(self, name: str) -> None:
        self._name = name[:LONGEST_NAME]
        self._columns: list[_GrowingColumn] = []
        self._rows = 0
        self._run_starts = [0]
        self._run_stops: list[int] = []
        self._block: list[Sequence[object]] = []
        self._width = 0
        self._blank_rows = 0

    def add(self, row: Sequence[object], times: int = 1) -> None:
        """The next row, or so many that are alike. Raises Refusal (F02) where the sheet reaches too far."""
        if not any(row) and row.count("") + row.count(None) == len(row):  # 0 and False are no blanks
            self._blank_rows += times
            return
        self._width = max(self._width, len(row))
        last_row = self._rows + self._blank_rows + len(self._block) + times
        if self._width > LAST_COLUMN or last_row > LAST_ROW or last_row * self._width > MOST_CELLS:
            raise Refusal("F02", "far_cell", sheet=self._name)
        if self._blank_rows:
            self._encode()
            self._add_blank_rows()
        self._block.extend([row] * times)
        if len(self._block) * self._width > _BLOCK:
            self._encode()

    def sheet(self, visible: bool, epoch_1904: bool) -> Sheet:
        """The sheet, when all rows have come."""
        self._encode()
        self._run_stops.append(self._rows)
        runs = [range(start, stop) for start, stop in zip(self._run_starts, self._run_stops, strict=True)]
        columns = tuple(Column(tuple(column.code_of), column.codes, runs) for column in self._columns)
        return Sheet(self._name, visible, columns, epoch_1904)

    def _add_blank_rows(self) -> None:
        for column in self._columns:
            column.add_blanks(self._blank_rows)
        if self._blank_rows >= _LONG_GAP:
            self._run_stops.append(self._rows)
            self._run_starts.append(self._rows + self._blank_rows)
        self._rows += self._blank_rows
        self._blank_rows = 0

    def _encode(self) -> None:
        for place, cells in enumerate(zip_longest(*self._block)):
            if place == len(self._columns):
                self._columns.append(_GrowingColumn(self._rows))
            self._columns[place].add(cells)
        self._rows += len(self._block)
        self._block.clear()
        for column in self._columns:
            column.add_blanks(self._rows - len(column.codes))


class _GrowingColumn:
    def __init__(self, blanks: int) -> None:
        self.codes = array("i")
        self.code_of = {"": 0}
        self.add_blanks(blanks)

    def add_blanks(self, blanks: int) -> None:
        self.codes.extend(array("i", [0]) * blanks)

    def add(self, cells: Sequence[object]) -> None:
        part = Column.of(cells)
        codes = [self.code_of.setdefault(text, len(self.code_of)) for text in part.texts]
        self.codes.extend(map(codes.__getitem__, part.codes))


def without_blank_end(row: Sequence[Cell]) -> Sequence[Cell]:
    """The row without the blank cells at its end, of which some formats have any number."""
    length = len(row)
    while length and (row[length - 1] is None or row[length - 1] == ""):
        length -= 1
    return row[:length]


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
