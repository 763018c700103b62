"""An erased case leaves what was approved, and what is public, without anyone's sign-off; a purge its old versions."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from dipp_pipeline import erasure
from dipp_pipeline.cli import main
from dipp_pipeline.landing import approved_copies
from dipp_pipeline.privacy.originals import ErasureError
from dipp_pipeline.privacy.retention import purge_copies
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.privacy.erasing import left_of
from tests.release.editions import BEGUN, approve, asked, cases, files, hours, refresh, revoke, tables

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

ERASED, *OTHERS = references("M", 10)
ANOTHER_KEY = b"another key of tests, no secret either"
WALES, LONDON = "N03", "N07"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose Wales is public, with a case in both versions, and a warning of its row; London is approved too."""
    home = Home(tmp_path_factory.mktemp("approved") / "home").at(BEGUN)
    for answer in ("Yes", "No"):
        given = return_of([ERASED, *OTHERS])
        given.cases[1]["C1"] = answer
        given.cases[0]["C1"] = answer
        given.cases[0][warned(given.cases[0])] = "Yes"
        send(home, "wales/scores.csv", given)
        refresh(home)
    send_cases(home, "london/scores.csv", references("L", 5))
    refresh(home)
    approve(home, "wales")
    approve(home, "london")
    refresh(home)
    return home


def warned(case: dict[str, object]) -> str:
    """A question that does not apply to the case, whose answer is a warning (W04)."""
    case["domestic_abuse_concern"] = "No"
    return "C1e" if "C1e" in case else "C2d"


@pytest.fixture
def home(public: Home, tmp_path: Path) -> Home:
    return public.copy(tmp_path / "home").at(hours(1))


def erase(home: Home) -> None:
    report = home.erase(ERASED, scrub_incoming=True)
    assert report.is_complete, (report.failed, report.proof.left)


def assert_is_erased(home: Home) -> None:
    """Of the ten cases nine are public, and the rest is as if the case had never been."""
    assert (cases(home)[WALES], cases(home)[LONDON]) == (9, 5)
    assert left_of(ERASED, home) == ()
    for table in ("regional_findings", "national_findings", "programme_progress"):
        assert tables(home.public.database)[table] == tables(home.database)[table]
    assert home.again().nothing_to_do()


def test_it_leaves_the_public_edition_without_an_approval(home: Home):
    log = home.approvals_file.read_bytes()

    erase(home)

    assert_is_erased(home)
    assert home.approvals_file.read_bytes() == log
    assert {row[-2] for row in tables(home.public.database)["revisions"]} == {"other"}


def test_it_leaves_every_version_of_what_was_approved_and_what_is_under_embargo(home: Home):
    approve(home, "wales", begins_at=hours(9))
    readings = list(home.approved_folder.glob("*/wales/*/*/*/cases.parquet"))
    assert [pl.read_parquet(table).height for table in readings] == [10] * 4

    erase(home)

    assert [pl.read_parquet(table).height for table in readings] == [9] * 4
    assert_is_erased(home)
    refresh(home.at(hours(9)))
    assert cases(home)[WALES] == 9


def test_what_was_told_of_its_row_goes_with_it(home: Home):
    sql = f"select rule_code, occurrences from data_quality where region_code = '{WALES}' order by all"
    assert asked(home.public.database, sql)

    erase(home)

    assert asked(home.public.database, sql) == asked(home.database, sql)


def test_other_regions_and_the_landing_of_others_are_left_alone(home: Home):
    (copy,) = home.approved_folder.glob("*-london")
    landed = home.again().history().find("london", "scores.csv")
    before = files(copy), files(landed.folder)

    erase(home)

    assert (files(copy), files(landed.folder)) == before


def test_what_stays_of_a_case_that_is_erased_from_what_was_approved_is_not_one_file_with_what_is_landed(home: Home):
    before = {path: path.read_bytes() for path in home.landing.rglob("*.parquet")}
    for copy in home.approved_copies():
        approved_copies.take_out(copy, [home.pseudonym_key.pseudonym(ERASED)])

    assert {path: path.read_bytes() for path in home.landing.rglob("*.parquet")} == before


class KilledError(Exception):
    """The process ended here."""


@pytest.mark.parametrize("write", range(8))
def test_one_that_is_killed_half_way_is_finished_by_the_next_refresh(
    home: Home, monkeypatch: pytest.MonkeyPatch, write: int
):
    put, done = os.replace, []

    def dying(source: Path, target: Path, **more: object) -> object:
        if Path(target).is_relative_to(home.approved_folder):
            if len(done) == write:
                raise KilledError
            done.append(target)
        return put(source, target)

    monkeypatch.setattr("pathlib.os.replace", dying)
    with pytest.raises(KilledError):
        home.erase(ERASED, scrub_incoming=True)
    monkeypatch.undo()

    refresh(home)

    assert_is_erased_from_public(home)


