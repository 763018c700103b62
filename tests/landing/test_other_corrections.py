"""Corrections of the other kinds: told by their own key, in any spelling, or not at all where there is none."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.intake.corrections import CorrectionError
from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.reports.status import summarise_returns
from tests.homes import Home
from tests.landing.other_returns import posts, recommendations, responses, send_rows

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

HEADINGS = "region,return,case,field,from,to,reason,author_role,date"


@pytest.fixture(scope="module")
def uncorrected(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a row of staffing and one of recommendations that are held back for one cell each, and a survey."""
    home = Home(tmp_path_factory.mktemp("uncorrected") / "home")
    send_rows(home, "wales/staffing/s.csv", posts({"in_post_fte": "#N/A"}, {"vetting_pending": "2"}))
    send_rows(home, "wales/recommendations/r.csv", recommendations({}, {"status": "nowhere"}))
    send_rows(home, "wales/staff-survey/q.csv", responses(10))
    refresh(home)
    return home


@pytest.fixture
def home(uncorrected: Home, tmp_path: Path) -> Home:
    return uncorrected.copy(tmp_path / "home")


def refresh(home: Home) -> None:
    home.ingest()
    home.build()
    home.publish()


def correct(home: Home, *lines: str) -> None:
    written = "\n".join((HEADINGS, *(f"wales,{line},Keyed wrongly,inspector,2026-01-05" for line in lines)))
    home.corrections_file.write_text(f"{written}\n")


def published(home: Home, query: str) -> Sequence[tuple[object, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


KEYS_OF_POSTS = (
    "Gwent; PO",
    "Gwent;Probation officer",
    " gwent ; probation_officer ",
    "WPTGWT;PO",
    '"Gwent (Blaenau Gwent, Caerphilly, Monmouthshire, Newport, Torfaen); PO"',
)


@pytest.mark.parametrize("key", KEYS_OF_POSTS)
def test_a_post_is_told_by_pdu_and_grade_in_any_spelling(home: Home, key: str) -> None:
    correct(home, f"staffing/s.csv,{key},in_post_fte,#N/A,12.5")
    refresh(home)

    in_post = "select in_post_fte from staffing where level = 'pdu' and grade = 'probation_officer'"
    assert published(home, in_post) == [(12.5,)]


@pytest.mark.parametrize("key", ["2", " 02 "])
def test_a_recommendation_is_told_by_its_number(home: Home, key: str) -> None:
    correct(home, f"recommendations/r.csv,{key},status,NOWHERE,Completed")
    refresh(home)

    assert published(home, "select status from recommendations where number = 2") == [("completed",)]


def test_a_key_itself_can_be_corrected(home: Home) -> None:
    correct(home, "staffing/s.csv,Gwent;SPO,pdu,Gwent,North Wales", "recommendations/r.csv,5,number,5,15")
    refresh(home)

    assert published(home, "select max(number) from recommendations") == [(15,)]
    pdus = "select distinct pdu_name from staffing where grade = 'senior_probation_officer' and level = 'pdu'"
    assert published(home, pdus) == [("North Wales",)]


def test_what_was_corrected_is_counted_and_its_row_is_a_new_one(home: Home) -> None:
    correct(
        home,
        "staffing/s.csv,Gwent;PO,in_post_fte,#N/A,12.5",
        "staffing/s.csv,Gwent;PSO,vetting_pending,2,3",
        "recommendations/r.csv,2,status,nowhere,Completed",
    )
    refresh(home)

    returns = {entry.return_path: entry for entry in summarise_returns(home.warehouse).reconciled}
    corrected = {path: entry.cells_corrected for path, entry in returns.items()}
    assert corrected == {"recommendations/r.csv": 1, "staff-survey/q.csv": 0, "staffing/s.csv": 2}
    assert {(entry.cases_accepted, entry.cases_quarantined) for entry in returns.values()} == {(3, 0), (5, 0), (10, 0)}
    assert [version.cases_accepted for version in history_of_region(home, "wales", "staffing/s.csv")] == [3]
    assert published(home, "from data_quality") == []


WRONG = {
    "a response": (
        "staff-survey/q.csv,Gwent,S1,agree,disagree",
        "corrections.csv, line 2: no single response of such a return can be corrected, since nothing tells it from "
        "others. Take the line out, or have the return sent again.",
    ),
    "a part missing": (
        "staffing/s.csv,Gwent,in_post_fte,#N/A,12.5",
        "corrections.csv, line 2: case must hold PDU; Grade. Mend it.",
    ),
    "a part too many": (
        "staffing/s.csv,Gwent;PO;1,in_post_fte,#N/A,12.5",
        "corrections.csv, line 2: case must hold PDU; Grade. Mend it.",
    ),
    "all parts blank": (
        "staffing/s.csv, ; ,in_post_fte,#N/A,12.5",
        "corrections.csv, line 2: case is blank. Fill it in.",
    ),
    "two numbers": (
        "recommendations/r.csv,2;3,status,nowhere,Completed",
        "corrections.csv, line 2: case must hold Number. Mend it.",
    ),
    "a field of another kind": (
        "staffing/s.csv,Gwent;PO,status,nowhere,Completed",
        'corrections.csv, line 2: "status" is no field or question. Mend it.',
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_line_that_tells_no_row_is_an_error_in_words(home: Home, name: str) -> None:
    line, said = WRONG[name]
    correct(home, line)

    with pytest.raises(CorrectionError) as error:
        home.ingest()

    assert str(error.value) == said


@pytest.mark.parametrize("key", ["Gwent;SPO", "Gwent;nobody", "nowhere;PO"])
def test_a_line_of_which_the_mistake_does_not_stand_there_stops_the_refresh(home: Home, key: str) -> None:
    correct(home, f"staffing/s.csv,{key},in_post_fte,#N/A,12.5")

    with pytest.raises(CorrectionError, match=r"line 2: in_post_fte of that post in wales/staffing/s\.csv is not what"):
        home.ingest()


def test_a_part_of_the_key_that_is_blank_can_be_filled_in(home: Home) -> None:
    send_rows(home, "wales/staffing/s.csv", posts({"grade": None}, {}, {}))
    correct(home, "staffing/s.csv,Gwent;,grade,,PO")
    refresh(home)

    grades = "select grade from staffing where level = 'pdu' and grade <> 'all'"
    assert len(published(home, grades)) == 3


def test_two_lines_of_one_row_spelt_otherwise_are_one_cell_twice(home: Home) -> None:
    correct(
        home,
        "staffing/s.csv,Gwent;PO,in_post_fte,#N/A,12.5",
        "staffing/s.csv,WPTGWT;probation officer,in_post_fte,#N/A,13",
    )

    with pytest.raises(CorrectionError, match="another line corrects the same cell"):
        home.ingest()


def test_what_a_correction_gives_is_judged_like_any_value(home: Home) -> None:
    correct(home, "staffing/s.csv,Gwent;PO,in_post_fte,#N/A,501")
    refresh(home)

    assert published(home, "select rule_code from data_quality where rule_code in ('R07', 'R13')") == [("R07",)]
