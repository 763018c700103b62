"""The workbook as an OpenDocument spreadsheet (.ods).

Not by odfdo or odfpy: of the sample they take 1.1 and 0.5 seconds for the cells alone, the one brings in lxml, the
other was last released in 2020, and with either the styles, properties and named ranges are XML all the same.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

from dipp_pipeline.release.workbook.heights import headings_height, line_height, row_height
from dipp_pipeline.release.workbook.sheets import (
    LANGUAGE,
    PROSE_WIDTH,
    RIGHT_ALIGNED,
    CellStyle,
    Line,
    Link,
    Sheet,
    Table,
    Value,
    Workbook,
)
from dipp_pipeline.spreadsheets.timeless_zip import TimelessZip

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_STYLES = Path(__file__).with_name("opendocument_styles.xml")

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'

_MANIFEST = f"""{_XML}<manifest:manifest xmlns:manifest="{_NAMESPACE}manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_MIMETYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""

_OPENING = f"""{_XML}<office:document-content office:version="1.3"
 xmlns:office="{_NAMESPACE}office:1.0" xmlns:style="{_NAMESPACE}style:1.0"
 xmlns:table="{_NAMESPACE}table:1.0" xmlns:text="{_NAMESPACE}text:1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink">
"""

_CENTIMETRES_A_CHARACTER = 0.235
_SHOWN = {"count": ",.0f", "decimal": ",.1f", "probability": ".3f"}
_SPACES = re.compile("^ +| {2,}| +$")
"""What a reader of XML would make one space of, or none."""


def write(file: Path, workbook: Workbook) -> None:
    """Write the workbook. The same one gives the same bytes."""
    with TimelessZip(file, "w") as archive:
        with archive.text("mimetype", zipfile.ZIP_STORED) as mimetype:
            mimetype.write(_MIMETYPE)
        for name, parts in {
            "content.xml": _content(workbook),
            "styles.xml": _styles(workbook),
            "meta.xml": _properties(workbook),
            "META-INF/manifest.xml": iter([_MANIFEST]),
        }.items():
            with archive.text(name) as entry:
                entry.writelines(parts)


def _styles(workbook: Workbook) -> Iterator[str]:
    """The styles as they stand in their file, and a page for each number of pages that a sheet is printed over."""
    before, layouts, after = _STYLES.read_text("utf-8").split("<!-- pages -->")
    yield before
    for pages in _pages(workbook):
        yield f'<style:page-layout style:name="layout_{pages}"><style:page-layout-properties fo:page-width="297mm"'
        yield ' fo:page-height="210mm" style:print-orientation="landscape" style:scale-to-Y="0"'
        yield f' style:scale-to-X="{pages}"/></style:page-layout>\n'
    yield layouts
    for pages in _pages(workbook):
        yield f'<style:master-page style:name="pages_{pages}" style:page-layout-name="layout_{pages}"/>\n'
    yield after


def _properties(workbook: Workbook) -> Iterator[str]:
    made_at = f"{workbook.made_at:%Y-%m-%dT%H:%M:%S}"
    yield f"""{_XML}<office:document-meta office:version="1.3" xmlns:office="{_NAMESPACE}office:1.0"
 xmlns:meta="{_NAMESPACE}meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>
"""
    for name, text in (
        ("dc:title", workbook.title),
        ("dc:description", workbook.description),
        *(("meta:keyword", keyword) for keyword in workbook.keywords),
        ("meta:initial-creator", workbook.author),
        ("dc:creator", workbook.author),
        ("meta:creation-date", made_at),
        ("dc:date", made_at),
        ("dc:language", LANGUAGE),
    ):
        yield f"<{name}>{escape(text)}</{name}>\n"
    yield "</office:meta></office:document-meta>\n"


def _content(workbook: Workbook) -> Iterator[str]:
    yield _OPENING
    yield from _automatic_styles(workbook)
    yield "<office:body><office:spreadsheet>\n"
    for sheet in workbook.sheets:
        yield from _sheet(sheet)
    yield from _named_tables(workbook)
    yield "</office:spreadsheet></office:body></office:document-content>\n"


def _automatic_styles(workbook: Workbook) -> Iterator[str]:
    yield "<office:automatic-styles>\n"
    for pages in _pages(workbook):
        yield f'<style:style style:name="pages_{pages}" style:family="table" style:master-page-name="pages_{pages}">'
        yield '<style:table-properties table:display="true"/></style:style>\n'
    for height in sorted({height for sheet in workbook.sheets for height in _heights(sheet)}):
        yield f'<style:style style:name="height_{height}" style:family="table-row"><style:table-row-properties'
        yield f' style:row-height="{height}pt" style:use-optimal-row-height="false"/></style:style>\n'
    for width in sorted({width for sheet in workbook.sheets for width in _widths(sheet)}):
        yield f'<style:style style:name="width_{width}" style:family="table-column">'
        yield f'<style:table-column-properties style:column-width="{width * _CENTIMETRES_A_CHARACTER:.2f}cm"/>'
        yield "</style:style>\n"
    yield "</office:automatic-styles>\n"


