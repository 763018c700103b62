"""Dagster reads what a refresh recorded, wherever it is told to keep its history."""

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterEventType as Kind

from dipp_pipeline.orchestration.event_log import OpenEventLog
from tests.homes import Home
from tests.landing.small_returns import references, send_cases
from tests.orchestration.test_command import refreshed

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]


def recorded(home: Home) -> Counter[Kind | None]:
    """How many events of each kind Dagster itself reads of the one run of a home."""
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert not isinstance(instance.event_log_storage, OpenEventLog)
        (run,) = instance.get_runs()
        entries = instance.all_logs(run.run_id)
    return Counter(entry.dagster_event_type for entry in entries)


def test_dagster_reads_every_event_and_each_database_is_closed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 5))

    assert refreshed(home).changed

    events = recorded(home)
    assert events[Kind.RUN_SUCCESS] == 1
    assert events[Kind.ASSET_MATERIALIZATION] == events[Kind.ASSET_MATERIALIZATION_PLANNED] > len(home.project.marts)
    assert events[Kind.ASSET_CHECK_EVALUATION] == events[Kind.ASSET_CHECK_EVALUATION_PLANNED]
    assert events[Kind.ASSET_CHECK_EVALUATION] > len(home.project.tests)
    assert not list(home.dagster.rglob("*-wal"))


def test_a_history_that_is_kept_elsewhere_stays_there(tmp_path: Path) -> None:
    home, elsewhere = Home(tmp_path / "home"), tmp_path / "elsewhere"
    send_cases(home, "wales/scores.csv", references("A", 5))
    home.dagster.mkdir(parents=True)
    (home.dagster / "dagster.yaml").write_text(f"storage:\n  sqlite:\n    base_dir: {elsewhere}\n")

    assert refreshed(home).changed

    assert recorded(home)[Kind.RUN_SUCCESS] == 1
    assert list(elsewhere.rglob("*.db"))
    assert not list(home.dagster.rglob("*.db"))
