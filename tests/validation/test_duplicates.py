import pytest

from dipp_pipeline.validation.validate import Counts, Validated, validate
from tests.returns import EVERYTHING, NOTHING_MORE, PROGRAMME, CaseReturn, FormulaError, valid_return
from tests.validation.judging import accepted, arrived, judge, judge_together, where


@pytest.fixture
def given() -> CaseReturn:
    return valid_return()


def repeat(given: CaseReturn, case: int, **changes: object) -> int:
    """Put a case into the return once more, and say at which place."""
    given.cases.append(given.cases[case] | changes)
    return len(given.cases) - 1


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Validated]:
    """The verdicts on a return whose first case stands once more, with some changes."""
    returns = {}
    for name, changes in (IDENTICAL | DIFFERENT).items():
        returns[name] = valid_return()
        repeat(returns[name], EVERYTHING, **changes)
    return judge_together(returns)


IDENTICAL = {
    "to the letter": {},
    "in other spellings": {"case_reference": " r677 931", "risk_of_serious_harm": "RHRH"},
    "in another notation": {"start_date": "24/5/2025"},
    "by an alias": {"pdu": "Cardiff & Vale"},
}


@pytest.mark.parametrize("changes", IDENTICAL)
def test_a_row_that_stands_twice_is_kept_once(verdicts, given, changes):
    second = repeat(given, EVERYTHING, **IDENTICAL[changes])

    verdict = verdicts[changes]

    assert where(verdict) == [("W03", given.address(second, "case_reference"))]
    assert accepted(verdict) == given.references()[:second]
    assert verdict.counts == Counts(received=5, accepted=4, quarantined=0, identical_dropped=1)


def test_columns_that_are_not_read_make_rows_no_different(given):
    second = repeat(given, EVERYTHING)
    given.headings["mood"] = "Favourite colour"
    for place, case in enumerate(given.cases):
        case["mood"] = f"colour {place}"

    assert where(judge(given))[1:] == [("W03", given.address(second, "case_reference"))]


def test_an_answer_read_as_not_applicable_equals_one_that_is(given):
    second = repeat(given, NOTHING_MORE, C7a="Yes")

    verdict = judge(given)

    assert ("W03", given.address(second, "case_reference")) in where(verdict)
    assert verdict.counts.identical_dropped == 1


DIFFERENT = {
    "another answer": {"C2b": "Yes"},
    "an optional field left out": {"mappa_level": None},
    "not applicable for blank": {"A1": "Not applicable"},
}


@pytest.mark.parametrize("changes", DIFFERENT)
def test_a_case_that_stands_twice_with_different_contents_is_held_back_in_every_row(verdicts, given, changes):
    second = repeat(given, EVERYTHING, **DIFFERENT[changes])

    verdict = verdicts[changes]

    assert where(verdict) == [("R03", given.address(place, "case_reference")) for place in (EVERYTHING, second)]
    assert accepted(verdict) == given.references()[1:second]
    assert verdict.counts == Counts(received=5, accepted=3, quarantined=2, identical_dropped=0)


def test_of_three_rows_an_identical_one_is_dropped_and_the_others_clash(given):
    identical = repeat(given, EVERYTHING)
    different = repeat(given, EVERYTHING, C2b="Yes")

    verdict = judge(given)

    assert where(verdict) == [
        ("R03", given.address(EVERYTHING, "case_reference")),
        ("W03", given.address(identical, "case_reference")),
        ("R03", given.address(different, "case_reference")),
    ]
    assert verdict.counts == Counts(received=6, accepted=3, quarantined=2, identical_dropped=1)


def test_a_broken_row_that_stands_twice_is_held_back_once(given):
    given.cases[EVERYTHING]["C2b"] = FormulaError("#REF!")
    second = repeat(given, EVERYTHING)

    verdict = judge(given)

    assert where(verdict) == [
        ("R13", given.address(EVERYTHING, "C2b")),
        ("W03", given.address(second, "case_reference")),
    ]
    assert verdict.counts == Counts(received=5, accepted=3, quarantined=1, identical_dropped=1)


@pytest.mark.parametrize("other", [FormulaError("#N/A"), "#REF!", None])
def test_rows_that_are_broken_in_different_ways_are_not_identical(given, other):
    given.cases[EVERYTHING]["C2b"] = FormulaError("#REF!")
    second = repeat(given, EVERYTHING, C2b=other)

    rules = where(judge(given))

    assert ("R03", given.address(EVERYTHING, "case_reference")) in rules
    assert ("R03", given.address(second, "case_reference")) in rules


def test_a_broken_row_and_a_sound_one_of_the_same_case_clash(given):
    second = repeat(given, EVERYTHING, C2b="Maybe")

    assert where(judge(given)) == [
        ("R03", given.address(EVERYTHING, "case_reference")),
        ("R07", given.address(second, "C2b")),
        ("R03", given.address(second, "case_reference")),
    ]


@pytest.mark.parametrize(("reference", "rule"), [(None, "R01"), ("R67793", "R02"), (FormulaError("#N/A"), "R13")])
def test_rows_without_a_valid_case_reference_are_never_the_same_case(given, reference, rule):
    given.cases[EVERYTHING]["case_reference"] = reference
    second = repeat(given, EVERYTHING)

    assert where(judge(given)) == [(rule, given.address(place, "case_reference")) for place in (EVERYTHING, second)]


def test_a_case_is_looked_for_on_every_sheet_of_a_return(given):
    others = valid_return()
    others.cases[NOTHING_MORE]["C2b"] = "Yes"
    del others.cases[NOTHING_MORE + 1 :]

    verdict = judge(given, others.rows())

    assert [(issue.rule_code, issue.sheet, issue.cell) for issue in verdict.issues] == [
        ("R03", "Case scores", "A3"),
        ("W03", "Sheet 2", "A2"),
        ("R03", "Sheet 2", "A3"),
    ]


def test_the_same_case_in_two_returns_is_not_judged_here(given):
    verdicts = validate([arrived(given), arrived(valid_return())], PROGRAMME)

    assert [verdict.issues for verdict in verdicts] == [(), ()]
