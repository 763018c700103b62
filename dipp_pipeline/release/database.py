"""The published DuckDB file: the marts with a comment on every table and column."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from dipp_pipeline.errors import DippError, reason
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.warehouse.engine import disk_faults_told
from dipp_pipeline.warehouse.project import Model, ModelColumn

STORAGE_VERSION = "v1.0.0"
"""Read by DuckDB 1.0 and everything later."""


class PublicationError(DippError):
    """There is no new release; the message says why. The one in force stays."""


def write_database(file: Path, contents: Contents) -> None:
    """Write the marts' tables. Raises PublicationError where the file is not what the models promise."""
    try:
        with disk_faults_told(file), _connected() as connection:
            connection.execute(f"attach {_literal(str(file))} as release (storage_version '{STORAGE_VERSION}')")
            connection.begin()
            for mart in contents.marts:
                _write_table(connection, mart, contents.tables[mart.name])
            connection.commit()
            connection.execute("checkpoint release")
    except duckdb.Error as error:
        raise PublicationError(
            f"The release cannot be written: {reason(error)}. Look whether the disk is full, and run the refresh again."
        ) from None
    _verify(file, contents.marts)


def _write_table(connection: duckdb.DuckDBPyConnection, mart: Model, table: pa.Table) -> None:
    connection.register("given", table)
    connection.execute(f"create table release.{mart.name} as from given")
    connection.unregister("given")
    table_name = f"release.{mart.name}"
    comments = [f"comment on table {table_name} is {_literal(mart.description)}"]
    comments += [
        f"comment on column {table_name}.{column.name} is {_literal(column.description)}" for column in mart.columns
    ]
    connection.execute("; ".join(comments))


def _verify(file: Path, marts: Sequence[Model]) -> None:
    """The file opens, and holds exactly the tables, columns, types and comments that the models promise."""
    with _connected() as connection:
        connection.execute(f"attach {_literal(str(file))} as release (read_only)")
        found = connection.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where database_name = 'release' order by table_name, column_index"
        ).fetchall()
    promised = [
        (mart.name, column.name, column.data_type, column.description)
        for mart in sorted(marts, key=lambda mart: mart.name)
        for column in mart.columns
    ]
    if found != promised:
        wrong = sorted({row[0] for row in set(found) ^ set(promised)})
        raise PublicationError(
            f"The release is of no use: what was written of {', '.join(wrong)} is not what its model says."
        )


@dataclass(frozen=True)
class PublishedTable:
    """A table as a published file has it. One that is not where tables belong has its schema in its name."""

    name: str
    description: str
    columns: Sequence[ModelColumn]
    rows: pa.Table


def read_tables(file: Path) -> Sequence[PublishedTable]:
    """All that a published file holds, by whatever version of the pipeline.

    Raises PublicationError, which goes on from the file, where it cannot be read.
    """
    try:
        with _connected() as connection:
            connection.execute(f"attach {_literal(str(file))} as release (read_only)")
            connection.execute("set enable_external_access = false")  # or a view could read other files
            return list(_tables(connection))
    except duckdb.Error as error:
        raise PublicationError(f"cannot be read as a database: {reason(error)}") from None


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[PublishedTable]:
    comments = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where database_name = 'release'"
    ).fetchall()
    description = {(schema, table): comment or "" for schema, table, comment in comments}
    found = connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns()"
        " where database_name = 'release' and not internal order by schema_name, table_name, column_index"
    ).fetchall()
    for schema, table in dict.fromkeys(row[:2] for row in found):
        yield PublishedTable(
            name=table if schema == "main" else f"{schema}.{table}",
            description=description.get((schema, table), ""),
            columns=[ModelColumn(*row[2:]) for row in found if row[:2] == (schema, table)],
            rows=connection.sql(f"from release.{_name(schema)}.{_name(table)}").to_arrow_table(),
        )


@contextmanager
def _connected() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        yield connection
    finally:
        connection.close()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
