"""Comma-separated text: UTF-8 with or without a byte order mark, else Windows-1252."""

import csv
import io
from pathlib import Path

from dipp_pipeline.intake.cells import ERROR_TEXTS, FormulaError, Refusal, Sheet
from dipp_pipeline.settings import Limits


def read(path: Path, limits: Limits) -> list[Sheet]:
    """The one sheet of the file, named after it as spreadsheets do. Raises Refusal (F01, F02)."""
    text = _decoded(path.read_bytes())
    csv.field_size_limit(2**31 - 1)
    rows: list[list[object]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(row) > limits.columns and any(cell.strip() for cell in row[limits.columns :]):
                raise Refusal(
                    "F02", f"Row {len(rows) + 1} has more than {limits.columns} columns. Send the case scores only."
                )
            rows.append([_value(cell) for cell in row])
    except csv.Error:
        raise Refusal(
            "F01",
            f"The quotation marks do not match from row {len(rows) + 1} on. Save the file again from a spreadsheet.",
        ) from None
    return [Sheet.of(path.stem, rows)]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal("F01", "The file is not text in UTF-8 or Windows-1252. Save it again as CSV UTF-8 (comma delimited).")


def _value(cell: str) -> object:
    return FormulaError(cell.strip()) if cell.strip().upper() in ERROR_TEXTS else cell
