"""The published DuckDB file: the marts with a comment on every table and column."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from dipp_pipeline.errors import DippError, reason
from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.warehouse.engine import disk_faults_told
from dipp_pipeline.warehouse.project import Model, ModelColumn

STORAGE_VERSION = "v1.0.0"
"""Read by DuckDB 1.0 and everything later."""

_BLOCK_SIZE = 16384
"""The least there is, read since DuckDB 1.1: each column and each key takes a block, however few its rows are."""


class PublicationError(DippError):
    """There is no new release; the message says why. The one in force stays."""


class UnreadableError(Exception):
    """A file is no published database; what is wrong with it goes on from its name."""


def write_database(file: Path, contents: Contents) -> None:
    """Write the marts' tables. Raises PublicationError where the file is not what the models promise.

    A column that may not be null, and a key that has none such, are constraints. There are no foreign keys: they would
    take an index on both sides and an order of writing, and prove nothing that no SQL test has proved.
    """
    try:
        with disk_faults_told(file), _connected() as connection:
            connection.execute(
                f"attach {_literal(str(file))} as release"
                f" (storage_version '{STORAGE_VERSION}', block_size {_BLOCK_SIZE})"
            )
            connection.begin()
            for mart in contents.marts:
                _write_table(connection, mart, contents)
            connection.commit()
            connection.execute("checkpoint release")
    except duckdb.ConstraintException as error:
        raise PublicationError(
            f"The release is of no use: {reason(error)}. A column that may be null says so in its model's comment, and "
            "the model's key tells its rows apart. Mend the model."
        ) from None
    except duckdb.Error as error:
        raise PublicationError(
            f"The release cannot be written: {reason(error)}. Look whether the disk is full, and run the refresh again."
        ) from None
    _verify(file, contents.marts)


def _write_table(connection: duckdb.DuckDBPyConnection, mart: Model, contents: Contents) -> None:
    connection.register("given", contents.tables[mart.name])
    given = connection.table("given")
    if [*zip(given.columns, map(str, given.types), strict=True)] != [(it.name, it.data_type) for it in mart.columns]:
        raise _unlike([mart.name])
    connection.execute(f"create table release.{mart.name} ({_definitions(mart)})")
    connection.execute(f"insert into release.{mart.name} from given")
    connection.unregister("given")
    table_name = f"release.{mart.name}"
    comments = [f"comment on table {table_name} is {_literal(words.described(contents, mart.description))}"]
    comments += [
        f"comment on column {table_name}.{column.name} is {_literal(column.description)}" for column in mart.columns
    ]
    connection.execute("; ".join(comments))


def _definitions(mart: Model) -> str:
    """What stands between the brackets of `create table`."""
    columns = [
        f'"{column.name}" {column.data_type}' + ("" if column.nullable else " not null") for column in mart.columns
    ]
    key = [f"primary key ({', '.join(mart.primary_key)})"] if mart.primary_key else []
    return ", ".join(columns + key)


def _verify(file: Path, marts: Sequence[Model]) -> None:
    """The file opens, and holds exactly the tables, columns, constraints and comments that the models promise."""
    with _connected() as connection:
        connection.execute(f"attach {_literal(str(file))} as release (read_only)")
        found = connection.execute(
            "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns()"
            " where database_name = 'release' order by table_name, column_index"
        ).fetchall()
        keys = connection.execute(
            "select table_name, constraint_column_names from duckdb_constraints()"
            " where database_name = 'release' and constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        repeated = [mart.name for mart in marts if _has_repeated_key(connection, mart)]
    promised = [
        (mart.name, column.name, column.data_type, column.nullable, column.description)
        for mart in sorted(marts, key=lambda mart: mart.name)
        for column in mart.columns
    ]
    promised_keys = {mart.name: list(mart.primary_key) for mart in marts if mart.primary_key}
    wrong = {row[0] for row in set(found) ^ set(promised)}
    wrong |= {name for name in promised_keys.keys() | dict(keys) if promised_keys.get(name) != dict(keys).get(name)}
    if wrong or found != promised:
        raise _unlike(sorted(wrong))
    if repeated:
        raise _unlike(repeated)


def _has_repeated_key(connection: duckdb.DuckDBPyConnection, mart: Model) -> bool:
    """Whether two rows have one key, nulls being equal, which no constraint says; without a key, whether two rows."""
    listed = ", ".join(mart.key) or "true"
    repeated = f"select 1 from release.{mart.name} group by {listed} having count(*) > 1 limit 1"
    return connection.execute(repeated).fetchone() is not None


def _unlike(tables: Sequence[str]) -> PublicationError:
    return PublicationError(
        f"The release is of no use: what was written of {', '.join(tables)} is not what its model says."
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

    Raises UnreadableError.
    """
    try:
        with _connected() as connection:
            connection.execute(f"attach {_literal(str(file))} as release (read_only)")
            connection.execute("set enable_external_access = false")  # or a view could read other files
            return list(_tables(connection))
    except duckdb.Error as error:
        raise UnreadableError(f"cannot be read as a database: {reason(error)}") from None


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
