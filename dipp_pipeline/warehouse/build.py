"""Build the warehouse anew from what is landed: sources, models in order, tests. Then it is switched in whole.

The warehouse can always be deleted; nothing is kept in it that the landed Parquet and the seeds do not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dipp_pipeline.programme.model import Programme
from dipp_pipeline.warehouse.engine import open_database
from dipp_pipeline.warehouse.project import Model, Project
from dipp_pipeline.warehouse.sources import Build, create_sources


@dataclass(frozen=True)
class Outcome:
    """What a build made: rows by model, and wrong rows by test. A view that only reports ask for is not counted."""

    release_id: str
    rows: Mapping[str, int]
    wrong_rows: Mapping[str, int]

    @property
    def failed_tests(self) -> Sequence[str]:
        return [test for test, rows in self.wrong_rows.items() if rows]


def build_warehouse(target: Path, build: Build, sql_folder: Path, programme: Programme, project: Project) -> Outcome:
    """Build and test the warehouse beside the one in place, then switch it in, whether its tests passed or not."""
    aside = target.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with open_database(aside, read_only=False) as connection:
        connection.begin()
        create_sources(connection, build, sql_folder / "seeds", programme, project)
        for model in project.models:
            connection.execute(f"create {model.materialized} {model.name} as {_body(model.sql)}")
        rows = {model.name: _count(connection, model.name) for model in project.models if _is_counted(model)}
        wrong_rows = {test.name: _count(connection, f"({_body(test.sql)})") for test in project.tests}
        _record(connection, wrong_rows)
        connection.commit()
        connection.execute("checkpoint")
    aside.replace(target)
    return Outcome(build.release_id, rows, wrong_rows)


def recorded_outcome(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """What the build of an open warehouse recorded of itself."""
    build = connection.execute("select release_id from landing.build").fetchone()
    tests = connection.execute("select test_name, wrong_rows from landing.test_results").fetchall()
    return Outcome(build[0] if build else "", {}, dict(tests))


def _is_counted(model: Model) -> bool:
    """Not a view above staging: counting its rows would do the work that it saves the build."""
    return model.materialized == "table" or model.layer == "staging"


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    counted = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(counted[0]) if counted else 0


def _body(sql: str) -> str:
    """A model's select, which may end in a comment."""
    return f"{sql}\n"


def _record(connection: duckdb.DuckDBPyConnection, wrong_rows: Mapping[str, int]) -> None:
    connection.execute("create table landing.test_results (test_name VARCHAR, wrong_rows BIGINT)")
    if wrong_rows:
        connection.executemany("insert into landing.test_results values (?, ?)", list(wrong_rows.items()))
