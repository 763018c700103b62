"""OpenDocument spreadsheets (.ods), read from their XML: only there do formula errors stand as errors.

calamine gives `#DIV/0!` as 0.0 and `#REF!` as blank for a file that LibreOffice wrote.
"""

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from dipp_pipeline.intake.cells import UNSTORED, FormulaError, Refusal, Sheet
from dipp_pipeline.settings import Limits

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

Row = list[object]


def read(path: Path, limits: Limits) -> list[Sheet]:
    """The sheets of the workbook. Raises Refusal (F01, F02)."""
    try:
        with zipfile.ZipFile(path) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise Refusal("F01", "The workbook is password protected. Save it without a password.")
            with archive.open("content.xml") as content:
                return list(_sheets(iterparse(content, events=("start", "end")), limits))
    except DefusedXmlException:
        raise Refusal("F02", "The file holds XML that expands itself. Save it again from a spreadsheet.") from None
    except (KeyError, ParseError, zipfile.BadZipFile, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        raise Refusal("F01", "The workbook is damaged. Open it, save it again and send that.") from None


def _sheets(events: Iterator[tuple[str, Element]], limits: Limits) -> Iterator[Sheet]:
    hidden_styles: set[str] = set()
    epoch_1904 = False
    sheets = 0
    for event, element in events:
        if event == "end" and element.tag == f"{_STYLE}style":
            properties = element.find(f"{_STYLE}table-properties")
            if properties is not None and properties.get(f"{_TABLE}display") == "false":
                hidden_styles.add(element.get(f"{_STYLE}name", ""))
        elif event == "end" and element.tag == f"{_TABLE}null-date":
            epoch_1904 = element.get(f"{_TABLE}date-value", "").startswith("1904-01-01")
        elif event == "start" and element.tag == f"{_TABLE}table":
            sheets += 1
            if sheets > limits.sheets:
                raise Refusal("F02", f"The workbook has more than {limits.sheets} sheets. Send the case scores only.")
            name = element.get(f"{_TABLE}name", "")
            visible = element.get(f"{_TABLE}style-name") not in hidden_styles
            yield Sheet.of(name, _rows(events, name, limits), visible, epoch_1904)


def _rows(events: Iterator[tuple[str, Element]], sheet: str, limits: Limits) -> Iterator[Row]:
    """The rows up to the end of the table that the events are in; blank rows at its end are left out."""
    blank_rows = filled_rows = 0
    for event, element in events:
        if event == "end" and element.tag == f"{_TABLE}table-row":
            times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            row = _cells(element, sheet, limits)
            element.clear()
            if not row:
                blank_rows += times
                continue
            filled_rows += times
            if filled_rows > limits.rows:
                raise Refusal("F02", f'Sheet "{sheet}" has more than {limits.rows} rows. Send the case scores only.')
            if blank_rows > limits.rows:
                raise Refusal(
                    "F02", f'Sheet "{sheet}" has cells after {blank_rows} blank rows. Send the case scores only.'
                )
            yield from ([] for _ in range(blank_rows))
            blank_rows = 0
            yield from (row for _ in range(times))
        elif event == "end" and element.tag == f"{_TABLE}table":
            return


def _cells(row: Element, sheet: str, limits: Limits) -> Row:
    """The cells of a row; blank cells at its end are left out."""
    cells: Row = []
    blanks = 0
    for cell in row:
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        value = _value(cell) if cell.tag == f"{_TABLE}table-cell" else None  # a covered cell is part of a merged one
        if value is None or value == "":
            blanks += times
            continue
        if len(cells) + blanks + times > 16_384 or times > limits.columns:
            raise Refusal("F02", f'Sheet "{sheet}" has more than {limits.columns} columns. Send the case scores only.')
        cells.extend([None] * blanks + [value] * times)
        blanks = 0
    return cells


def _value(cell: Element) -> object:
    kind = cell.get(f"{_OFFICE}value-type")
    if cell.get(f"{_CALCEXT}value-type") == "error":
        return FormulaError(_text(cell) or "#ERROR!")
    match kind:
        case "float" | "percentage" | "currency":
            return float(cell.get(f"{_OFFICE}value", "nan"))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            written = cell.get(f"{_OFFICE}date-value", "")
            try:
                return datetime.datetime.fromisoformat(written)
            except ValueError:
                return written
        case "string":
            return cell.get(f"{_OFFICE}string-value") or _text(cell)
        case None:
            return UNSTORED if cell.get(f"{_TABLE}formula") and not _text(cell) else _text(cell)
        case _:
            return _text(cell)


def _text(cell: Element) -> str:
    return "\n".join("".join(_pieces(paragraph)) for paragraph in cell.findall(f"{_TEXT}p"))


def _pieces(element: Element) -> Iterator[str]:
    """The text of a paragraph, with its spaces, tabs and line breaks written out and its notes left out."""
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * min(int(child.get(f"{_TEXT}c", "1")), 1000)
        elif child.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif child.tag != f"{_OFFICE}annotation":
            yield from _pieces(child)
        yield child.tail or ""
