"""A file to sheets of cells: which reader is for it, and whether it is what its name says.

Each format's reader has a module of its own; they agree on `Sheet` and on `Refusal`, and on nothing else.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path

from dipp_pipeline.intake import delimited, excel, excel_97, opendocument
from dipp_pipeline.intake.cells import Refusal, Sheet
from dipp_pipeline.settings import MEGABYTE, Limits

_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_READERS: dict[str, Callable[[Path, Limits], list[Sheet]]] = {
    ".xlsx": excel.read,
    ".xlsm": excel.read,
    ".xls": excel_97.read,
    ".ods": opendocument.read,
    ".csv": delimited.read,
}


def read_sheets(path: Path, limits: Limits) -> list[Sheet]:
    """The sheets of a file, in order, hidden ones too.

    Raises Refusal: F01 for what is not a workbook of the type its name says, F02 for what is over a limit.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsb":
        raise Refusal("F01", "Binary workbooks (.xlsb) are not taken. Open it in Excel and save it as .xlsx.")
    reader = _READERS.get(suffix)
    if reader is None:
        kind = f'"{suffix}" files' if suffix else "Files without an ending"
        raise Refusal("F01", f"{kind} are not taken. Send the return as .xlsx, .xlsm, .xls, .ods or .csv.")
    size = path.stat().st_size
    if size > limits.file_megabytes * MEGABYTE:
        raise Refusal("F02", f"The file is larger than {limits.file_megabytes} MB. Send the case scores only.")
    with path.open("rb") as file:
        opening = file.read(8)
    _check_type(suffix, opening)
    if opening.startswith(_ZIP):
        _check_expanded_size(path, limits)
    sheets = reader(path, limits)
    for sheet in sheets:
        _check_extent(sheet, limits)
    return sheets


def _check_type(suffix: str, opening: bytes) -> None:
    if not opening and suffix != ".csv":
        raise Refusal("F01", "The file is empty. Send it again.")
    if suffix in (".xlsx", ".xlsm") and opening.startswith(_OLE2):
        raise Refusal("F01", "The workbook is password protected or an old .xls. Save it as .xlsx without a password.")
    wanted = {".xls": _OLE2, ".csv": b""}.get(suffix, _ZIP)
    if not opening.startswith(wanted) or (suffix == ".csv" and opening.startswith((_ZIP, _OLE2))):
        raise Refusal(
            "F01", f"This is not the {suffix} file that its name says, or it is damaged. Open it and save it as .xlsx."
        )


def _check_expanded_size(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            expanded = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refusal("F01", "The file is damaged or incomplete. Open it, save it again and send that.") from None
    if expanded > limits.expanded_megabytes * MEGABYTE:
        raise Refusal(
            "F02", f"The file expands to more than {limits.expanded_megabytes} MB. Send the case scores only."
        )


def _check_extent(sheet: Sheet, limits: Limits) -> None:
    filled = [column for column in sheet.columns if any(column.filled)]
    if len(filled) > limits.columns:
        raise Refusal("F02", f'Sheet "{sheet.name}" has more than {limits.columns} columns. Send the case scores only.')
    if sheet.row_count > limits.rows and _filled_rows(sheet) > limits.rows:
        raise Refusal("F02", f'Sheet "{sheet.name}" has more than {limits.rows} rows. Send the case scores only.')


def _filled_rows(sheet: Sheet) -> int:
    filled_rows: set[int] = set()
    for column in sheet.columns:
        filled_rows.update(column.rows_of({code for code, filled in enumerate(column.filled) if filled}))
    return len(filled_rows)
