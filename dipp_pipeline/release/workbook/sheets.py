"""A workbook as plain values: what stands on which sheet and what each cell looks like, in no format of file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Literal


@dataclass(frozen=True)
class Link:
    """A text that leads to the first cell of a sheet, or to an address in the web."""

    text: str
    sheet: str = ""
    address: str = ""


Value = str | int | float | bool | date | datetime | Link
"""What a cell holds. There is no blank: what is missing has its shorthand."""

LineStyle = Literal["title", "heading", "banner", "line", "prose"]
"""The looks of a cell outside a table; prose is wrapped, a line runs on over the cells beside it."""

CellStyle = Literal["text", "count", "decimal", "probability", "truth", "date", "time"]
"""The looks of a cell of a table, of which all in a column have the same."""

RIGHT_ALIGNED: Collection[CellStyle] = ("count", "decimal", "probability", "date", "time")
"""The styles whose cells stand at the right of their column, under a heading that does too."""


@dataclass(frozen=True)
class Line:
    """A cell in column A, in a row of its own."""

    value: str | Link
    style: LineStyle = "line"


@dataclass(frozen=True)
class Column:
    """A column of a table. Its width is in characters."""

    heading: str
    style: CellStyle
    width: int


@dataclass(frozen=True)
class Table:
    """A table from column A on, with a row of headings and at least one more."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]

    @property
    def width(self) -> int:
        """How many characters it is wide."""
        return sum(column.width for column in self.columns)


@dataclass(frozen=True)
class Sheet:
    """Lines, of which the first is the title, and below them no more than one table."""

    name: str
    lines: Sequence[Line]
    table: Table | None = None

    @property
    def heading_row(self) -> int:
        """The number of the row in which the table's headings stand, from 1."""
        return len(self.lines) + 1

    @property
    def pages_wide(self) -> int:
        """Over how many pages side by side it is printed, so that it can be read."""
        return ceil(self.table.width / _PAGE_WIDTH) if self.table else 1


@dataclass(frozen=True)
class Workbook:
    """The sheets in their order, and what the file says of itself."""

    title: str
    author: str
    description: str
    keywords: Sequence[str]
    made_at: datetime
    sheets: Sequence[Sheet]


LANGUAGE = "en-GB"

PROSE_WIDTH = 90
"""How many characters wide column A is on a sheet without a table."""

_PAGE_WIDTH = 190
