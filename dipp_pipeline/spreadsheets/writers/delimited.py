"""Comma-separated text written, in UTF-8 with its byte order mark."""

import csv
from collections.abc import Sequence
from pathlib import Path

from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.spreadsheets.writers.rows import written_rows


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the one sheet that such a file has."""
    (sheet,) = sheets
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer, next_row = csv.writer(file), 1
        for number, cells in written_rows(sheet, str, str):
            writer.writerows([[""] * len(cells)] * (number - next_row))
            writer.writerow(cells)
            next_row = number + 1
