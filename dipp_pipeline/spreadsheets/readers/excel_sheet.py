"""The XML of one sheet of an .xlsx: what calamine does not tell of it, and a plain copy where calamine would not cope.

Values are read by calamine, and by nothing here.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from dipp_pipeline.spreadsheets.cells import (
    ERROR_TEXTS,
    LAST_COLUMN,
    UNSTORED,
    FormulaError,
    column_index,
    column_letters,
)
from dipp_pipeline.spreadsheets.readers.zipped import damaged, elements, local

_SPECIAL = r"""["'][ed]["']|[<:]f[>/\s]"""
"""What stands in any error (`t="e"`), dated text (`t="d"`) or formula (`<f>`, `<x:f>`)."""

_TEXT = r"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_FORMULA = rf'<f(?: t="shared")?(?: ref="[A-Z0-9:]+")?(?: si="[0-9]+")?(?:/>|>{_TEXT}*</f>)'
_PLAIN_CELL = (
    r'<c r="[A-W]?[A-Z]{1,2}[0-9]{1,7}"(?: s="[0-9]+")?(?: t="(?:s|n|b|str|inlineStr)")?(?:/>|>(?:'
    rf'<v>{_TEXT}*</v>|{_FORMULA}<v>{_TEXT}+</v>|<is><t(?: xml:space="preserve")?>{_TEXT}*</t></is>)?</c>)'
)
_PLAIN_CELLS_TO_THE_END = rf"(?:{_PLAIN_CELL})+</row>"
"""Cells that calamine reads as they are, written as most programs do, up to the end of a row."""

_ROW = re.compile(rb"""row\s[^<>]*?\br\s*=\s*["'](\d{1,9})["']""")
_EMPTY_CELL = re.compile(rb'<c r="[^<>]*/>')
_EMPTY_ROW = re.compile(rb'<row r="[^<>]*(?:/>|></row>)')
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class Scanned:
    """What a look over the bytes of a sheet tells."""

    special: bool
    """There may be errors, formulas or dates written as text in it."""
    last_row: int
    """The last row, from 1, that seems to hold a value; rows are taken to stand in order."""


def scan(pieces: Iterable[bytes]) -> Scanned:
    """Look over the XML of a sheet without parsing it."""
    special = False
    last_row = row_before = 0
    end_before = b""
    for piece in pieces:
        window = end_before + piece
        special = special or _shows_special(window)
        row_before, filled = _last_rows(window, row_before)
        last_row = max(last_row, filled)
        end_before = window[-200:]
    return Scanned(special, last_row)


def _shows_special(window: bytes) -> bool:
    """Whether there may be an error, a dated text or a formula; a sheet has megabytes, for which Python is slow."""
    return bool(pl.Series([window.decode("latin-1")]).str.contains(_SPECIAL)[0])


def _last_rows(window: bytes, row_before: int) -> tuple[int, int]:
    """The row in which the window ends, and the last one in it with a cell that is more than a format."""
    last_value = max(window.rfind(b"/c>"), window.rfind(b":c>") if b":" in window else -1)
    last_row = _row_before(window, len(window), row_before)
    return last_row, 0 if last_value < 0 else _row_before(window, last_value, row_before)


def _row_before(window: bytes, place: int, otherwise: int) -> int:
    match = _ROW.match(window, max(window.rfind(b"row ", 0, place), 0))
    return int(match[1]) if match else otherwise + window.count(b"<row", 0, place)  # rows need no number


@dataclass
class SpecialCells:
    """Cells whose values calamine does not tell, in the order of the sheet."""

    places: "array[int]" = field(default_factory=lambda: array("q"))
    """Row times LAST_COLUMN plus column, from 0."""
    values: list[object] = field(default_factory=list)

    @property
    def unknown_errors(self) -> bool:
        """Whether there is an error that calamine does not know, for which it would give up the sheet."""
        return any(
            isinstance(value, FormulaError) and value.text not in ERROR_TEXTS and value != UNSTORED
            for value in self.values
        )

    def by_row(self) -> Iterator[tuple[int, int, object]]:
        """Row, column and value of each, from 0."""
        pairs: Iterable[tuple[int, object]] = zip(self.places, self.values, strict=True)
        if any(later < place for place, later in zip(self.places, self.places[1:], strict=False)):
            pairs = sorted(pairs, key=itemgetter(0))
        for place, value in pairs:
            yield *divmod(place, LAST_COLUMN), value


def special_cells(pieces: Iterable[bytes]) -> SpecialCells:
    """Formula errors, formulas without a stored result and dates written as text."""
    special = SpecialCells()
    for cell in _cells(map(_without_plain_cells, _whole_tags(pieces))):
        if isinstance(cell, _Cell) and cell.special is not None:
            special.places.append(cell.row * LAST_COLUMN + cell.column)
            special.values.append(cell.special)
    return special


def write_plainly(pieces: Callable[[], Iterable[bytes]], write: Callable[[bytes], object]) -> "array[int]":
    """Write the sheet as calamine copes with it: only the rows that hold something, one below the other, in UTF-8.

    Special cells are left out. Gives the number of each row, from 0, in the sheet as it was.
    """
    rows, merged = array("q"), []
    write(b"<worksheet><sheetData>")
    every_cell_says_where = all(map(_says_where, _whole_tags(pieces())))
    tags = _whole_tags(pieces())
    for cell in _cells(map(_without_mere_formats, tags) if every_cell_says_where else tags):
        if isinstance(cell, str):
            merged.append(f"<mergeCell ref={quoteattr(cell)}/>")
        elif cell.special is None and cell.stored:
            if not rows or rows[-1] != cell.row:
                write(f'{"</row>" if rows else ""}<row r="{len(rows) + 1}">'.encode())
                rows.append(cell.row)
            write(_plain_cell(cell, cell.stored, len(rows)).encode())
    write(b"</row></sheetData>" if rows else b"</sheetData>")
    if merged:
        write(f"<mergeCells>{''.join(merged)}</mergeCells>".encode())
    write(b"</worksheet>")
    return rows


def _plain_cell(cell: "_Cell", stored: str, row: int) -> str:
    """The XML of a cell that is not special, in another row."""
    style, kind = (f" {name}={quoteattr(cell.attributes[name])}" if name in cell.attributes else "" for name in "st")
    text = escape(stored)
    inline = cell.attributes.get("t") == "inlineStr"
    value = f'<is><t xml:space="preserve">{text}</t></is>' if inline else f"<v>{text}</v>"
    return f'<c r="{column_letters(cell.column)}{row}"{style}{kind}>{value}</c>'


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end with a tag."""
    rest = b""
    for piece in pieces:
        tags, end, rest = (rest + piece).rpartition(b">")
        yield tags + end
    yield rest


def _without_plain_cells(tags: bytes) -> bytes:
    """Without most cells that are not special: to parse each of them takes three times as long as to read the sheet.

    Those of the last row stay, since what follows may say no address and stand after it.
    """
    rows, row, last_row = tags.rpartition(b"<row ")
    try:
        text = pl.Series([rows.decode()])
    except UnicodeDecodeError:  # the parser will tell
        return tags
    if not _says_where(rows):
        return tags
    return b"".join((text.str.replace_all(_PLAIN_CELLS_TO_THE_END, "</row>")[0].encode(), row, last_row))


def _says_where(tags: bytes) -> bool:
    """Whether every row and cell gives its address, so that one can be left out without moving the next."""
    return (
        tags.count(b"<c ") + tags.count(b"<c>") == tags.count(b'<c r="')
        and tags.count(b"<row ") + tags.count(b"<row>") == tags.count(b'<row r="')
        and b"<!" not in tags
    )


def _without_mere_formats(tags: bytes) -> bytes:
    """Without rows and cells that hold nothing, of which there may be millions: to parse them takes minutes."""
    return _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", tags))


@dataclass(frozen=True)
class _Cell:
    """A cell of the sheet, at a row and column from 0."""

    row: int
    column: int
    attributes: Mapping[str, str]
    stored: str | None
    """The stored value, as it is written."""
    special: object
    """The value for which calamine gives another, or None."""


def _cells(pieces: Iterable[bytes]) -> Iterator[_Cell | str]:
    """The cells in the order of the sheet, then the ranges of merged ones. Raises Refusal (F01, F02)."""
    row = column = -1
    for event, element in elements(pieces, lambda tag: local(tag) == "c"):
        match local(element.tag):
            case "c":
                row, column = _position(element.get("r"), row, column + 1)
                stored, attributes = _stored(element), dict(element.items())
                formula = any(local(part.tag) == "f" for part in element.iter())
                yield _Cell(row, column, attributes, stored, _special_value(attributes, stored, formula))
            case "row" if event == "start":
                row, column = _number(element.get("r"), row + 2) - 1, -1
            case "mergeCell" if event == "start":
                yield element.get("ref", "")


def _stored(cell: Element) -> str | None:
    """The value of a cell, or its inline text, without what says how that is pronounced."""
    stored: str | None = None
    for part in cell:
        match local(part.tag):
            case "v":
                stored = part.text or ""
            case "is":
                spoken = {text for aid in part if local(aid.tag) == "rPh" for text in aid.iter()}
                texts = (text.text or "" for text in part.iter() if local(text.tag) == "t" and text not in spoken)
                stored = "".join(texts)
    return stored


def _special_value(cell: Mapping[str, str], stored: str | None, formula: bool) -> object:
    """The value of a cell for which calamine gives another, or None."""
    kind = cell.get("t")
    if kind == "e":
        return FormulaError(stored or "#ERROR!")
    if kind == "d" and stored:
        return _date(stored)
    # An empty <v> is a result only where it is a text, which may be empty.
    return UNSTORED if formula and not stored and (stored is None or kind not in ("str", "inlineStr")) else None


def _date(text: str) -> object:
    """The date as it is written, whatever zone is written with it; the text itself where it is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column, from 0, that a reference names, or else these. Raises Refusal where no sheet is so wide."""
    match = _REFERENCE.fullmatch(reference or "")
    if match is None:
        return row, column
    index = column_index(match[1].upper())
    if index >= LAST_COLUMN:
        raise damaged()
    return int(match[2]) - 1, index


def _number(text: str | None, otherwise: int) -> int:
    """A row's number, where it has one. Raises Refusal where that is no number."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise damaged()
    return int(text)
