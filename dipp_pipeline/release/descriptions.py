"""What describes the tables for machines: CSV on the Web, Data Package, and the metadata of Parquet files.

All of it is made from the models and from `release_info`: no title, unit or meaning is written here a second time.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.warehouse.project import Model, ModelColumn

TITLE = "Findings of the Dynamic Inspection of Public Protection"


_OPEN_GOVERNMENT_LICENCE = {
    "name": "OGL-UK-3.0",
    "path": words.OPEN_GOVERNMENT_LICENCE,
}
_NAMES_OF_IT = re.compile(r"(?i)(open government licence|ogl)( v| version |-uk-| |-)3(\.0)?")


class Types(NamedTuple):
    """What a type of the database is called elsewhere."""

    arrow: pa.DataType
    csvw: str
    package: str


_TYPES = {
    "VARCHAR": Types(pa.string(), "string", "string"),
    "INTEGER": Types(pa.int32(), "int", "integer"),
    "BIGINT": Types(pa.int64(), "long", "integer"),
    "DOUBLE": Types(pa.float64(), "double", "number"),
    "BOOLEAN": Types(pa.bool_(), "boolean", "boolean"),
    "DATE": Types(pa.date32(), "date", "date"),
    "TIMESTAMP": Types(pa.timestamp("us"), "dateTimeStamp", "datetime"),
}


def csv_columns(mart: Model, contents: Contents) -> Sequence[ModelColumn]:
    """The columns of a mart, and last the release, described as in `release_info`."""
    (about,) = (mart for mart in contents.marts if mart.name == "release_info")
    (release_id,) = (column for column in about.columns if column.name == "release_id")
    return [*(column for column in mart.columns if column.name != "release_id"), release_id]


def types_of(column: ModelColumn) -> Types:
    """The types of a column in each form. Raises PublicationError where no form has it."""
    if column.data_type not in _TYPES:
        raise PublicationError(
            f"{column.name} is a {column.data_type}, which no published column may be. Use one of {', '.join(_TYPES)}."
        )
    return _TYPES[column.data_type]


def never_null(mart: Model) -> frozenset[str]:
    """The columns of the key, but for those that may be null."""
    return frozenset(column.name for column in mart.columns if column.name in mart.key and not column.nullable)


def parquet_schema(mart: Model, contents: Contents) -> pa.Schema:
    """The types of a mart's columns, and what it and they are in words.

    A column's words stand in the metadata of the file too, since only Arrow reads those of a column.
    """
    columns = [
        pa.field(column.name, types_of(column).arrow, metadata={"description": column.description})
        for column in mart.columns
    ]
    of_columns = {column.name: column.description for column in mart.columns}
    about = contents.about
    return pa.schema(
        columns,
        {
            "title": _title(mart, contents),
            "description": words.described(contents, mart.description),
            "grain": mart.grain,
            "columns": json.dumps(of_columns),
            "release_id": about["release_id"],
            "published_at": _moment(contents),
            "publisher": about["publisher"],
            "licence": about["licence"],
        },
    )


def csvw_metadata(mart: Model, contents: Contents) -> Mapping[str, object]:
    """What CSV on the Web says of a CSV; a reader finds it beside the CSV by its name."""
    about = contents.about
    never = never_null(mart)
    licence = _licence(contents)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{mart.name}.csv",
        "dc:title": _title(mart, contents),
        "dc:description": words.described(contents, mart.description),
        "dc:publisher": about["publisher"],
        "dc:license": {"@id": licence["path"]} if "path" in licence else licence["title"],
        "dc:issued": {"@value": _moment(contents), "@type": "xsd:dateTime"},
        "dc:identifier": about["release_id"],
        "notes": [{"grain": mart.grain, **_state(contents)}],
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "quoteChar": '"', "doubleQuote": True},
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "dc:description": column.description,
                    "datatype": types_of(column).csvw,
                    "null": "",
                    "required": column.name in never or column.name == "release_id",
                }
                for column in csv_columns(mart, contents)
            ],
            **_key(mart, "primaryKey"),
        },
    }


def data_package(folder: Path, contents: Contents) -> Mapping[str, object]:
    """The package of the tables in a folder, each in both forms as it lies there.

    It is of version 1, which is the one where none is said: version 2 calls every resource a table that has a type, and
    `frictionless` reads a Parquet table through pandas, in which a whole number that is null is none any more. So these
    are of the type file, of which size and hash are validated.
    """
    about = contents.about
    return {
        "name": "dipp-findings",
        "id": f"dipp-findings-{about['release_id']}",
        "title": TITLE,
        "description": words.described(contents, f"{TITLE}, {about['edition']} edition, {about['status']}."),
        "version": about["release_id"],
        "created": _moment(contents),
        "contributors": [{"title": about["publisher"], "role": "publisher"}],
        "licenses": [_licence(contents)],
        "sources": [{"title": words.described(contents, "Returns of the regions that were inspected.")}],
        "contact": about["contact"],
        "next_update": about["next_update"],
        **_state(contents),
        "resources": [
            resource
            for mart in contents.marts
            for resource in (_csv_resource(folder, mart, contents), _parquet_resource(folder, mart, contents))
        ],
    }


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file in hex."""
    return sha256(file.read_bytes()).hexdigest()


