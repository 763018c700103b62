"""Texts, sheet names and whole workbooks, written so that Excel takes them and nothing in them can act.

What is written where is decided elsewhere: see copies.py, marks.py and problems.py.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from itertools import count
from xml.etree.ElementTree import Element

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.worksheet._writer import WorksheetWriter  # the only way to write a sheet without a file
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from dipp_pipeline.feedback.rows import write_rows
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip

AUTHOR = "DIPP pipeline"

LONGEST_TEXT = 32_767
LONGEST_NAME = 31

_MADE_AT = datetime(
    1980, 1, 1
)  # the earliest that a zip can say: no clock, so that the same input gives the same bytes
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read "_x0041_" as "A"
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\t\n\r]")
_KEPT_BY_EXCEL = "history"


def excel_text(text: str) -> str:
    """The text as a cell or a note can hold it."""
    held = cut(_NOT_IN_XML.sub("\ufffd", text), LONGEST_TEXT)
    return _LIKE_AN_ESCAPE.sub("_x005F_", held)


def cut(text: str, longest: int) -> str:
    """The beginning of the text, as long as Excel allows: it counts UTF-16 units, of which a rare character has two."""
    if len(text) * 2 <= longest:
        return text
    return text.encode("utf-16-le")[: longest * 2].decode("utf-16-le", "ignore")


def write_text(cell: Cell, text: str) -> None:
    """Make the text the cell's value, whatever it begins with."""
    cell.value = excel_text(text)
    cell.data_type = "s"  # of itself openpyxl takes "=…" for a formula and "#N/A" for an error


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """The names as Excel takes them: mended, cut and different from each other without regard to case."""
    names: list[str] = []
    for name in wanted:
        names.append(free_name(name, names))
    return names


def free_name(wanted: str, names: Iterable[str]) -> str:
    """The name as Excel takes it, with a number after it where a sheet has it already."""
    taken = {_KEPT_BY_EXCEL, *(name.casefold() for name in names)}
    plain = _NOT_IN_NAMES.sub("-", _NOT_IN_XML.sub("\ufffd", wanted)).strip("'") or "Sheet"
    numbered = (f" {number}" if number > 1 else "" for number in count(1))
    candidates = (cut(plain, LONGEST_NAME - len(suffix)).rstrip("'") + suffix for suffix in numbered)
    return next(name for name in candidates if name.casefold() not in taken)


def saved(book: Workbook) -> bytes:
    """The workbook as a file."""
    book.properties = DocumentProperties(creator=AUTHOR, created=_MADE_AT, modified=_MADE_AT)
    content = BytesIO()
    _InMemory(book, TimelessZip(content, "w")).save()
    return content.getvalue()


class _InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's own passes every sheet through the system's temporary folder, where cases must never lie.

    Of charts and pictures none are written: layout.py takes them out.
    """

    def write_worksheet(self, ws: Worksheet) -> None:
        writer = WorksheetWriter(ws, BytesIO())
        writer.write_top()
        writer.xf.send(Element("sheetData"))
        rows = "".join(write_rows(ws))
        writer.write_tail()
        writer.close()
        before, after = writer.out.getvalue().split(b"<sheetData />")
        content = b"".join((before, b"<sheetData>", rows.encode(), b"</sheetData>", after))
        self._archive.writestr(ws.path[1:], content)
        ws._rels = writer._rels  # from where openpyxl writes them after this
        self.manifest.append(ws)
