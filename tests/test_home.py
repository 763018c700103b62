"""When a home has nothing to do: when nothing is new, and nothing is undone either."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dipp_pipeline.home import HomeError
from dipp_pipeline.orchestration.command import refresh_home
from tests.homes import Home, add_line, copied_definitions
from tests.landing.small_returns import references, return_of, send, send_cases

pytestmark = pytest.mark.thorough


def sent(home: Home) -> Home:
    """The home after a return with a problem was sent, so that there is a marked-up copy to make."""
    given = return_of(references("A", 5))
    given.cases[0]["C1"] = "Perhaps"
    send(home, "wales/scores.csv", given)
    return home


@pytest.fixture(scope="module")
def finished_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which everything is done."""
    home = sent(Home(tmp_path_factory.mktemp("finished") / "home"))
    home.ingest()
    home.build()
    home.publish()
    home.give_feedback()
    return home


@pytest.fixture
def home(finished_home: Home, tmp_path: Path) -> Home:
    """A copy of it, to be changed."""
    return finished_home.copy(tmp_path / "home")


def test_where_all_is_done_there_is_nothing_to_do(finished_home: Home):
    assert finished_home.again().nothing_to_do()


CHANGES: dict[str, Callable[[Home], object]] = {
    "new bytes of a return": lambda home: send_cases(home, "wales/scores.csv", references("A", 6)),
    "a new return": lambda home: send_cases(home, "wales/more.csv", references("B", 6)),
    "a file under no region": lambda home: send_cases(home, "wales/../lost.csv", references("B", 6)),
    "a withdrawal": lambda home: home.of_path("scores.csv").withdraw(),
    "an erasure that is not finished": lambda home: home.erasures().begun("A000001", "a pseudonym"),
    "a correction": lambda home: home.corrections_file.write_text(
        "region,return,case,field,from,to,reason,author_role,date\n"
    ),
    "no warehouse": lambda home: home.warehouse.unlink(),
    "no release": lambda home: home.published.unlink(),
    "no marked-up copy": lambda home: next(home.feedback.rglob("*.xlsx")).unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_new_or_undone_is_to_do(home: Home, change: str):
    CHANGES[change](home)

    assert not home.again().nothing_to_do()


def test_other_definitions_are_to_do(home: Home, tmp_path: Path):
    seeds = copied_definitions(tmp_path / "sql") / "seeds"
    add_line(seeds / "value_spellings.csv", "answer,Perhaps,no")

    assert not home.under(seeds).nothing_to_do()
    assert not replace(home, version="another").nothing_to_do()


@pytest.mark.exhaustive
def test_a_refresh_that_was_killed_before_the_feedback_is_finished_by_the_next(tmp_path: Path):
    home = sent(Home(tmp_path / "home"))
    home.ingest()
    home.build()
    home.publish()
    assert not list(home.feedback.rglob("*.xlsx"))

    with home.again().locked("a test", print) as lock:
        refreshed = refresh_home(home.again(), lock)

    assert (refreshed.error, refreshed.changed) == (None, False)
    assert [copy.name for copy in home.feedback.rglob("*.xlsx")] == ["scores.csv.marked-up.xlsx"]
    assert refreshed.feedback == home.feedback
    assert home.again().nothing_to_do()


def test_a_drop_folder_that_is_gone_is_no_empty_one(home: Home):
    home.incoming.rename(home.path / "unmounted")

    with pytest.raises(HomeError, match=r"incoming is not there\. Connect or make it, and run this again\."):
        home.again().nothing_to_do()


def test_what_is_written_in_a_locked_home_is_for_its_owner_alone(tmp_path: Path):
    home = Home(tmp_path)
    home.restricted.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        with home.locked("a test", print):
            (home.restricted / "file").write_text("cases")
        (tmp_path / "later").write_text("no cases")
    finally:
        os.umask(before)

    assert home.restricted.stat().st_mode & 0o777 == 0o700
    assert (home.restricted / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "later").stat().st_mode & 0o777 == 0o644
