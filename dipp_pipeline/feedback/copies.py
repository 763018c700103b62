"""What a return is copied into before it is marked up, and the copy of its cells alone.

The copy that looks like the return is made in layout.py. Nothing is marked here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.feedback.workbook import sheet_names, write_text
from dipp_pipeline.spreadsheets.cells import ERROR_MARK, ERROR_TEXTS, UNSTORED_FORMULA, Column, Sheet

CELLS_AT_MOST = 1_000_000
"""Of more cells a copy takes openpyxl longer than any file is given."""

_WIDTHS = (8, 40)  # characters, from and to
_WHOLE_NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
_DATE = re.compile(r"(?:19[1-9]|20\d)\d-\d\d-\d\d", re.ASCII)  # the first days of Excel's calendars are odd


class NotCopied(Exception):
    """Such a copy cannot be had; the message says why, to follow the word "because"."""


@dataclass(frozen=True)
class Copy:
    """A workbook with the copied sheets of a return."""

    book: Workbook
    sheets: Mapping[str, Worksheet]
    """The copy of each sheet, by the sheet's name in the return."""
    about: str
    """What a reader should know of the copy."""


def no_copy(why: str) -> Copy:
    """A workbook without any sheet of the return."""
    return Copy(_empty_book(), {}, f"There is no copy of its sheets here, because {why}.")


def copy_of_cells(sheets: Sequence[Sheet], why_not_in_layout: str) -> Copy:
    """The cells at their addresses, as what they say. Raises NotCopied where they are too many."""
    if sum(map(filled_cells, sheets)) > CELLS_AT_MOST:
        raise NotCopied(f"it has more than {CELLS_AT_MOST:,} cells")
    book = _empty_book()
    if any(sheet.epoch_1904 for sheet in sheets):  # or a date that is typed as a number would move by four years
        book.epoch = CALENDAR_MAC_1904
    copied: dict[str, Worksheet] = {}
    for sheet, name in zip(sheets, sheet_names(sheet.name for sheet in sheets), strict=True):
        worksheet = book.create_sheet(name)
        worksheet.sheet_state = "visible" if sheet.visible else "hidden"
        for index, column in enumerate(sheet.columns, 1):
            _write_column(worksheet, index, column)
        copied.setdefault(sheet.name, worksheet)
    about = f"The sheets after this one have the cells of the return but not its layout, because {why_not_in_layout}."
    return Copy(book, copied, about)


def filled_cells(sheet: Sheet) -> int:
    """How many cells of the sheet hold a value that can be copied: a formula without a stored result has none."""
    return sum(len(column.rows_of(set(_codes_of_values(column)))) for column in sheet.columns)


def _codes_of_values(column: Column) -> Iterator[int]:
    return (code for code, text in enumerate(column.texts) if text.strip() and text != UNSTORED_FORMULA)


def _empty_book() -> Workbook:
    book = Workbook()
    book.remove(book.active)
    return book


def _write_column(worksheet: Worksheet, index: int, column: Column) -> None:
    written = {code: _cell(worksheet, column.texts[code]) for code in _codes_of_values(column)}
    for row in column.rows_of(set(written)):
        cell, like = worksheet.cell(row + 1, index), written[column.codes[row]]
        cell._value, cell.data_type, cell._style = like._value, like.data_type, like._style
    least, most = _WIDTHS
    longest = max(map(len, column.texts), default=0)
    worksheet.column_dimensions[get_column_letter(index)].width = min(max(longest + 2, least), most)


def _cell(worksheet: Worksheet, text: str) -> Cell:
    """A cell that says what the text says."""
    cell = WriteOnlyCell(worksheet)
    if text.startswith(ERROR_MARK):
        _write_error(cell, text.removeprefix(ERROR_MARK))
    elif _WHOLE_NUMBER.fullmatch(text):
        cell.value = int(text)
    elif (day := _day(text)) is not None:
        cell.value, cell.number_format = day, "dd/mm/yyyy"
    else:
        write_text(cell, text)
    return cell


def _write_error(cell: Cell, error: str) -> None:
    known = error.upper() in ERROR_TEXTS
    write_text(cell, error.upper() if known else error)
    if known:
        cell.data_type = "e"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
