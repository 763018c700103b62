"""Excel 97-2003 workbooks (.xls), by xlrd, which gives error cells and the date system."""

from collections.abc import Iterator
from pathlib import Path

import xlrd

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import FormulaError, Refusal, without_blank_end
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder

_AS_THEY_STAND = frozenset({xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER})

# The formulas of names are of no use here: xlrd gives up sound workbooks over them, and they can be made to explode.
xlrd.book.Book.names_epilogue = lambda _: None


def read(path: Path, limits: Limits) -> Iterator[Sheet]:
    """The sheets of the workbook. Raises Refusal (F01, F02)."""
    try:
        with xlrd.open_workbook(
            file_contents=path.read_bytes(), logfile=_Silence(), on_demand=True, ragged_rows=True
        ) as book:
            if book.nsheets > limits.sheets:
                raise Refusal("F02", "sheets", limit=limits.sheets)
            for index in range(book.nsheets):
                yield _sheet(book.sheet_by_index(index), book.datemode)
                book.unload_sheet(index)
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # xlrd lets struct, index, assertion and Unicode errors of damaged files through
        if "encrypted" in str(error).lower():
            raise Refusal("F01", "protected") from None
        raise Refusal("F01", "damaged_xls") from None


class _Silence:
    """xlrd's log of what it finds odd, which may quote cells: not kept."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


def _sheet(sheet: "xlrd.sheet.Sheet", datemode: int) -> Sheet:
    builder = SheetBuilder(sheet.name)
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), without_blank_end(sheet.row_values(row))
        if _AS_THEY_STAND.issuperset(kinds):
            builder.add(values)
        else:
            builder.add([_value(kind, value, datemode) for kind, value in zip(kinds, values, strict=False)])
    return builder.sheet(visible=sheet.visibility == 0, epoch_1904=datemode == 1)


def _value(kind: int, value: object, datemode: int) -> object:
    match kind:
        case xlrd.XL_CELL_ERROR:
            return FormulaError(xlrd.error_text_from_code.get(value, "#ERROR!"))
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(value, datemode)
            except (ValueError, OverflowError):
                return value
        case _:
            return value
