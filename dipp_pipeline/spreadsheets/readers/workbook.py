"""A file to sheets of cells: which reader is for it, and whether it is what its name says.

Each format's reader has a module of its own; they agree on `Sheet` and on `Refusal`, and on nothing else.
"""

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from dipp_pipeline.settings import MEGABYTE, Limits
from dipp_pipeline.spreadsheets.cells import ROW, Refusal
from dipp_pipeline.spreadsheets.limits import FARTHEST_CELLS, MOST_CELLS
from dipp_pipeline.spreadsheets.readers import delimited, excel, excel_97, opendocument
from dipp_pipeline.spreadsheets.sheet import Sheet

_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_READERS: dict[str, Callable[[Path, Limits], Iterable[Sheet]]] = {
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
        raise Refusal("F01", "binary_workbook")
    reader = _READERS.get(suffix)
    if reader is None:
        ending = os.fsencode(suffix).decode("utf-8", "replace")
        raise Refusal("F01", "other_ending", ending=ending) if ending else Refusal("F01", "no_ending")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # to open a pipe would be to wait for it
        raise Refusal("F01", "no_file")
    if status.st_size > limits.file_megabytes * MEGABYTE:
        raise Refusal("F02", "file_size", limit=limits.file_megabytes)
    with path.open("rb") as file:
        opening = file.read(8)
    _check_type(suffix, opening)
    sheets: list[Sheet] = []
    farthest_cells = cells = 0
    for sheet in reader(path, limits):
        _check_extent(sheet, limits)
        farthest_cells += sheet.farthest_cells
        cells += sheet.cells.height * len(sheet.letters)
        if farthest_cells > FARTHEST_CELLS or cells > MOST_CELLS:
            raise Refusal("F02", "far_cells")
        sheets.append(sheet)
    return sheets


def _check_type(suffix: str, opening: bytes) -> None:
    if not opening and suffix != ".csv":
        raise Refusal("F01", "empty")
    if suffix in (".xlsx", ".xlsm") and opening.startswith(_OLE2):
        raise Refusal("F01", "protected_or_old")
    wanted = {".xls": _OLE2, ".csv": b""}.get(suffix, _ZIP)
    if not opening.startswith(wanted) or (suffix == ".csv" and opening.startswith((_ZIP, _OLE2))):
        raise Refusal("F01", "other_type", ending=suffix)


def _check_extent(sheet: Sheet, limits: Limits) -> None:
    filled = sheet.filled.drop(ROW)
    if sum(column.any() for column in filled) > limits.columns:
        raise Refusal("F02", "columns", sheet=sheet.name, limit=limits.columns)
    if filled.height > limits.rows and filled.max_horizontal().sum() > limits.rows:
        raise Refusal("F02", "rows", sheet=sheet.name, limit=limits.rows)
