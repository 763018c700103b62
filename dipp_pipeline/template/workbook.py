"""An empty return that shows, while it is filled in, what it takes and what does not apply.

All of it is made from the Programme: columns.py says what each column takes, conditions.py when a question does not
apply, cover.py what the first sheet tells. Here it is put together and saved.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.core import DocumentProperties
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from dipp_pipeline import atomic
from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip
from dipp_pipeline.template import styles
from dipp_pipeline.template.columns import FIRST_ROW, HEADING_ROW, TemplateColumn, template_columns
from dipp_pipeline.template.conditions import does_not_apply
from dipp_pipeline.template.cover import write_cover
from dipp_pipeline.template.validations import LISTS, validation

COVER = "How to fill it in"

_NO_DAY = datetime(1980, 1, 1)
"""Openpyxl must have a day of writing; this is the one that a ZipInfo has unless it is told another."""

_FORMATS = {"case_reference": "@", "text": "@", "date": "dd/mm/yyyy", "integer": "0", "decimal": "0.##"}

_ROOM_AROUND_TEXT = 4
_NARROWEST, _WIDEST, _OF_A_QUESTION = 13, 40, 19


def write_template(target: Path, programme: Programme, region: Region | None) -> None:
    """Write an empty return of the region, or of any, as .xlsx. The same programme gives the same bytes.

    Raises ProgrammeError where a question's condition cannot be shown, OSError where the file cannot be written.
    """
    columns = template_columns(programme, region)
    book = Workbook()
    rows, lists = book.create_sheet(programme.kind.label.capitalize()), book.create_sheet(LISTS)
    cover = book.active
    cover.title = COVER
    write_cover(cover, columns, programme, region)
    _shape_cells(rows, columns, programme)
    _write_headings(rows, columns)
    _watch_cells(rows, columns, programme)
    _write_lists(lists, columns)
    _set_up_pages(cover, rows)
    _save(book, programme.kind.title, target)


def _write_headings(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    for column, shades in zip(columns, styles.shades(columns), strict=True):
        cell = sheet[f"{column.letter}{HEADING_ROW}"]
        styles.write_heading(cell, column.heading, shades, column.leads, column.optional)
    styles.fit_height(sheet, HEADING_ROW)


def _shape_cells(sheet: Worksheet, columns: Sequence[TemplateColumn], programme: Programme) -> None:
    """The cells below the headings: how wide, how they show what they hold, and where a group ends."""
    for column, following in zip(columns, (*columns[1:], None), strict=True):
        field = programme.field_by_name.get(column.name)
        shape = sheet.column_dimensions[column.letter]
        is_prose = field is not None and field.type == "text" and field.maximum is not None
        shape.width = (_WIDEST if is_prose else _width(column)) if field else _OF_A_QUESTION
        shape.number_format = _FORMATS.get(field.type, "General") if field else "General"
        shape.alignment = (styles.WRAPPED if is_prose else styles.UNWRAPPED) if field else styles.CENTRED
        ends_group = following is None or (following.section, following.group) != (column.section, column.group)
        shape.border = styles.ENDS_GROUP if ends_group else styles.BOXED


def _width(column: TemplateColumn) -> int:
    """Wide enough for the longest value of its list and the longest word of its heading."""
    longest = max(map(len, (*column.choices, *column.heading.split())))
    return min(max(longest + _ROOM_AROUND_TEXT, _NARROWEST), _WIDEST)


def _watch_cells(sheet: Worksheet, columns: Sequence[TemplateColumn], programme: Programme) -> None:
    """What the cells take, and when those of questions turn grey."""
    cells = {column.name: column.first_cell for column in columns}
    for column in columns:
        sheet.add_data_validation(validation(column, programme, cells))
        question = programme.question_by_code.get(column.name)
        if question and (formula := does_not_apply(question, programme, cells)):
            grey = FormulaRule([formula])
            grey.dxf = styles.NOT_APPLICABLE
            sheet.conditional_formatting.add(column.cells, grey)


def _write_lists(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    """Each column's list under its own letter. The headings are none of a return, or the sheet would count as one."""
    sheet.sheet_state = "hidden"
    for column in columns:
        if column.choices:
            styles.write(sheet[f"{column.letter}{HEADING_ROW}"], f"List for {column.label}", styles.BOLD)
        for row, choice in enumerate(column.choices, FIRST_ROW):
            cell = sheet[f"{column.letter}{row}"]
            styles.write(cell, choice)
            if choice.isdigit():
                cell.value = int(choice)  # which is what a spreadsheet makes of it in the cell that takes it


def _set_up_pages(cover: Worksheet, rows: Worksheet) -> None:
    """Where the view stands still, and how the sheets print."""
    rows.freeze_panes = f"B{FIRST_ROW}"
    rows.print_title_rows, rows.print_title_cols = f"{HEADING_ROW}:{HEADING_ROW}", "A:A"
    for sheet, orientation in ((cover, "portrait"), (rows, "landscape")):
        sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    cover.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    cover.page_setup.fitToHeight = 0


def _save(book: Workbook, title: str, target: Path) -> None:
    """Save with nothing in it of who made it, where or when."""
    book.properties = DocumentProperties(title=title, creator=None, created=_NO_DAY, modified=_NO_DAY)
    with atomic.new_file(target, mode=0o644) as aside:
        ExcelWriter(book, TimelessZip(aside, "w")).save()  # Workbook.save would set the time of writing
