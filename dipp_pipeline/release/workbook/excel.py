"""The workbook as .xlsx, by openpyxl: its named styles mark titles as headings, and its tables are real ones."""

import re
from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook as Book
from openpyxl.cell import Cell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as MarkedUp
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from dipp_pipeline.release.workbook.heights import headings_height, line_height, row_height
from dipp_pipeline.release.workbook.sheets import (
    LANGUAGE,
    PROSE_WIDTH,
    RIGHT_ALIGNED,
    Line,
    Link,
    Sheet,
    Table,
    Value,
    Workbook,
)
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip

_FONT = "Arial"
_LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="top", indent=1)
_ALONG = Alignment(horizontal="left", vertical="top")

_PLAIN = Font(name=_FONT, size=12)
_BOLD = Font(name=_FONT, size=12, bold=True)
_LINK = Font(name=_FONT, size=12, color="0B4A8F", underline="single")
_TITLE = Font(name=_FONT, size=18, bold=True)
_HEADING = Font(name=_FONT, size=14, bold=True)

_NUMBER_FORMATS = {
    "count": "#,##0",
    "decimal": "#,##0.0",
    "probability": "0.000",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm:ss",
    "truth": '"TRUE";"TRUE";"FALSE"',  # by which LibreOffice tells one from 1 and 0
}

_STYLE_NAMES = {
    "title": "Heading 1",
    "heading": "Heading 2",
    "banner": "Banner",
    "line": "Line",
    "prose": "Prose",
    "text": "Text cell",
    "count": "Count cell",
    "decimal": "Decimal cell",
    "probability": "Probability cell",
    "truth": "Truth cell",
    "date": "Date cell",
    "time": "Time cell",
}
_TABLE_HEADING, _NUMBER_HEADING, _HYPERLINK = "Table heading", "Number heading", "Hyperlink"

_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Excel would read "_x0041_" as "A"."""


def write(file: Path, workbook: Workbook) -> None:
    """Write the workbook. The same one gives the same bytes."""
    book = Book()
    book.remove(book.active)
    _add_styles(book)
    for sheet in workbook.sheets:
        _write_sheet(book.create_sheet(sheet.name), sheet)
    book.properties = _properties(workbook)
    ExcelWriter(book, TimelessZip(file, "w")).save()  # Workbook.save would set the time of writing


def _add_styles(book: Book) -> None:
    book._named_styles["Normal"].font = _PLAIN  # which the widths of columns are counted in
    of_tables = {
        _STYLE_NAMES[name]: NamedStyle(
            name=_STYLE_NAMES[name],
            font=_PLAIN,
            alignment=_RIGHT if name in RIGHT_ALIGNED else _LEFT,
            number_format=_NUMBER_FORMATS.get(name, "General"),
        )
        for name in ("text", "count", "decimal", "probability", "truth", "date", "time")
    }
    styles: Mapping[str, NamedStyle] = {
        **of_tables,
        "title": NamedStyle(name="Heading 1", builtinId=16, font=_TITLE, alignment=_ALONG),
        "heading": NamedStyle(name="Heading 2", builtinId=17, font=_HEADING, alignment=Alignment(vertical="bottom")),
        "banner": NamedStyle(name="Banner", font=_BOLD, alignment=_ALONG),
        "line": NamedStyle(name="Line", font=_PLAIN, alignment=_ALONG),
        "prose": NamedStyle(name="Prose", font=_PLAIN, alignment=_LEFT),
        "link": NamedStyle(name=_HYPERLINK, builtinId=8, font=_LINK, alignment=_ALONG),
        **{
            name: NamedStyle(
                name=name,
                font=_BOLD,
                alignment=Alignment(horizontal=side, vertical="bottom", wrap_text=True, indent=indent),
                border=Border(bottom=Side("medium")),
            )
            for name, side, indent in ((_TABLE_HEADING, "left", 0), (_NUMBER_HEADING, "right", 1))
        },
    }
    for style in styles.values():
        book.add_named_style(style)


def _properties(workbook: Workbook) -> DocumentProperties:
    return DocumentProperties(
        title=workbook.title,
        creator=workbook.author,
        description=workbook.description,
        keywords=", ".join(workbook.keywords),
        language=LANGUAGE,
        created=workbook.made_at,
        modified=workbook.made_at,
    )


def _write_sheet(page: Worksheet, sheet: Sheet) -> None:
    for number, line in enumerate(sheet.lines, 1):
        _write_line(page.cell(number, 1), line)
        page.row_dimensions[number].height = line_height(line)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = sheet.pages_wide, 0
    if sheet.table:
        _write_table(page, sheet.table, sheet.heading_row)
    else:
        page.column_dimensions["A"].width = PROSE_WIDTH


def _write_line(cell: Cell, line: Line) -> None:
    _write_value(cell, line.value)
    cell.style = _HYPERLINK if isinstance(line.value, Link) else _STYLE_NAMES[line.style]


def _write_table(page: Worksheet, table: Table, heading_row: int) -> None:
    for place, column in enumerate(table.columns, 1):
        heading = page.cell(heading_row, place)
        _write_value(heading, column.heading)
        heading.style = _NUMBER_HEADING if column.style in RIGHT_ALIGNED else _TABLE_HEADING
        page.column_dimensions[get_column_letter(place)].width = column.width
    page.row_dimensions[heading_row].height = headings_height(table.columns)
    styles = [_STYLE_NAMES[column.style] for column in table.columns]
    for number, row in enumerate(table.rows, heading_row + 1):
        page.row_dimensions[number].height = row_height(row, table.columns)
        for place, (value, style) in enumerate(zip(row, styles, strict=True), 1):
            cell = page.cell(number, place)
            _write_value(cell, value)
            cell.style = _HYPERLINK if isinstance(value, Link) else style
    last = f"{get_column_letter(len(table.columns))}{heading_row + len(table.rows)}"
    page.print_title_rows = f"{heading_row}:{heading_row}"
    page.add_table(_marked_up(table, f"A{heading_row}:{last}"))


def _marked_up(table: Table, cells: str) -> MarkedUp:
    """The table as Excel knows one, without buttons to filter it by."""
    columns = [TableColumn(id=number, name=column.heading) for number, column in enumerate(table.columns, 1)]
    return MarkedUp(displayName=table.name, name=table.name, ref=cells, tableColumns=columns)


def _write_value(cell: Cell, value: Value) -> None:
    match value:
        case Link():
            _write_text(cell, value.text)
            within = f"'{value.sheet}'!A1" if value.sheet else None
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=within, target=value.address or None)
        case str():
            _write_text(cell, value)
        case _:
            cell.value = value


def _write_text(cell: Cell, text: str) -> None:
    """A text, whatever it begins with."""
    cell.value = _LIKE_AN_ESCAPE.sub("_x005F_", text)
    cell.data_type = "s"  # openpyxl takes "=1+1" for a formula and "#N/A" for an error
