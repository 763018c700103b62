"""The first sheet: what the workbook is, how to fill it in, what its looks mean, and what each column takes.

It has three columns, since a wider sheet without a heading row is taken for a return gone wrong (W06).
"""

from collections.abc import Iterator, Sequence
from itertools import count, groupby

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.template import styles
from dipp_pipeline.template.columns import ROWS, TemplateColumn

Row = Sequence[Cell]
Rows = Iterator[Row]
"""The rows of the sheet that are not yet written, from the top."""

_WIDTHS = {"A": 48, "B": 68, "C": 64}


def _steps(programme: Programme) -> Iterator[tuple[str, str]]:
    """How to fill it in: a title and a text a step."""
    kind = programme.kind
    asks, record = _asks(programme), kind.record
    yield (
        f"A row for each {record}",
        f"Fill in the sheet of {kind.label}, one {record} in a row from row 2 on. There is room for {ROWS} "
        f"{kind.records}.",
    )
    if asks:
        yield (
            "First the details",
            f"The details of a {record} decide which of its questions apply. Columns headed in italics may be left "
            "empty, every other detail is needed.",
        )
        yield (
            "Answer what is white",
            "Once the details are in, answer every question whose cell is white: the summary question and each prompt.",
        )
    else:
        yield "What is needed", "Columns headed in italics may be left empty, every other one is needed."
    if _turns_grey(programme):
        yield (
            "Leave what is grey",
            f"A grey, hatched cell is a question that does not apply to the {record}. Leave it empty. If that looks "
            "wrong, look at the details again.",
        )
    yield (
        "Choose from the lists",
        "Alt and the down arrow open the list of a cell. If you copy from elsewhere, paste values only, or the lists "
        "are lost.",
    )
    yield (
        "Keep to the columns",
        "Leave the headings as they are and add no columns. Give no names, no dates of birth, "
        + (f"no comments on a {record}." if asks else "no case references."),
    )
    twice = f"the same {record} in two rows" if kind.key else ""
    if asks:
        yield (
            "Look once more",
            "A summary question that is met while not one of its prompts is will be queried"
            + (f", and so will {twice}." if twice else "."),
        )
    elif twice:
        yield "Look once more", f"{twice.capitalize()} will be queried."
    yield "Save and send", "Save the workbook as .xlsx, without a password, and send it in for its region."


def _asks(programme: Programme) -> bool:
    """Whether every record must answer questions."""
    return programme.kind.answers_required and bool(programme.questions)


def _turns_grey(programme: Programme) -> bool:
    """Whether some question does not apply to every record."""
    return programme.kind.question_set is not None or any(question.applies_when for question in programme.questions)


def _looks(programme: Programme) -> Iterator[tuple[bool, bool, str, str]]:
    """What the looks of a heading mean: whether it leads, whether it is optional, a sample and a text."""
    if _asks(programme):
        yield True, False, "Dark, in bold", "A detail that is needed, or a summary question."
        yield False, False, "Light", "A prompt of the summary question before it."
        yield False, True, "Light, in italics", "A detail that may be left empty."
    else:
        yield True, False, "Dark, in bold", "A column that must be filled in."
        yield False, True, "Light, in italics", "A column that may be left empty."


def write_cover(
    sheet: Worksheet, columns: Sequence[TemplateColumn], programme: Programme, region: Region | None
) -> None:
    """Fill the sheet."""
    sheet.sheet_view.showGridLines = False
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    rows = ([sheet.cell(row, column) for column in range(1, len(_WIDTHS) + 1)] for row in count(1))
    _write_title(rows, programme, region)
    _write_steps(rows, programme)
    _write_key(rows, programme)
    _write_columns(rows, columns)
    for row in range(1, sheet.max_row + 1):
        styles.fit_height(sheet, row)


def _write_title(rows: Rows, programme: Programme, region: Region | None) -> None:
    styles.write(next(rows)[0], programme.kind.title, styles.TITLE, styles.UNWRAPPED)
    styles.write(next(rows)[0], region.name if region else "Any region", styles.SUBTITLE, styles.UNWRAPPED)
    styles.write(next(rows)[0], "Dynamic Inspection of Public Protection", styles.SUBTITLE, styles.UNWRAPPED)


def _write_section(rows: Rows, title: str) -> None:
    next(rows)
    styles.write(next(rows)[0], title, styles.HEADING, styles.UNWRAPPED)


def _write_steps(rows: Rows, programme: Programme) -> None:
    _write_section(rows, "How to fill it in")
    for number, (title, text) in enumerate(_steps(programme), 1):
        first, second, _ = next(rows)
        styles.write(first, f"{number}. {title}", styles.BOLD)
        styles.write(second, text)


def _write_key(rows: Rows, programme: Programme) -> None:
    _write_section(rows, "What the looks mean")
    for leads, optional, sample, text in _looks(programme):
        first, second, _ = next(rows)
        styles.write_heading(first, sample, styles.BASE, leads, optional)
        styles.write(second, text)
    if _turns_grey(programme):
        first, second, _ = next(rows)
        styles.write(first, "Grey and hatched")
        first.fill, first.border = styles.GREY, styles.GREY_EDGE
        styles.write(second, f"The question does not apply to the {programme.kind.record}. Leave the cell empty.")


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
