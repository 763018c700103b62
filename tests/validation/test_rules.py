from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.programme.model import ProgrammeError
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.rules import CASE_RULES, CELL_RULES, applicability, case_rule, cell_rule
from dipp_pipeline.validation.schema import record_schema
from dipp_pipeline.validation.validate import validate
from tests.returns import EVERYTHING, NEW_PRACTITIONER, NOTHING_MORE, PROGRAMME, SHEET, valid_return
from tests.validation.changed_cells import BROKEN_CELLS, FAILED_VALUES, SOUND_CELLS
from tests.validation.judging import ARRIVED_ON, accepted, answers, judge, where

JUDGED_ELSEWHERE = {
    "R03": "test_duplicates.py",
    "W03": "test_duplicates.py",
    "R04": "in the warehouse",
    "W01": "by intake",
    "W02": "by intake",
    "W06": "by intake",
}


@pytest.mark.parametrize("changed", [*BROKEN_CELLS, *FAILED_VALUES], ids=str)
def test_a_broken_cell_breaks_its_rule_at_that_cell_and_no_rule_that_needs_it(verdict, changed):
    given = changed.given()

    found = verdict(changed)

    assert where(found) == [(changed.rule, given.address(changed.case, changed.column))]


@pytest.mark.parametrize("changed", BROKEN_CELLS, ids=str)
def test_a_broken_cell_costs_its_own_row_at_most(verdict, changed):
    references = changed.given().references()
    severity = PROGRAMME.rules[changed.rule].severity
    if severity == "quarantine":
        del references[changed.case]

    found = verdict(changed)

    assert [(issue.severity, issue.field) for issue in found.issues] == [(severity, changed.column)]
    assert accepted(found) == references
    assert (found.counts.received, found.counts.accepted) == (4, len(references))


@pytest.mark.parametrize("changed", SOUND_CELLS, ids=str)
def test_what_the_rules_allow_is_accepted(verdict, changed):
    found = verdict(changed)

    assert found.issues == ()
    assert found.counts.accepted == 4


def test_every_rule_of_rows_and_cells_has_a_broken_cell():
    rules = {code for code in PROGRAMME.rules if code[0] in "RW"}

    assert {changed.rule for changed in BROKEN_CELLS} == rules - set(JUDGED_ELSEWHERE)


def test_every_rule_of_rows_and_cells_has_one_condition_and_every_condition_a_rule():
    rules = {code for code in PROGRAMME.rules if code[0] in "RW"}

    assert CELL_RULES.keys() | CASE_RULES.keys() == rules - set(JUDGED_ELSEWHERE)
    assert CELL_RULES.keys() & CASE_RULES.keys() == set()


@pytest.mark.parametrize("again", [cell_rule, case_rule])
@pytest.mark.parametrize("rule", ["R09", "R10"])
def test_a_second_condition_for_a_rule_is_an_error(again, rule):
    with pytest.raises(ValueError, match=f"{rule} has two conditions"):
        again(rule)(lambda column, programme: None)


def test_the_schema_has_a_check_for_each_rule_of_a_column_and_no_other():
    checks = {
        (name, check.name) for name, column in record_schema(PROGRAMME).columns.items() for check in column.checks
    }

    assert {rule for _, rule in checks} == CELL_RULES.keys() | CASE_RULES.keys()
    assert {rule for name, rule in checks if name == "start_date"} == {"R08", "R09", "R10", "R13"}
    assert {rule for name, rule in checks if name == "C1"} == {"R07", "R11", "R12", "R13", "R14", "W04", "W05"}


def test_another_pair_of_dates_in_order_is_a_line_of_the_seeds(third_date):
    programme = load_programme(third_date)
    given = valid_return()
    headings, *cases = given.rows()
    days = [given.cases[0]["start_date"], "25/5/2025", None, "soon"]
    rows = [[*headings, "Ordered on"], *([*case, day] for case, day in zip(cases, days, strict=True))]
    read = find_tables([Sheet.of(SHEET, rows)], programme)

    (found,) = validate([Received(given.region.code, ARRIVED_ON, read)], programme)

    late, never = found.issues
    assert (late.rule_code, late.row, late.field) == ("R10", 3, "ordered_on")
    assert late.message == 'Ordered on "25/5/2025" is after Start date. Mend whichever is wrong.'
    assert (never.rule_code, never.row) == ("R09", 5)


def test_the_day_of_arrival_is_the_last_day_of_a_date():
    given = valid_return()
    given.cases[0]["assessed_on"] = ARRIVED_ON

    a_day_early = judge(given, received_on=ARRIVED_ON - timedelta(days=1))

    assert where(a_day_early) == [("R09", given.address(0, "assessed_on"))]
    assert judge(given, received_on=ARRIVED_ON).issues == ()


def test_a_condition_that_holds_whatever_the_failed_value_was_can_be_told():
    given = valid_return()
    given.cases[NEW_PRACTITIONER] |= {"risk_of_serious_harm": "Extreme", "C5": None}

    assert where(judge(given)) == [
        ("R07", given.address(NEW_PRACTITIONER, "risk_of_serious_harm")),
        ("R11", given.address(NEW_PRACTITIONER, "C5")),
    ]


def test_a_broken_row_is_held_back_with_all_its_problems_in_the_order_of_the_columns():
    given = valid_return()
    given.cases[EVERYTHING] |= {"pdu": "Atlantis", "sex": None, "C1": "Maybe", "C2": None, "A1": "Yes"}

    verdict = judge(given)

    columns = {"R05": "pdu", "R08": "sex", "R07": "C1", "R11": "C2", "R14": "A1"}
    assert where(verdict) == [(rule, given.address(EVERYTHING, column)) for rule, column in columns.items()]
    assert accepted(verdict) == given.references()[1:]


def test_an_answer_where_the_question_does_not_apply_is_read_as_not_applicable():
    given = valid_return()
    given.cases[NOTHING_MORE] |= {"C5": "Ineffective", "C7a": "Yes"}

    verdict = judge(given)

    read = answers(verdict, given.references()[NOTHING_MORE])
    assert [rule for rule, _ in where(verdict)] == ["W04", "W04"]
    assert (read["C5"], read["C7a"], read["C1"]) == ("not_applicable", "not_applicable", "yes")


@pytest.mark.parametrize("condition", ["favourite_colour = 'blue'", "risk_of_serious_harm in (", "sum("])
def test_a_condition_that_is_not_sql_over_the_fields_is_an_error_that_names_the_question(condition):
    question = replace(PROGRAMME.question_by_code["C5"], applies_when=condition)

    with pytest.raises(ProgrammeError, match=r"^questions\.csv: C5 applies "):
        applicability(question, PROGRAMME)


def test_a_question_without_a_condition_always_applies():
    condition = applicability(PROGRAMME.question_by_code["C1"], PROGRAMME)

    assert pl.DataFrame({"case": ["R677931"]}).select(condition).row(0) == (True,)
