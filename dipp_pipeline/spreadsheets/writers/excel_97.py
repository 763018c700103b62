"""Excel 97-2003 workbooks (.xls) written, by xlwt."""

from collections.abc import Sequence
from pathlib import Path

import xlrd
import xlwt

from dipp_pipeline.spreadsheets.cells import ERROR_MARK, Sheet
from dipp_pipeline.spreadsheets.writers.rows import written_rows

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
    for number, cells in enumerate(written_rows(sheet, str)):
        row = page.row(number)
        for column, text in enumerate(cells):
            if text.startswith(ERROR_MARK):
                row.set_cell_error(column, _ERROR_CODES.get(text.removeprefix(ERROR_MARK), _NOT_AVAILABLE))
            elif text:
                row.set_cell_text(column, text)
