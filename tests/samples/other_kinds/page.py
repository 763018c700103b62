"""A sheet as its writer leaves it: cells at addresses, a table put among them, and the problems that it must give.

What the cells say is decided by who puts them; see files.py for the formats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from openpyxl.utils import get_column_letter

Cell = str | int | bool | Decimal | date | None
Rule = str
Column = str
"""A field, a statement's code, or the rule that the column gives (W01, W02), for one that is not to be read."""


@dataclass(frozen=True)
class FormulaError:
    """A formula whose stored result is an error, such as #REF!."""

    text: str


@dataclass(frozen=True)
class Sum:
    """A formula that adds up something, and its stored result."""

    result: Decimal


@dataclass(frozen=True)
class Row:
    """A row of a table, and what is wrong with it: the rule broken and the column whose cell is named."""

    cells: Mapping[Column, object]
    rule: Rule | None = None
    column: Column | None = None


@dataclass(frozen=True)
class Note:
    """A row that is none of the table: a total, a footnote; where it begins, counted in columns of the table."""

    cells: Sequence[object]
    column: int = 0


class Headings:
    """The row of headings once more."""


BLANK = Note(())
HEADINGS_AGAIN = Headings()
Line = Row | Note | Headings


@dataclass(frozen=True)
class Problem:
    """Where a problem must be told. A whole sheet has no cell."""

    rule: Rule
    sheet: str
    cell: str | None


@dataclass
class Page:
    """A sheet. Rows and columns are numbered from 1."""

    name: str
    is_hidden: bool = False
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column; the first cell holds the value."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def put(self, row: int, column: int, *cells: object) -> "Page":
        """Put cells side by side, from an address on."""
        self.cells |= {(row, column + place): cell for place, cell in enumerate(cells) if cell is not None}
        return self

    def banner(self, row: int, column: int, width: int, text: str) -> "Page":
        """Put a text into merged cells."""
        self.merged.append((row, column, row, column + width - 1))
        return self.put(row, column, text)

    def table(self, top: int, left: int, headings: Mapping[Column, str], lines: Sequence[Line]) -> "Page":
        """Put a table, with its headings in row `top`, and note what is wrong with it."""
        self.put(top, left, *headings.values())
        for name in headings:
            if name[:3] in ("W01", "W02"):
                self._report(name[:3], top, left, headings, name)
        for number, line in enumerate(lines, top + 1):
            match line:
                case Row():
                    self.put(number, left, *(line.cells.get(name) for name in headings))
                    if line.rule and line.column:
                        self._report(line.rule, number, left, headings, line.column)
                case Note():
                    self.put(number, left + line.column, *line.cells)
                case Headings():
                    self.put(number, left, *headings.values())
        return self

    def rows(self) -> Iterator[list[object]]:
        """Every row down to the last, each from column A on and as long as the sheet is wide."""
        height, width = (max(places) for places in zip(*self.cells, strict=True))
        for row in range(1, height + 1):
            yield [self.cells.get((row, column)) for column in range(1, width + 1)]

    def _report(self, rule: Rule, row: int, left: int, headings: Mapping[Column, str], name: Column) -> None:
        column = left + list(headings).index(name)
        self.problems.append(Problem(rule, self.name, f"{get_column_letter(column)}{row}"))


@dataclass(frozen=True)
class SampleReturn:
    """A return: where it lies, and its sheets in order."""

    region_slug: str
    folder: str
    file: str
    pages: Sequence[Page]
    encoding: str = "utf-8"
    """Of a CSV."""
    date_1904: bool = False

    @property
    def path(self) -> str:
        return f"{self.region_slug}/{self.folder}/{self.file}"

    @property
    def problems(self) -> list[Problem]:
        return [problem for page in self.pages for problem in page.problems]


def scattered(draw: Random, rows: Sequence[Row], others: Sequence[Line]) -> list[Line]:
    """The rows in their order, with the other lines anywhere among them."""
    lines: list[Line] = list(rows)
    for line in others:
        lines.insert(draw.randrange(len(lines)), line)
    return lines
