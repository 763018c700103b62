"""The warehouse on DuckDB: load, create, count, read, commit. No other module opens one.

What stands in it is decided by sources.py and the SQL models. A database that was published is read in the same way.
"""

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from dipp_pipeline.errors import DippError, MachineError

if TYPE_CHECKING:  # a refresh that finds nothing to do has no use for pyarrow
    import pyarrow as pa

Materialized = Literal["table", "view"]


class WarehouseError(DippError):
    """A database does not hold what is asked of it, since another version of the pipeline built it."""


_TYPES = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "decimal128(18, 6)": "DECIMAL(18,6)",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP",
}
"""Arrow type to the type of a column in SQL."""

_FULL = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT))
"""What DuckDB quotes of the system where a disk is full, whatever the error is called."""


_IN_ANY_ORDER: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": False}
"""What is ordered by its select stays in order. What is not is loaded and written in half the time."""


class Warehouse:
    """An open database. Names of relations may have a schema: `landing.cases`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def load(self, table: str, schema: "pa.Schema", rows: "pa.Table | Sequence[Path]") -> None:
        """Create a table of that schema and fill it, with rows or from Parquet files."""
        namespace, _, _ = table.rpartition(".")
        if namespace:
            self._connection.execute(f"create schema if not exists {namespace}")
        columns = ", ".join(f'"{column.name}" {sql_type(column.type)}' for column in schema)
        self._connection.execute(f"create table {table} ({columns})")
        names = ", ".join(f'"{name}"' for name in schema.names)
        if not isinstance(rows, Sequence):
            self._connection.register("given", rows)
            self._connection.execute(f"insert into {table} select {names} from given")
            self._connection.unregister("given")
        elif rows:
            files = {"files": [str(file) for file in rows]}
            self._connection.execute(f"insert into {table} select {names} from read_parquet($files)", files)

    def create(self, name: str, select: str, materialized: Materialized) -> None:
        """Make a model of its select, which may end in a comment."""
        self._connection.execute(f"create {materialized} {name} as {select}\n")

    def count(self, select: str) -> int:
        """How many rows a select has, or a relation."""
        relation = f"({select}\n)" if " " in select else select
        counted = self._connection.execute(f"select count(*) from {relation}").fetchone()
        return int(counted[0]) if counted else 0

    def read(
        self, relation: str, where: Mapping[str, object] | None = None, order_by: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """The rows of a relation in which columns have these values, each by the names of its columns."""
        asked = dict(where or {})
        conditions = " and ".join(f'"{column}" is not distinct from ${column}' for column in asked)
        query = f"select * from {relation}"
        query += f" where {conditions}" if conditions else ""
        query += f" order by {', '.join(order_by)}" if order_by else ""
        found = self._connection.sql(query, params=asked or None)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def table(self, relation: str) -> "pa.Table":
        """A whole relation as an Arrow table."""
        return self._connection.sql(f"from {relation}").to_arrow_table()

    def commit(self) -> None:
        """Keep all that was loaded and created, in the one file."""
        self._connection.commit()
        self._connection.execute("checkpoint")
        self._connection.begin()


@contextmanager
def disk_faults_told(file: Path) -> Iterator[None]:
    """What DuckDB says within of the disk of a database, or of memory, becomes a MachineError."""
    try:
        yield
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        if any(full in said for full in _FULL):
            raise MachineError(f"The disk that holds {file} is full. Make room, and run it again.") from error
        if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException) or "Could not write file" in said:
            raise MachineError(
                f"{file} cannot be read or written ({said}). Look after the machine, and run it again."
            ) from error
        raise


@contextmanager
def open_warehouse(file: Path) -> Iterator[Warehouse]:
    """A database to be read."""
    with disk_faults_told(file):
        connection = duckdb.connect(str(file), read_only=True)
        try:
            yield Warehouse(connection)
        except duckdb.CatalogException as error:
            raise WarehouseError(
                f"{file} was built by another version of the pipeline. Run the refresh, which builds it anew."
            ) from error
        finally:
            connection.close()


@contextmanager
def new_warehouse(file: Path) -> Iterator[Warehouse]:
    """A new database, of which nothing is kept unless it is committed."""
    with disk_faults_told(file):
        connection = duckdb.connect(str(file), config=_IN_ANY_ORDER)
        try:
            connection.begin()
            yield Warehouse(connection)
        finally:
            connection.close()


def sql_type(data_type: "pa.DataType") -> str:
    """The type of a column in SQL."""
    return _TYPES[str(data_type)]
