"""What was refused for a limit or for the machine is read again, and nothing else is."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

import dipp_pipeline.intake.workers
from dipp_pipeline.intake.read import read_return
from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from tests.homes import Home
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

FEW_ROWS = Limits(rows=3)
BUSY = Limits(seconds=5)


def under(home: Home, limits: Limits) -> Home:
    return replace(home, settings=replace(home.settings, limits=limits))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which Wales has sent a return of five cases."""
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 5))
    return home


def refresh(home: Home) -> str:
    """Refresh, and give the release."""
    home.ingest()
    home.build()
    home.give_feedback()
    return home.publish().release_id


def test_a_file_refused_under_a_limit_is_read_again_under_another_one(home: Home):
    limited = under(home, FEW_ROWS)
    refresh(limited)
    assert limited.of_path("scores.csv").refused
    assert limited.again().nothing_to_do()
    assert limited.ingest() == []

    assert not home.again().nothing_to_do()
    assert home.again().new_content() == {}
    assert home.ingest() == ["scores.csv"]
    known = home.of_path("scores.csv")
    assert (len(known.versions), known.in_force.number) == (1, 1)
    assert home.ingest() == []


def test_a_good_reading_stays_valid_under_other_limits(home: Home):
    refresh(home)

    assert under(home, FEW_ROWS).again().nothing_to_do()
    assert under(home, FEW_ROWS).ingest() == []


def test_a_file_refused_for_another_reason_is_not_read_again_under_other_limits(home: Home):
    (home.incoming / "wales" / "scores.csv").write_bytes(b"no return")
    home.ingest()

    assert under(home, FEW_ROWS).ingest() == []


def read_or_sleep(path: Path, programme: Programme, limits: Limits) -> ReturnTables:
    """Stands for a reader on a machine that is too busy for files of five cases."""
    if path.read_bytes().count(b"\n") > 4:
        time.sleep(600)
    return read_return(path, programme, limits)


def make_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dipp_pipeline.intake.workers, "read_return", read_or_sleep)


def test_a_file_that_took_too_long_is_tried_again_once_by_each_refresh(home: Home, monkeypatch: pytest.MonkeyPatch):
    busy = under(home, BUSY)
    make_busy(monkeypatch)
    release = refresh(busy)

    assert busy.of_path("scores.csv").refused
    assert not busy.again().nothing_to_do()
    assert busy.again().new_content() == {}
    assert busy.ingest() == ["scores.csv"]
    assert busy.build().release_id == release

    monkeypatch.undo()
    refresh(busy)
    assert busy.of_path("scores.csv").in_force.number == 1
    assert busy.again().nothing_to_do()


def test_a_version_that_took_too_long_is_not_tried_again_once_a_later_one_is_good(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    busy = under(home, BUSY)
    make_busy(monkeypatch)
    busy.ingest()
    monkeypatch.undo()
    send_cases(home, "wales/scores.csv", references("A", 2))
    make_busy(monkeypatch)
    busy.ingest()

    assert busy.of_path("scores.csv").in_force.number == 2
    assert busy.ingest() == []


def test_a_version_that_took_too_long_is_tried_again_though_a_later_one_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    busy = under(home, BUSY)
    make_busy(monkeypatch)
    busy.ingest()
    monkeypatch.undo()
    (home.incoming / "wales" / "scores.csv").write_bytes(b"no return")
    busy.ingest()

    known = busy.of_path("scores.csv")
    assert (known.in_force.number, known.refused) == (1, True)


def test_a_withdrawn_version_that_took_too_long_is_not_tried_again(home: Home, monkeypatch: pytest.MonkeyPatch):
    busy = under(home, BUSY)
    make_busy(monkeypatch)
    busy.ingest()
    busy.of_path("scores.csv").withdraw()

    assert busy.ingest() == []
