"""An erasure that ends half-way is finished by whatever runs next; where it cannot be, it says why and what to do."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dipp_pipeline import erasure
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.pipeline import UnreadError
from dipp_pipeline.privacy.originals import ErasureError
from dipp_pipeline.release.in_force import release_in_force
from dipp_pipeline.settings import Limits
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.privacy.erasing import accepted, left_of, refresh

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

ERASED, *OTHERS = references("M", 10)


class KilledError(Exception):
    """The process ended here."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of two returns, one of which holds the case and has problems, published and with feedback."""
    home = Home(tmp_path_factory.mktemp("unfinished") / "home")
    given = return_of([ERASED, *OTHERS])
    given.cases[3]["sex"] = "Unknown to all"
    given.headings["remarks"] = "Remarks"
    for case in given.cases:
        case["remarks"] = f"as in CRN{ERASED}"
    send(home, "wales/scores.csv", given)
    send_cases(home, "london/scores.csv", references("L", 5))
    refresh(home)
    return home


@pytest.fixture
def home(published: Home, tmp_path: Path) -> Home:
    return published.copy(tmp_path / "home")


def left(home: Home) -> tuple[Path, ...]:
    return left_of(ERASED, home)


STEPS = {
    "scrub": (erasure, "scrub_original"),
    "record what is scrubbed": (Erasures, "scrubbed"),
    "forget": (erasure, "forget_readings"),
    "strike names": (erasure, "strike_names"),
    "drop corrections": (erasure, "drop_corrections"),
    "finish": (Erasures, "finished"),
}


def killed(*_: object) -> None:
    raise KilledError


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_killed_is_finished_by_the_next_refresh(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
):
    before = accepted(home), release_in_force(home.database)
    owner, name = STEPS[step]
    work = getattr(owner, name)
    monkeypatch.setattr(owner, name, (lambda *arguments: killed(work(*arguments))) if after else killed)
    with pytest.raises(KilledError):
        home.erase(ERASED)
    monkeypatch.undo()
    if (step, after) != ("finish", True):
        assert home.again().erasures().unfinished
        with pytest.raises(UnreadError, match="Run the refresh"):
            home.build()
    assert not home.again().nothing_to_do()

    refresh(home)

    assert (accepted(home), left(home)) == (before[0] - 1, ())
    assert release_in_force(home.database) != before[1]
    assert home.again().nothing_to_do()
    assert home.erase(ERASED).is_complete


def test_one_that_was_only_begun_is_finished_too(home: Home):
    home.again().erasures().begun(ERASED, home.again().pseudonym_key.pseudonym(ERASED))
    assert not home.again().nothing_to_do()

    refresh(home)

    assert (accepted(home), left(home)) == (14 - 1, ())


def test_a_release_after_an_interruption_is_another_one(home: Home, monkeypatch: pytest.MonkeyPatch):
    before = home.again().release_id(home.again().history().returns)
    monkeypatch.setattr(Erasures, "finished", killed)
    with pytest.raises(KilledError):
        home.erase(ERASED)
    monkeypatch.undo()

    home.ingest()

    assert home.again().release_id(home.again().history().returns) != before


def under(home: Home, limits: Limits) -> Home:
    return replace(home, settings=replace(home.settings, limits=limits))


def test_an_original_that_cannot_be_scrubbed_now_is_named_and_the_second_try_succeeds(home: Home):
    kept = home.originals / (home.again().history().returns[1].latest.original or "")
    content = kept.read_bytes()

    failed = under(home, Limits(rows=2)).erase(ERASED)

    assert not failed.is_complete
    assert any(str(kept) in sentence and "Raise the limits" in sentence for sentence in failed.failed)
    assert kept.read_bytes() == content
    with pytest.raises(ErasureError, match="Raise the limits, and erase again"):
        under(home, Limits(rows=2)).ingest()
    again = home.erase(ERASED)
    assert again.is_complete
    assert (accepted(home), left(home)) == (13, ())


@pytest.fixture
def closed_drop_folder(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A drop folder in which nobody may write, until the fixture is called."""
    put = os.replace

    def replace_elsewhere(source: Path, target: Path) -> None:
        if Path(target).is_relative_to(home.incoming):
            raise PermissionError(13, "Permission denied", str(target))
        put(source, target)

    monkeypatch.setattr(os, "replace", replace_elsewhere)
    return monkeypatch.undo


def test_a_drop_folder_that_cannot_be_written_is_told_and_the_case_leaves_the_figures(
    home: Home, closed_drop_folder: Callable[[], None]
):
    file = home.incoming / "wales" / "scores.csv"

    failed = home.erase(ERASED, scrub_incoming=True)

    assert (failed.holding, failed.is_complete, failed.proof.left) == ([file], False, ())
    assert any(str(file) in sentence and "permission" in sentence for sentence in failed.failed)
    assert accepted(home) == 13
    refresh(home)
    assert accepted(home) == 13
    closed_drop_folder()
    again = home.erase(ERASED, scrub_incoming=True)
    assert (again.scrubbed, again.holding, again.is_complete) == ([file], [], True)
