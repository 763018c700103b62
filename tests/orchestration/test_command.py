"""What a refresh says of itself when it cannot publish, or when Dagster's own files cannot be used."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dipp_pipeline.orchestration.command import Refreshed, refresh_home
from tests.end_to_end.dipp import dipp
from tests.homes import Home, copied_definitions
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]


def refreshed(home: Home) -> Refreshed:
    home = home.again()
    with home.locked("a test", print) as lock:
        return refresh_home(home, lock)


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one return, published by a refresh."""
    home = Home(tmp_path_factory.mktemp("published") / "home")
    send_cases(home, "wales/scores.csv", references("A", 5))
    assert refreshed(home).changed
    return home


@pytest.fixture
def home(published_home: Home, tmp_path: Path) -> Home:
    """A copy of it, to be changed."""
    return published_home.copy(tmp_path / "home")


def unpublishable(home: Home, sql_folder: Path) -> Home:
    """The home under definitions with a test that is never right."""
    copied_definitions(sql_folder)
    (sql_folder / "tests" / "never_right.sql").write_text("-- Never right.\n-- on: fct_answers\nselect 1 as wrong\n")
    return replace(home, sql_folder=sql_folder)


def test_returns_are_counted_right_where_publication_fails(home: Home, tmp_path: Path) -> None:
    for number in range(5):
        send_cases(home, f"london/scores {number}.csv", references("BCDEF"[number], 3))

    failed = refreshed(unpublishable(home, tmp_path / "sql"))

    document = failed.as_json()
    assert isinstance(failed.error, Exception)
    assert "never_right" in str(failed.error)
    assert (document["published"], document["changed"]) == (True, False)
    assert document["returns"] == {"received": 6, "unchanged": 1, "refused": 0}
    assert document["cases"]["accepted"] == 20


def test_returns_are_counted_right_where_the_warehouse_cannot_be_built(home: Home, tmp_path: Path) -> None:
    for number in range(5):
        send_cases(home, f"london/scores {number}.csv", references("BCDEF"[number], 3))
    (home.restricted / "warehouse.duckdb").unlink()
    broken = copied_definitions(tmp_path / "sql")
    (broken / "marts" / "release_info.sql").write_text(
        (broken / "marts" / "release_info.sql").read_text().replace("build.release_id::", "cast('never' as integer)::")
    )

    failed = refreshed(replace(home, sql_folder=broken))

    assert failed.error
    assert failed.as_json()["returns"] == {"received": 0, "unchanged": 1, "refused": 0}


def corrupt(home: Home) -> None:
    (home.dagster / "history" / "runs.db").write_text("this is no database, but a text of many characters")


def corrupt_runs(home: Home) -> None:
    for file in (home.dagster / "history" / "runs").glob("*.db"):
        file.write_text("this is no database, but a text of many characters")


def no_file(home: Home) -> None:
    (home.dagster / "history" / "runs.db").unlink()
    (home.dagster / "history" / "runs.db").mkdir()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (corrupt, "file is not a database"),
        (corrupt_runs, "file is not a database"),
        (no_file, "unable to open database file"),
    ],
)
def test_a_history_of_dagster_that_cannot_be_used_is_a_sentence(
    home: Home, fault: Callable[[Home], None], why: str
) -> None:
    fault(home)
    send_cases(home, "wales/more.csv", references("B", 5))

    done = dipp("refresh", "--json", "--home", home.path)

    assert done.returncode == 1
    assert done.stderr == (
        f"Error: Dagster's history in {home.dagster} cannot be read or written ({why}). Look whether the disk is full "
        "or another process has it open, and run it again. If it is broken, move that folder away: nothing but the "
        "history of runs is in it.\n"
    )
    assert json.loads(done.stdout)["published"]

    shutil.rmtree(home.dagster)
    assert json.loads(dipp("refresh", "--json", "--home", home.path).stdout)["cases"]["accepted"] == 10


def test_a_history_of_dagster_that_another_process_locks_is_a_sentence(home: Home) -> None:
    send_cases(home, "wales/more.csv", references("B", 5))
    with sqlite3.connect(home.dagster / "history" / "runs.db", isolation_level=None) as other:
        other.execute("begin exclusive")

        failed = refreshed(home)

    assert "cannot be read or written (database is locked)" in str(failed.error)
