"""Ctrl-C, or a request to end, at any moment: one sentence, and nothing that the next refresh cannot mend."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, DIPP, refresh
from tests.homes import Home
from tests.processes import ended, is_locked, running_in_session, start, wait_until

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

MOMENTS: dict[str, Callable[[Home], object]] = {
    "as it starts": is_locked,
    "while returns are read": lambda home: list(home.landing.glob("*/*/return.json")),
    "while Dagster starts": lambda home: list((home.dagster / "history" / "runs").glob("*")),
    "while models are built": lambda home: list(home.restricted.glob(".aside-*/warehouse.duckdb")),
    "when all is built": lambda home: home.warehouse.exists(),
    "while the release is made": lambda home: list((home.path / "releases").glob("*")),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which two regions have sent returns."""
    for region in ("south-central", "kent-surrey-and-sussex"):
        shutil.copytree(DEMO_RETURNS / region, tmp_path / "incoming" / region)
    return Home(tmp_path)


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_in_a_refresh_is_one_sentence_and_the_next_refresh_completes(home: Home, moment: str) -> None:
    refreshing = start(DIPP, "refresh", "--home", home.path)
    wait_until(lambda: MOMENTS[moment](home) or refreshing.poll() is not None)

    os.killpg(refreshing.pid, signal.SIGINT)

    assert ended(refreshing) == (130, "", "Stopped. Run it again to finish what was not done.\n")
    wait_until(lambda: not running_in_session(refreshing.pid))
    assert {status for (status,) in runs(home)} <= {"FAILURE"}
    assert refresh(home.path)["cases"]["accepted"] > 0
    assert list(home.path.rglob(".aside-*")) == []


def test_a_request_to_end_is_heeded_alike(home: Home) -> None:
    refreshing = start(DIPP, "refresh", "--home", home.path)
    wait_until(lambda: MOMENTS["while returns are read"](home))

    refreshing.send_signal(signal.SIGTERM)

    assert ended(refreshing) == (130, "", "Stopped. Run it again to finish what was not done.\n")
    wait_until(lambda: not running_in_session(refreshing.pid))
    assert refresh(home.path)["cases"]["accepted"] > 0


def runs(home: Home) -> Iterator[tuple[str]]:
    """The state of each run in Dagster's history."""
    history = home.dagster / "history" / "runs.db"
    if not history.exists():
        return
    with sqlite3.connect(history) as connection:
        tables = connection.execute("select name from sqlite_master where name = 'runs'").fetchall()
        yield from connection.execute("select status from runs") if tables else ()
