"""Regions against the rest, as the SQL models compare them: as exact enumeration and libraries of statistics do.

Each measure is a table of random counts of its own, among them none, all, and regions of 10,000 relevant cases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, isclose
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER
from tests.warehouse.milestones import create_no_milestone

PROJECT = load_project(SQL_FOLDER)
MODELS = (
    "int_level_counts",
    "int_proportions",
    "int_figure_counts",
    "int_comparisons",
    "int_numbers",
    "int_exact_tests",
    "int_adjusted_tests",
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """Of a region: relevant cases, and those of them that count."""

    relevant: int
    counted: int


Measure = Sequence[Counts]
"""The counts of each region."""


def random_measures(regions: int, sizes: Sequence[int], measures: int, seed: int) -> list[Measure]:
    """Measures with much the same share in all regions, of which some have none, all, or no relevant case."""
    random = Random(seed)

    def counts(share: float) -> Counts:
        relevant = random.choice(sizes) - random.choice((0, random.randint(0, min(sizes) // 2)))
        near = round(relevant * share + random.gauss(0, 2 * (relevant * share * (1 - share)) ** 0.5))
        counted = random.choices([min(max(near, 0), relevant), 0, relevant], [8, 1, 1])[0]
        return Counts(relevant, counted) if random.random() < 0.95 else Counts(0, 0)

    return [[counts(share) for _ in range(regions)] for share in (random.random() for _ in range(measures))]


PROGRAMMES = {
    "regions as they are": random_measures(12, (56, 64, 72, 84), 11, seed=1),
    "two small regions": random_measures(2, (3, 7, 12), 300, seed=2),
    "three regions": random_measures(3, (1, 30, 400), 60, seed=3),
    "regions of 10,000 cases": random_measures(12, (10_000,), 3, seed=4),
    "two regions of 10,000 cases": random_measures(2, (10_000, 9_000), 20, seed=5),
    "counts at their ends": [
        [Counts(here, counted), Counts(there, counted_there)]
        for here, there in ((1, 1), (7, 84), (10_000, 10_000), (84, 10_000))
        for counted in (0, here)
        for counted_there in (0, there)
    ],
}


@dataclass(frozen=True)
class Comparison:
    """A region's counts, those of the rest, and what the models make of them."""

    region: Counts
    rest: Counts
    made: Row


LONG = [pytest.mark.thorough, pytest.mark.exhaustive]
"""Of the programme whose every table is counted out for some seconds."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=LONG if name == "regions of 10,000 cases" else []) for name in PROGRAMMES],
)
def comparisons(request: pytest.FixtureRequest) -> Sequence[Comparison]:
    return compared(request.param)


def test_the_rest_is_the_nation_less_the_region(comparisons: Sequence[Comparison]):
    wrong = [
        case
        for case in comparisons
        if (case.made["rest_relevant_cases"], case.made["rest_counted_cases"])
        != (case.rest.relevant, case.rest.counted)
    ]

    assert wrong == []


def test_there_is_a_test_where_both_sides_have_relevant_cases(comparisons: Sequence[Comparison]):
    for case in comparisons:
        both = bool(case.region.relevant and case.rest.relevant)
        made = [case.made[column] is not None for column in ("difference", "difference_lower_95", "p_value")]
        assert made == [both] * 3
        assert (case.made["rest_percentage"] is not None) == bool(case.rest.relevant)


def test_the_p_value_is_that_of_every_table_counted_out(comparisons: Sequence[Comparison]):
    for case in of_both_sides(comparisons):
        assert close(case.made["p_value"], counted_out(case.region, case.rest)), case


def test_the_p_value_is_scipys(comparisons: Sequence[Comparison]):
    """To the tables that are as likely as the observed one but for a relative 1e-7, which scipy draws closer."""
    for case in of_both_sides(comparisons):
        table = [[side.counted, side.relevant - side.counted] for side in (case.region, case.rest)]
        assert isclose(case.made["p_value"], fisher_exact(table).pvalue, rel_tol=1e-9, abs_tol=1e-9), case


def test_the_interval_of_the_difference_is_that_of_statsmodels(comparisons: Sequence[Comparison]):
    for case in of_both_sides(comparisons):
        lower, upper = confint_proportions_2indep(
            case.region.counted,
            case.region.relevant,
            case.rest.counted,
            case.rest.relevant,
            method="newcomb",
            compare="diff",
        )
        difference = case.region.counted / case.region.relevant - case.rest.counted / case.rest.relevant
        assert close(case.made["difference"], 100 * difference), case
        assert close(case.made["difference_lower_95"], 100 * lower), case
        assert close(case.made["difference_upper_95"], 100 * upper), case


def test_the_adjusted_p_values_are_those_of_statsmodels(comparisons: Sequence[Comparison]):
    family = of_both_sides(comparisons)

    _, adjusted, *_ = multipletests([case.made["p_value"] for case in family], method="fdr_bh")

    for case, expected in zip(family, adjusted, strict=True):
        assert close(case.made["p_adjusted"], expected), case
        assert 0 <= case.made["p_value"] <= case.made["p_adjusted"] <= 1


def test_the_random_tables_are_of_every_sort():
    cases = [case for name in PROGRAMMES for case in compared(name)]
    p_values = [case.made["p_value"] for case in of_both_sides(cases)]

    assert any(case.region.relevant == 0 for case in cases)
    assert any(case.region.counted == 0 for case in of_both_sides(cases))
    assert any(case.region.counted == case.region.relevant for case in of_both_sides(cases))
    assert any(case.region.relevant >= 10_000 and 1e-200 < case.made["p_value"] < 1e-3 for case in of_both_sides(cases))
    assert min(p_values) == 0  # less than a number can be: 10,000 of 10,000 against none
    assert max(p_values) == 1


def test_the_last_digits_are_the_same_whenever_and_wherever_they_are_computed():
    measures = PROGRAMMES["regions of 10,000 cases"]

    first, *others = [list(rows(measures, threads=threads)) for threads in (1, 2, 3, 2)]

    assert others == [first] * 3


def counted_out(region: Counts, rest: Counts) -> float:
    """Fisher's p value in whole numbers, by all tables of the same margins."""
    counted = region.counted + rest.counted
    lowest, highest = max(0, counted - rest.relevant), min(region.relevant, counted)
    weight, weights = comb(region.relevant, lowest) * comb(rest.relevant, counted - lowest), []
    for number in range(lowest, highest + 1):
        weights.append(weight)
        weight = weight * (region.relevant - number) * (counted - number)
        weight //= (number + 1) * (rest.relevant - counted + number + 1)
    observed = weights[region.counted - lowest]
    return sum(weight for weight in weights if weight * 10**7 <= observed * (10**7 + 1)) / sum(weights)


