"""Zipped workbooks: their parts, expanded piece by piece, with no trust in what the zip says of itself.

What a part means is not decided here; see excel.py and opendocument.py.
"""

import codecs
import re
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from io import BytesIO
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, XMLParser, iterparse

from dipp_pipeline.settings import MEGABYTE, Limits
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.limits import DEEPEST, LONGEST_RUN, MOST_TAGS

_PIECE = MEGABYTE

_STEP = MEGABYTE // 8
"""What of a part is parsed at once: of its elements few are then in memory together, which is faster, too."""

_DOCTYPE = b"<!DOCTYPE"
"""Without it there are no entities but those of XML itself."""

_NOT_PLAIN = 0x1 | 0x20 | 0x40
"""Flags of an entry that is encrypted, or a patch for another one."""

_DECLARATION = re.compile(r"""\ufeff?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["'][^>]*>""")

_OPENING = 200
"""So much of a part is searched for its declaration, and no more: it can be made to take ages."""

_TAKEN = re.compile(r"utf-16(-?[lb]e)?|iso-8859-\d{1,2}|windows-\d{3,4}", re.IGNORECASE)
"""Encodings of XML besides UTF-8."""

Attributes = dict[str, str]

Elements = Iterator[tuple[str, Element]]
"""Each with "start" where it opens, and with "end" where it closes."""


class Package:
    """A zipped workbook. Its parts are known by name, without regard to case and to the kind of slash."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        """Raises Refusal: F01 for what is no zip, F02 for one that says that it expands too far."""
        self._limits = limits
        self._entries: dict[str, list[zipfile.ZipInfo]] = defaultdict(list)
        self._tags: dict[str, int] = {}
        """How many each part has that was read."""
        self.transcoded: set[str] = set()
        """The parts that turned out not to be in UTF-8."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise damaged() from None
        self._check_size(sum(entry.file_size for entry in self._archive.infolist()))
        for entry in self._archive.infolist():
            self._entries[_key(entry.filename)].append(entry)

    def name(self, part: str) -> str | None:
        """What the zip calls a part, if it has it."""
        entries = self._entries.get(_key(part))
        return entries[0].filename if entries else None

    def pieces(self, part: str) -> Iterator[bytes]:
        """The content of a part. Raises Refusal where it is missing, damaged, or not what the zip says."""
        entries = self._entries.get(_key(part), [])
        if len(entries) != 1:
            raise damaged()
        (entry,) = entries
        if entry.flag_bits & _NOT_PLAIN or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refusal("F01", "packing")
        to_its_end = copy(entry)
        to_its_end.file_size = sys.maxsize  # or zipfile would stop at the size that the zip says, and not tell of more
        size = 0
        try:
            with self._archive.open(to_its_end) as content:
                while piece := content.read(_PIECE):
                    size += len(piece)
                    self._check_size(size)
                    if size <= entry.file_size:  # what more comes is only counted
                        yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError):
            raise damaged() from None
        if size != entry.file_size:
            raise damaged()

    def xml(self, part: str) -> Iterator[bytes]:
        """The content of a part of XML, in UTF-8. Raises Refusal, too, where it is made to exhaust whoever reads it."""
        run = tags_found = 0
        end_before = b""
        tags_elsewhere = sum(tags for other, tags in self._tags.items() if other != part)
        for piece in self._in_utf_8(part):
            window = end_before + piece
            if _DOCTYPE in window:
                raise Refusal("F02", "self_expanding")
            end_before = window[-len(_DOCTYPE) :]
            tags = piece.count(b"<")
            tags_found += tags
            run = 0 if tags else run + len(piece)
            if tags_elsewhere + tags_found > MOST_TAGS or run > LONGEST_RUN:
                raise overfull()
            yield piece
        self._tags[part] = tags_found

    def _check_size(self, expanded: int) -> None:
        megabytes = self._limits.expanded_megabytes
        if expanded > megabytes * MEGABYTE:
            raise Refusal("F02", "expanded_size", limit=megabytes)

    def _in_utf_8(self, part: str) -> Iterator[bytes]:
        pieces = self.pieces(part)
        first = next(pieces, b"")
        encoding = _encoding(first)
        if encoding is None:
            yield first
            yield from pieces
            return
        self.transcoded.add(part)
        try:
            decoder = codecs.getincrementaldecoder(encoding if _TAKEN.fullmatch(encoding) else "")()
            text = decoder.decode(first)
            yield (_DECLARATION.sub("", text[:_OPENING], count=1) + text[_OPENING:]).encode()
            for piece in pieces:
                yield decoder.decode(piece).encode()
        except (LookupError, UnicodeError):
            raise damaged() from None


def damaged() -> Refusal:
    """What is said of a workbook that is not whole."""
    return Refusal("F01", "damaged")


def overfull() -> Refusal:
    """What is said of a workbook that would exhaust whoever reads it."""
    return Refusal("F02", "far_more_content")


def elements(pieces: Iterable[bytes], is_whole: Callable[[str], bool] = lambda _: False) -> Elements:
    """The elements of XML in UTF-8, with their attributes alone, so that no tree grows. Raises Refusal (F01, F02).

    One that is whole by its tag comes only at its end, with all that is in it, which does not come by itself. Tags
    and attributes are named `{namespace}name`.
    """
    path: list[Element] = []
    depth_of_whole = 0
    try:
        for event, element in iterparse(_Stream(pieces), ("start", "end"), XMLParser(encoding="utf-8")):
            if event == "start":
                path.append(element)
                if len(path) > DEEPEST:
                    raise overfull()
                if not depth_of_whole and is_whole(element.tag):
                    depth_of_whole = len(path)
            elif len(path) == depth_of_whole:
                depth_of_whole = 0
            if not depth_of_whole:
                yield event, element
            if event == "end":
                path.pop()
                if path and not depth_of_whole:
                    del path[-1][:]  # or a tree would grow
    except ParseError:
        raise damaged() from None


class _Stream:
    """Pieces as a file to read from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._steps = (piece[place : place + _STEP] for piece in pieces for place in range(0, len(piece), _STEP))

    def read(self, _: int = 0) -> bytes:
        return next(self._steps, b"")


def start_tags(pieces: Iterable[bytes]) -> Iterator[tuple[str, Attributes]]:
    """The tags that open an element, without their namespaces, and their attributes."""
    for event, element in elements(pieces):
        if event == "start":
            yield local(element.tag), {local(name): value for name, value in element.items()}


def local(name: str) -> str:
    """A tag or attribute without its namespace."""
    return name.rpartition("}")[2]


def _key(name: str) -> str:
    return unquote(name).replace("\\", "/").lstrip("/").lower()


def _encoding(opening: bytes) -> str | None:
    """The encoding of XML that begins so, where it is not UTF-8."""
    if opening.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if opening.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if opening.startswith(b"<") else "utf-16-be"
    declared = _DECLARATION.match(opening[:_OPENING].decode("utf-8", "replace"))
    return None if declared is None or declared[1].lower() in ("utf-8", "utf8", "us-ascii", "ascii") else declared[1]
