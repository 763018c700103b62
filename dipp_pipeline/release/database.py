"""The published DuckDB file: the marts with a comment on every table and column."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from dipp_pipeline.errors import DippError, reason
from dipp_pipeline.warehouse.engine import disk_faults_told
from dipp_pipeline.warehouse.project import Model

STORAGE_VERSION = "v1.0.0"
"""Read by DuckDB 1.0 and everything later."""


class PublicationError(DippError):
    """There is no new release; the message says why. The one in force stays."""


def write_database(file: Path, marts: Sequence[Model], tables: Mapping[str, pa.Table]) -> None:
    """Write the marts' tables. Raises PublicationError where the file is not what the models promise."""
    try:
        with disk_faults_told(file), _connected() as connection:
            connection.execute(f"attach {_literal(str(file))} as release (storage_version '{STORAGE_VERSION}')")
            connection.begin()
            for mart in marts:
                _write_table(connection, mart, tables[mart.name])
            connection.commit()
            connection.execute("checkpoint release")
    except duckdb.Error as error:
        raise PublicationError(
            f"The release cannot be written: {reason(error)}. Look whether the disk is full, and run the refresh again."
        ) from None
    _verify(file, marts)


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


@contextmanager
def _connected() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        yield connection
    finally:
        connection.close()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
