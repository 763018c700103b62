"""What measures have in common is read from the seeds."""

import csv
from collections.abc import Sequence

import pytest

from dipp_pipeline.disclosure.measures import Measure, measures_of, shared_relevance
from tests.homes import SQL_FOLDER


@pytest.fixture(scope="module")
def measures() -> Sequence[Measure]:
    def rows(name: str) -> list[dict[str, str]]:
        with (SQL_FOLDER / "seeds" / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return measures_of(rows("measures.csv"), rows("questions.csv"))


def named(measures: Sequence[Measure], code: str) -> Measure:
    return next(measure for measure in measures if measure.code == code)


def test_a_composite_has_its_parts(measures: Sequence[Measure]):
    assert named(measures, "all_stages_sufficient").parts == (
        "assessment_sufficient",
        "planning_sufficient",
        "delivery_effective",
        "reviewing_sufficient",
    )


def test_measures_with_the_same_conditions_share_their_relevant_cases(measures: Sequence[Measure]):
    shared = shared_relevance(measures)

    assert shared["child_information_analysed"] == shared["child_information_available"]
    assert shared["child_information_analysed"] != shared["domestic_abuse_information_available"]
    assert shared["assessment_sufficient"] == ""


@pytest.mark.parametrize(
    ("code", "category", "relevant"),
    [
        ("assessment_sufficient", "low", True),
        ("oversight_effective", "very_high", True),
        ("oversight_effective", "low", None),
        ("child_information_available", "high", None),
    ],
)
def test_some_measures_are_relevant_to_all_cases_of_a_category(
    measures: Sequence[Measure], code: str, category: str, relevant: bool | None
):
    assert named(measures, code).relevant_to("risk_of_serious_harm", category) is relevant


def test_a_measure_is_relevant_to_no_case_of_a_category_that_its_condition_excludes():
    assert Measure("core_only", frozenset({"question_set = 'core'"})).relevant_to("question_set", "adjusted") is False
