"""Erasure from returns of the other kinds: the reference goes, and the rows that name it stay what they were."""

from pathlib import Path

import duckdb
import pytest

from dipp_pipeline import erasure
from dipp_pipeline.landing.erasures import Erasures
from tests.homes import Home
from tests.landing.other_returns import Row, posts, recommendations, responses, send_rows, table_of
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.privacy.erasing import left_of, refresh
from tests.returns import write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

ERASED, OTHER = references("Q", 2)

NAMING = f"Follow up {ERASED} and {OTHER} at once"

RECOMMENDATIONS, SURVEY = "wales/recommendations/r.csv", "wales/staff-survey/q.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which a case stands in a text of a recommendation and under a heading of a survey that is not read."""
    home = Home(tmp_path_factory.mktemp("naming") / "home")
    send_rows(home, RECOMMENDATIONS, recommendations({}, {"text": NAMING}, {"action": "As agreed"}, count=4))
    send_rows(home, SURVEY, responses(12, {"Any other remark": f"You never asked about {ERASED}"}))
    refresh(home)
    return home


@pytest.fixture
def home(published: Home, tmp_path: Path) -> Home:
    return published.copy(tmp_path / "home")


def original(home: Home, path: str) -> str:
    return (home.originals / str(home.of_path(path).latest.original)).read_text()


