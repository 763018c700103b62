"""How high the rows of a sheet must be to show all of their texts, in points. Programs differ in working it out."""

import textwrap
from collections.abc import Sequence

from dipp_pipeline.release.workbook.sheets import PROSE_WIDTH, Column, Line, Value

_TITLE, _HEADING, _LINE = 27, 30, 15.75
_ABOVE_A_TABLE = 9
_LETTERS_A_DIGIT = 1.1


def line_height(line: Line) -> float:
    """The height of a row outside a table."""
    match line:
        case Line(style="title"):
            return _TITLE
        case Line(style="heading"):
            return _HEADING
        case Line(value=str() as text, style="prose"):
            return _LINE * _lines(text, PROSE_WIDTH)
        case _:
            return _LINE


def headings_height(columns: Sequence[Column]) -> float:
    """The height of a table's headings, with some room above them."""
    return row_height([column.heading for column in columns], columns) + _ABOVE_A_TABLE


def row_height(row: Sequence[Value], columns: Sequence[Column]) -> float:
    """The height of a row of a table."""
    texts = (_lines(value, column.width) for value, column in zip(row, columns, strict=True) if isinstance(value, str))
    return _LINE * max(texts, default=1)


def _lines(text: str, width: int) -> int:
    """How many lines a text has in a cell so many digits wide, of which letters take less than one each."""
    if len(text) < width and "\n" not in text:
        return 1
    letters = int(width * _LETTERS_A_DIGIT)
    return sum(max(1, len(textwrap.wrap(line, letters))) for line in text.split("\n"))
