"""All words that stand in a file of a release, whatever form it is, so that they can be searched.

A picture has none that is read here, nor have the drawing commands of a chart, which are letters and numbers.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pyarrow as pa

from dipp_pipeline.errors import reason
from dipp_pipeline.release.tables import read_parquet

EXPANDED_MEGABYTES = 500
"""A workbook that holds more than this is not read."""

_PICTURES = frozenset({".png", ".jpg", ".gif", ".ico", ".woff", ".woff2", ".pdf", ".wasm"})
_MARKED_UP = frozenset({".html", ".svg", ".xml", ".rdf"})
_WORKBOOKS = frozenset({".xlsx", ".ods"})
_DRAWING = re.compile(r"""(?i)\s(?:d|points|transform|viewbox)=(?:"[^"]*"|'[^']*')""")
_PICTURE_IN_STYLE = re.compile(r"""url\((["'])data:image/.*?\1\)""")


def texts_of(file: Path) -> Iterator[str]:
    """The words of a file that is no database. Raises ValueError where it is not what its name says."""
    ending = file.suffix.lower()
    if ending in _PICTURES:
        return
    if ending in _WORKBOOKS:
        yield from _texts_of_workbook(file)
    elif ending == ".parquet":
        yield from _texts_of_parquet(file)
    elif ending == ".json":
        yield from _strings(_document(file))
    elif ending in _MARKED_UP:
        yield _text_of_markup(file.read_text("utf-8"))
    else:
        yield _without_pictures(file.read_text("utf-8"))


def texts_of_table(table: pa.Table) -> Iterator[str]:
    """The texts of a table's rows."""
    for column in table.columns:
        if pa.types.is_string(column.type):
            yield from column.drop_null().unique().to_pylist()


def _texts_of_parquet(file: Path) -> Iterator[str]:
    table = read_parquet(file)
    yield from texts_of_table(table)
    for described in (table.schema, *table.schema):
        yield from (value.decode() for value in (described.metadata or {}).values())


def _texts_of_workbook(file: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > EXPANDED_MEGABYTES * 1_000_000:
                raise ValueError(f"more than {EXPANDED_MEGABYTES} megabytes")
            for part in parts.namelist():
                if Path(part).suffix.lower() in _MARKED_UP | {".rels"}:
                    yield _text_of_markup(parts.read(part).decode())
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise ValueError(reason(error)) from None


def _document(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except RecursionError:
        raise ValueError("nested without end") from None


def _text_of_markup(text: str) -> str:
    """All that stands between tags and in them; a tag parts what stands before it from what stands after."""
    return _without_pictures(unescape(_DRAWING.sub("", text)))


def _without_pictures(text: str) -> str:
    """A style sheet without the pictures that stand in it as text."""
    return _PICTURE_IN_STYLE.sub("", text)


def _strings(document: object) -> Iterator[str]:
    match document:
        case str():
            yield document
        case list():
            for element in document:
                yield from _strings(element)
        case dict():
            for name, value in document.items():
                yield name
                yield from _strings(value)
