"""OpenDocument spreadsheets (.ods) written."""

import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dipp_pipeline.spreadsheets.cells import ERROR_TEXTS, UNSTORED
from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip
from dipp_pipeline.spreadsheets.writers.rows import written_rows

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"

_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIMETYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""

_OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles>
<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>
"""

_FROM_1904 = """<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>
</table:calculation-settings>
"""

_CLOSING = "</office:spreadsheet></office:body></office:document-content>"

_BLANK_ROWS = '<table:table-row table:number-rows-repeated="{times}"><table:table-cell/></table:table-row>'


def write(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook."""
    with TimelessZip(path, "w") as archive:
        with archive.text("mimetype", zipfile.ZIP_STORED) as mimetype:
            mimetype.write(_MIMETYPE)
        with archive.text("content.xml") as content:
            content.write(_OPENING + (_FROM_1904 if sheets[0].epoch_1904 else ""))
            for sheet in sheets:
                content.writelines(_table(sheet))
            content.write(_CLOSING)
        with archive.text("META-INF/manifest.xml") as manifest:
            manifest.write(_MANIFEST)


def _table(sheet: Sheet) -> Iterator[str]:
    style = "shown" if sheet.visible else "hidden"
    yield f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">'
    next_row = 1
    for number, cells in written_rows(sheet, _text, _error):
        if number > next_row:
            yield _BLANK_ROWS.format(times=number - next_row)
        yield _row(cells)
        next_row = number + 1
    yield f"{_BLANK_ROWS.format(times=1)}</table:table>"


def _row(cells: Sequence[str]) -> str:
    written = []
    for cell, same in groupby(cells):
        times = sum(1 for _ in same)
        written.append(cell * times or f'<table:table-cell table:number-columns-repeated="{times}"/>')
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def _text(text: str) -> str:
    return _cell(text, "")


def _error(text: str) -> str:
    if text == UNSTORED.text:
        return '<table:table-cell table:formula="of:=NA()"/>'
    formula = f' table:formula="of:={text}"' if text in ERROR_TEXTS else ""
    return _cell(text, f' calcext:value-type="error"{formula}')


def _cell(text: str, kind: str) -> str:
    lines = escape(text, {"\r": "&#13;"}).split("\n")
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell office:value-type="string"{kind}>{paragraphs}</table:table-cell>'