def asked(home: Home, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_text_with_a_case_reference_is_held_back_and_a_remark_is_not_read(published: Home) -> None:
    quality = asked(published, "select rule_code, occurrences from data_quality order by all")

    assert quality == [("R07", 1), ("W01", 1)]
    assert [number for (number,) in asked(published, "select number from recommendations")] == [1, 3, 4]
    for folder in (published.landing, published.published):
        stored = [file for file in folder.rglob("*") if file.is_file() and ERASED.encode() in file.read_bytes()]
        assert stored == []


def test_a_case_is_taken_out_of_the_texts_that_name_it_and_no_row_is_lost(home: Home) -> None:
    report = home.erase(ERASED, scrub_incoming=True)

    assert report.is_complete
    assert left_of(ERASED, home) == ()
    dropped = [(home.incoming / path).read_text() for path in (RECOMMENDATIONS, SURVEY)]
    kept = [original(home, "recommendations/r.csv"), original(home, "staff-survey/q.csv")]
    assert dropped == kept
    assert [text.count("\n") for text in kept] == [5, 13]
    assert f"and {OTHER} at once" in kept[0]
    assert "You never asked about " in kept[1]
    assert not any(ERASED in text for text in kept)


def test_what_is_published_of_the_other_rows_stays(home: Home) -> None:
    tables = ("staff_survey_findings", "recommendations", "recommendation_progress", "follow_up")
    before = {table: asked(home, f"from {table}") for table in tables}

    home.erase(ERASED)

    assert {table: asked(home, f"from {table}") for table in tables} == before


def test_a_recommendation_whose_only_reference_was_erased_is_taken_in_and_says_so(home: Home) -> None:
    home.erase(OTHER)
    home.erase(ERASED)

    (text,) = asked(home, "select text from recommendations where number = 2")[0]
    assert ERASED not in str(text)
    assert str(text).startswith("Follow up ")
    assert str(text).endswith(" at once")


def test_what_arrives_again_is_scrubbed_before_it_is_read(home: Home) -> None:
    home.erase(ERASED)
    sent = recommendations({"text": f"Anew {ERASED}"}, {"text": "Another"}, count=5)
    send_rows(home, RECOMMENDATIONS, sent)
    refresh(home)

    assert left_of(ERASED, home) == ()
    assert original(home, "recommendations/r.csv").count("\n") == 6
    assert asked(home, "select count(*) from recommendations") == [(5,)]


def test_the_same_recommendations_among_case_scores_lose_no_row(home: Home) -> None:
    send_rows(home, "wales/r.csv", recommendations({"text": NAMING}, {"text": "Go on"}), "recommendations")
    send_rows(home, "wales/recommendations/r.csv", recommendations({"text": NAMING}, {"text": "Go on"}))
    refresh(home)

    report = home.erase(ERASED, scrub_incoming=True)

    assert report.is_complete
    assert original(home, "recommendations/r.csv").count(" at once") == 1
    assert (home.incoming / RECOMMENDATIONS).read_text().count(" at once") == 1


@pytest.mark.parametrize("path", ["wales/staffing/scores.csv", "london/recommendations/scores.csv"])
def test_the_same_case_scores_among_another_kind_lose_the_case_alone(home: Home, path: str) -> None:
    given = return_of([ERASED, OTHER])
    given.headings["remarks"] = "Remarks"
    given.cases[0]["remarks"], given.cases[1]["remarks"] = None, f"see {ERASED}"
    send(home, "wales/scores.csv", given)
    send(home, path, given)
    refresh(home)

    report = home.erase(ERASED, scrub_incoming=True)

    assert report.is_complete
    assert asked(home, "select cases_accepted from programme_progress where region_code = 'N03'") == [(1,)]


@pytest.mark.parametrize("path", ["wales/staffing/scores.csv", "wales/aside/scores.csv"])
def test_case_scores_that_arrive_twice_after_the_erasure_lose_the_case_alone(home: Home, path: str) -> None:
    home.erase(ERASED)
    given = return_of([ERASED, OTHER])
    given.headings["remarks"] = "Remarks"
    given.cases[0]["remarks"], given.cases[1]["remarks"] = None, f"see {ERASED}"
    send(home, "wales/scores.csv", given)
    send(home, path, given)
    refresh(home)

    assert left_of(ERASED, home) == ()
    assert asked(home, "select cases_accepted from programme_progress where region_code = 'N03'") == [(1,)]


def test_a_case_return_among_another_kind_loses_the_whole_row_of_the_case(home: Home) -> None:
    file = send_cases(home, "wales/staffing/scores.csv", [ERASED, OTHER])
    before = next(line for line in file.read_text().splitlines() if ERASED in line)
    refresh(home)

    assert home.erase(ERASED, scrub_incoming=True).is_complete
    assert before.replace(ERASED, "").strip(",") not in file.read_text()


def test_a_workbook_with_a_second_sheet_keeps_its_recommendations(home: Home) -> None:
    rows: list[Row] = recommendations({"text": NAMING}, {"text": "Go on"})
    file = home.incoming / "wales" / "recommendations" / "two.xlsx"
    write_xlsx(file, {"R": table_of("recommendations", rows), ERASED: [["Notes", ERASED, "Zorabel"]]})
    refresh(home)

    assert home.erase(ERASED, scrub_incoming=True).is_complete
    assert left_of(ERASED, home) == ()
    assert home.of_path("recommendations/two.xlsx").latest.reading.counts.received == 5


STEPS = {
    "scrub": (erasure, "scrub_original"),
    "forget": (erasure, "forget_readings"),
    "strike names": (erasure, "strike_names"),
    "finish": (Erasures, "finished"),
}


class KilledError(Exception):
    """The process ended here."""


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_ended_half_way_is_finished_by_the_next_run(
    home: Home, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as broken:
        broken.setattr(*STEPS[step], killed)
        with pytest.raises(KilledError):
            home.erase(ERASED)
    assert home.again().erasures().unfinished
    assert not home.again().nothing_to_do()

    refresh(home)

    assert not home.again().erasures().unfinished
    assert left_of(ERASED, home) == ()
    assert original(home, "recommendations/r.csv").count("\n") == 5


def test_a_correction_of_a_row_that_names_no_case_stays_and_one_that_names_it_is_struck(home: Home) -> None:
    send_rows(home, "wales/staffing/s.csv", posts({"in_post_fte": "lots"}))
    home.corrections_file.write_text(
        "region,return,case,field,from,to,reason,author_role,date\n"
        f"wales,staffing/s.csv,Gwent;PO,in_post_fte,lots,3,As in {ERASED},inspector,2026-01-05\n"
    )
    refresh(home)

    assert home.erase(ERASED).is_complete
    assert ERASED not in home.corrections_file.read_text()
    assert asked(home, "select in_post_fte from staffing where level = 'pdu' and grade = 'probation_officer'") == [(3,)]