def _pages(workbook: Workbook) -> list[int]:
    return sorted({sheet.pages_wide for sheet in workbook.sheets})


def _heights(sheet: Sheet) -> Iterator[float]:
    """The height of every row."""
    yield from map(line_height, sheet.lines)
    if sheet.table:
        yield headings_height(sheet.table.columns)
        yield from (row_height(row, sheet.table.columns) for row in sheet.table.rows)


def _widths(sheet: Sheet) -> list[int]:
    return [column.width for column in sheet.table.columns] if sheet.table else [PROSE_WIDTH]


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f'<table:table table:name={quoteattr(sheet.name)} table:style-name="pages_{sheet.pages_wide}">\n'
    for width in _widths(sheet):
        yield f'<table:table-column table:style-name="width_{width}"/>'
    for line in sheet.lines:
        yield _row(_line(line), line_height(line))
    if sheet.table:
        yield from _table(sheet.table)
    yield "</table:table>\n"


def _line(line: Line) -> str:
    return _cell(line.value, "link" if isinstance(line.value, Link) else line.style)


def _table(table: Table) -> Iterator[str]:
    headings = "".join(
        _cell(column.heading, "number_heading" if column.style in RIGHT_ALIGNED else "table_heading")
        for column in table.columns
    )
    heading_row = _row(headings, headings_height(table.columns))
    yield f"<table:table-header-rows>{heading_row}</table:table-header-rows>\n"
    styles = [column.style for column in table.columns]
    for row in table.rows:
        yield _row("".join(map(_table_cell, row, styles)), row_height(row, table.columns))


def _row(cells: str, height: float) -> str:
    return f'<table:table-row table:style-name="height_{height}">{cells}</table:table-row>\n'


def _table_cell(value: Value, style: CellStyle) -> str:
    return _cell(value, "link" if isinstance(value, Link) else style)


def _cell(value: Value, style: str) -> str:
    attributes, shown = _written(value, style)
    return f'<table:table-cell table:style-name="{style}" {attributes}>{shown}</table:table-cell>'


def _written(value: Value, style: str) -> tuple[str, str]:
    """What the cell's value is, as attributes, and what it shows."""
    match value:
        case Link():
            address = value.address or f"#{value.sheet}.A1"
            link = f'<text:a xlink:type="simple" xlink:href={quoteattr(address)}>{escape(value.text)}</text:a>'
            return 'office:value-type="string"', f"<text:p>{link}</text:p>"
        case str():
            return 'office:value-type="string"', _paragraphs(value)
        case bool():
            word = str(value).lower()
            return f'office:value-type="boolean" office:boolean-value="{word}"', f"<text:p>{word.upper()}</text:p>"
        case datetime():
            return (
                f'office:value-type="date" office:date-value="{value.isoformat()}"',
                f"<text:p>{value:%Y-%m-%d %H:%M:%S}</text:p>",
            )
        case date():
            return f'office:value-type="date" office:date-value="{value}"', f"<text:p>{value}</text:p>"
        case _:
            return f'office:value-type="float" office:value="{value!r}"', f"<text:p>{value:{_SHOWN[style]}}</text:p>"


def _paragraphs(text: str) -> str:
    return "".join(f"<text:p>{_SPACES.sub(_kept, escape(line))}</text:p>" for line in text.split("\n"))


def _kept(spaces: re.Match[str]) -> str:
    return f'<text:s text:c="{len(spaces[0])}"/>'


def _named_tables(workbook: Workbook) -> Iterator[str]:
    """The tables as named ranges that begin with a row of headings, without buttons to filter them by."""
    yield "<table:database-ranges>\n"
    for sheet in workbook.sheets:
        if sheet.table:
            name, cells = quoteattr(sheet.table.name), quoteattr(_range(sheet, sheet.table))
            yield f"<table:database-range table:name={name} table:target-range-address={cells}"
            yield ' table:contains-header="true" table:display-filter-buttons="false"/>\n'
    yield "</table:database-ranges>\n"


def _range(sheet: Sheet, table: Table) -> str:
    last = f"{get_column_letter(len(table.columns))}{sheet.heading_row + len(table.rows)}"
    return f"{sheet.name}.A{sheet.heading_row}:{sheet.name}.{last}"
