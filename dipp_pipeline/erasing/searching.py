"""Find the case references that a file holds: in its cells, and in all else that is kept inside it.

What a reference stands for is not asked: more may be found than cases (a formula's A123456 is one), never fewer.
"""

import html
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dipp_pipeline.intake.cells import Sheet
from dipp_pipeline.intake.workbook import read_sheets
from dipp_pipeline.programme.text import case_references_within
from dipp_pipeline.settings import MEGABYTE, Limits

_DEPTH = 2
"""Parts within parts: of the file itself, and of a zip that is embedded in it."""

# The header before each part of a zip: it is there where the directory at the end is damaged or was cut off.
_PART = re.compile(rb"PK\x03\x04.{4}(?P<method>[\x00\x08])\x00.{16}(?P<name>.{2})(?P<extra>.{2})", re.DOTALL)
_NEXT_IN_ZIP = re.compile(rb"PK[\x01\x03\x07]")
_STEP = 4096

_UTF_8_SPACE = re.compile(rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80")
_DIGIT_BEFORE_NUL = re.compile(rb"[0-9](?=\x00)")

_CELL_ADDRESS = re.compile(r'<(?:\w+:)?c r="[A-Z]{1,3}[0-9]{1,7}"(?:(?: [st]="\w+")*(?:/>|><v>[-+.0-9E]*</v></c>))?')
_END_OF_TEXT = re.compile(r"</(?:\w+:)?(?:si|is|v|f|c|comment|table-cell|annotation)>")
_TAG = re.compile(r"<[^<>]*>")


def references_within(path: Path, limits: Limits) -> frozenset[str]:
    """Every well-formed case reference in the file, whatever the file is; its name is not searched.

    A file that is refused is searched as far as it can be unpacked, up to the limit of its expanded size.
    """
    sheets = sheets_of(path, limits)
    found = {reference for sheet in sheets or () for reference in _in_cells(sheet)}
    if sheets is None or path.suffix.lower() != ".csv":  # whose cells are all that it holds
        for content in _Unpacking(limits.expanded_megabytes * MEGABYTE).contents(path.read_bytes()):
            for text in _texts(content):
                found |= case_references_within(text)
    return frozenset(found)


def sheets_of(path: Path, limits: Limits) -> list[Sheet] | None:
    """The sheets of a file, or None of one that is refused. Raises OSError."""
    try:
        return read_sheets(path, limits)
    except (OSError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a Refusal, or what no reader foresaw, a panic in Rust among it
        return None


def _in_cells(sheet: Sheet) -> set[str]:
    different = {text for column in sheet.columns for text in column.texts}
    return {reference for text in different for reference in case_references_within(text)}


class _Unpacking:
    """A file and what is packed in it, until so many bytes are unpacked."""

    def __init__(self, most: int) -> None:
        self._left = most

    def contents(self, content: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
        """The content, its parts and theirs, one after the other."""
        yield content
        for header in _PART.finditer(content) if depth else ():
            start = header.end() + int.from_bytes(header["name"], "little") + int.from_bytes(header["extra"], "little")
            part = self._inflated(content, start) if header["method"] == b"\x08" else _stored(content, start)
            yield from self.contents(part, depth - 1)

    def _inflated(self, content: bytes, start: int) -> bytes:
        """What can be inflated from there on, be it damaged later."""
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        pieces = []
        with suppress(zlib.error):
            for place in range(start, len(content), _STEP):
                if inflater.eof or not self._left:
                    break
                pieces.append(inflater.decompress(content[place : place + _STEP], self._left))
                self._left -= len(pieces[-1])
        return b"".join(pieces)


def _stored(content: bytes, start: int) -> bytes:
    following = _NEXT_IN_ZIP.search(content, start)
    return content[start : following.start() if following else len(content)]


def _texts(content: bytes) -> Iterator[str]:
    """The content as each of the texts that it may be."""
    yield from _readings(_UTF_8_SPACE.sub(b" ", content).decode("latin-1"))
    if b"\0" in content:
        # In an .xls a text is followed by the length of the next one, which may look like one more digit of it.
        yield _DIGIT_BEFORE_NUL.sub(b"", content).decode("latin-1")
        for start in (0, 1):
            yield from _readings(content[start:].decode("utf-16-le", "replace"))


def _readings(text: str) -> Iterator[str]:
    """A text as it stands and, where it is XML, without the tags that may stand within a string."""
    if "<" not in text[:8]:
        yield text
        return
    text = _CELL_ADDRESS.sub("<c", text)
    yield html.unescape(text)
    yield html.unescape(_TAG.sub("", _END_OF_TEXT.sub("|", text)))
