import csv

import pytest

from tests.homes import SEEDS
from tests.returns import PROGRAMME


def seed_rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("field", "heading"), [(row["field"], row["heading"]) for row in seed_rows("heading_spellings.csv")]
)
def test_every_spelling_of_a_heading_names_its_field(field, heading):
    kinds = [own for own in PROGRAMME.by_kind.values() if field in own.field_by_name]

    assert kinds
    assert {own.column_for_heading(heading) for own in kinds} == {field}


@pytest.mark.parametrize("field", [row["field"] for row in seed_rows("fields.csv")])
def test_a_field_is_named_by_its_own_name(field):
    assert PROGRAMME.column_for_heading(field) == field


@pytest.mark.parametrize(
    "heading",
    [
        "RISK OF SERIOUS HARM",
        "Risk of\nserious\r\nharm",
        "Risk of\u00a0serious   harm",
        "  Risk of serious harm  ",
        "Risk of serious harm:",
        "Risk of serious harm?",
        "risk of serious harm *",
    ],
)
def test_case_line_breaks_spaces_and_punctuation_at_the_end_make_no_difference_to_a_heading(heading):
    assert PROGRAMME.column_for_heading(heading) == "risk_of_serious_harm"


@pytest.mark.parametrize("dash", list("-–—"))
def test_hyphen_en_dash_and_em_dash_are_equal_in_a_heading(dash):
    assert PROGRAMME.column_for_heading(f"Case/sentence{dash}type") == PROGRAMME.column_for_heading(
        "Case/sentence-type"
    )
    assert PROGRAMME.column_for_heading(f"C1 {dash} Assessment") == "C1"


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("C1", "C1"),
        ("c1", "C1"),
        ("C1: Assessment focuses on keeping others safe", "C1"),
        ("C1:", "C1"),
        ("C1 - Assessment", "C1"),
        ("C1 – Assessment", "C1"),
        ("C1 — Assessment", "C1"),
        ("C1 Assessment focuses on keeping others safe", "C1"),
        ("C1\nAssessment", "C1"),
        ("C1\u00a0Assessment", "C1"),
        ("C1 a label that begins with the letter of a prompt", "C1"),
        ("C1 a", "C1"),
        ("C1 (applies to every case)", "C1"),
        ("C1 (a label in brackets)", "C1"),
        ("C1a", "C1a"),
        ("C1A", "C1a"),
        ("C1a: Risk of harm identified", "C1a"),
        ("C1a Risk of harm identified", "C1a"),
        ("C1(a)", "C1a"),
        ("C1 (a)", "C1a"),
        ("C1\u00a0(a) Risk of harm identified", "C1a"),
        ("C1\n(a)", "C1a"),
        ("C1 a)", "C1a"),
        ("C1a) Risk of harm identified", "C1a"),
        ("C6 (b) Child safeguarding", "C6b"),
        ("A7b", "A7b"),
    ],
)
def test_the_heading_of_a_question_begins_with_its_code(heading, code):
    assert PROGRAMME.column_for_heading(heading) == code


@pytest.mark.parametrize(
    "heading",
    [
        "C10",
        "C1ab",
        "C12 Assessment",
        "C6",
        "C6 (c)",
        "C1z",
        "B1",
        "Answer to C1",
        "C",
        "1",
        "",
        " ",
        "Favourite colour",
    ],
)
def test_any_other_heading_names_no_column(heading):
    assert PROGRAMME.column_for_heading(heading) is None


@pytest.mark.parametrize("name", ["Cardiff and the Vale", "Cardiff & Vale", "n03sw1", "CARDIFF &  THE VALE"])
def test_a_pdu_is_known_in_its_region_by_name_code_and_alias(name):
    found = PROGRAMME.pdu_in_region("N03", name)

    assert found is not None
    assert found.slug == "cardiff-and-the-vale"


def test_a_pdu_of_another_region_is_told_apart_from_one_of_none():
    assert PROGRAMME.pdu_in_region("N03", "Coventry") is None
    assert PROGRAMME.pdu_elsewhere("N03", "Coventry") is not None
    assert PROGRAMME.pdu_elsewhere("N03", "Atlantis") is None
    assert PROGRAMME.pdu_elsewhere("N52", "Coventry") is None
