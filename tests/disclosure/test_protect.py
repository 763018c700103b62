"""Small tables, worked out by hand."""

from collections.abc import Mapping
from itertools import product

import pytest

from dipp_pipeline.disclosure.attacker import Block, Knowledge
from dipp_pipeline.disclosure.audit import Audit
from dipp_pipeline.disclosure.counts import NATION, PDU, Content, Count
from dipp_pipeline.disclosure.measures import Measure
from dipp_pipeline.disclosure.protect import Protection, protect
from dipp_pipeline.disclosure.tables import finding_rows, profile_rows

ASSESSED = Measure("assessed", frozenset())
THRESHOLD = 5


def coverage(**cases: int) -> Content:
    """One region's PDUs."""
    return Content({("N01", PDU, pdu): number for pdu, number in cases.items()}, {}, {})


def by_sex(cases: Mapping[str, int], counted: Mapping[str, int] | None = None) -> Content:
    """One region's cases, all of them relevant, and those that count."""
    return Content(
        {("N01", "sex", sex): number for sex, number in cases.items()},
        {("N01", "sex", sex, ASSESSED.code): (cases[sex], number) for sex, number in (counted or {}).items()},
        {},
    )


def withheld_pdus(protection: Protection) -> set[str]:
    return {count.category for count in protection.milestone.withheld}


def test_nothing_is_withheld_where_nothing_is_small():
    assert withheld_pdus(protect(coverage(a=8, b=9, c=7), [], [], THRESHOLD)) == set()


def test_zeros_are_not_small():
    assert withheld_pdus(protect(coverage(a=8, b=0, c=7), [], [], THRESHOLD)) == set()


def test_a_small_count_is_shielded_by_one_other():
    protection = protect(coverage(a=2, b=9, c=7), [], [], THRESHOLD)

    assert {count.category for count in protection.primary} == {"a"}
    assert len(protection.secondary) == 1


def test_two_small_counts_that_add_up_to_less_than_the_threshold_need_a_third():
    protection = protect(coverage(a=2, b=1, c=7, d=9), [], [], THRESHOLD)

    assert {count.category for count in protection.primary} == {"a", "b"}
    assert len(protection.secondary) == 1


def test_two_small_counts_that_add_up_to_more_than_the_threshold_shield_each_other():
    assert withheld_pdus(protect(coverage(a=3, b=4, c=7, d=9), [], [], THRESHOLD)) == {"a", "b"}


@pytest.mark.parametrize("cases", [(2, 3, 7, 9), (1, 4, 8, 8), (3, 3, 8, 8), (4, 4, 9, 0), (1, 6, 7, 9), (1, 9, 0, 5)])
def test_that_something_is_withheld_at_all_tells_no_more_than_the_counts_do(cases: tuple[int, ...]):
    pdus = dict(zip("abcd", cases, strict=True))
    withheld = sorted(withheld_pdus(protect(coverage(**pdus), [], [], THRESHOLD)))
    of_these = sum(pdus[pdu] for pdu in withheld)

    possible = [
        counts
        for counts in product(range(of_these + 1), repeat=len(withheld))
        if sum(counts) == of_these and any(0 < cases < THRESHOLD for cases in counts)
    ]

    assert possible
    assert all(max(of_one) - min(of_one) >= THRESHOLD for of_one in zip(*possible, strict=True))


def test_what_the_region_s_cases_give_away_is_withheld_and_exempt():
    """Three cases in all: no PDU can have more, whatever is withheld."""
    protection = protect(coverage(a=2, b=1, c=0), [], [], THRESHOLD)

    assert withheld_pdus(protection) == {"a", "b", "c"}
    assert protection.unsafe == {}


def test_a_small_complement_is_withheld_like_a_small_count():
    content = by_sex({"female": 20, "male": 30}, {"female": 17, "male": 20})

    protection = protect(content, [], [ASSESSED], THRESHOLD)

    assert protection.primary == {Count("counted", NATION, "sex", "female", "assessed")}
    assert protection.secondary == {Count("counted", NATION, "sex", "male", "assessed")}


