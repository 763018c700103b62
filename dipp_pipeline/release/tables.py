"""The marts as tables for machines: each as CSV and as Parquet, and what describes them (descriptions.py).

    <table>.csv                    UTF-8, CRLF, RFC 4180; null is an empty field, an empty text is ""
    <table>.csv-metadata.json      CSV on the Web: what its columns are
    <table>.parquet                the columns and types of the database, with its comments
    datapackage.json               Data Package: all of them, with their size, hash and number of rows

A CSV is what travels without its folder, so that it says of each row which release it is of: `release_id` is its last
column, also of `release_info`, whose own stands there and nowhere else. A Parquet file says so in its metadata.
"""

import math
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dipp_pipeline.atomic import as_document
from dipp_pipeline.errors import reason
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.descriptions import csv_columns, csvw_metadata, data_package, parquet_schema
from dipp_pipeline.warehouse.project import Model

TABLES = "tables"
"""The folder of a release that they lie in."""

DATA_PACKAGE = "datapackage.json"

_LINE_END = "\r\n"
_TO_QUOTE = ('"', ",", "\r", "\n")


def write_tables(folder: Path, contents: Contents) -> None:
    """Write every mart into a folder, which is made where it is not there. Raises PublicationError."""
    folder.mkdir(exist_ok=True)
    for mart in contents.marts:
        (folder / f"{mart.name}.csv").write_bytes(_csv(mart, contents).encode())
        (folder / f"{mart.name}.csv-metadata.json").write_bytes(as_document(csvw_metadata(mart, contents)))
        _write_parquet(folder / f"{mart.name}.parquet", mart, contents)
    (folder / DATA_PACKAGE).write_bytes(as_document(data_package(folder, contents)))


def read_parquet(file: Path) -> pa.Table:
    """The rows of a file. Raises ValueError where it is no Parquet."""
    content = file.read_bytes()
    try:
        return pq.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:  # no fault of the disk: it has been read
        raise ValueError(reason(error)) from None


def _csv(mart: Model, contents: Contents) -> str:
    columns = [column.name for column in csv_columns(mart, contents)]
    of_release = {"release_id": contents.about["release_id"]}
    rows = [[_field(mart, {**row, **of_release}[name]) for name in columns] for row in contents.rows(mart.name)]
    return "".join(",".join(fields) + _LINE_END for fields in [columns, *rows])


def _field(mart: Model, value: object) -> str:
    """A value as XML Schema writes its type, which CSV on the Web and Data Packages read."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            raise PublicationError(
                f"{mart.name} holds {value}, which is no number. Divide by nullif(…, 0) in its model."
            )
        case float():
            return repr(value)  # the shortest that reads as the same number
        case datetime():
            return f"{value.isoformat()}Z"
        case date():
            return value.isoformat()
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    is_plain = text and not any(mark in text for mark in _TO_QUOTE)
    return text if is_plain else '"' + text.replace('"', '""') + '"'


def _write_parquet(file: Path, mart: Model, contents: Contents) -> None:
    """Snappy is what every reader of Parquet can read."""
    table = contents.tables[mart.name]
    schema = parquet_schema(mart, contents)
    if [(column.name, column.type) for column in table.schema] != [(column.name, column.type) for column in schema]:
        raise PublicationError(f"{mart.name} has not the columns and types of its model. Build the warehouse again.")
    pq.write_table(table.cast(schema), file, compression="snappy")
