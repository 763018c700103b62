"""What a return is copied into before it is marked up, and the copy of its cells alone.

The copy that looks like the return is made in layout.py. Nothing is marked here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.feedback.workbook import sheet_names, write_text
from dipp_pipeline.spreadsheets.cells import COLUMN, ERROR_TEXTS, ROW, TEXT, UNSTORED, column_index
from dipp_pipeline.spreadsheets.sheet import Sheet

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
        for letters in sheet.letters:
            _write_column(worksheet, letters, sheet)
        copied.setdefault(sheet.name, worksheet)
    about = f"The sheets after this one have the cells of the return but not its layout, because {why_not_in_layout}."
    return Copy(book, copied, about)


def filled_cells(sheet: Sheet) -> int:
    """How many cells of the sheet hold a value that can be copied: a formula without a stored result has none."""
    unstored = sheet.errors.filter(pl.col(TEXT) == UNSTORED.text)
    return sum(int(column.sum()) for column in sheet.filled.drop(ROW)) - unstored.height


def _empty_book() -> Workbook:
    book = Workbook()
    book.remove(book.active)
    return book


def _write_column(worksheet: Worksheet, letters: str, sheet: Sheet) -> None:
    texts = sheet.cells.filter(sheet.filled[letters]).select(ROW, letters).drop_nulls()
    errors = sheet.errors.filter(pl.col(COLUMN) == letters, pl.col(TEXT) != UNSTORED.text).select(ROW, TEXT)
    for given, cell_of in ((texts, _cell), (errors, _error)):
        like = {text: cell_of(worksheet, text) for text in given.to_series(1).unique(maintain_order=True)}
        for row, text in given.iter_rows():
            cell = worksheet.cell(row, column_index(letters) + 1)
            cell._value, cell.data_type, cell._style = like[text]._value, like[text].data_type, like[text]._style
    least, most = _WIDTHS
    longest = max(map(len, (*texts[letters].unique(), *errors[TEXT])), default=0)
    worksheet.column_dimensions[letters].width = min(max(longest + 2, least), most)


def _cell(worksheet: Worksheet, text: str) -> Cell:
    """A cell that says what the text says."""
    cell = WriteOnlyCell(worksheet)
    if _WHOLE_NUMBER.fullmatch(text):
        cell.value = int(text)
    elif (day := _day(text)) is not None:
        cell.value, cell.number_format = day, "dd/mm/yyyy"
    else:
        write_text(cell, text)
    return cell


def _error(worksheet: Worksheet, text: str) -> Cell:
    """A cell of an error, if it is one that Excel has, or else of its text."""
    cell = WriteOnlyCell(worksheet)
    known = text.upper() in ERROR_TEXTS
    write_text(cell, text.upper() if known else text)
    if known:
        cell.data_type = "e"
    return cell


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