def test_a_small_difference_from_a_former_content_is_withheld():
    former = protect(coverage(a=20, b=30, c=10), [], [], THRESHOLD).milestone

    later = protect(coverage(a=21, b=29, c=10), [former], [], THRESHOLD)

    assert former.withheld == frozenset()
    assert withheld_pdus(later) == {"a", "b"}


def test_what_was_withheld_stays_withheld_while_its_region_is_unchanged():
    content = coverage(a=2, b=9, c=7, d=8)
    former = protect(content, [], [], THRESHOLD).milestone

    assert protect(content, [former], [], THRESHOLD).milestone.withheld == former.withheld


def test_counts_that_contradict_the_definitions_are_not_published():
    """Every case is relevant where a measure has no condition; here one is not."""
    content = by_sex({"female": 20, "male": 30}, {"female": 10, "male": 20})
    broken = Content(content.cases, {**content.figures, ("N01", "sex", "male", "assessed"): (29, 20)}, {})

    protection = protect(broken, [], [ASSESSED], THRESHOLD)

    assert set(protection.unsafe) == {"characteristic_findings", "sample_profile"}
    assert "contradict" in protection.unsafe["sample_profile"]
    assert all(row.cases is None for row in profile_rows(protection.milestone))
    assert all(row.counted_cases is None for row in finding_rows(protection.milestone, [ASSESSED]))


def test_a_category_keeps_its_rows_once_it_occurred():
    former = protect(by_sex({"female": 20, "male": 30, "other": 1}), [], [ASSESSED], THRESHOLD).milestone

    later = protect(by_sex({"female": 21, "male": 30, "other": 0}), [former], [ASSESSED], THRESHOLD).milestone

    assert {row.category for row in finding_rows(later, [ASSESSED])} == {"female", "male", "other"}


@pytest.mark.parametrize("threshold", [3, 5, 8])
def test_no_withheld_count_is_bounded_more_narrowly_than_the_threshold_set(threshold: int):
    protection = protect(coverage(a=2, b=10, c=20, d=40), [], [], threshold)

    assert 2 <= len(protection.milestone.withheld) <= 3


def test_that_a_case_fewer_was_not_of_a_category_without_cases_is_withheld():
    before = protect(by_sex({"female": 20, "male": 22, "other": 0}), [], [], THRESHOLD)
    cases = {("N01", "sex", sex): number for sex, number in {"female": 20, "male": 21, "other": 0}.items()}
    other_region = {("N02", "sex", sex): 10 for sex in ("female", "male", "other")}

    after = protect(Content({**cases, **other_region}, {}, {}), [before.milestone], [], THRESHOLD)

    assert Count("cases", "N01", "sex", "other") in after.milestone.withheld


@pytest.mark.parametrize("characteristic", ["sex", PDU])
def test_a_category_under_another_name_since_contradicts_nothing(characteristic: str):
    def named(category: str) -> Content:
        return Content({("N01", characteristic, name): 9 for name in ("a", "b", category)}, {}, {})

    before = protect(named("c"), [], [], THRESHOLD)

    assert protect(named("d"), [before.milestone], [], THRESHOLD).unsafe == {}


def test_a_case_that_went_is_of_one_category_in_all_measures():
    """One of the men went, who counted. By cases it may be a man or a woman, by the measure a man or another."""
    names = ("female", "male", "other")
    before = by_sex(dict(zip(names, (20, 30, 20), strict=True)), dict(zip(names, (10, 15, 10), strict=True)))
    after = by_sex(dict(zip(names, (20, 29, 20), strict=True)), dict(zip(names, (10, 14, 10), strict=True)))
    former = protect(before, [], [ASSESSED], THRESHOLD).milestone
    assert former.withheld == frozenset()
    knowledge = Knowledge(Block("sex"), [former], after, [ASSESSED], bounded=True)

    def told(of_cases: set[str], of_measure: set[str]) -> set[int]:
        """What is bounded too narrowly where these are withheld."""
        withheld = {
            count
            for count in knowledge.counts(knowledge.last)
            if count.category in (of_measure if count.kind == "counted" else of_cases)
        }
        audit = Audit(knowledge, THRESHOLD)
        return {audit._quantities[number][0].value for number in audit.unsafe(withheld)}

    assert {20, 29} <= told({"female", "male"}, {"male", "other"})
    assert told({"female", "male"}, {"female", "male"}) == set()
