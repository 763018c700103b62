"""Sheets of cells as frames of texts: what every reader gives and every writer takes.

Only the rows and columns that hold something are there, so that a cell far away costs no more than any other. A formula
error stands beside the texts, so that it can be taken neither for a text nor for a blank.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from types import NoneType

import polars as pl

from dipp_pipeline.spreadsheets.cells import (
    COLUMN,
    LAST_COLUMN,
    LAST_ROW,
    ROW,
    TEXT,
    FormulaError,
    Refusal,
    cell_text,
    column_index,
    column_letters,
)
from dipp_pipeline.spreadsheets.limits import FARTHEST_CELLS, LONGEST_NAME, MOST_CELLS

ERRORS = {ROW: pl.Int32, COLUMN: pl.String, TEXT: pl.String}
"""The columns of a frame of formula errors: where each stands, and what it says."""

_BLOCK = 200_000
"""Cells that become a frame at once."""

_MORE_THAN_SPACES = r"[^\s\x1c-\x1f]"
"""As Python sees spaces, of which the last four are none to Unicode."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet's cells."""

    name: str
    visible: bool
    cells: pl.DataFrame
    """ROW, its number as the spreadsheet shows it, and the texts of columns by their letters; null for a blank."""
    errors: pl.DataFrame
    """The formula errors by ROW and COLUMN, in whose places `cells` has null."""
    epoch_1904: bool = False
    """Whether day 0 of its serial dates is 1 January 1904."""

    @cached_property
    def filled(self) -> pl.DataFrame:
        """Of each of the cells, whether it counts as filled: an error does, nothing but spaces does not."""
        filled = self.cells.with_columns(pl.exclude(ROW).str.contains(_MORE_THAN_SPACES).fill_null(False))
        return overlaid(filled, self.errors.with_columns(pl.lit(True).alias(TEXT)))

    @property
    def letters(self) -> list[str]:
        """Of the columns, from left to right."""
        return self.cells.columns[1:]

    @property
    def farthest_cells(self) -> int:
        """How many cells there are from A1 to the last row and column."""
        return int(self.cells[ROW][-1]) * (column_index(self.letters[-1]) + 1) if self.letters else 0

    @classmethod
    def of(cls, name: str, rows: Iterable[Sequence[object]], visible: bool = True, epoch_1904: bool = False) -> "Sheet":
        """A sheet of rows of cells; rows may be of different lengths. Raises Refusal as its builder does."""
        builder = SheetBuilder(name)
        for row in rows:
            builder.add(row)
        return builder.sheet(visible, epoch_1904)


class SheetBuilder:
    """A sheet as its rows come in."""

    def __init__(self, name: str) -> None:
        self._name = name[:LONGEST_NAME]
        self._frames = [pl.DataFrame(schema={ROW: pl.Int32})]
        self._errors = [pl.DataFrame(schema=ERRORS)]
        self._last_row = 0
        self._filled_rows = 0
        self._width = 0
        self._numbers: list[int] = []
        self._block: list[Sequence[object]] = []

    def add(self, row: Sequence[object], times: int = 1) -> None:
        """The next row, or so many that are alike. Raises Refusal (F02) where the sheet reaches too far."""
        first, self._last_row = self._last_row + 1, self._last_row + times
        if not any(row) and row.count("") + row.count(None) == len(row):  # 0 and False are no blanks
            return
        self._width = max(self._width, len(row))
        self._filled_rows += times
        if (
            self._width > LAST_COLUMN
            or self._last_row > LAST_ROW
            or self._last_row * self._width > FARTHEST_CELLS
            or self._filled_rows * self._width > MOST_CELLS
        ):
            raise Refusal("F02", "far_cell", sheet=self._name)
        self._numbers.extend(range(first, first + times))
        self._block.extend([row] * times)
        if len(self._block) * self._width > _BLOCK:
            self._put_away()

    def sheet(self, visible: bool, epoch_1904: bool) -> Sheet:
        """The sheet, when all rows have come."""
        self._put_away()
        cells = pl.concat(self._frames, how="diagonal")
        letters = sorted(cells.columns[1:], key=column_index)
        return Sheet(self._name, visible, cells.select(ROW, *letters), pl.concat(self._errors), epoch_1904)

    def _put_away(self) -> None:
        """Make a frame of the block."""
        columns = [pl.Series(ROW, self._numbers, pl.Int32)]
        for place, cells in enumerate(zip_longest(*self._block)):
            kinds = {*map(type, cells)}
            if kinds <= {str, NoneType} and not any(cells):
                continue
            letters = column_letters(place)
            columns.append(pl.Series(letters, _texts(cells, kinds), pl.String))
            if FormulaError in kinds:
                self._errors.append(_errors(self._numbers, letters, cells))
        self._frames.append(_without_empty_texts(pl.DataFrame(columns)))
        self._numbers, self._block = [], []


def _texts(cells: Sequence[object], kinds: set[type]) -> Sequence[object]:
    """What the cells of a column say, where they are of these types."""
    if kinds <= {str, NoneType}:
        return cells
    if len(kinds & {bool, int, float}) > 1:  # True == 1 would make them one cell
        return [cell_text(cell) for cell in cells]
    text_of = {cell: cell_text(cell) for cell in {*cells}}
    return [text_of[cell] for cell in cells]


def _without_empty_texts(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with null for each text of no character, or of none but NULs: no person types one or can read it."""
    if any(column[0] for column in cells.select(pl.col(pl.String).str.join("").str.contains("\0", literal=True))):
        cells = cells.with_columns(pl.col(pl.String).str.replace_all("\0", "", literal=True))
    return cells.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))


def _errors(numbers: Sequence[int], letters: str, cells: Sequence[object]) -> pl.DataFrame:
    """The formula errors among the cells of a column of rows."""
    errors = {row: cell.text for row, cell in zip(numbers, cells, strict=True) if isinstance(cell, FormulaError)}
    return pl.DataFrame({ROW: errors.keys(), COLUMN: letters, TEXT: errors.values()}, ERRORS)


def overlaid(cells: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """The cells with what stands in TEXT of the errors in their places. Both have ROW, the cells in ascending order."""
    for there in errors.partition_by(COLUMN):
        places = cells[ROW].search_sorted(there[ROW])
        cells = cells.with_columns(cells[there[COLUMN][0]].scatter(places, there[TEXT]))
    return cells


def texts_of(cells: pl.DataFrame) -> Mapping[str, Sequence[str]]:
    """The different texts of each column, in the order in which they come."""
    texts = cells.select(pl.all().drop_nulls().unique(maintain_order=True).implode())
    return {column.name: column[0].to_list() for column in texts}


def cells_that(cells: pl.DataFrame, pass_test: Callable[[str, str], bool]) -> pl.DataFrame:
    """Of each cell, whether its text passes a test, which is given the name of the column too; a blank does not."""
    passed = {name: [text for text in texts if pass_test(name, text)] for name, texts in texts_of(cells).items()}
    return cells.select(pl.col(name).is_in(texts).fill_null(False) for name, texts in passed.items())


def cells_as(cells: pl.DataFrame, mean: Callable[[str, str], str | None]) -> pl.DataFrame:
    """What each text becomes, given the name of its column and it; a blank stays one."""
    return cells.select(
        pl.col(name).replace_strict(texts, [mean(name, text) for text in texts], default=None, return_dtype=pl.String)
        for name, texts in texts_of(cells).items()
    )
