"""What is withheld of a staff survey cannot be computed from what is published of it.

An attacker knows the published table, the minimum and how figures are withheld: a region that is withheld has fewer
respondents than the minimum, of whom any number agree, and where the nation's sums are published they are the sums of
all regions. By integer programming he finds the least and the most that a withheld count can be. Where these are one
number he has computed it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER
from tests.warehouse.milestones import create_no_milestone

PROJECT = load_project(SQL_FOLDER)
MART = PROJECT.model_by_name["staff_survey_findings"]
STATEMENTS = ("S1", "S2", "S3")
AGREEING = ("strongly_agree", "agree")
ANSWERS = (*AGREEING, "neither", "disagree", "strongly_disagree", "prefer_not_to_say", None)

Row = Mapping[str, Any]
Response = Mapping[str, str | None]


@dataclass(frozen=True)
class Programme:
    """What the respondents of each region answer."""

    minimum: int
    regions: Sequence[Sequence[Response]]


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Two to six regions around the minimum, of which some agree on everything, and some have no such statement."""
    minimum = draw(st.integers(2, 5))
    kinds_of_answers = st.sampled_from((ANSWERS, ANSWERS, AGREEING, ("disagree", "neither"), (None,)))
    regions = []
    for _ in range(draw(st.integers(2, 6))):
        answers = {statement: st.sampled_from(draw(kinds_of_answers)) for statement in STATEMENTS}
        respondents = draw(st.integers(1, minimum + 2))
        regions.append([draw(st.fixed_dictionaries(answers)) for _ in range(respondents)])
    return Programme(minimum, regions)


EXAMPLES: list[Programme] = []


@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(programmes())
def collected(programme: Programme) -> None:
    EXAMPLES.append(programme)


@pytest.fixture(scope="module")
def tables() -> Sequence[tuple[Programme, Sequence[Row]]]:
    """Random programmes, each with what is published of it."""
    collected()
    return [(programme, published(programme)) for programme in EXAMPLES]


def test_no_withheld_figure_can_be_computed(tables: Sequence[tuple[Programme, Sequence[Row]]]):
    given_away = [found for programme, table in tables for found in computed(table, programme.minimum)]

    assert given_away == []


def test_nothing_is_null_that_no_comment_tells_of(tables: Sequence[tuple[Programme, Sequence[Row]]]):
    never_null = [column.name for column in MART.columns if not column.nullable]

    untold = {name for _, table in tables for row in table for name in never_null if row[name] is None}

    assert untold == set()
    assert "level" in never_null


def test_they_could_be_computed_if_the_nation_were_never_withheld(tables: Sequence[tuple[Programme, Sequence[Row]]]):
    given_away = [list(computed(unprotected(table, programme), programme.minimum)) for programme, table in tables]

    attacked = [found for found in given_away if found]
    assert 0 < len(attacked) < len(tables)
    for programme, found in zip((programme for programme, _ in tables), given_away, strict=True):
        assert [count for count in found if truth(programme)[count[:2]][count[2]] != count[3]] == []


def test_the_nation_is_shown_beside_withheld_regions_where_it_gives_none_away(
    tables: Sequence[tuple[Programme, Sequence[Row]]],
):
    shown = {
        (number, row["statement_code"])
        for number, (_, table) in enumerate(tables)
        for row in nation(table)
        if row["marker"] is None and any(withheld(table, row["statement_code"]))
    }
    unsafe = {
        (number, statement)
        for number, (programme, table) in enumerate(tables)
        for statement, *_ in computed(unprotected(table, programme), programme.minimum)
    }
    large = {
        (number, row["statement_code"])
        for number, (programme, table) in enumerate(tables)
        for row in nation(unprotected(table, programme))
        if row["respondents"] >= programme.minimum and any(withheld(table, row["statement_code"]))
    }

    assert shown == large - unsafe
    assert shown
    assert large & unsafe


@pytest.mark.parametrize(
    ("regions", "respondents", "agreeing", "ranges"),
    [
        (1, 3, 2, {"respondents": (3, 3), "agreeing": (2, 2), "others": (1, 1)}),
        (2, 3, 2, {"respondents": (0, 3), "agreeing": (0, 2), "others": (0, 1)}),
        (2, 3, 0, {"respondents": (0, 3), "agreeing": (0, 0), "others": (0, 3)}),
        (2, 18, 5, {"respondents": (9, 9), "agreeing": (0, 5), "others": (4, 9)}),
        (2, None, None, {"respondents": (0, 9), "agreeing": (0, 9), "others": (0, 9)}),
    ],
)
def test_the_attacker_finds_what_can_be_found(
    regions: int, respondents: int | None, agreeing: int | None, ranges: Mapping[str, tuple[int, int]]
):
    assert possible(regions, 10, respondents, agreeing) == [ranges] * regions


