"""The copy of an Excel workbook that looks like it, with nothing in it that acts.

Values stand in place of formulas. Left out are macros, links to elsewhere, connections, pivot tables, charts, pictures
and conditional formats, whose colours would cover the marks; of names and data validations those stay that are plain
references or lists.
"""

import re
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.views import BookView
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import fromstring

from dipp_pipeline.feedback.copies import CELLS_AT_MOST, Copy, NotCopied, filled_cells
from dipp_pipeline.feedback.marks import fit_note
from dipp_pipeline.feedback.rows import cells_of
from dipp_pipeline.feedback.workbook import LONGEST_TEXT, cut, sheet_names
from dipp_pipeline.spreadsheets.cells import ERROR_TEXTS
from dipp_pipeline.spreadsheets.sheet import Sheet

_CELL_OR_ROW = re.compile(rb"<(?:\w+:)?(?:c|row)[\s>/]")
_AREA = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?\bref\s*=\s*["'](\w+:\w+)["']""")
_SHEET = r"(?:'(?:[^'\[\]|]|'')+'|\w+)!"
_CELLS = r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d+:\$?\d+"
_REFERENCE = re.compile(rf"(?:{_SHEET})?(?:{_CELLS})(?:,(?:{_SHEET})?(?:{_CELLS}))*")
_LITERAL = re.compile(r'"[^"]*"|-?\d+(?:\.\d+)?')


def copy_in_layout(path: Path, sheets: Sequence[Sheet]) -> Copy:
    """The workbook of which `sheets` was read, as it looks.

    Raises NotCopied where that cannot be had whole, and whatever openpyxl raises on a file that it does not understand.
    """
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise NotCopied("only an .xlsx workbook can be copied as it looks")
    if _size(path) > CELLS_AT_MOST:
        raise NotCopied(f"it has more than {CELLS_AT_MOST:,} cells and rows, with the empty ones that have a format")
    with warnings.catch_warnings(action="ignore"):  # openpyxl warns of whatever it does not take along
        book = _read(path)
    worksheets = book.worksheets
    if [_contents(worksheet) for worksheet in worksheets] != [(sheet.name, filled_cells(sheet)) for sheet in sheets]:
        raise NotCopied("it could not be copied whole")
    for worksheet, name in zip(worksheets, sheet_names(sheet.name for sheet in sheets), strict=True):
        _disarm(worksheet, {*book.defined_names, *worksheet.defined_names})
        worksheet.title = name
    copied = {sheet.name: worksheet for sheet, worksheet in zip(sheets, worksheets, strict=True)}
    return Copy(book, copied, "The sheets after this one are a copy of the return, with values in place of formulas.")


def _size(path: Path) -> int:
    """How many cells and rows openpyxl would make of the workbook, of merged and linked areas all of them."""
    size = 0
    with ZipFile(path) as archive:
        for entry in archive.infolist():
            content = archive.read(entry)
            size += sum(1 for _ in _CELL_OR_ROW.finditer(content))
            size += sum(_area(match[1].decode()) for match in _AREA.finditer(content))
    return size


def _area(reference: str) -> int:
    left, top, right, bottom = range_boundaries(reference)
    return int((right - left + 1) * (bottom - top + 1))


def _read(path: Path) -> Workbook:
    """The workbook, its values alone; a date stays the number that is stored, so that it comes out as it went in."""
    with path.open("rb") as file:
        reader = ExcelReader(file, data_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        reader.read_theme()
        book = reader.wb
        apply_stylesheet(reader.archive, book)
        book._date_formats = set()  # by which openpyxl would make dates of numbers, whatever it is asked for
        reader.read_worksheets()
    names = reader.parser.defined_names
    names.definedName = [name for name in names.definedName if _REFERENCE.fullmatch(name.value or "")]
    reader.parser.assign_names()
    if book.loaded_theme:
        fromstring(book.loaded_theme)  # it is written as it stands, so it must be no XML bomb
    for chart in book.chartsheets:
        book.remove(chart)
    book.views = [BookView()]
    book.template = False
    return book


def _contents(worksheet: Worksheet) -> tuple[str, int]:
    """The sheet's name and how many of its cells are filled."""
    values = (cell.value for cell in cells_of(worksheet))
    return worksheet.title, sum(value is not None and bool(str(value).strip()) for value in values)


def _disarm(worksheet: Worksheet, names: Collection[str]) -> None:
    """Take out what acts, or would cover the marks; `names` are those that a validation may refer to."""
    worksheet._charts, worksheet._images, worksheet._pivots = [], [], []  # which openpyxl can add and not take out
    worksheet.conditional_formatting = ConditionalFormattingList()
    validations = worksheet.data_validations
    validations.dataValidation = [
        validation
        for validation in validations.dataValidation
        if all(_only_refers(formula, names) for formula in (validation.formula1, validation.formula2))
    ]
    tables = list(worksheet.tables.values())
    worksheet.tables.clear()
    for table in tables:
        worksheet.add_table(_plain(table))
    for view in worksheet.views.sheetView:
        view.tabSelected = False  # or typing into the list of problems would type into this sheet, too
    for cell in cells_of(worksheet):
        if not isinstance(cell, MergedCell):
            _settle(cell)


def _only_refers(formula: str | None, names: Collection[str]) -> bool:
    return (
        formula is None
        or formula in names
        or any(pattern.fullmatch(formula) is not None for pattern in (_REFERENCE, _LITERAL))
    )


def _plain(table: Table) -> Table:
    """The table with its look and its filter, without formulas and connections."""
    return Table(
        displayName=table.displayName,
        ref=table.ref,
        headerRowCount=table.headerRowCount,
        totalsRowCount=table.totalsRowCount,
        autoFilter=table.autoFilter,
        tableStyleInfo=table.tableStyleInfo,
        tableColumns=[
            TableColumn(id=column.id, name=column.name, totalsRowLabel=column.totalsRowLabel)
            for column in table.tableColumns
        ],
    )


def _settle(cell: Cell) -> None:
    """See to it that the cell holds what Excel takes, and no link to elsewhere."""
    if cell.value is None:
        cell.data_type = "n"
    elif isinstance(cell.value, str):
        kind = "e" if cell.data_type == "e" and cell.value in ERROR_TEXTS else "s"
        cell.value = cut(cell.value, LONGEST_TEXT)
        cell.data_type = kind  # of itself openpyxl takes "=…" for a formula
    if cell.hyperlink is not None and cell.hyperlink.target:
        cell.hyperlink = None
    if cell.comment is not None:
        fit_note(cell.comment)
