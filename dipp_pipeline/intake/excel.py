"""Excel workbooks (.xlsx, .xlsm): values by calamine, formula errors and the date system from the workbook's XML.

calamine is fast and right about dates, but gives `#REF!` and a formula whose result was never stored as blanks. Where a
sheet's XML shows any error or formula, those cells are found in it and marked.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from posixpath import join, normpath
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from dipp_pipeline.intake.cells import ERROR_TEXTS, UNSTORED, FormulaError, Refusal, Sheet
from dipp_pipeline.settings import Limits

_RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONSHIPS_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# What any error (`t="e"`) or formula (`<f>`, `<x:f>`) must have in it. Plain searches, since a sheet has megabytes.
_SIGNS_OF_ERRORS = (
    b'"e"',
    b"'e'",
    *(opening + end for opening in (b"<f", b":f") for end in (b">", b"/", b" ", b"\n", b"\r", b"\t")),
)
_UTF_8 = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<(?!\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["']))""", re.IGNORECASE)
_ERROR_VALUE = re.compile(
    rb"""(<(?:\w+:)?c\s[^>]*\bt\s*=\s*["']e["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)[^<]*""", re.DOTALL
)
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


def read(path: Path, limits: Limits) -> list[Sheet]:
    """The worksheets of the workbook. Raises Refusal (F01, F02)."""
    try:
        content = path.read_bytes()  # calamine takes no path whose bytes are not UTF-8
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts, epoch_1904 = _workbook(archive)
            if len(parts) > limits.sheets:
                raise Refusal("F02", f"The workbook has more than {limits.sheets} sheets. Send the case scores only.")
            with load_workbook(BytesIO(content)) as book:
                return list(_sheets(book, archive, parts, epoch_1904, limits))
    except DefusedXmlException:
        raise Refusal("F02", "The file holds XML that expands itself. Save it again from a spreadsheet.") from None
    except (CalamineError, KeyError, ParseError, zipfile.BadZipFile, EOFError, ValueError, OSError):
        raise Refusal("F01", "The workbook is damaged. Open it, save it again as .xlsx and send that.") from None
    except (NotImplementedError, RuntimeError):
        raise Refusal(
            "F01", "The workbook is packed or protected in a way not taken. Save it again as .xlsx."
        ) from None


def _sheets(
    book: CalamineWorkbook, archive: zipfile.ZipFile, parts: dict[str, str], epoch_1904: bool, limits: Limits
) -> Iterator[Sheet]:
    for metadata in book.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        part = parts[metadata.name]
        errors = list(_errors(archive.read(part)))
        if any(error.text not in ERROR_TEXTS and error != UNSTORED for _, _, error in errors):
            book = load_workbook(_with_known_errors(archive, part))
        sheet = book.get_sheet_by_name(metadata.name)
        last_row, last_column = sheet.end or (0, 0)
        if last_row * last_column > limits.rows * limits.columns:
            raise Refusal(
                "F02", f'Sheet "{metadata.name}" has a cell far outside its table. Copy the cases to a new one.'
            )
        rows = cast(list[list[object]], sheet.to_python(skip_empty_area=False))
        _clear_covered(rows, sheet.merged_cell_ranges or [])
        for row, column, error in errors:
            _put(rows, row, column, error)
        yield Sheet.of(metadata.name, rows, metadata.visible == SheetVisibleEnum.Visible, epoch_1904)


def _with_known_errors(archive: zipfile.ZipFile, part: str) -> BytesIO:
    """The workbook with every error of a sheet as #N/A, since calamine gives up a sheet with one it does not know."""
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w") as rewritten:
        for entry in archive.infolist():
            content = archive.read(entry)
            rewritten.writestr(entry, _ERROR_VALUE.sub(rb"\1#N/A", content) if entry.filename == part else content)
    copy.seek(0)
    return copy


def _clear_covered(rows: list[list[object]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Of merged cells only the first holds the value, whatever was left in the others."""
    for (first_row, first_column), (last_row, last_column) in merged:
        for row in rows[first_row : last_row + 1]:
            start, stop = first_column + (row is rows[first_row]), min(last_column + 1, len(row))
            row[start:stop] = [None] * (stop - start)


def _put(rows: list[list[object]], row: int, column: int, error: FormulaError) -> None:
    """Set a cell that may lie outside what calamine saw as filled."""
    rows.extend([] for _ in range(row + 1 - len(rows)))
    rows[row].extend([None] * (column + 1 - len(rows[row])))
    rows[row][column] = error


def _workbook(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """The part of each sheet by the sheet's name, and whether dates count from 1904."""
    documents = (target for _, kind, target in _relationships(archive, "") if kind.endswith("/officeDocument"))
    workbook_part = next(documents, "")
    targets = {identity: target for identity, _, target in _relationships(archive, workbook_part)}
    workbook = fromstring(archive.read(workbook_part))
    parts = {}
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        identity = sheet.get(_RELATIONSHIPS) or sheet.get(_RELATIONSHIPS_STRICT) or ""
        parts[sheet.get("name", "")] = targets.get(identity, "")
    # Recent Excel adds an x15:workbookPr of its own, which says nothing of dates.
    properties = [element for element in workbook if element.tag.rpartition("}")[2] == "workbookPr"]
    return parts, any(element.get("date1904") in ("1", "true", "on") for element in properties)


def _relationships(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Identity, type and target of what a part refers to; the part "" is the package itself."""
    folder, _, name = part.rpartition("/")
    listing: Element = fromstring(archive.read(join(folder, "_rels", f"{name}.rels")))
    for relationship in listing:
        target = relationship.get("Target", "")
        resolved = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        yield relationship.get("Id", ""), relationship.get("Type", ""), resolved


def _errors(xml: bytes) -> Iterator[tuple[int, int, FormulaError]]:
    """Row and column, from 0, of each formula error and each formula without a stored result."""
    if _UTF_8.match(xml) and not any(sign in xml for sign in _SIGNS_OF_ERRORS):
        return
    row = column = -1
    for event, element in iterparse(BytesIO(xml), events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r") or row + 2) - 1, -1
        elif event == "start" and tag == "c":
            row, column = _position(element.get("r"), row, column + 1)
        elif event == "end" and tag == "c":
            error = _error(element)
            if error:
                yield row, column, error
        elif event == "end" and tag == "row":
            element.clear()


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference or "")
    if match is None:
        return row, column
    index = 0
    for letter in match[1].upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, index - 1


def _error(cell: Element) -> FormulaError | None:
    value = cell.find("{*}v")
    stored = value.text if value is not None else None
    if cell.get("t") == "e":
        return FormulaError(stored or "#ERROR!")
    # An empty <v> is a result only where it is a text, which may be empty.
    empty_text = value is not None and cell.get("t") == "str"
    if cell.find("{*}f") is not None and not (stored or empty_text or cell.find("{*}is") is not None):
        return UNSTORED
    return None
