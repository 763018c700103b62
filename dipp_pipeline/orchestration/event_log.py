"""Dagster's own event log in SQLite, which stays open from the first event to the last of a process that records a run.

Dagster opens and closes two databases for most events, of which a run has some 200, and SQLite syncs the disk whenever
the last who has one open closes it.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from dagster import DagsterEventType, EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import SqliteStorageConfig
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.event import listen
from sqlalchemy.pool import ConnectionPoolEntry

_PLANNED = (DagsterEventType.ASSET_MATERIALIZATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)


class OpenEventLog(SqliteEventLogStorage):
    """The event log, each database of which stays open until the log is disposed of."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._open = _OpenTransactions()
        self._plan = ExitStack()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(  # type: ignore[override]  # Dagster's own does not keep to it either
        cls, inst_data: ConfigurableClassData | None, config_value: SqliteStorageConfig
    ) -> "OpenEventLog":
        """The log that Dagster's configuration describes."""
        return cls(config_value["base_dir"], inst_data)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction on the database of a run."""
        return self._transaction(run_id or INDEX_SHARD_NAME)

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A transaction on the database of all runs."""
        return self._transaction(INDEX_SHARD_NAME)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and all that follows from it in the database of all runs in one transaction.

        What a run plans, an event for each asset and check before its first step, is one transaction.
        """
        if event.dagster_event_type not in _PLANNED:
            self._plan.close()
        elif INDEX_SHARD_NAME not in self._open.connections:
            self._plan.enter_context(self.index_connection())
            self._plan.enter_context(self.run_connection(event.run_id))
        with self.index_connection():
            super().store_event(event)

    def dispose(self) -> None:
        """Close the databases."""
        self._plan.close()
        for engine in self._engines.values():
            engine.dispose()
        super().dispose()

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        """The transaction on a database that is open in this thread, or a new one."""
        if shard in self._open.connections:
            yield self._open.connections[shard]
            return
        if shard not in self._engines:
            with super().run_connection(shard):  # which makes the database where there is none
                url, wait = self.conn_string_for_shard(shard), {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
                self._engines[shard] = create_engine(url, connect_args=wait)
                listen(self._engines[shard], "connect", _sync_at_checkpoints)
        with self._engines[shard].begin() as connection:
            self._open.connections[shard] = connection
            try:
                yield connection
            finally:
                del self._open.connections[shard]


class _OpenTransactions(threading.local):
    """The connections of the transactions that are open in a thread, by database."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}


def _sync_at_checkpoints(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Sync the disk when the write-ahead log is written back, and not at each event.

    A machine that loses its power may lose the last events of a run, and nothing else: see SQLite's documentation of
    the pragma.
    """
    connection.cursor().execute("pragma synchronous = normal")
