"""OpenDocument spreadsheets (.ods) written."""

import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dipp_pipeline.spreadsheets.cells import ERROR_MARK, ERROR_TEXTS, UNSTORED_FORMULA, Sheet
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

_BLANK_ROW = "<table:table-row><table:table-cell/></table:table-row>"


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
    for blank, rows in groupby(written_rows(sheet, _cell), lambda cells: not any(cells)):
        if blank:
            times = sum(1 for _ in rows)
            yield f'<table:table-row table:number-rows-repeated="{times}"><table:table-cell/></table:table-row>'
        else:
            yield from map(_row, rows)
    yield f"{_BLANK_ROW}</table:table>"


def _row(cells: Sequence[str]) -> str:
    written = []
    for cell, same in groupby(cells):
        times = sum(1 for _ in same)
        written.append(cell * times or f'<table:table-cell table:number-columns-repeated="{times}"/>')
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def _cell(text: str) -> str:
    if not text:
        return ""
    if text == UNSTORED_FORMULA:
        return '<table:table-cell table:formula="of:=NA()"/>'
    error = text.removeprefix(ERROR_MARK)
    if error == text:
        kind = ""
    elif error in ERROR_TEXTS:
        kind = f' calcext:value-type="error" table:formula="of:={error}"'
    else:
        kind = ' calcext:value-type="error"'
    lines = escape(error, {"\r": "&#13;"}).split("\n")
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell office:value-type="string"{kind}>{paragraphs}</table:table-cell>'
