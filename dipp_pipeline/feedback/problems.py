"""The first sheet of a marked-up return: every problem, with a link to its cell, what was found and what to do.

It is three columns wide, so that a marked-up copy that is mended and sent in passes without a word about this sheet.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.feedback.copies import Copy
from dipp_pipeline.feedback.marks import Painter, advice, look_of
from dipp_pipeline.feedback.workbook import free_name, write_text
from dipp_pipeline.intake.issues import Issue, alike, grouped, is_described
from dipp_pipeline.programme.matching import tidy
from dipp_pipeline.spreadsheets.ranges import cell_ranges

NAME = "Problems"

LISTED_AT_MOST = 10_000
"""More problems than this are for no one to mend one by one, and their notes would take a spreadsheet ages to open."""

LISTED_ALONE = 20
"""Of problems of one rule and message on a sheet, so many have a line each; more than that share one."""

_RANGES = 20
"""So many ranges of cells are named on such a line, so that it stays on the screen."""

_HEADINGS = ("Where", "What was found", "What to do")
_WIDTHS = (30, 34, 76)  # characters
_LINE_HEIGHT = 15  # points
_HIGHEST = 300  # points; no spreadsheet takes more than 409, the title among them

_FONT = Font(name="Calibri", size=11)  # whatever the sender's workbook has for its own
_LINK = Font(name="Calibri", size=11, underline="single")
_TITLE = Font(name="Calibri", size=14, bold=True)
_HEADING = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_THIN = Side("thin", color="A6A6A6")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def in_order(issues: Sequence[Issue], copied: Copy) -> list[Issue]:
    """The issues that are listed: errors first, those of the whole file before those of a sheet, by row and column."""
    sheets = [None, *copied.sheets, *(issue.sheet for issue in issues)]
    order = {sheet: place for place, sheet in reversed(list(enumerate(sheets)))}

    def place(issue: Issue) -> tuple[bool, int, tuple[int, int]]:
        cell = coordinate_to_tuple(issue.cell) if issue.cell else (0, 0)
        return issue.severity == "warn", order[issue.sheet], cell

    return sorted(issues, key=place)[:LISTED_AT_MOST]


def list_problems(
    copied: Copy, title: str, record: str, issues: Sequence[Issue], listed: Sequence[Issue], painter: Painter
) -> None:
    """Put the list of problems before the copied sheets.

    `title` is what the return is called, `record` what a row of it is.
    """
    sheet = copied.book.create_sheet(free_name(NAME, copied.book.sheetnames), 0)
    copied.book.active = 0
    sheet.sheet_view.tabSelected = True
    for column, width in zip("ABC", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    heading_row = _write_opening(sheet, title, _opening(copied, record, issues, listed)) + 1
    _write_headings(sheet, heading_row)
    _write_problems(sheet, heading_row + 1, listed, copied, painter)
    _lay_out(sheet, heading_row)


def _opening(copied: Copy, record: str, issues: Sequence[Issue], listed: Sequence[Issue]) -> Iterator[str]:
    """What the reader should know before the list, a sentence or two a row."""
    severities = [issue.severity for issue in issues]
    warnings = severities.count("warn")
    errors = len(severities) - warnings
    if "refuse" in severities:
        so = f"The return was refused as a whole: no {record} of it counts until its errors are mended."
    elif errors:
        so = "A row with an error is held back until it is mended; the other rows count."
    else:
        so = "No row was held back."
    yield f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')}. {so}"
    if len(listed) < len(issues):
        yield f"Only the first {len(listed):,} are listed and marked. Mend these and check the return again."
    yield "Mend the return and send it again under the same file name."
    yield copied.about
    if copied.sheets:
        yield (
            "In them red with a solid border is an error, and yellow with a dashed border a warning. "
            "The note on the cell says what to do."
        )


def _counted(number: int, kind: str) -> str:
    return f"{number:,} {kind}{'' if number == 1 else 's'}"


def _write_opening(sheet: Worksheet, title: str, sentences: Iterable[str]) -> int:
    """Write title and sentences; gives the last row of them."""
    texts = [f"Problems found in {title}", *sentences]
    for row, text in enumerate(texts, 1):
        cell = sheet.cell(row, 1)
        write_text(cell, text)
        cell.alignment, cell.font = _WRAPPED, _TITLE if row == 1 else _FONT
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_HEADINGS))
        sheet.row_dimensions[row].height = _height(text, sum(_WIDTHS)) * cell.font.size / _FONT.size
    return len(texts)


def _write_headings(sheet: Worksheet, row: int) -> None:
    for column, heading in enumerate(_HEADINGS, 1):
        cell = sheet.cell(row, column)
        write_text(cell, heading)
        cell.font, cell.border, cell.alignment = _HEADING, _GRID, _WRAPPED
        cell.fill = PatternFill("solid", fgColor="44546A")


def _lines(issues: Sequence[Issue]) -> Iterator[Sequence[Issue]]:
    """What has a line: an issue by itself, or many that are alike, where the first of them would stand."""
    groups = grouped(issues)
    for issue in issues:
        together = groups[alike(issue)]
        if len(together) <= LISTED_ALONE:
            yield [issue]
        elif issue is together[0]:
            yield together


def _write_problems(sheet: Worksheet, first_row: int, issues: Sequence[Issue], copied: Copy, painter: Painter) -> None:
    plain, link = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    plain.alignment = link.alignment = _WRAPPED
    plain.border, plain.font, link.font = _GRID, _FONT, _LINK
    for row, together in enumerate(_lines(issues), first_row):
        issue = together[0]
        worksheet = copied.sheets.get(issue.sheet or "")
        texts = (_where_all(together, worksheet), _found_in_all(together, worksheet), advice(issue))
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column)
            write_text(cell, text)
            cell._style = plain._style
        where = sheet.cell(row, 1)
        if worksheet is not None:
            where._style = link._style
            location = f"{quote_sheetname(worksheet.title)}!{issue.cell or 'A1'}"
            where.hyperlink = Hyperlink(ref=where.coordinate, location=location)
        painter.paint(where, look_of(issue))
        sheet.row_dimensions[row].height = max(map(_height, texts, _WIDTHS))


def _where_all(together: Sequence[Issue], worksheet: Worksheet | None) -> str:
    """Where the first is, to which the line is linked, and the cells of the others."""
    first, *others = together
    where = _where(first, worksheet)
    if not others:
        return where
    ranges = cell_ranges(issue.cell for issue in others if issue.cell)
    named = ", ".join(ranges[:_RANGES]) + (", …" if len(ranges) > _RANGES else "")
    return f"{where} and {len(others):,} more: {named}"


def _where(issue: Issue, worksheet: Worksheet | None) -> str:
    if issue.sheet is None:
        return "The whole file"
    name = issue.sheet if worksheet is None else worksheet.title
    where = f"{name}, cell {issue.cell}" if issue.cell else f"Sheet {name}"
    return f"{where} (hidden)" if worksheet is not None and _is_hidden(worksheet, issue.cell) else where


def _found_in_all(together: Sequence[Issue], worksheet: Worksheet | None) -> str:
    first, *others = dict.fromkeys(_found(issue, worksheet) for issue in together)
    return f"{first} and {len(others):,} others" if others else first


def _found(issue: Issue, worksheet: Worksheet | None) -> str:
    """What was found, from the copied cell where the issue does not say: what a person typed is stored nowhere else."""
    is_said = issue.found is not None and not is_described(issue.found)
    if is_said or issue.cell is None or worksheet is None:
        return issue.found or ""
    value = worksheet[issue.cell].value
    return "(blank)" if value is None else tidy(str(value))


def _is_hidden(worksheet: Worksheet, cell: str | None) -> bool:
    """Whether a link leads to where nothing is seen."""
    if worksheet.sheet_state != "visible" or cell is None:
        return bool(worksheet.sheet_state != "visible")
    row, column = coordinate_to_tuple(cell)
    columns = worksheet.column_dimensions.values()
    return (row in worksheet.row_dimensions and worksheet.row_dimensions[row].hidden) or any(
        dimension.hidden and dimension.min <= column <= dimension.max for dimension in columns
    )


def _height(text: str, width: int) -> int:
    """Points that a wrapped text needs, since not every spreadsheet works them out by itself."""
    return min(ceil(len(text) * 1.1 / width) * _LINE_HEIGHT, _HIGHEST) or _LINE_HEIGHT


def _lay_out(sheet: Worksheet, heading_row: int) -> None:
    """For reading on the screen and on paper."""
    sheet.freeze_panes = sheet.cell(heading_row + 1, 1)
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = "Page &P of &N"
