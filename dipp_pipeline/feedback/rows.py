"""The rows of a sheet as XML: of blanks, texts, numbers, Booleans, dates and errors, so that no formula can come out.

openpyxl writes the rest of the sheet; for rows it takes five times as long.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, time, timedelta
from math import isfinite
from operator import attrgetter
from xml.sax.saxutils import escape, quoteattr

from openpyxl.cell import Cell
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.worksheet import Worksheet

_KEPT = {"\r": "&#13;"}  # or XML would make a line feed of it


def cells_of(worksheet: Worksheet) -> Collection[Cell]:
    """The cells that there are, merged ones too, in no order. Public ways make all cells up to the last one."""
    cells: Collection[Cell] = worksheet._cells.values()
    return cells


def write_rows(worksheet: Worksheet) -> Iterator[str]:
    """The rows in order. Their notes and links are handed to openpyxl on the way, which writes them after the rows.

    Raises ValueError where a cell holds what cannot be written.
    """
    rows = defaultdict(list)
    for cell in sorted(cells_of(worksheet), key=attrgetter("row", "column")):
        rows[cell.row].append(cell)
    dimensions = worksheet.row_dimensions
    for row in sorted(rows.keys() | dimensions.keys()):
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in dict(dimensions.get(row, {})).items())
        yield f'<row r="{row}"{attributes}>'
        for cell in rows[row]:
            if cell.comment is not None:
                worksheet._comments.append(CommentRecord.from_cell(cell))  # which only openpyxl's own rows do
            if cell.hyperlink is not None:
                worksheet._hyperlinks.append(cell.hyperlink)  # likewise
            yield _cell(cell)
        yield "</row>"


def _cell(cell: Cell) -> str:
    kind, content = _content(cell)
    style = f' s="{cell.style_id}"' if cell.has_style else ""
    return f'<c r="{cell.coordinate}"{style}{kind}>{content}</c>'


def _content(cell: Cell) -> tuple[str, str]:
    """The cell's type, as an attribute, and what stands in it."""
    match cell.value:
        case None | "":
            return "", ""
        case str() as error if cell.data_type == "e":
            return ' t="e"', f"<v>{escape(error)}</v>"
        case str() as text:
            return ' t="inlineStr"', f'<is><t xml:space="preserve">{escape(text, _KEPT)}</t></is>'
        case bool() as truth:
            return ' t="b"', f"<v>{truth:d}</v>"
        case int() | float() as number if isfinite(number):
            return "", f"<v>{number!r}</v>"
        case date() | time() | timedelta() as moment:
            return "", f"<v>{to_excel(moment, cell.base_date)!r}</v>"
        case other:
            raise ValueError(f"A cell cannot hold {type(other).__name__}.")
