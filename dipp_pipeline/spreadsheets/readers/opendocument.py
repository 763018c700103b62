"""OpenDocument spreadsheets (.ods), read from their XML: only there do formula errors stand as errors.

calamine gives `#DIV/0!` as 0.0 and `#REF!` as blank for a file that LibreOffice wrote.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import LAST_COLUMN, UNSTORED, FormulaError, Refusal
from dipp_pipeline.spreadsheets.readers.zipped import Attributes, Package, TagReader, damaged, overfull
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

_CELL, _COVERED_CELL = f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
_ROW, _SHEET = f"{_TABLE}table-row", f"{_TABLE}table"
_PARAGRAPH, _NOTE = f"{_TEXT}p", f"{_OFFICE}annotation"

_ENCRYPTED = b"encryption-data"


def read(path: Path, limits: Limits) -> Iterator[Sheet]:
    """The sheets of the workbook. Raises Refusal (F01, F02)."""
    package = Package(path.read_bytes(), limits)
    before = b""
    for piece in package.pieces("META-INF/manifest.xml"):
        if _ENCRYPTED in before + piece:
            raise Refusal("F01", "protected")
        before = piece[-len(_ENCRYPTED) :]
    reader = _ContentReader(limits)
    for _ in reader.read(package.xml("content.xml")):
        yield from reader.sheets
        reader.sheets.clear()


class _ContentReader(TagReader):
    """Follows the tags of the content and builds the sheets."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        """The ones that are complete and not fetched yet."""
        self._limits = limits
        self._sheets_begun = 0
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._epoch_1904 = False
        self._body_depth = -1
        self._builder: SheetBuilder | None = None
        self._sheet: Attributes = {}
        self._row: _Row | None = None
        self._cell: Attributes | None = None
        self._cell_depth = 0
        self._paragraphs: list[list[str]] = []
        self._note_depth: int | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        super().start(tag, attributes)
        if self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif self._row is not None:
            if tag in (_CELL, _COVERED_CELL):
                self._cell, self._cell_depth, self._paragraphs = attributes, self.depth, []
        elif self._builder is not None:
            if tag == _ROW:
                self._row = _Row(_times(attributes, f"{_TABLE}number-rows-repeated"))
        elif tag == _SHEET and self.depth == self._body_depth + 1:
            self._start_sheet(attributes)
        elif tag == f"{_OFFICE}spreadsheet":
            self._body_depth = self.depth
        elif tag == f"{_TABLE}null-date":
            self._epoch_1904 = attributes.get(f"{_TABLE}date-value", "").startswith("1904-01-01")
        elif tag == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif tag == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)

    def end(self, tag: str) -> None:
        if self._cell is not None:
            self._end_in_cell(tag)
        elif tag == _ROW and self._row is not None and self._builder is not None:
            self._builder.add(self._row.cells, self._row.times)
            self._row = None
        elif tag == _SHEET and self._builder is not None and self.depth == self._body_depth + 1:
            visible = self._sheet.get(f"{_TABLE}style-name") not in self._hidden_styles
            self.sheets.append(self._builder.sheet(visible, self._epoch_1904))
            self._builder = None
        super().end(tag)

    def _start_sheet(self, attributes: Attributes) -> None:
        self._sheets_begun += 1
        if self._sheets_begun > self._limits.sheets:
            raise Refusal("F02", "sheets", limit=self._limits.sheets)
        self._sheet = attributes
        self._builder = SheetBuilder(attributes.get(f"{_TABLE}name", ""))

    def _start_in_cell(self, tag: str, attributes: Attributes) -> None:
        """A cell's text is that of its own paragraphs, with spaces, tabs and line breaks written out, without notes."""
        if self.depth == self._cell_depth + 1:
            if tag == _PARAGRAPH:
                self._paragraphs.append([])
                self.parser.CharacterDataHandler = self._paragraphs[-1].append
        elif self.parser.CharacterDataHandler is not None:
            if tag == f"{_TEXT}s":
                self._paragraphs[-1].append(" " * min(_times(attributes, f"{_TEXT}c"), 1000))
            elif tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
                self._paragraphs[-1].append(" ")
            elif tag == _NOTE:
                self.parser.CharacterDataHandler, self._note_depth = None, self.depth

    def _end_in_cell(self, tag: str) -> None:
        if self.depth == self._cell_depth and self._row is not None and self._cell is not None:
            text = "\n".join(map("".join, self._paragraphs))
            value = _value(self._cell, text) if tag == _CELL else None  # a covered cell is part of a merged one
            self._row.add(value, _times(self._cell, f"{_TABLE}number-columns-repeated"))
            self._cell = None
        elif self.depth == self._cell_depth + 1:
            self.parser.CharacterDataHandler = None
        elif self.depth == self._note_depth:
            self.parser.CharacterDataHandler, self._note_depth = self._paragraphs[-1].append, None


class _Row:
    """The cells of a row, or of so many that are alike, without the blank ones at its end."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.cells: list[object] = []
        self._blanks = 0

    def add(self, value: object, times: int) -> None:
        if value is None or value == "":
            self._blanks += times
            return
        if len(self.cells) + self._blanks + times > LAST_COLUMN:
            raise overfull()
        self.cells.extend([None] * self._blanks + [value] * times)
        self._blanks = 0


def _times(attributes: Attributes, name: str) -> int:
    """How many times something is repeated. Raises Refusal where that is no number."""
    written = attributes.get(name, "1")
    if not (written.isascii() and written.isdigit() and int(written[:10]) > 0):
        raise damaged()
    return int(written[:10])


def _value(cell: Attributes, text: str) -> object:
    kind = cell.get(f"{_OFFICE}value-type")
    if cell.get(f"{_CALCEXT}value-type") == "error":
        return FormulaError(text or "#ERROR!")
    match kind:
        case "float" | "percentage" | "currency":
            return _number(cell.get(f"{_OFFICE}value", "nan"))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return _date(cell.get(f"{_OFFICE}date-value", ""))
        case "string":
            return cell.get(f"{_OFFICE}string-value") or text
        case None:
            return UNSTORED if cell.get(f"{_TABLE}formula") and not text else text
        case _:
            return text


def _number(written: str) -> object:
    try:
        return float(written)
    except ValueError:
        return written


def _date(written: str) -> object:
    try:
        return datetime.datetime.fromisoformat(written)
    except ValueError:
        return written
