from datetime import date

import pytest

from dipp_pipeline.intake.normalise import canonical, normaliser_of
from tests.programme.test_model import seed_rows
from tests.returns import PROGRAMME

COLUMN_OF_LIST = {"boolean": "practitioner_inexperienced", "answer": "C1", "oversight_answer": "C5", "agreement": "S1"}


def read(column: str, text: str, epoch_1904: bool = False, region_code: str = "N03") -> str | None:
    programme = next(own for own in PROGRAMME.by_kind.values() if column in own.column_names)
    return canonical(text, normaliser_of(column, programme, region_code, epoch_1904))


@pytest.mark.parametrize(
    ("column", "spelling", "value"),
    [
        (COLUMN_OF_LIST.get(row["field"], row["field"]), row["spelling"], row["value"])
        for row in seed_rows("value_spellings.csv")
    ],
)
def test_every_spelling_is_read_as_its_value(column, spelling, value):
    assert read(column, spelling) == value
    assert read(column, f"\u00a0 {spelling.upper()} ") == value
    assert read(column, value) == value


@pytest.mark.parametrize("dash", list("-–—"))
def test_the_kind_of_dash_makes_no_difference(dash):
    assert read("C5", f"no {dash}  absent") == "no_absent"


@pytest.mark.parametrize("no", ["No", "N", "FALSE"])
def test_a_bare_no_to_an_oversight_question_says_too_little(no):
    assert read("C5", no) == no
    assert read("C1", no) == "no"


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\n \t"])
def test_a_blank_is_nothing_whatever_the_column(blank):
    assert {read(column, blank) for column in PROGRAMME.column_names} == {None}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24/05/2025", "2025-05-24"),
        ("4/5/2025", "2025-05-04"),
        ("2025-05-24", "2025-05-24"),
        (" 24/05/2025\u00a0", "2025-05-24"),
        ("45801", "2025-05-24"),
        ("29/02/2024", "2024-02-29"),
    ],
)
def test_a_date_is_day_first_or_year_first_or_a_serial_number(text, day):
    assert read("start_date", text) == day


def test_a_serial_number_counts_in_the_workbooks_own_date_system():
    days = (date(2025, 5, 24) - date(1904, 1, 1)).days

    assert read("start_date", str(days), epoch_1904=True) == "2025-05-24"
    assert read("start_date", str(days), epoch_1904=False) == "2021-05-23"


@pytest.mark.parametrize(
    "text",
    [
        "29/02/2025",
        "31/04/2025",
        "05/24/2025",
        "24/05/25",
        "24.05.2025",
        "24-05-2025",
        "2025/05/24",
        "2025-5-24",
        "20250524",
        "2025-W21-6",
        "24 May 2025",
        "2025-05-24 13:30:00",
        "45801.5",
        "-45801",
        "٤٥٨٠١",
        "99999999999999999999",
        "soon",
    ],
)
def test_all_else_is_no_date_and_stays_as_it_stands(text):
    assert read("start_date", text) == text


@pytest.mark.parametrize("written", ["X320741", " x320741 ", "X 320 741", "x\u00a0320741"])
def test_a_case_reference_loses_every_space_and_is_in_capitals(written):
    assert read("case_reference", written) == "X320741"


@pytest.mark.parametrize(("text", "value"), [("35", "35"), (" 35 ", "35"), ("035", "35"), ("35.5", "35.5"), ("x", "x")])
def test_a_whole_number_may_be_text(text, value):
    assert read("age", text) == value


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("Cardiff and the Vale", "cardiff-and-the-vale"),
        ("cardiff  & THE vale", "cardiff-and-the-vale"),
        ("Cardiff & Vale", "cardiff-and-the-vale"),
        ("N03SW1", "cardiff-and-the-vale"),
        ("Swansea, Neath Port–Talbot", "swansea-neath-and-port-talbot"),
        ("Coventry", "coventry"),
        ("Atlantis", "?Atlantis"),
        ("cardiff-and-the-vale", "?cardiff-and-the-vale"),
    ],
)
def test_a_pdu_is_read_by_name_code_or_alias(written, slug):
    assert read("pdu", written) == slug
