"""Excel workbooks (.xlsx, .xlsm) written: sheets, shared strings, and what ties them together.

Not by openpyxl, which stamps the time and its own name, and refuses texts and errors that a source may hold.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dipp_pipeline.spreadsheets.cells import UNSTORED
from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip
from dipp_pipeline.spreadsheets.writers.rows import written_rows

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_WORKBOOK_TYPES = {
    ".xlsx": f"{_SPREADSHEET_TYPE}.sheet.main+xml",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
}

_BLANK_CELL = "<c/>"

# In a shared string _x000B_ stands for a character that XML cannot hold, _x005F_ for an underscore before such a text.
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile(r"[\x01-\x08\x0b-\x1f]")


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook, without macros whatever its ending."""
    strings: dict[str, int] = {}
    with TimelessZip(path, "w") as archive:
        parts = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
        _write(archive, "[Content_Types].xml", _content_types(_WORKBOOK_TYPES[path.suffix.lower()], parts))
        _write(archive, "_rels/.rels", _relationships({"officeDocument": ["xl/workbook.xml"]}))
        _write(archive, "xl/workbook.xml", _workbook(sheets))
        related = _relationships({"worksheet": parts, "sharedStrings": ["sharedStrings.xml"]})
        _write(archive, "xl/_rels/workbook.xml.rels", related)
        for name, sheet in zip(parts, sheets, strict=True):
            _write(archive, f"xl/{name}", _worksheet(sheet, strings))
        _write(archive, "xl/sharedStrings.xml", _shared_strings(strings))


def _write(archive: TimelessZip, name: str, xml: Iterator[str]) -> None:
    with archive.text(name) as text:
        text.write(_XML)
        text.writelines(xml)


def _content_types(workbook_type: str, sheet_parts: Sequence[str]) -> Iterator[str]:
    types = {
        "workbook.xml": workbook_type,
        "sharedStrings.xml": f"{_SPREADSHEET_TYPE}.sharedStrings+xml",
        **dict.fromkeys(sheet_parts, f"{_SPREADSHEET_TYPE}.worksheet+xml"),
    }
    yield f'<Types xmlns="{_PACKAGE}/content-types">'
    yield '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    for name, kind in types.items():
        yield f'<Override PartName="/xl/{name}" ContentType="{kind}"/>'
    yield "</Types>"


def _relationships(targets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What a part refers to, by kind; numbered from rId1 in the order given."""
    related = [(kind, target) for kind, names in targets.items() for target in names]
    yield f'<Relationships xmlns="{_PACKAGE}/relationships">'
    for number, (kind, target) in enumerate(related, 1):
        yield f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
    yield "</Relationships>"


def _workbook(sheets: Sequence[Sheet]) -> Iterator[str]:
    first_visible = next((place for place, sheet in enumerate(sheets) if sheet.visible), 0)
    yield f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
    yield f'<workbookPr date1904="{int(sheets[0].epoch_1904)}"/>'
    yield f'<bookViews><workbookView activeTab="{first_visible}"/></bookViews><sheets>'
    for number, sheet in enumerate(sheets, 1):
        state = "" if sheet.visible else ' state="hidden"'
        yield f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>'
    yield "</sheets></workbook>"


def _worksheet(sheet: Sheet, strings: dict[str, int]) -> Iterator[str]:
    """The sheet's XML; texts that are not among the shared strings yet are added to them.

    Rows have a number, cells follow each other: an address in each would be most of the file.
    """
    yield f'<worksheet xmlns="{_MAIN}"><sheetData>'

    def write_text(text: str) -> str:
        return f'<c t="s"><v>{strings.setdefault(text, len(strings))}</v></c>'

    for number, cells in written_rows(sheet, write_text, _error):
        if any(cells):
            yield f'<row r="{number}">{"".join(cell or _BLANK_CELL for cell in cells)}</row>'
    yield "</sheetData></worksheet>"


def _error(text: str) -> str:
    return "<c><f>NA()</f></c>" if text == UNSTORED.text else f'<c t="e"><v>{escape(text)}</v></c>'


def _shared_strings(strings: Mapping[str, int]) -> Iterator[str]:
    yield f'<sst xmlns="{_MAIN}">'
    for text in strings:
        yield f'<si><t xml:space="preserve">{_escaped(text)}</t></si>'
    yield "</sst>"


def _escaped(text: str) -> str:
    spelled = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_AN_ESCAPE.sub("_x005F_", text))
    return escape(spelled)
