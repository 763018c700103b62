from datetime import date

import polars as pl
import pytest

from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Counts, validate
from tests.intake.reading import found_in
from tests.returns import ADJUSTED, EVERYTHING, NOTHING_MORE, PROGRAMME, SHEET, valid_return
from tests.validation.judging import ARRIVED_ON, accepted, answers, arrived, judge, where


def test_accepted_cases_have_their_values_in_their_types():
    given = valid_return()

    case = judge(given).rows.row(EVERYTHING, named=True)

    assert (case["sheet"], case["row"], case["case_reference"]) == (SHEET, 2, given.references()[EVERYTHING])
    assert (case["pdu"], case["question_set"], case["risk_of_serious_harm"]) == ("cardiff-and-the-vale", "core", "high")
    assert (case["start_date"], case["assessed_on"]) == (date(2025, 5, 24), date(2025, 11, 8))
    assert (case["age"], case["practitioner_inexperienced"], case["mappa_level"]) == (18, True, "1")


def test_a_row_keeps_the_number_that_the_spreadsheet_shows():
    given = valid_return()
    headings, *cases = given.rows()
    read = found_in([["Case scores"], [], headings, cases[0], [], *cases[1:]])

    (verdict,) = validate([Received("N03", ARRIVED_ON, read)], PROGRAMME)

    assert verdict.rows["row"].to_list() == [4, 6, 7, 8]
    assert set(verdict.answers["row_key"]) == set(verdict.rows["row_key"])


def test_answers_are_those_of_the_cases_own_question_set():
    given = valid_return()

    verdict = judge(given)

    sets = {question.code: question.question_set for question in PROGRAMME.questions}
    core, adjusted = (answers(verdict, given.references()[case]) for case in (EVERYTHING, ADJUSTED))
    assert {sets[code] for code in core} == {"core"}
    assert {sets[code] for code in adjusted} == {"adjusted"}
    assert set(core.values()) == {"yes", "no"}


def test_a_question_that_does_not_apply_is_answered_not_applicable():
    given = valid_return()

    read = answers(judge(given), given.references()[NOTHING_MORE])

    conditional = {question.code for question in PROGRAMME.questions if question.applies_when}
    assert {code for code, answer in read.items() if answer == "not_applicable"} == {
        code for code in conditional if code.startswith("C")
    }


def test_no_answer_of_a_case_that_is_held_back_goes_on():
    given = valid_return()
    given.cases[EVERYTHING]["pdu"] = "Atlantis"

    verdict = judge(given)

    assert answers(verdict, given.references()[EVERYTHING]) == {}
    assert verdict.counts == Counts(received=4, accepted=3, quarantined=1, identical_dropped=0)


def test_every_column_is_known_by_the_letters_of_its_sheet():
    given = valid_return()

    columns = judge(given).columns

    assert columns.height == len(PROGRAMME.column_names)
    assert dict(columns.select("column_name", "letters").iter_rows())["C2b"] == given.address(0, "C2b").rstrip("2")


def test_rows_that_are_no_case_are_counted():
    given = valid_return()
    (verdict,) = validate([Received("N03", ARRIVED_ON, found_in([*given.rows(), ["Total", 4], ["Note"]]))], PROGRAMME)

    assert verdict.contents.rows_skipped == 2
    assert verdict.counts.received == 4


def test_returns_judged_together_are_judged_each_for_itself():
    broken, good, elsewhere = valid_return(), valid_return(), valid_return("west-midlands")
    broken.cases[EVERYTHING]["C2b"] = "Maybe"
    elsewhere.cases[EVERYTHING]["pdu"] = "Gwent"

    verdicts = validate([arrived(broken), arrived(good), arrived(elsewhere)], PROGRAMME)

    assert [where(verdict) for verdict in verdicts] == [
        [("R07", broken.address(EVERYTHING, "C2b"))],
        [],
        [("R06", elsewhere.address(EVERYTHING, "pdu"))],
    ]
    assert [len(accepted(verdict)) for verdict in verdicts] == [3, 4, 3]


def test_a_refused_return_costs_the_others_nothing():
    headless, good = valid_return(), valid_return()
    del headless.headings["sex"]

    refused, other = validate([arrived(headless), arrived(good)], PROGRAMME)

    assert (refused.refused, refused.counts, refused.rows.height) == (True, Counts(), 0)
    assert (other.refused, other.counts.accepted) == (False, 4)


@pytest.mark.parametrize("returns", [[], ["refused"]], ids=["no return", "no case"])
def test_there_need_be_no_case_to_judge(returns):
    verdicts = validate([Received("N03", ARRIVED_ON, found_in([])) for _ in returns], PROGRAMME)

    assert [verdict.counts for verdict in verdicts] == [Counts() for _ in returns]


def test_a_return_of_several_sheets_is_one_return():
    given, others = valid_return(), valid_return()
    others.cases = [case | {"case_reference": f"S67793{place}"} for place, case in enumerate(others.cases)]
    others.cases[NOTHING_MORE]["C1"] = None

    verdict = judge(given, others.rows())

    assert [(issue.rule_code, issue.sheet, issue.cell) for issue in verdict.issues] == [
        ("R11", "Sheet 2", others.address(NOTHING_MORE, "C1"))
    ]
    assert verdict.rows.group_by("sheet", maintain_order=True).len().rows() == [(SHEET, 4), ("Sheet 2", 3)]


def test_an_optional_column_that_is_missing_is_blank():
    given = valid_return()
    del given.headings["assessor_role"]

    verdict = judge(given)

    assert verdict.issues == ()
    assert verdict.rows["assessor_role"].to_list() == [None] * 4


def test_every_case_row_ends_in_exactly_one_place():
    given = valid_return()
    given.cases += [dict(given.cases[0]), given.cases[1] | {"C2b": "Yes"}, given.cases[2] | {"case_reference": None}]

    counts = judge(given).counts

    assert counts == Counts(received=7, accepted=3, quarantined=3, identical_dropped=1)


def test_the_frames_keep_their_types_when_nothing_is_accepted():
    given = valid_return()
    for case in given.cases:
        case["pdu"] = "Atlantis"

    verdict = judge(given)

    assert verdict.rows.height == 0
    assert verdict.rows.schema == judge(valid_return()).rows.schema
    assert verdict.answers.schema["answer"] == pl.String
