"""Where a case reference stands: as a word of its own, for what is stored; anywhere at all, for what is erased."""

import re

import pytest

from dipp_pipeline.programme.case_reference import (
    holds_case_reference,
    pattern_of,
    references_anywhere,
    without_case_references,
    without_references,
)


@pytest.mark.parametrize(
    "text",
    [
        *("M777001", "m777001.xlsx", "see M 777 001.", "scores_M777001.xlsx", "(M777001)", "2026-M777001-final"),
        *("CRNM777001", "crn-M777001", "CRN M777001", "M-777001", "M\u2013777001", "M_777001", "M.777001", "M/777001"),
    ],
)
def test_a_reference_that_stands_as_a_word_is_masked(text: str):
    assert holds_case_reference(text)
    assert "777" not in without_case_references(text)


@pytest.mark.parametrize(
    "text",
    [
        *("scores 202601.xlsx", "London-202601.xlsx", "London_202601.csv", "Wales.202601.ods", "Q1 2026 01.csv"),
        *("scores202601.xlsx", "Q1-2026-01.csv", "v1.2026.01.xlsx", "CRN777001", "M7770012", "20260131.xlsx", "M77700"),
    ],
)
def test_an_ordinary_name_is_left_as_it_is(text: str):
    assert not holds_case_reference(text)
    assert without_case_references(text) == text


GLUED = ["CRNM777001", "xM7770019", "M-777001", "M.777/001", "M - 7\u200b7\u20137\ufeff001", "m\\777_001"]


@pytest.mark.parametrize("text", GLUED)
def test_an_erased_reference_is_found_whatever_stands_around_and_between(text: str):
    assert references_anywhere(text) == {"M777001"}
    assert re.search(pattern_of("M777001"), text)
    assert "777" not in without_references(text, {"M777001"})


def test_other_references_are_left_where_one_is_struck():
    struck = without_references("xM777001, M777002 and R677931", {"M777001"})

    assert struck == "xa case reference, M777002 and R677931"


def test_what_striking_leaves_is_struck_too():
    assert references_anywhere(without_references("M777001777002", {"M777001", "E777002"})) == set()


@pytest.mark.parametrize("text", ["M 77700", "777001", "M:777001", "M    777001", "\u041c777001"])
def test_what_is_no_reference_is_found_nowhere(text: str):
    assert references_anywhere(text) == set()
    assert not re.search(pattern_of("M777001"), text)
