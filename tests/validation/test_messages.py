import re

import pytest

from dipp_pipeline.validation.messages import message
from tests.returns import PROGRAMME, valid_return
from tests.validation.changed_cells import BROKEN_CELLS
from tests.validation.judging import judge

QUOTING = {"R05", "R06", "R07", "R09", "R10", "R12", "R14", "W04"}
"""The rules whose message quotes what was found; the others tell of a blank, a formula, a reference or a yes."""

ADVICE = ("Answer", "Check", "Clear", "Fill", "Give", "Keep", "Mend", "Take", "Type", "Use")


def said(rule: str, column: str, found: str | None, region: str = "wales") -> str:
    return message(rule, column, found, PROGRAMME.region_by_slug[region], PROGRAMME)


@pytest.mark.parametrize("changed", BROKEN_CELLS, ids=str)
def test_a_message_is_plain_text_that_ends_in_what_to_do(verdict, changed):
    (issue,) = verdict(changed).issues

    *_, advice = re.split(r"[.?!] (?=[A-Z])", issue.message)
    assert advice.startswith(ADVICE)
    assert advice.endswith(".")
    assert issue.message.isprintable()


@pytest.mark.parametrize("changed", [changed for changed in BROKEN_CELLS if changed.rule in QUOTING], ids=str)
def test_a_message_quotes_what_was_found(verdict, changed):
    (issue,) = verdict(changed).issues

    assert issue.found == str(changed.cell)
    assert f'"{issue.found}"' in issue.message


@pytest.mark.parametrize("changed", [changed for changed in BROKEN_CELLS if changed.rule == "R13"], ids=str)
def test_the_message_of_a_formula_error_says_which(verdict, changed):
    (issue,) = verdict(changed).issues

    assert issue.found in {"#REF!", "a formula whose result was never stored"}
    assert issue.found in issue.message


@pytest.mark.parametrize("changed", BROKEN_CELLS, ids=str)
def test_no_message_quotes_a_case_reference(verdict, changed):
    (issue,) = verdict(changed).issues

    references = [*changed.given().references(), *valid_return().references()]
    assert not any(reference.strip() and reference in issue.message for reference in references)


def test_the_messages_of_repeated_cases_quote_no_case_reference_either():
    given = valid_return()
    given.cases += [dict(given.cases[0]), given.cases[1] | {"C2b": "Yes"}]

    messages = [issue.message for issue in judge(given).issues]

    assert len(messages) == 3
    assert not any(reference in message for message in messages for reference in given.references())


@pytest.mark.parametrize(("rule", "column"), [("R05", "pdu"), ("R07", "sex"), ("R07", "C2b"), ("R09", "start_date")])
def test_a_case_reference_in_the_wrong_column_is_not_quoted_either(rule, column):
    assert "X320741" not in said(rule, column, "X320741")


@pytest.mark.parametrize(
    ("name", "successors"),
    [
        ("Stockport and Trafford", ["Salford and Trafford", "Stockport and Tameside"]),
        ("stockport  & trafford", ["Salford and Trafford", "Stockport and Tameside"]),
        ("Salford", ["Salford and Trafford"]),
        ("Tameside", ["Stockport and Tameside"]),
    ],
)
def test_the_message_of_a_superseded_pdu_names_its_successors(name, successors):
    advice = said("R05", "pdu", name, region="greater-manchester")

    assert [successor for successor in successors if successor in advice] == successors
    assert "28/4/2025" in advice


@pytest.mark.parametrize(
    ("rule", "column", "found", "meant"),
    [
        ("R05", "pdu", "Coventy", "Coventry"),
        ("R05", "pdu", "COVENTRY.", "Coventry"),
        ("R05", "pdu", "Worcestshire", "Worcestershire"),
        ("R07", "risk_of_serious_harm", "Hihg", "High"),
        ("R07", "sentence_type", "Licens", "Licence"),
        ("R07", "C1a", "Not aplicable", "Not applicable"),
    ],
)
def test_a_near_miss_asks_what_was_meant(rule, column, found, meant):
    assert f"Did you mean {meant}?" in said(rule, column, found, region="west-midlands")


@pytest.mark.parametrize("name", ["Atlantis", "Gwentshire-upon-Avalon"])
def test_what_is_like_nothing_known_gets_no_suggestion(name):
    assert "Did you mean" not in said("R05", "pdu", name)


def test_a_pdu_of_another_region_is_never_suggested():
    assert "Coventry" not in said("R05", "pdu", "Coventy")


def test_the_message_of_a_pdu_of_another_region_names_both_regions():
    advice = said("R06", "pdu", "N52CSW")

    assert "West Midlands" in advice
    assert "Wales" in advice


@pytest.mark.parametrize(
    ("column", "found", "choices"),
    [
        ("C2b", "Maybe", ["Yes", "No", "Not applicable"]),
        ("C5", "No", ["No - ineffective", "No - absent"]),
        ("sex", "7", ["Female", "Male", "Other", "Not recorded"]),
        ("practitioner_inexperienced", "Perhaps", ["Yes", "No"]),
        ("age", "17", ["18", "110"]),
    ],
)
def test_the_message_of_an_unrecognised_value_says_what_to_use(column, found, choices):
    advice = said("R07", column, found)

    assert PROGRAMME.label(column) in advice
    assert [choice for choice in choices if choice in advice] == choices


def test_the_message_of_a_date_says_from_when_and_how_it_is_written():
    advice = said("R09", "assessed_on", "2025-09-30")

    assert "1/10/2025" in advice
    assert "day/month/year" in advice


def test_a_long_alias_of_another_region_is_told_by_its_whole_text():
    aliases = max(PROGRAMME.pdu_names["N57"], key=len)

    words = said("R06", "pdu", aliases)

    assert len(aliases) > 90
    assert '…" is a PDU of Kent, Surrey and Sussex, not of Wales.' in words
