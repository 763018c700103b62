"""The interval of every count that can occur: no rounding of floating point may stop a release of sound data."""

import duckdb

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER
from tests.warehouse.milestones import create_no_milestone

LARGEST_REGION = 130

PROJECT = load_project(SQL_FOLDER)


def test_every_share_of_every_number_of_relevant_cases_passes_its_test():
    with duckdb.connect() as connection:
        connection.execute(f"""
            create schema seeds;
            create table seeds.regions as select 'N52' as region_code;
            create table int_steps as select 1 as step, 'N52' as region_code;
            create table int_survey_shown (respondents integer, agreeing integer);
            create table int_accepted_cases as select 'N52' as region_code from range({LARGEST_REGION});
            create table int_figures as
                select 'measure' as figure_kind, concat(relevant, ' ', counted) as figure_code, 1 as figure_order,
                    'title' as title, 'stage' as stage, 'Stage' as stage_label, 'positive' as polarity,
                    null as question_kind, relevant, counted
                from range(1, {LARGEST_REGION + 1}) as numbers(relevant),
                    range(0, {LARGEST_REGION + 1}) as shares(counted)
                where counted <= relevant;
            create table int_return_figures as
                select figure_kind, figure_code, 'N52' as region_code, true as is_in_force,
                    relevant as relevant_cases, counted as counted_cases
                from int_figures;
        """)
        create_no_milestone(connection)
        create(connection, "int_level_counts", "int_proportions", "int_figure_counts")

        tests = [test for test in PROJECT.tests if test.model == "int_figure_counts"]
        wrong = {test.name: connection.execute(test.sql).fetchall() for test in tests}
        bounds = connection.execute(
            "select min(lower_95), max(upper_95), count(*) from int_figure_counts where level = 'step'"
        ).fetchone()

    assert wrong == {"counts_are_nested": [], "figures_are_unique": [], "percentages_agree_with_their_counts": []}
    assert bounds == (0, 100, LARGEST_REGION * (LARGEST_REGION + 3) // 2)


def test_every_share_of_every_number_of_survey_respondents_passes_its_test():
    with duckdb.connect() as connection:
        connection.execute(f"""
            create schema seeds;
            create schema landing;
            create table int_level_counts (relevant_cases integer, counted_cases integer);
            create table landing.settings as select 1 as survey_minimum;
            create table seeds.regions as select 'N52' as region_code, 'West Midlands' as region_name;
            create table int_survey_counts as
                select 'N52' as region_code, concat('S', row_number() over ()) as statement_code,
                    respondents, agreeing, false as is_withheld
                from range(1, {LARGEST_REGION + 1}) as numbers(respondents),
                    range(0, {LARGEST_REGION + 1}) as shares(agreeing)
                where agreeing <= respondents;
            create table seeds.staff_survey_statements as
                select statement_code as question_code, 'theme' as stage, 'label' as label from int_survey_counts;
        """)
        create_no_milestone(connection)
        create(connection, "int_survey_shown", "int_proportions", "staff_survey_findings")

        tests = [test for test in PROJECT.tests if test.model == "staff_survey_findings"]
        wrong = {test.name: connection.execute(test.sql).fetchall() for test in tests}
        shown = connection.execute("select count(respondents) from staff_survey_findings").fetchone()

    assert wrong == {
        "survey_covers_every_statement": [],
        "survey_nation_gives_no_region_away": [],
        "survey_numbers_are_whole_or_withheld": [],
    }
    assert shown == (LARGEST_REGION * (LARGEST_REGION + 3),)


def create(connection: duckdb.DuckDBPyConnection, *models: str) -> None:
    for model in models:
        connection.execute(f"create table {model} as {PROJECT.model_by_name[model].sql}")
