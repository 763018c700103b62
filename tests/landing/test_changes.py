"""What changed between two versions: judged in memory, compared case by case and value by value."""

import random
from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
import pytest

from dipp_pipeline.landing.changes import Records, changes
from dipp_pipeline.landing.tables import CHANGES, unmarked
from dipp_pipeline.validation.validate import Validated
from tests.returns import (
    ADJUSTED,
    EVERYTHING,
    NEW_PRACTITIONER,
    NOTHING_MORE,
    PROGRAMME,
    SHEET,
    CaseReturn,
    valid_return,
)
from tests.validation.judging import judge, judge_together

pytestmark = pytest.mark.thorough

Edit = Callable[[CaseReturn], None]


def cell(case: int, column: str, text: object) -> Edit:
    """Put something into a cell."""
    return lambda given: given.cases[case].update({column: text})


CHANGED_CELLS: Mapping[str, tuple[Edit, int, str, str | None, str | None]] = {
    "an answer": (cell(EVERYTHING, "C2", "No"), EVERYTHING, "C2", "yes", "no"),
    "an answer of an adjusted case": (cell(ADJUSTED, "A3", "No"), ADJUSTED, "A3", "yes", "no"),
    "an answer about oversight": (cell(EVERYTHING, "C5", "Absent"), EVERYTHING, "C5", "yes", "no_absent"),
    "an answer blanked": (cell(NOTHING_MORE, "C6a", None), NOTHING_MORE, "C6a", "not_applicable", None),
    "a field blanked": (cell(EVERYTHING, "mappa_level", " "), EVERYTHING, "mappa_level", "1", None),
    "a field": (cell(EVERYTHING, "sex", "Male"), EVERYTHING, "sex", "female", "male"),
    "a date": (
        cell(EVERYTHING, "start_date", date(2025, 5, 25)),
        EVERYTHING,
        "start_date",
        "2025-05-24",
        "2025-05-25",
    ),
    "a number": (cell(EVERYTHING, "age", 61), EVERYTHING, "age", "18", "61"),
    "a yes or no": (
        cell(EVERYTHING, "practitioner_inexperienced", "No"),
        EVERYTHING,
        "practitioner_inexperienced",
        "true",
        "false",
    ),
    "the PDU": (cell(EVERYTHING, "pdu", "Gwent"), EVERYTHING, "pdu", "cardiff-and-the-vale", "gwent"),
    "an answer of a case that applies no longer": (
        cell(NEW_PRACTITIONER, "practitioner_inexperienced", "No"),
        NEW_PRACTITIONER,
        "C5",
        "yes",
        "not_applicable",
    ),
}

SAME_VALUES: Mapping[str, Edit] = {
    "another spelling of an answer": cell(EVERYTHING, "C2", " y "),
    "another spelling of a date": cell(EVERYTHING, "start_date", "24/5/2025"),
    "another spelling of a PDU": cell(EVERYTHING, "pdu", "Cardiff & Vale"),
    "another spelling of the case reference": cell(EVERYTHING, "case_reference", "r677 931"),
    "an answer that is read as not applicable": cell(NOTHING_MORE, "C6a", "Yes"),
    "rows in another order": lambda given: random.Random(1).shuffle(given.cases),
    "columns in another order": lambda given: setattr(given, "headings", dict(reversed(given.headings.items()))),
}


def edited(edit: Edit) -> CaseReturn:
    given = valid_return()
    edit(given)
    return given


@pytest.fixture(scope="module")
def verdicts() -> Mapping[str, Validated]:
    """Verdicts on the changed returns, and on the valid one before."""
    edits = {name: edit for name, (edit, *_) in CHANGED_CELLS.items()} | SAME_VALUES
    return judge_together({name: edited(edit) for name, edit in edits.items()} | {"before": valid_return()})


@pytest.mark.parametrize("name", CHANGED_CELLS)
def test_a_changed_value_is_told_with_its_case_column_and_row(verdicts: Mapping[str, Validated], name: str):
    _, case, column, before, after = CHANGED_CELLS[name]

    told = compared(verdicts["before"], verdicts[name])

    of_column = told.filter(column_name=column)
    assert of_column.rows() == [
        (valid_return().references()[case], "value_changed", column, before, after, SHEET, case + 2)
    ]
    assert told.height == (1 if name != "an answer of a case that applies no longer" else 2)


@pytest.mark.parametrize("name", CHANGED_CELLS)
def test_a_change_taken_back_is_the_same_change_the_other_way_round(verdicts: Mapping[str, Validated], name: str):
    there, back = compared(verdicts["before"], verdicts[name]), compared(verdicts[name], verdicts["before"])

    turned = there.rename({"value_before": "value_after", "value_after": "value_before"})
    assert back.rows() == turned.select(*unmarked(CHANGES).names).rows()


@pytest.mark.parametrize("name", SAME_VALUES)
def test_the_same_values_written_otherwise_are_no_change(verdicts: Mapping[str, Validated], name: str):
    assert compared(verdicts["before"], verdicts[name]).is_empty()


def test_a_case_of_the_other_question_set_changes_in_every_answer():
    after = valid_return()
    adjusted = after.cases[ADJUSTED]
    answers = {question.code: adjusted[question.code] for question in PROGRAMME.questions}
    after.cases[EVERYTHING] |= {"question_set": "Adjusted", **answers}

    told = compared(judge(valid_return()), judge(after))

    rows = told.select("column_name", "value_before", "value_after").rows()
    assert set(told["row_key"]) == {valid_return().references()[EVERYTHING]}
    assert ("question_set", "core", "adjusted") in rows
    assert len(rows) == 1 + len(PROGRAMME.questions)
    assert all((before is None) == code.startswith("A") for code, before, _ in rows if code != "question_set")
    assert all((after is None) == code.startswith("C") for code, _, after in rows if code != "question_set")


def test_a_new_case_and_a_lost_one_are_told_whole_with_the_row_where_they_stand():
    before, after = valid_return(), valid_return()
    lost = before.references()[NOTHING_MORE]
    after.cases[NOTHING_MORE] = after.cases[EVERYTHING] | {"case_reference": "S000001"}
    after.cases.reverse()

    told = compared(judge(before), judge(after))

    assert sorted(told.rows()) == [
        (lost, "case_lost", None, None, None, SHEET, NOTHING_MORE + 2),
        ("S000001", "case_added", None, None, None, SHEET, 2 + 2),
    ]


def test_a_case_that_is_held_back_is_lost_and_comes_back_as_a_new_one():
    broken = valid_return()
    broken.cases[EVERYTHING]["C1"] = "Maybe"
    sound, held_back = judge(valid_return()), judge(broken)

    assert compared(sound, held_back)["change"].to_list() == ["case_lost"]
    assert compared(held_back, sound)["change"].to_list() == ["case_added"]


def test_nothing_changed_in_a_first_version():
    told = changes(None, records(judge(valid_return())))

    assert told.is_empty()
    assert told.to_arrow().schema.names == unmarked(CHANGES).names


def compared(before: Validated, after: Validated) -> pl.DataFrame:
    return changes(records(before), records(after))


def records(verdict: Validated) -> Records:
    """The accepted cases and their answers as they are landed, but for their pseudonyms."""
    return Records(verdict.rows.drop("case_reference"), verdict.answers)
