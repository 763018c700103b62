"""The first sheet: what the workbook is, how to fill it in, what its looks mean, and what each column takes.

It has three columns, since a wider sheet without a heading row is taken for a return gone wrong (W06).
"""

from collections.abc import Iterator, Sequence
from itertools import count, groupby

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.model import Region
from dipp_pipeline.template import styles
from dipp_pipeline.template.columns import CASE_ROWS, TemplateColumn

Row = Sequence[Cell]
Rows = Iterator[Row]
"""The rows of the sheet that are not yet written, from the top."""

_WIDTHS = {"A": 48, "B": 68, "C": 64}

_STEPS = (
    (
        "1. A row for each case",
        f"Fill in the sheet of case scores, one case in a row from row 2 on. There is room for {CASE_ROWS} cases.",
    ),
    (
        "2. First the details",
        "The details of a case decide which of its questions apply. Columns headed in italics may be left empty, "
        "every other detail is needed.",
    ),
    (
        "3. Answer what is white",
        "Once the details are in, answer every question whose cell is white: the summary question and each prompt.",
    ),
    (
        "4. Leave what is grey",
        "A grey, hatched cell is a question that does not apply to the case. Leave it empty. If that looks wrong, "
        "look at the details again.",
    ),
    (
        "5. Choose from the lists",
        "Alt and the down arrow open the list of a cell. If you copy from elsewhere, paste values only, or the lists "
        "are lost.",
    ),
    (
        "6. Keep to the columns",
        "Leave the headings as they are and add no columns. Give no names, no dates of birth, no comments on a case.",
    ),
    (
        "7. Look once more",
        "A summary question that is met while not one of its prompts is will be queried, and so will the same case "
        "in two rows.",
    ),
    ("8. Save and send", "Save the workbook as .xlsx, without a password, and send it in for its region."),
)


def write_cover(sheet: Worksheet, columns: Sequence[TemplateColumn], region: Region | None) -> None:
    """Fill the sheet."""
    sheet.sheet_view.showGridLines = False
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    rows = ([sheet.cell(row, column) for column in range(1, len(_WIDTHS) + 1)] for row in count(1))
    _write_title(rows, region)
    _write_steps(rows)
    _write_key(rows)
    _write_columns(rows, columns)
    for row in range(1, sheet.max_row + 1):
        styles.fit_height(sheet, row)


def _write_title(rows: Rows, region: Region | None) -> None:
    styles.write(next(rows)[0], "Case scoring return", styles.TITLE, styles.UNWRAPPED)
    styles.write(next(rows)[0], region.name if region else "Any region", styles.SUBTITLE, styles.UNWRAPPED)
    styles.write(next(rows)[0], "Dynamic Inspection of Public Protection", styles.SUBTITLE, styles.UNWRAPPED)


def _write_section(rows: Rows, title: str) -> None:
    next(rows)
    styles.write(next(rows)[0], title, styles.HEADING, styles.UNWRAPPED)


def _write_steps(rows: Rows) -> None:
    _write_section(rows, "How to fill it in")
    for title, text in _STEPS:
        first, second, _ = next(rows)
        styles.write(first, title, styles.BOLD)
        styles.write(second, text)


def _write_key(rows: Rows) -> None:
    _write_section(rows, "What the looks mean")
    for leads, optional, sample, text in (
        (True, False, "Dark, in bold", "A detail that is needed, or a summary question."),
        (False, False, "Light", "A prompt of the summary question before it."),
        (False, True, "Light, in italics", "A detail that may be left empty."),
    ):
        first, second, _ = next(rows)
        styles.write_heading(first, sample, styles.BASE, leads, optional)
        styles.write(second, text)
    first, second, _ = next(rows)
    styles.write(first, "Grey and hatched")
    first.fill, first.border = styles.GREY, styles.GREY_EDGE
    styles.write(second, "The question does not apply to the case. Leave the cell empty.")


def _write_columns(rows: Rows, columns: Sequence[TemplateColumn]) -> None:
    _write_section(rows, "The columns")
    for cell, title in zip(next(rows), ("Column", "What it takes", "What it is"), strict=True):
        styles.write_heading(cell, title, styles.BASE, leads=True, optional=False)
    shades = dict(zip((column.name for column in columns), styles.shades(columns), strict=True))
    for (section, group), members in groupby(columns, lambda column: (column.section, column.group)):
        described = list(members)
        title = section if group == section else f"{section}: {group}"
        for cell in (band := next(rows)):
            cell.fill = styles.solid(shades[described[0].name].light)
        styles.write(band[0], title, styles.BOLD)
        for column in described:
            _write_column(next(rows), column)


def _write_column(row: Row, column: TemplateColumn) -> None:
    for cell, text in zip(row, (column.heading, column.takes, column.about), strict=True):
        styles.write(cell, text)
        cell.border = styles.UNDERLINED
