"""Excel 97-2003 workbooks (.xls) written, by xlwt."""

from collections.abc import Sequence
from pathlib import Path

import xlrd
import xlwt

from dipp_pipeline.spreadsheets.cells import column_index
from dipp_pipeline.spreadsheets.sheet import Sheet

_ERROR_CODES = {text: code for code, text in xlrd.error_text_from_code.items()}
_NOT_AVAILABLE = _ERROR_CODES["#N/A"]


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook. An error that the format has no code for becomes #N/A."""
    book = xlwt.Workbook()
    book.dates_1904 = sheets[0].epoch_1904
    for number, sheet in enumerate(sheets):
        page = book.add_sheet(str(number))
        page.name = sheet.name  # whatever it is: xlwt is stricter with a new name than those were who wrote the source
        page.visibility = 0 if sheet.visible else 1
        _write_cells(page, sheet)
    book.active_sheet = next((number for number, sheet in enumerate(sheets) if sheet.visible), 0)
    book.save(str(path))


def _write_cells(page: "xlwt.Worksheet", sheet: Sheet) -> None:
    places = [column_index(letters) for letters in sheet.letters]
    for number, *texts in sheet.cells.iter_rows():
        for place, text in zip(places, texts, strict=True):
            if text:
                page.row(number - 1).set_cell_text(place, text)
    for number, letters, error in sheet.errors.iter_rows():
        page.row(number - 1).set_cell_error(column_index(letters), _ERROR_CODES.get(error, _NOT_AVAILABLE))
