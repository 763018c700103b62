"""OpenDocument spreadsheets (.ods), read from their XML: only there do formula errors stand as errors.

calamine gives `#DIV/0!` as 0.0 and `#REF!` as blank for a file that LibreOffice wrote.
"""

import datetime
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import LAST_COLUMN, UNSTORED, FormulaError, Refusal
from dipp_pipeline.spreadsheets.limits import MOST_SPACES
from dipp_pipeline.spreadsheets.readers.zipped import Elements, Package, damaged, elements, overfull
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLES = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

_STYLE, _SETTINGS, _BODY = f"{_STYLES}style", f"{_TABLE}calculation-settings", f"{_OFFICE}spreadsheet"
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELL, _COVERED_CELL, _REPEATED = (
    f"{_TABLE}{name}" for name in ("table-cell", "covered-table-cell", "number-columns-repeated")
)
_TYPE, _TYPE_SHOWN = f"{_OFFICE}value-type", f"{_CALCEXT}value-type"
_NUMBER, _STRING = f"{_OFFICE}value", f"{_OFFICE}string-value"
_PARAGRAPH, _NOTE = f"{_TEXT}p", f"{_OFFICE}annotation"

_ENCRYPTED = b"encryption-data"


def read(path: Path, limits: Limits) -> Iterator[Sheet]:
    """The sheets of the workbook. Raises Refusal (F01, F02)."""
    package = Package(path.read_bytes(), limits)
    _check_protection(package)
    hidden_styles: set[str | None] = set()
    content = elements(package.xml("content.xml"), {_STYLE, _SETTINGS, _ROW}.__contains__)
    for event, element in content:
        if element.tag == _STYLE and _hides(element):
            hidden_styles.add(element.get(f"{_STYLES}name"))
        elif element.tag == _BODY and event == "start":
            yield from _sheets(element, content, hidden_styles, limits)


def _check_protection(package: Package) -> None:
    before = b""
    for piece in package.pieces("META-INF/manifest.xml"):
        if _ENCRYPTED in before + piece:
            raise Refusal("F01", "protected")
        before = piece[-len(_ENCRYPTED) :]


def _hides(style: Element) -> bool:
    """Whether a sheet of the style is hidden."""
    return any(
        properties.get(f"{_TABLE}display") == "false" for properties in style.findall(f"{_STYLES}table-properties")
    )


def _sheets(body: Element, content: Elements, hidden_styles: Collection[str | None], limits: Limits) -> Iterator[Sheet]:
    """The sheets of the body, which has just opened; of the content what follows the body is left."""
    sheets_begun = 0
    epoch_1904 = False
    for event, element in content:
        if element is body:
            return
        if element.tag == _SHEET:
            sheets_begun += 1
            if sheets_begun > limits.sheets:
                raise Refusal("F02", "sheets", limit=limits.sheets)
            builder = SheetBuilder(element.get(f"{_TABLE}name", ""))
            _add_rows(builder, element, content)
            yield builder.sheet(element.get(f"{_TABLE}style-name") not in hidden_styles, epoch_1904)
        elif element.tag == _SETTINGS:
            for null_date in element.iter(f"{_TABLE}null-date"):
                epoch_1904 = null_date.get(f"{_TABLE}date-value", "").startswith("1904-01-01")
        elif event == "start":
            _pass_over(element, content)


def _pass_over(element: Element, content: Elements) -> None:
    """Whatever it is, of what is in it nothing is a sheet."""
    for _, reached in content:
        if reached is element:
            return


def _add_rows(builder: SheetBuilder, sheet: Element, content: Elements) -> None:
    """Add the rows of the sheet, which has just opened, in whatever groups they stand."""
    for _, element in content:
        if element is sheet:
            return
        if element.tag == _ROW:
            times = _times(element, f"{_TABLE}number-rows-repeated")
            builder.add(_values(element), times)


def _values(row: Element) -> list[object]:
    """The values of its cells, without the blank ones at its end."""
    values: list[object] = []
    blanks = 0
    for cell in row:
        if cell.tag not in (_CELL, _COVERED_CELL):
            continue
        times = _times(cell, _REPEATED)
        value = _value(cell) if cell.tag == _CELL else None  # a covered cell is part of a merged one
        if value is None or value == "":
            blanks += times
            continue
        if len(values) + blanks + times > LAST_COLUMN:
            raise overfull()
        values.extend([None] * blanks + [value] * times)
        blanks = 0
    return values


def _times(element: Element, name: str) -> int:
    """How many times something is repeated. Raises Refusal where that is no number."""
    written = element.get(name, "1")
    if not (written.isascii() and written.isdigit() and int(written[:10]) > 0):
        raise damaged()
    return int(written[:10])


def _value(cell: Element) -> object:
    if cell.get(_TYPE_SHOWN) == "error":
        return FormulaError(_text(cell) or "#ERROR!")
    match cell.get(_TYPE):
        case "float" | "percentage" | "currency":
            return _number(cell.get(_NUMBER, "nan"))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return _date(cell.get(f"{_OFFICE}date-value", ""))
        case "string":
            return cell.get(_STRING) or _text(cell)
        case None:
            return _text(cell) or (UNSTORED if cell.get(f"{_TABLE}formula") else "")
        case _:
            return _text(cell)


def _text(cell: Element) -> str:
    """The cell's own paragraphs, without those of its note."""
    return "\n".join(map(_paragraph, cell.findall(_PARAGRAPH)))


def _paragraph(paragraph: Element) -> str:
    """Its text, with spaces, tabs and line breaks written out, without notes."""
    if not len(paragraph):
        return paragraph.text or ""
    for note in [*paragraph.iter(_NOTE)]:
        behind = note.tail  # which is not the note's, but would be cleared with it
        note.clear()
        note.tail = behind
    for element in paragraph.iter():
        if element.tag == f"{_TEXT}s":
            element.text = " " * min(_times(element, f"{_TEXT}c"), MOST_SPACES)
        elif element.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            element.text = " "
    return "".join(paragraph.itertext())


def _number(written: str) -> object:
    try:
        return float(written)
    except ValueError:
        return written


def _date(written: str) -> object:
    """The date as it is written, whatever zone is written with it; the text itself where it is none."""
    try:
        return datetime.datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return written
