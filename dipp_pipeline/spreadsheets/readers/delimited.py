"""Comma-separated text: UTF-8 with or without a byte order mark, else Windows-1252."""

import csv
import os
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import ERROR_TEXTS, FormulaError, Refusal, without_blank_end
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder


def read(path: Path, limits: Limits) -> Iterator[Sheet]:
    """The one sheet of the file, named after it as spreadsheets do. Raises Refusal (F01, F02)."""
    content = path.read_bytes()
    text = TextIOWrapper(BytesIO(content), _encoding(content), newline="")
    csv.field_size_limit(2**31 - 1)
    builder = SheetBuilder(os.fsencode(path.stem).decode("utf-8", "replace"))
    number = 0
    try:
        for number, row in enumerate(csv.reader(text, strict=True), 1):
            if any(cell.strip() for cell in row[limits.columns :]):
                raise Refusal("F02", "columns_of_a_row", row=number, limit=limits.columns)
            builder.add([_value(cell) for cell in without_blank_end(row[: limits.columns])])
    except csv.Error:
        raise Refusal("F01", "quotation_marks", row=number + 1) from None
    yield builder.sheet(visible=True, epoch_1904=False)


def _encoding(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if b"\0" not in content:
            return encoding
    raise Refusal("F01", "encoding")


def _value(cell: str) -> object:
    return FormulaError(cell.strip()) if "#" in cell and cell.strip().upper() in ERROR_TEXTS else cell
