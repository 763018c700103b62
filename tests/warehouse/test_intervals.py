"""The interval of every count that can occur: no rounding of floating point may stop a release of sound data."""

import duckdb

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER

LARGEST_REGION = 130

PROJECT = load_project(SQL_FOLDER)


def test_every_share_of_every_number_of_relevant_cases_passes_its_test():
    with duckdb.connect() as connection:
        connection.execute(f"""
            create schema seeds;
            create table seeds.regions as select 'N52' as region_code;
            create table int_accepted_cases as select 'N52' as region_code from range({LARGEST_REGION});
            create table int_figures as
                select 'measure' as figure_kind, concat(relevant, ' ', counted) as figure_code, 1 as figure_order,
                    'title' as title, 'stage' as stage, 'positive' as polarity, null as question_kind, relevant, counted
                from range(1, {LARGEST_REGION + 1}) as numbers(relevant),
                    range(0, {LARGEST_REGION + 1}) as shares(counted)
                where counted <= relevant;
            create table int_return_figures as
                select figure_kind, figure_code, 'N52' as region_code, true as is_in_force,
                    relevant as relevant_cases, counted as counted_cases
                from int_figures;
        """)
        connection.execute(f"create table int_figure_counts as {PROJECT.model_by_name['int_figure_counts'].sql}")

        tests = [test for test in PROJECT.tests if test.model == "int_figure_counts"]
        wrong = {test.name: connection.execute(test.sql).fetchall() for test in tests}
        bounds = connection.execute(
            "select min(lower_95), max(upper_95), count(*) from int_figure_counts where level = 'nation'"
        ).fetchone()

    assert wrong == {"counts_are_nested": [], "figures_are_unique": [], "percentages_agree_with_their_counts": []}
    assert bounds == (0, 100, LARGEST_REGION * (LARGEST_REGION + 3) // 2)