def assert_is_erased_from_public(home: Home) -> None:
    assert cases(home)[WALES] == 9
    assert {path for path in left_of(ERASED, home) if not path.is_relative_to(home.incoming)} == set()
    received = f"select cases_received, cases_accepted from programme_progress where region_code = '{WALES}'"
    assert asked(home.public.database, received) == [(9, 9)]


def test_one_that_ends_before_the_public_edition_is_made_is_finished_by_the_next_refresh(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object) -> None:
        raise KilledError

    monkeypatch.setattr("dipp_pipeline.pipeline.publish_public", killed)
    with pytest.raises(KilledError):
        home.erase(ERASED, scrub_incoming=True)
    monkeypatch.undo()
    assert not home.again().nothing_to_do()

    refresh(home)

    assert_is_erased(home)


def test_after_a_revocation_nothing_of_it_is_left(home: Home):
    revoke(home, "wales")
    revoke(home, "london")
    refresh(home)

    erase(home)

    assert home.public.is_away


def approve_again(home: Home) -> None:
    approve(home, "wales")
    approve(home, "london")


def revoke_both(home: Home) -> None:
    revoke(home, "wales")
    revoke(home, "london")


@pytest.mark.parametrize("mended", [approve_again, revoke_both], ids=lambda mended: mended.__name__)
def test_under_another_key_it_says_what_to_do_and_is_finished_after_that(home: Home, mended: Callable[[Home], None]):
    home = home.with_key(ANOTHER_KEY)
    refresh(home)
    before = files(home.public.published), files(home.originals)

    report = home.erase(ERASED, scrub_incoming=True)

    assert not report.is_complete
    assert len(report.failed) == 2
    assert "was approved under another key" in report.failed[0]
    assert "Approve wales again, or revoke it where that is refused, and erase again." in report.failed[0]
    assert (files(home.public.published), files(home.originals)) == before
    with pytest.raises(ErasureError, match="Approve wales again"):
        home.ingest()
    mended(home)
    refresh(home)
    assert home.erase(ERASED, scrub_incoming=True).is_complete
    assert left_of(ERASED, home) == ()


def test_under_a_key_that_nothing_was_read_with_yet_a_revocation_lets_it_go_on(home: Home):
    home = home.with_key(ANOTHER_KEY)
    assert not home.erase(ERASED, scrub_incoming=True).is_complete

    revoke_both(home)
    refresh(home)

    assert home.erase(ERASED, scrub_incoming=True).is_complete


def test_a_name_that_holds_it_is_struck_in_what_was_approved_too(tmp_path: Path):
    home = Home(tmp_path / "home").at(BEGUN)
    send_cases(home, f"wales/parts {ERASED.lower()[0]} {ERASED[1:4]} {ERASED[4:]}.csv", OTHERS)
    send_cases(home, "wales/scores.csv", references("W", 5))
    refresh(home)
    approve(home, "wales")
    refresh(home)

    home.erase(ERASED)

    assert [path for path in left_of(ERASED, home) if path.is_relative_to(home.approved_folder)] == []


def test_a_purge_takes_old_versions_out_of_what_was_approved(home: Home):
    held = list(home.approved_folder.glob("*/wales/*/0001/*/cases.parquet"))
    assert len(held) == 1
    (reading,) = home.landing.glob("wales/*/0001/*/cases.parquet")
    landed = reading.read_bytes()

    purged = [purge_copies(copy.returns, (BEGUN + timedelta(days=1)).date()) for copy in home.approved_copies()]

    assert purged == [True, False] or purged == [False, True]
    assert [path.exists() for path in held] == [False]
    assert reading.read_bytes() == landed
    assert list(home.approved_folder.glob("*/wales/*/0002/*/cases.parquet"))


def test_the_command_purge_deletes_them_and_what_was_built_of_them(home: Home, monkeypatch: pytest.MonkeyPatch):
    public = files(home.public.published)
    monkeypatch.setattr("dipp_pipeline.home.open_home", lambda _: home.again())

    done = CliRunner().invoke(main, ["purge", "--before", str(date(2026, 4, 1))])

    assert "Purged 1 versions." in done.output
    assert list(home.approved_folder.glob("*/wales/*/0001/*/cases.parquet")) == []
    assert not home.public.warehouse.exists()
    assert files(home.public.published) == public
    assert home.again().nothing_to_do()


def test_nothing_is_erased_where_nothing_is_unfinished(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(erasure, "take_out", None)

    assert home.ingest() == []
