"""Pages into files, the same bytes whenever and wherever they are written.

A zip's entries carry no time and are not compressed: what compression gives depends on the library that does it.
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt
from openpyxl.utils import get_column_letter

from tests.opendocument import MANIFEST, NAMESPACES
from tests.samples.other_kinds.page import FormulaError, Page, SampleReturn, Sum

WRITTEN_ON = datetime.datetime(2026, 4, 1)


def write_return(incoming: Path, sample: SampleReturn) -> None:
    """Write the file at its place in the drop folder."""
    path = incoming / sample.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_WRITERS[path.suffix](sample))


def _xlsx(sample: SampleReturn) -> bytes:
    """As xlsxwriter writes it, which is close to Excel itself."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"date_1904": sample.date_1904}) as book:
        book.set_properties({"created": WRITTEN_ON})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for page in sample.pages:
            sheet = book.add_worksheet(page.name)
            for first_row, first_column, last_row, last_column in page.merged:
                sheet.merge_range(first_row - 1, first_column - 1, last_row - 1, last_column - 1, "")
            for (row, column), cell in page.cells.items():
                _write_xlsx_cell(sheet, row - 1, column - 1, cell, day)
            for row in page.hidden_rows:
                sheet.set_row(row - 1, None, None, {"hidden": True})
            for column in page.hidden_columns:
                sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
            if page.is_hidden:
                sheet.hide()
    return _not_compressed(written)


def _write_xlsx_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: object, day: object) -> None:
    match cell:
        case FormulaError():
            sheet.write_formula(row, column, "=1/0", None, cell.text)
        case Sum():
            above = f"{get_column_letter(column + 1)}1:{get_column_letter(column + 1)}{row}"
            sheet.write_formula(row, column, f"=SUM({above})", None, float(cell.result))
        case datetime.date():
            sheet.write_datetime(row, column, cell, day)
        case Decimal():
            sheet.write_number(row, column, float(cell))
        case str():
            sheet.write_string(row, column, cell)
        case _:
            sheet.write(row, column, cell)


def _xlsm(sample: SampleReturn) -> bytes:
    """A workbook that may hold macros and holds none."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return _not_compressed(
        io.BytesIO(_xlsx(sample)),
        {"[Content_Types].xml": lambda xml: xml.replace(kinds, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")},
    )


def _not_compressed(written: io.BytesIO, edits: Mapping[str, Callable[[str], str]] | None = None) -> bytes:
    edits = edits or {}
    again = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(again, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(zipfile.ZipInfo(name), edits[name](content.decode()) if name in edits else content)
    return again.getvalue()


_ERROR_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def _xls(sample: SampleReturn) -> bytes:
    """As xlwt writes it."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for page in sample.pages:
        sheet = book.add_sheet(page.name)
        sheet.visibility = int(page.is_hidden)
        for first_row, first_column, last_row, last_column in page.merged:
            sheet.merge(first_row - 1, last_row - 1, first_column - 1, last_column - 1)
        for (row, column), cell in page.cells.items():
            match cell:
                case FormulaError():
                    sheet.row(row - 1).set_cell_error(column - 1, _ERROR_CODES[cell.text])
                case datetime.date():
                    sheet.write(row - 1, column - 1, cell, day)
                case Decimal():
                    sheet.write(row - 1, column - 1, float(cell))
                case Sum():
                    sheet.write(row - 1, column - 1, float(cell.result))
                case _:
                    sheet.write(row - 1, column - 1, cell)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _csv(sample: SampleReturn) -> bytes:
    """The one sheet, as a spreadsheet exports it."""
    (page,) = sample.pages
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_in_text(cell) for cell in row] for row in page.rows())
    return text.getvalue().encode(sample.encoding)


def _in_text(cell: object) -> object:
    match cell:
        case FormulaError():
            return cell.text
        case Sum():
            return cell.result
        case bool():
            return str(cell).upper()
        case _:
            return cell


def _ods(sample: SampleReturn) -> bytes:
    """As LibreOffice writes it, down to the repeated blank cells and rows at the end."""
    tables = "".join(map(_ods_table, sample.pages))
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3" {NAMESPACES}><office:automatic-styles>
<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>
{tables}</office:spreadsheet></office:body></office:document-content>"""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(zipfile.ZipInfo("content.xml"), content)
        archive.writestr(zipfile.ZipInfo("META-INF/manifest.xml"), MANIFEST)
    return written.getvalue()


_BLANK_ROWS = (
    '<table:table-row table:number-rows-repeated="1048400">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def _ods_table(page: Page) -> str:
    style = "hidden" if page.is_hidden else "shown"
    widths = {(row, column): last_column - column + 1 for row, column, _, last_column in page.merged}
    rows = "".join(_ods_row(cells, row, widths) for row, cells in enumerate(page.rows(), 1))
    name = quoteattr(page.name)
    return f'<table:table table:name={name} table:style-name="{style}">{rows}{_BLANK_ROWS}</table:table>'


def _ods_row(cells: list[object], row: int, widths: Mapping[tuple[int, int], int]) -> str:
    written, covered = [], 0
    for column, cell in enumerate(cells, 1):
        if covered:
            written.append("<table:covered-table-cell/>")
            covered -= 1
            continue
        width = widths.get((row, column), 1)
        spanned = f' table:number-columns-spanned="{width}" table:number-rows-spanned="1"' if width > 1 else ""
        covered = width - 1
        written.append(_ods_cell(cell, spanned))
    blank_cells = '<table:table-cell table:number-columns-repeated="16200"/>'
    return f"<table:table-row>{''.join(written)}{blank_cells}</table:table-row>\n"


def _ods_cell(cell: object, spanned: str) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case FormulaError():
            return (
                '<table:table-cell table:formula="of:=[.#REF!]" office:value-type="string" office:string-value="" '
                f'calcext:value-type="error"><text:p>{cell.text}</text:p></table:table-cell>'
            )
        case Sum():
            return _ods_value("float", "value", cell.result, cell.result, ' table:formula="of:=SUM([.A1])"')
        case bool():
            return _ods_value("boolean", "boolean-value", str(cell).lower(), str(cell).upper(), spanned)
        case int() | Decimal():
            return _ods_value("float", "value", cell, cell, spanned)
        case datetime.date():
            return _ods_value("date", "date-value", cell.isoformat(), f"{cell:%d/%m/%Y}", spanned)
        case _:
            # A second space in a row is one only where it is written out.
            lines = (escape(line).replace("  ", " <text:s/>") for line in str(cell).split("\n"))
            paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
            kind = 'office:value-type="string" calcext:value-type="string"'
            return f"<table:table-cell {kind}{spanned}>{paragraphs}</table:table-cell>"


def _ods_value(kind: str, attribute: str, value: object, shown: object, more: str) -> str:
    return (
        f'<table:table-cell{more} office:value-type="{kind}" office:{attribute}="{value}" calcext:value-type="{kind}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


_WRITERS: Mapping[str, Callable[[SampleReturn], bytes]] = {
    ".xlsx": _xlsx,
    ".xlsm": _xlsm,
    ".xls": _xls,
    ".ods": _ods,
    ".csv": _csv,
}
