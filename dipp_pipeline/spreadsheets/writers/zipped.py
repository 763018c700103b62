"""The parts of a zipped workbook, written the same at any time on any machine."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TextIO


@contextmanager
def part(archive: zipfile.ZipFile, name: str, compression: int = zipfile.ZIP_DEFLATED) -> Iterator[TextIO]:
    """A new part of text in UTF-8, dated at the beginning of time."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = compression
    with TextIOWrapper(archive.open(entry, "w"), encoding="utf-8", newline="") as text:
        yield text
