"""A zip whose entries have no time of their own: the same parts give the same bytes, whenever they are written."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


class TimelessZip(ZipFile):
    """A zip to be written, each entry dated at the beginning of zip's time."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: object) -> None:
        name = zinfo_or_arcname.filename if isinstance(zinfo_or_arcname, ZipInfo) else zinfo_or_arcname
        super().writestr(ZipInfo(name), data, ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *_: object) -> None:
        self.writestr(str(arcname or filename), Path(filename).read_bytes())

    @contextmanager
    def text(self, name: str, compression: int = ZIP_DEFLATED) -> Iterator[TextIO]:
        """A new entry of text in UTF-8, to be written bit by bit."""
        entry = ZipInfo(name)
        entry.compress_type = compression
        with TextIOWrapper(self.open(entry, "w"), encoding="utf-8", newline="") as text:
            yield text