def _csv_resource(folder: Path, mart: Model, contents: Contents) -> Mapping[str, object]:
    dialect = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}
    return {
        **_resource(folder, f"{mart.name}.csv", mart.name, mart, contents),
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": dialect,
        "schema": {**_table_schema(mart, csv_columns(mart, contents)), "missingValues": [""]},
    }


def _parquet_resource(folder: Path, mart: Model, contents: Contents) -> Mapping[str, object]:
    return {
        **_resource(folder, f"{mart.name}.parquet", f"{mart.name}.parquet", mart, contents),
        "type": "file",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": _table_schema(mart, mart.columns),
    }


def _resource(folder: Path, file: str, name: str, mart: Model, contents: Contents) -> Mapping[str, object]:
    return {
        "name": name,
        "path": file,
        "title": _title(mart, contents),
        "description": words.described(contents, mart.description),
        "grain": mart.grain,
        "rowCount": contents.tables[mart.name].num_rows,
        "bytes": (folder / file).stat().st_size,
        "hash": f"sha256:{sha256_of(folder / file)}",
    }


def _table_schema(mart: Model, columns: Sequence[ModelColumn]) -> Mapping[str, object]:
    never = never_null(mart) | {"release_id"}
    fields: list[dict[str, object]] = [
        {
            "name": column.name,
            "type": types_of(column).package,
            "description": column.description,
            **({"constraints": {"required": True}} if column.name in never else {}),
        }
        for column in columns
    ]
    return {"fields": fields, **_key(mart, "primaryKey"), **_unique(mart)}


def _key(mart: Model, name: str) -> Mapping[str, Sequence[str]]:
    """A primary key is one that is never null; where a part of it may be, it is a unique key."""
    return {name: list(mart.primary_key)} if mart.primary_key else {}


def _unique(mart: Model) -> Mapping[str, Sequence[Sequence[str]]]:
    return {} if not mart.key or mart.primary_key else {"uniqueKeys": [list(mart.key)]}


def _licence(contents: Contents) -> Mapping[str, str]:
    name = contents.about["licence"]
    known = _OPEN_GOVERNMENT_LICENCE if _NAMES_OF_IT.fullmatch(name) else {"name": re.sub("[^A-Za-z0-9.]+", "-", name)}
    return {**known, "title": name}


def _title(mart: Model, contents: Contents) -> str:
    return f"{TITLE}: {mart.name.replace('_', ' ')}" + (
        " (invented sample data)" if contents.about["is_sample"] else ""
    )


def _state(contents: Contents) -> Mapping[str, Any]:
    return {name: contents.about[name] for name in ("edition", "status", "is_sample")}


def _moment(contents: Contents) -> str:
    return f"{contents.about['published_at'].isoformat()}Z"