def close(made: float, expected: float) -> bool:
    """To a relative 1e-9; what is smaller than a number of full precision can be, to nothing."""
    return isclose(made, expected, rel_tol=1e-9, abs_tol=1e-300 if expected < 1e-200 else 1e-11)


def of_both_sides(comparisons: Sequence[Comparison]) -> Sequence[Comparison]:
    return [case for case in comparisons if case.region.relevant and case.rest.relevant]


@cache
def compared(programme: str) -> Sequence[Comparison]:
    measures = PROGRAMMES[programme]
    cases = []
    for row in rows(measures):
        regions = measures[int(row["measure_code"])]
        region = regions[int(row["region_code"])]
        rest = Counts(
            sum(other.relevant for other in regions) - region.relevant,
            sum(other.counted for other in regions) - region.counted,
        )
        cases.append(Comparison(region, rest, row))
    return cases


def rows(measures: Sequence[Measure], threads: int = 2) -> Iterator[Row]:
    """What the models make of the counts, a row a region and measure."""
    counts = pl.DataFrame(
        [
            {"figure_code": str(measure), "region_code": str(region), "relevant": own.relevant, "counted": own.counted}
            for measure, regions in enumerate(measures)
            for region, own in enumerate(regions)
        ]
    )
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.register("counts", counts.to_arrow())
        connection.execute("""
            create schema seeds;
            create table seeds.regions as select distinct region_code from counts;
            create table seeds.measures as
                select distinct figure_code as measure_code, null::varchar as complement_of from counts;
            create table int_steps (step integer, region_code varchar);
            create table int_survey_shown (respondents integer, agreeing integer);
            create table int_accepted_cases as select region_code from seeds.regions;
            create table int_figures as
                select distinct 'measure' as figure_kind, figure_code, 1 as figure_order, 'title' as title,
                    'stage' as stage, 'Stage' as stage_label, 'positive' as polarity, null as question_kind
                from counts;
            create table int_return_figures as
                select 'measure' as figure_kind, figure_code, region_code, true as is_in_force,
                    relevant as relevant_cases, counted as counted_cases
                from counts;
        """)
        create_no_milestone(connection)
        for model in MODELS:
            connection.execute(f"create table {model} as {PROJECT.model_by_name[model].sql}\n")
        found = connection.execute("""
            select comparisons.*, p_value, p_adjusted
            from int_comparisons as comparisons
            left join int_adjusted_tests using (region_code, measure_code)
            order by region_code, measure_code
        """)
        names = [column[0] for column in found.description]
        yield from (dict(zip(names, row, strict=True)) for row in found.fetchall())
