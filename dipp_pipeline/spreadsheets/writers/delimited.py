"""Comma-separated text written, in UTF-8 with its byte order mark."""

import csv
from collections.abc import Sequence
from pathlib import Path

from dipp_pipeline.spreadsheets.cells import ERROR_MARK, Sheet
from dipp_pipeline.spreadsheets.writers.rows import written_rows


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the one sheet that such a file has."""
    (sheet,) = sheets
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(written_rows(sheet, lambda text: text.removeprefix(ERROR_MARK)))
