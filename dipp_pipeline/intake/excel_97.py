"""Excel 97-2003 workbooks (.xls), by xlrd, which gives error cells and the date system."""

from pathlib import Path

import xlrd

from dipp_pipeline.intake.cells import FormulaError, Refusal, Sheet
from dipp_pipeline.settings import Limits


def read(path: Path, limits: Limits) -> list[Sheet]:
    """The sheets of the workbook. Raises Refusal (F01, F02)."""
    try:
        with path.open("rb") as file, xlrd.open_workbook(file_contents=file.read(), logfile=_Silence()) as book:
            if book.nsheets > limits.sheets:
                raise Refusal("F02", f"The workbook has more than {limits.sheets} sheets. Send the case scores only.")
            return [_sheet(book.sheet_by_index(index), book.datemode) for index in range(book.nsheets)]
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # xlrd lets struct, index, assertion and Unicode errors of damaged files through
        if "encrypted" in str(error).lower():
            raise Refusal("F01", "The workbook is password protected. Save it without a password.") from None
        raise Refusal("F01", "The workbook is damaged. Open it, save it as .xlsx and send that.") from None


class _Silence:
    """xlrd's log of what it finds odd, which may quote cells: not kept."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


def _sheet(sheet: "xlrd.sheet.Sheet", datemode: int) -> Sheet:
    rows = ([_value(cell, datemode) for cell in sheet.row(row)] for row in range(sheet.nrows))
    return Sheet.of(sheet.name, rows, visible=sheet.visibility == 0, epoch_1904=datemode == 1)


def _value(cell: "xlrd.sheet.Cell", datemode: int) -> object:
    match cell.ctype:
        case xlrd.XL_CELL_ERROR:
            return FormulaError(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(cell.value, datemode)
            except (ValueError, OverflowError):
                return cell.value
        case _:
            return cell.value