def computed(table: Sequence[Row], minimum: int) -> Iterator[tuple[str, str, str, int]]:
    """Statement, region, what is counted and the one number that it can be."""
    for row in nation(table):
        statement = row["statement_code"]
        shown = [other for other in regional(table, statement) if other["marker"] is None]
        hidden = withheld(table, statement)
        left_over = [
            None if row[count] is None else row[count] - sum(other[count] for other in shown)
            for count in ("respondents", "agreeing")
        ]
        for region, ranges in zip(hidden, possible(len(hidden), minimum, *left_over), strict=True):
            yield from ((statement, region, count, least) for count, (least, most) in ranges.items() if least == most)


@cache
def possible(
    regions: int, minimum: int, respondents: int | None, agreeing: int | None
) -> list[Mapping[str, tuple[int, int]]]:
    """The least and the most of each count of each withheld region, given their sums where these can be had.

    The unknowns are the agreeing respondents of each region, then the others of each.
    """
    if not regions:
        return []
    one = np.eye(regions)
    constraints = [LinearConstraint(np.hstack([one, one]), 0, minimum - 1)]
    if respondents is not None and agreeing is not None:
        each = np.ones(regions)
        sums = np.array([[*each, *(0 * each)], [*(0 * each), *each]])
        constraints.append(
            LinearConstraint(sums, [agreeing, respondents - agreeing], [agreeing, respondents - agreeing])
        )

    def least(coefficients: np.ndarray) -> int:
        return round(milp(coefficients, integrality=np.ones(2 * regions), constraints=constraints).fun)

    def both(coefficients: np.ndarray) -> tuple[int, int]:
        return least(coefficients), -least(-coefficients)

    return [
        {
            "respondents": both(np.hstack([one[region], one[region]])),
            "agreeing": both(np.hstack([one[region], 0 * one[region]])),
            "others": both(np.hstack([0 * one[region], one[region]])),
        }
        for region in range(regions)
    ]


def published(programme: Programme) -> Sequence[Row]:
    """`staff_survey_findings`, as the SQL models make it."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            create schema seeds;
            create schema landing;
            create table landing.settings as select {programme.minimum} as survey_minimum;
            create table seeds.regions (region_code varchar, region_name varchar);
            create table seeds.staff_survey_statements as
                select statement as question_code, 'theme' as stage, 'label' as label
                from unnest({list(STATEMENTS)}) as statements(statement);
            create table stg_returns (return_id varchar, region_code varchar, version_in_force integer);
            create table stg_survey_responses (return_id varchar, version integer);
            create table stg_survey_answers (
                return_id varchar, version integer, statement_code varchar, answer varchar
            )""")
        for region, responses in named(programme).items():
            connection.execute("insert into stg_returns values ($1, $1, 1)", [region])
            for response in responses:
                connection.execute("insert into stg_survey_responses values (?, 1)", [region])
                for statement, answer in response.items():
                    if answer is not None:
                        row = [region, statement, answer]
                        connection.execute("insert into stg_survey_answers values ($1, 1, $2, $3)", row)
        connection.execute("create table int_level_counts (relevant_cases integer, counted_cases integer)")
        create_no_milestone(connection)
        for model in ("int_survey_counts", "int_survey_shown", "int_proportions", "staff_survey_findings"):
            connection.execute(f"create table {model} as {PROJECT.model_by_name[model].sql}\n")
        found = connection.execute("from staff_survey_findings")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def unprotected(table: Sequence[Row], programme: Programme) -> Sequence[Row]:
    """The same table with the nation's figures wherever they were withheld."""
    counts = truth(programme)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for (statement, _), counted in counts.items():
        sums[statement].update(counted)
    return [
        {**row, **sums[row["statement_code"]], "marker": None} if row["level"] == "nation" else row for row in table
    ]


def truth(programme: Programme) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """Statement and region to what is to be kept from the attacker."""
    counts = {}
    for region, responses in named(programme).items():
        for statement in STATEMENTS:
            answers = [response[statement] for response in responses]
            respondents = sum(answer not in (None, "prefer_not_to_say") for answer in answers)
            agreeing = sum(answer in AGREEING for answer in answers)
            counts[statement, region] = {
                "respondents": respondents,
                "agreeing": agreeing,
                "others": respondents - agreeing,
            }
    return counts


def named(programme: Programme) -> Mapping[str, Sequence[Response]]:
    return {f"N{number}": responses for number, responses in enumerate(programme.regions)}


def nation(table: Sequence[Row]) -> Sequence[Row]:
    return [row for row in table if row["level"] == "nation"]


def regional(table: Sequence[Row], statement: str) -> Sequence[Row]:
    return [row for row in table if row["level"] == "region" and row["statement_code"] == statement]


def withheld(table: Sequence[Row], statement: str) -> Sequence[str]:
    return [row["region_code"] for row in regional(table, statement) if row["marker"] is not None]
