"""Scrubbing the drop folder: what is put there is ours, and no new arrival."""

from pathlib import Path

import pytest

from dipp_pipeline.orchestration.erasure import ErasureReport
from dipp_pipeline.privacy.search import references_within
from dipp_pipeline.reports.status import summarise
from tests.homes import Home
from tests.intake.reading import LIMITS, sheets
from tests.landing.small_returns import references, return_of, send_cases
from tests.returns import SHEET, WRITERS, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

ERASED, *OTHERS = references("M", 10)
ALSO = OTHERS[0]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of one return with ten cases, published."""
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", [ERASED, *OTHERS])
    refresh(home)
    return home


def refresh(home: Home) -> None:
    home.ingest()
    home.build()
    home.give_feedback()
    home.publish()


def scrubbed(home: Home, case: str = ERASED) -> ErasureReport:
    report = home.erase(case, scrub_incoming=True)
    assert report.is_complete
    assert not any(case in references_within(file, LIMITS) for file in home.incoming.rglob("*.*"))
    return report


def test_a_return_in_force_has_no_new_version(home: Home):
    scrubbed(home)

    assert home.ingest() == []
    assert home.again().new_content() == {}
    assert home.again().nothing_to_do()
    assert len(home.of_path("scores.csv").versions) == 1
    assert summarise(home.database).cases["accepted"] == 9


def test_a_withdrawn_return_stays_withdrawn(home: Home):
    home.of_path("scores.csv").withdraw()
    refresh(home)

    scrubbed(home)

    assert home.ingest() == []
    assert home.of_path("scores.csv").withdrawn
    assert len(home.of_path("scores.csv").versions) == 1
    assert summarise(home.database).cases["accepted"] == 0


def test_a_held_version_stays_held(home: Home):
    send_cases(home, "wales/scores.csv", [ERASED, *OTHERS[:4]])
    refresh(home)
    assert home.of_path("scores.csv").held.number == 2

    scrubbed(home)

    return_ = home.of_path("scores.csv")
    assert (return_.in_force.number, return_.held.number, len(return_.versions)) == (1, 2, 2)
    assert summarise(home.database).cases["accepted"] == 9


@pytest.mark.parametrize("name", WRITERS)
def test_a_return_of_any_format_that_lost_one_case_after_the_other_is_still_the_same(tmp_path: Path, name: str):
    home = Home(tmp_path / "home")
    (home.incoming / "wales").mkdir(parents=True)
    WRITERS[name](home.incoming / "wales" / name, sheets(return_of([ERASED, *OTHERS])))
    refresh(home)
    home.erase(ERASED)

    scrubbed(home, ALSO)

    assert home.ingest() == []
    assert len(home.of_path(name).versions) == 1
    assert ERASED not in references_within(home.incoming / "wales" / name, LIMITS)
    assert summarise(home.database).cases["accepted"] == 8
    scrubbed(home, OTHERS[1])
    assert home.ingest() == []
    assert summarise(home.database).cases["accepted"] == 7


def test_what_arrived_since_without_being_read_is_scrubbed_and_read(home: Home):
    send_cases(home, "wales/scores.csv", [ERASED, *OTHERS, "M000099"])

    scrubbed(home)

    assert home.of_path("scores.csv").in_force.number == 2
    assert summarise(home.database).cases["accepted"] == 10


def test_new_bytes_bring_a_withdrawn_return_back_as_before(home: Home):
    home.of_path("scores.csv").withdraw()
    refresh(home)
    scrubbed(home)

    send_cases(home, "wales/scores.csv", OTHERS[1:])
    home.ingest()

    assert home.of_path("scores.csv").in_force.number == 2


def test_files_that_are_no_returns_are_searched_and_named(home: Home):
    note = home.incoming / "wales" / "staffing" / "note.docx"
    note.parent.mkdir()
    note.write_bytes(f"about CRN{ERASED}".encode())

    report = home.erase(ERASED, scrub_incoming=True)

    assert (report.holding, report.is_complete) == ([note], False)
    note.unlink()
    scrubbed(home)


def test_without_being_asked_the_drop_folder_is_left_and_named(home: Home):
    before = (home.incoming / "wales" / "scores.csv").read_bytes()

    report = home.erase(ERASED)

    assert (report.holding, report.is_complete) == ([home.incoming / "wales" / "scores.csv"], True)
    assert (home.incoming / "wales" / "scores.csv").read_bytes() == before


@pytest.mark.parametrize(
    "name", [f"scores{ERASED}.xlsx", f"{ERASED[:3]}-{ERASED[3:]} scores/a.xlsx", f"{ERASED}0.xlsx"]
)
def test_a_name_that_holds_the_case_is_struck_where_it_is_stored_and_named_where_it_is_not_ours(home: Home, name: str):
    path = home.incoming / "wales" / name
    path.parent.mkdir(exist_ok=True)
    given = return_of(["M000098", "M000099"])
    given.cases[0]["sex"] = "Unknown to all"
    write_xlsx(path, {SHEET: given.rows()})
    refresh(home)
    assert summarise(home.database).cases["accepted"] == 11

    report = home.erase(ERASED, scrub_incoming=True)

    assert report.proof.left == ()
    assert len(report.misnamed) == 1
    assert not report.is_complete
    assert summarise(home.database).cases["accepted"] == 10
    assert len(list(home.feedback.rglob("*.xlsx"))) == 1
    assert home.ingest() == []
    report.misnamed[0].rename(report.misnamed[0].with_name("renamed.xlsx" if path == report.misnamed[0] else "renamed"))
    assert home.erase(ERASED, scrub_incoming=True).is_complete


def test_a_new_arrival_named_after_an_erased_case_is_stored_without_the_name(home: Home):
    scrubbed(home)

    send_cases(home, f"wales/late{ERASED}.csv", references("N", 2))
    home.ingest()

    assert {entry.path for entry in home.again().history().returns} == {"scores.csv", "latea case reference.csv"}
    assert home.erase(ERASED).proof.left == ()
