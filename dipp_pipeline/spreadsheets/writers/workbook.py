"""Sheets of cells to a file that reads back as the same sheets: their values, every one as text, and nothing else.

Formula errors stay errors, and a formula whose result was never stored stays one. Each format's writer has a module of
its own. The same sheets give the same bytes: no clock, and no name of who wrote them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.spreadsheets.writers import delimited, excel, excel_97, opendocument

_WRITERS: dict[str, Callable[[Path, Sequence[Sheet]], None]] = {
    ".xlsx": excel.write,
    ".xlsm": excel.write,
    ".xls": excel_97.write,
    ".ods": opendocument.write,
    ".csv": delimited.write,
}


def write_sheets(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets in the format of the path's ending, one of those that are taken."""
    _WRITERS[path.suffix.lower()](path, sheets or [Sheet.of("Sheet1", [])])
