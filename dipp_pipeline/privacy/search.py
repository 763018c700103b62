"""Find all that may be a case reference in a file: in its cells, in its sheets' names, and in all else that is in it.

For the references of erased cases alone, so that more is found than is meant: a formula's A123456, the end of a word
with a number behind it. Text is found as it stands or as zip packs it, and not where it is encrypted, a picture, or the
source of a macro.
"""

import html
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

from dipp_pipeline.programme.case_reference import SEPARATORS, references_anywhere
from dipp_pipeline.settings import MEGABYTE, Limits
from dipp_pipeline.spreadsheets.cells import ROW, TEXT
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.spreadsheets.sheet import Sheet, texts_of

Bytes = bytes | bytearray

_DEPTH = 2
"""Parts within parts: of the file itself, and of a zip that is embedded in it."""

# The header before each part of a zip: it is there where the directory at the end is damaged or was cut off.
_PART = re.compile(rb"PK\x03\x04.{4}(?P<method>[\x00\x08])\x00.{16}(?P<name>.{2})(?P<extra>.{2})", re.DOTALL)
_STORED = b"\x00"
_NEXT_IN_ZIP = re.compile(rb"PK[\x01\x03\x07]")
_STEP = 4096

# Texts are searched in windows, which overlap so that a reference at an edge stands whole in one of two.
_WINDOW = 2**22
_OVERLAP = 2**16

_DIGITS = 6
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))

_UTF_8_SEPARATOR = re.compile(b"|".join(re.escape(one.encode()) for one in SEPARATORS if not one.isascii()))

# A cell's address, which may look like a reference, and with it all of a cell that has a number or a blank.
_ADDRESS_OR_NUMBER = re.compile(
    r'<(?:\w+:)?c\b(?: r="[A-Z]{1,3}[0-9]{1,7}")?(?:(?: [st]="\w+")*(?:/>|><v>[-+.0-9E]*</v></c>))?'
)

# What programs write by themselves: colours, shapes of letters, names of schemas, and identities.
_OF_PROGRAMS = re.compile(
    r'\brgb="[0-9A-F]{8}"|\bpanose="[0-9A-F]{20}"|"https?://(?:schemas\.|www\.w3\.org/|openoffice\.org/|purl\.org/)[^"]*"'
    r"|\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
)

# Where one text ends and the next has nothing to do with it: cells, notes, drawings, properties and settings.
_END_OF_TEXT = re.compile(
    r"</(?:(?:dc|dcterms|cp|meta):[-\w]+|(?:\w+:)?(?:si|is|v|f|c|comment|table-cell|annotation|txBody|config-item|[A-Z]\w*))>"
)
_TAG = re.compile(r"<[^<>]*>")


def references_within(path: Path, limits: Limits) -> frozenset[str]:
    """All that may be a case reference in the file, whatever the file is; its name is not searched.

    A file that is refused is searched as far as it can be unpacked, up to the limit of its expanded size.
    """
    sheets = sheets_of(path, limits)
    found = {reference for sheet in sheets or () for reference in _in_cells(sheet)}
    if sheets is None or path.suffix.lower() != ".csv":  # whose cells are all that it holds
        found |= {reference for sheet in sheets or () for reference in references_anywhere(sheet.name)}
        for content in _Unpacking(limits.expanded_megabytes * MEGABYTE).contents(path.read_bytes()):
            for text in _texts(content):
                found |= references_anywhere(text)
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
    columns = {**texts_of(sheet.cells.drop(ROW)), **texts_of(sheet.errors.select(TEXT))}
    different = {text for texts in columns.values() for text in texts}
    return {reference for text in different for reference in references_anywhere(text)}


class _Unpacking:
    """A file and what is packed in it, until so many bytes are unpacked."""

    def __init__(self, most: int) -> None:
        self._left = most

    def contents(self, content: Bytes, depth: int = _DEPTH) -> Iterator[Bytes]:
        """The content, its parts and theirs, one after the other."""
        yield content
        for header in _PART.finditer(content) if depth else ():
            start = header.end() + int.from_bytes(header["name"], "little") + int.from_bytes(header["extra"], "little")
            unpacked = _stored if header["method"] == _STORED else _inflated
            part = unpacked(content, start, self._left)
            self._left -= len(part)
            yield from self.contents(part, depth - 1)


def _stored(content: Bytes, start: int, most: int) -> Bytes:
    following = _NEXT_IN_ZIP.search(content, start)
    return content[start : min(start + most, following.start() if following else len(content))]


def _inflated(content: Bytes, start: int, most: int) -> Bytes:
    """What can be inflated from there on, be it damaged later."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = bytearray()
    with suppress(zlib.error):
        for place in range(start, len(content), _STEP):
            if inflater.eof or len(inflated) == most:
                break
            inflated += inflater.decompress(content[place : place + _STEP], most - len(inflated))
    return inflated


def _texts(content: Bytes) -> Iterator[str]:
    """The content, window by window, as each of the texts that it may be."""
    readings = _readings_of_xml if b"<" in content[:8] else _as_it_stands
    for start in range(0, len(content), _WINDOW):
        window = content[max(0, start - _OVERLAP) : start + _WINDOW]
        if len(window.translate(None, _NO_DIGITS)) < _DIGITS:  # most of what expands without end is one byte or two
            continue
        yield from readings(_UTF_8_SEPARATOR.sub(b" ", window).decode("latin-1"))
        if b"\0" in window:
            for encoding, offset in product(("utf-16-le", "utf-16-be"), (0, 1)):
                yield from readings(window[offset:].decode(encoding, "replace"))


def _as_it_stands(text: str) -> Iterator[str]:
    yield text


def _readings_of_xml(xml: str) -> Iterator[str]:
    """XML as it stands, and without the tags that may stand within a string."""
    xml = _OF_PROGRAMS.sub("|", _ADDRESS_OR_NUMBER.sub("<c", xml))
    yield html.unescape(xml)
    yield html.unescape(_TAG.sub("", _END_OF_TEXT.sub("|", xml)))
