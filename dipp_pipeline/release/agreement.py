"""Whether the tables for machines say what the database says: the same rows, types and words in each form."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from dipp_pipeline.errors import reason
from dipp_pipeline.release.database import PublicationError, PublishedTable
from dipp_pipeline.release.descriptions import sha256_of, types_of
from dipp_pipeline.release.tables import DATA_PACKAGE, read_parquet
from dipp_pipeline.warehouse.project import ModelColumn

_RELEASE = ModelColumn("release_id", "VARCHAR", "")


class DisagreementError(Exception):
    """A file does not say what the database says; the message goes on from the file's name."""


def disagreements(folder: Path, tables: Sequence[PublishedTable], release_id: str) -> Iterator[tuple[str, str]]:
    """File of the folder to what it has wrong, as a sentence that goes on from the file's name."""
    checks: list[tuple[str, Callable[[Path], None]]] = [(DATA_PACKAGE, partial(_check_package, tables=tables))]
    for table in tables:
        checks += [
            (f"{table.name}.csv", partial(_check_csv, table=table, release_id=release_id)),
            (f"{table.name}.parquet", partial(_check_parquet, table=table, release_id=release_id)),
            (f"{table.name}.csv-metadata.json", partial(_check_csvw, table=table)),
        ]
    for name, check in checks:
        try:
            check(folder / name)
        except FileNotFoundError:
            yield name, "is missing"
        except PublicationError as error:
            yield name, f"cannot be compared with the database: {reason(error)}"
        except DisagreementError as error:
            yield name, str(error)
        except (ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
            yield name, f"cannot be read as what its name says ({reason(error)})"
    expected = {name for name, _ in checks}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name not in expected:
            yield file.name, "is of no table of the database"


def _check_csv(file: Path, table: PublishedTable, release_id: str) -> None:
    columns = [column for column in table.columns if column.name != _RELEASE.name]
    expected = table.rows.select([column.name for column in columns])
    expected = expected.append_column(_RELEASE.name, pa.array([release_id] * expected.num_rows, pa.string()))
    types = {column.name: _type_in_csv(types_of(column).arrow) for column in [*columns, _RELEASE]}
    found = pa_csv.read_csv(
        file,
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    _check_columns(found.column_names, expected.column_names)
    _check_rows(found.cast(expected.schema), expected)


def _type_in_csv(data_type: pa.DataType) -> pa.DataType:
    """Times stand there with their zone, which is UTC."""
    return pa.timestamp("us", tz="UTC") if pa.types.is_timestamp(data_type) else data_type


def _check_parquet(file: Path, table: PublishedTable, release_id: str) -> None:
    found = read_parquet(file)
    _check_columns(found.column_names, table.rows.column_names)
    for column, field in zip(table.columns, found.schema, strict=True):
        if field.type != types_of(column).arrow:
            raise DisagreementError(f"has {column.name} as {field.type}, and the database as {column.data_type}")
        if (field.metadata or {}).get(b"description") != column.description.encode():
            raise DisagreementError(f"describes {column.name} otherwise than the database")
    said = found.schema.metadata
    if not said[b"description"].decode().endswith(table.description):
        raise DisagreementError("describes the table otherwise than the database")
    if said[b"release_id"].decode() != release_id:
        raise DisagreementError(f"is of the release {said[b'release_id'].decode()}, and the database of {release_id}")
    _check_rows(found, table.rows)


def _check_csvw(file: Path, table: PublishedTable) -> None:
    document = json.loads(file.read_bytes())
    found = [
        (column["name"], column["datatype"], column["dc:description"]) for column in document["tableSchema"]["columns"]
    ]
    promised = [(column.name, types_of(column).csvw, column.description) for column in table.columns]
    _check_described(found, promised)
    if not document["dc:description"].endswith(table.description):
        raise DisagreementError("describes the table otherwise than the database")


def _check_package(file: Path, tables: Sequence[PublishedTable]) -> None:
    resources = {resource["path"]: resource for resource in json.loads(file.read_bytes())["resources"]}
    promised = {f"{table.name}.{form}": table for table in tables for form in ("csv", "parquet")}
    if set(resources) != set(promised):
        wrong = sorted(set(resources) ^ set(promised))
        raise DisagreementError(f"and the database have not the same tables: {wrong[0]} is in one of them alone")
    for path, table in promised.items():
        _check_resource(file.with_name(path), resources[path], table)


def _check_resource(file: Path, resource: Any, table: PublishedTable) -> None:
    if not file.exists():
        return  # which is told of the file itself
    if (resource["bytes"], resource["hash"]) != (file.stat().st_size, f"sha256:{sha256_of(file)}"):
        raise DisagreementError(f"has another size or hash of {file.name} than that file")
    if resource["rowCount"] != table.rows.num_rows:
        raise DisagreementError(
            f"counts {resource['rowCount']} rows of {file.name}, and there are {table.rows.num_rows}"
        )
    fields = [(field["name"], field["type"], field["description"]) for field in resource["schema"]["fields"]]
    _check_described(fields, [(column.name, types_of(column).package, column.description) for column in table.columns])


def _check_described(found: Sequence[tuple[str, str, str]], promised: Sequence[tuple[str, str, str]]) -> None:
    """Compare names, types and words of columns; that of the release may be one more, wherever it stands."""
    names = {name for name, _, _ in promised}
    more = [column for column in found if column[0] not in names and column[0] != _RELEASE.name]
    wrong = [*(column for column in promised if column not in found), *more]
    if wrong:
        raise DisagreementError(f"describes {wrong[0][0]} otherwise than the database")


def _check_columns(found: Sequence[str], expected: Sequence[str]) -> None:
    if found != expected:
        wrong = sorted(set(found) ^ set(expected)) or ["their order"]
        raise DisagreementError(f"has not the columns that the database asks for: look at {wrong[0]}")


def _check_rows(found: pa.Table, expected: pa.Table) -> None:
    if found.num_rows != expected.num_rows:
        raise DisagreementError(f"has {found.num_rows} rows, and the database {expected.num_rows}")
    for number, (row, promised) in enumerate(zip(found.to_pylist(), expected.to_pylist(), strict=True), 1):
        for name, value in promised.items():
            if row[name] != value:
                shown, there = ("nothing" if said is None else said for said in (row[name], value))
                raise DisagreementError(f"says {shown} of {name} in row {number}, and the database says {there}")
