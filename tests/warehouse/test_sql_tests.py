"""Every SQL test finds nothing in a valid warehouse, and wrong rows once that is spoilt which it is there to guard."""

from collections.abc import Iterable, Mapping, Sequence
from math import floor, sqrt

import duckdb
import pytest
from _pytest.mark import ParameterSet

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER

TESTS = load_project(SQL_FOLDER).tests

ONE_FIGURE = "level = 'region' and region_code = 'N03' and figure_code = 'delivery_effective'"
ONE_FIGURE_OF_NO_CASE = "level = 'region' and region_code = 'N52' and figure_code = 'delivery_effective'"
ONE_COMPARISON = "region_code = 'N03' and measure_code = 'delivery_effective'"
ONE_IN_CHARTS = f"level = 'region' and {ONE_COMPARISON}"
NATION_IN_CHARTS = "level = 'nation' and measure_code = 'delivery_effective'"
A_COMPLEMENT = "region_code = 'N03' and measure_code = 'oversight_ineffective_or_absent'"
ONE_STEP = "step = 1 and measure_code = 'delivery_effective'"
ONE_OF_THE_LAST_STEP = "step = (select max(step) from findings_over_time) and measure_code = 'delivery_effective'"
ONE_CASE = "case_pseudonym = (select min(case_pseudonym) from int_accepted_cases)"

NO_RETURN = """
    insert into landing.returns (return_id, kind) values ('none', 'staffing');
    insert into landing.versions by name
        select * replace ('none' as return_id) from landing.versions where cases_accepted > 0 limit 1"""


def inserted(table: str, *rows: Iterable[object], columns: str = "") -> str:
    """The insertion of these rows."""
    listed = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    return f"insert into {table} {columns} values {listed};"


def literal(value: object) -> str:
    """A value as SQL has it."""
    return "null" if value is None else repr(value)


RECOMMENDATION = (
    inserted("int_key_claims", ("none", 1, "recommendations", "N99", "1", True))
    + inserted(
        "recommendations",
        ("N99", 1, "yes", "in_progress", "2020-01-01", "2020-01-02", True),
        columns="(region_code, number, accepted, status, due_on, updated_on, is_overdue)",
    )
    + inserted("follow_up", ("N99", "Nowhere", 1, 1, 0, 1))
)
"""One of a region of its own, before any other was updated."""


def staff(*rows: tuple[str, str, str, float]) -> str:
    """Staff at a level, place and grade; the place of a PDU is its region."""
    return inserted(
        "staffing",
        *(
            (level, None if level == "nation" else place, "unit" if level == "pdu" else None, grade, *[number] * 3)
            for level, place, grade, number in rows
        ),
        columns="(level, region_code, pdu_slug, grade, target_fte, in_post_fte, vetting_pending)",
    )


def survey(*withheld: tuple[int, int]) -> str:
    """A statement of its own: a region that is shown, the withheld ones with respondents and agreeing, the nation."""
    regions = {"N90": SHOWN} | {f"N9{place}": counts for place, counts in enumerate(withheld, 1)}
    nation = tuple(sum(counts) for counts in zip(*regions.values(), strict=True))
    return (
        inserted(
            "int_survey_counts",
            *((region, "S99", 20, *counts, region != "N90") for region, counts in regions.items()),
            columns="(region_code, statement_code, responses, respondents, agreeing, is_withheld)",
        )
        + inserted(
            "staff_survey_findings",
            ("region", "N90", *figures(*SHOWN), None),
            *(("region", region, *[None] * 6, "c") for region in regions if region != "N90"),
            ("nation", None, *figures(*nation), None),
            columns="""(level, region_code, respondents, agreeing, percentage, percentage_rounded, lower_95, upper_95,
            marker)""",
        )
        + "update staff_survey_findings set statement_code = 'S99' where statement_code is null;"
    )


def figures(respondents: int, agreeing: int) -> tuple[float, ...]:
    """Counts, percentage, rounding and Wilson interval."""
    p, z = agreeing / respondents, 1.959963984540054
    centre, spread = p + z * z / (2 * respondents), z * sqrt((p * (1 - p) + z * z / (4 * respondents)) / respondents)
    bounds = [100 * (centre + side * spread) / (1 + z * z / respondents) for side in (-1, 1)]
    return respondents, agreeing, 100 * p, floor(100 * p + 0.5), *bounds


SHOWN = (20, 9)
SURVEY = survey((5, 2), (4, 1), (3, 1))
ONE_WITHHELD = "statement_code = 'S99' and region_code = 'N91'"
ONE_SHOWN = "statement_code = 'S99' and region_code = 'N90'"

SOUND = {
    "a recommendation": RECOMMENDATION,
    "a survey": SURVEY,
    "a survey of which nothing is withheld": survey(),
    "a survey of which nearly all is withheld that can be": survey((9, 1), (8, 2)),
    "staff of whom there are none": staff(("pdu", "N99", "trainee", 0), ("pdu", "N99", "all", 0)),
}
"""What other kinds of return add that is as it must be: what is spoilt of it below fails for no other reason."""

CORRUPTIONS = {
    "accepted_cases_are_in_one_region": {
        "a case in two regions": f"""
            insert into int_accepted_cases by name
                select * replace (case region_code when 'N03' then 'N07' else 'N03' end as region_code)
                from int_accepted_cases where {ONE_CASE};
            update release_info set cases_inspected = cases_inspected + 1""",
    },
    "answers_are_unique": {
        "a second answer": f"insert into fct_answers from fct_answers where {ONE_CASE} and question_code = 'C1'",
        "a second answer that differs": f"""
            insert into fct_answers select * replace ('no' as answer) from fct_answers
            where {ONE_CASE} and question_code = 'C1' and answer <> 'no'
            union all select * replace ('yes' as answer) from fct_answers
            where {ONE_CASE} and question_code = 'C1' and answer = 'no'""",
    },
    "applicable_summaries_are_answered": {
        "an answer lost": f"delete from fct_answers where {ONE_CASE} and question_code = 'C3'",
        "an answer read as not applicable": f"""
            update fct_answers set answer = 'not_applicable' where {ONE_CASE} and question_code = 'C3'""",
    },
    "cells_are_accounted_for": {
        "a cell lost": "update landing.versions set cells_used = cells_used - 1 where outcome = 'in_force'",
        "a cell from nowhere": "update landing.versions set cells_in_headings = cells_in_headings + 1",
    },
    "case_rows_are_accounted_for": {
        "a row skipped that was not read": "update landing.versions set rows_skipped = rows_skipped + 1",
        "a row of a version that went nowhere": """
            update landing.versions set cases_received = cases_received + 1, rows_read = rows_read + 1""",
        "a row received that went nowhere": """
            update landing.returns set cases_received = cases_received + 1 where return_path = 'part 1.xlsx'""",
        "a case accepted that did not land": f"delete from landing.cases where {ONE_CASE}",
        "a case landed that was not accepted": f"insert into landing.cases from landing.cases where {ONE_CASE}",
        "a row of another kind accepted that did not land": NO_RETURN,
    },
    "charts_show_the_findings": {
        "a region lost": f"delete from findings_for_charts where {ONE_IN_CHARTS}",
        "a region twice": f"insert into findings_for_charts from findings_for_charts where {ONE_IN_CHARTS}",
        "the nation lost": f"delete from findings_for_charts where {NATION_IN_CHARTS}",
        "a region lost that is not inspected": """
            delete from findings_for_charts where region_code = 'N52' and measure_code = 'delivery_effective'""",
        "counts of a region that is not inspected": """
            update findings_for_charts set relevant_cases = 0 where region_code = 'N52'""",
        "other cases of the nation": f"""
            update findings_for_charts set counted_cases = counted_cases + 1 where {NATION_IN_CHARTS}""",
    }
    | {
        f"other {column} of a region": f"""
            update findings_for_charts set {column} = {column} + 1 where {ONE_IN_CHARTS}"""
        for column in ("relevant_cases", "counted_cases", "difference")
    },
    "complements_are_tested_once": {
        "a p value of its own": f"update regional_findings set p_adjusted = p_adjusted / 2 where {A_COMPLEMENT}",
        "no p value": f"""
            update regional_findings set difference = null, difference_lower_95 = null, difference_upper_95 = null,
                p_value = null, p_adjusted = null, differs_from_rest = null,
                rest_relevant_cases = 0, rest_counted_cases = 0, rest_percentage = null
            where {A_COMPLEMENT}""",
        "a case that neither counts": f"""
            update regional_findings set counted_cases = counted_cases - 1 where {A_COMPLEMENT};
            update national_findings set counted_cases = counted_cases - 1
            where measure_code = 'oversight_ineffective_or_absent';
            update findings_over_time set counted_cases = counted_cases - 1
            where measure_code = 'oversight_ineffective_or_absent'""",
    },
    "counts_are_nested": {
        "more counted than relevant": f"update int_figure_counts set counted_cases = 1 where {ONE_FIGURE_OF_NO_CASE}",
        "more relevant than inspected": f"""
            update int_figure_counts set cases_inspected = relevant_cases - 1 where {ONE_FIGURE}""",
        "counts missing": f"update int_figure_counts set counted_cases = null where {ONE_FIGURE_OF_NO_CASE}",
        "fewer counted than none": f"update int_figure_counts set counted_cases = -1 where {ONE_FIGURE_OF_NO_CASE}",
    },
    "differences_are_tested": {
        "another rest": f"update regional_findings set rest_percentage = rest_percentage + 1 where {ONE_COMPARISON}",
        "a rest without its percentage": f"update regional_findings set rest_percentage = null where {ONE_COMPARISON}",
        "below its interval": f"""
            update regional_findings set difference_lower_95 = difference + 1 where {ONE_COMPARISON}""",
        "above its interval": f"""
            update regional_findings set difference_upper_95 = difference - 1 where {ONE_COMPARISON}""",
        "further than all cases": f"update regional_findings set difference_upper_95 = 101 where {ONE_COMPARISON}",
        "a p value below 0": f"update regional_findings set p_value = -0.1 where {ONE_COMPARISON}",
        "adjusted above 1": f"update regional_findings set p_adjusted = 1.1 where {ONE_COMPARISON}",
        "adjusted to less": f"""
            update regional_findings set p_value = 0.9, p_adjusted = 0.8, differs_from_rest = false
            where {ONE_COMPARISON}""",
        "called different that is not": f"""
            update regional_findings set p_value = 0.06, p_adjusted = 0.06, differs_from_rest = true
            where {ONE_COMPARISON}""",
        "a difference from no case": f"""
            update regional_findings set rest_relevant_cases = 0, rest_counted_cases = 0, rest_percentage = null
            where {ONE_COMPARISON}""",
    }
    | {
        f"{column} missing": f"update regional_findings set {column} = null where {ONE_COMPARISON}"
        for column in (
            *("difference", "difference_lower_95", "difference_upper_95", "p_value", "p_adjusted"),
            "differs_from_rest",
        )
    },
    "dimensions_are_complete": {
        f"{what} of {table}": sql.format(table, f"{table[:-1]}_code")
        for table in ("regions", "measures", "questions", "rules")
        for what, sql in {
            "a row twice": "insert into {0} (select * from {0} limit 1)",
            "a row too few": "delete from {0} where rowid = 1",
            "a code that is not defined": "insert into {0} by name (select * replace ('X99' as {1}) from {0} limit 1)",
        }.items()
    },
    "every_region_answers_every_measure": {
        "a region that has another's measure": """
            update regional_findings set region_code = 'N07'
            where region_code = 'N03' and measure_code = 'delivery_effective'""",
    },
    "every_region_answers_every_question": {
        "a region that has another's question": """
            update regional_question_findings set region_code = 'N07'
            where region_code = 'N03' and question_code = 'C3'""",
    },
    "follow_up_is_sum_of_recommendations": {
        "a region that has none": inserted("follow_up", ("N99", "Nowhere", 1, 0, 0, 0)),
        "a region left out": f"{RECOMMENDATION} delete from follow_up where region_code = 'N99'",
        "a recommendation kept that is not listed": f"{RECOMMENDATION} delete from recommendations where number = 1",
        "a recommendation listed that is not kept": f"""
            {RECOMMENDATION} delete from int_key_claims where return_id = 'none'""",
        "called overdue on the day itself": f"""
            {RECOMMENDATION} update recommendations set due_on = (select max(updated_on) from recommendations)
            where region_code = 'N99'""",
        "not called overdue": f"""
            {RECOMMENDATION} update recommendations set is_overdue = false where region_code = 'N99';
            update follow_up set overdue = 0 where region_code = 'N99'""",
    }
    | {
        f"another number {column}": f"""
            {RECOMMENDATION} update follow_up set {column} = {column} + 1 where region_code = 'N99'"""
        for column in ("made", "accepted", "completed", "overdue")
    },
    "figures_are_unique": {
        "a figure of a region twice": f"insert into int_figure_counts from int_figure_counts where {ONE_FIGURE}",
        "a figure of the nation twice": """
            insert into int_figure_counts from int_figure_counts
            where level = 'nation' and figure_code = 'C1'""",
    },
    "headlines_are_complete": {
        "a sentence lost": f"delete from headlines where {ONE_IN_CHARTS}",
        "a sentence twice": f"insert into headlines from headlines where {ONE_IN_CHARTS}",
        "a difference that is not told": f"""
            update findings_for_charts set differs_from_rest = true where {ONE_IN_CHARTS}""",
        "a placeholder left": f"update headlines set headline = 'In {{counted}} cases' where {ONE_IN_CHARTS}",
        "a sentence of nothing": f"update headlines set headline = null where {ONE_IN_CHARTS}",
    },
    "keys_are_kept_once": {
        "a key that two returns keep": inserted(
            "int_key_claims", ("one", 1, "visits", "N03", "1", True), ("two", 1, "visits", "N03", "1", True)
        ),
        "a key that nobody keeps": inserted("int_key_claims", ("one", 1, "visits", "N03", "1", False)),
        "a key of no region": inserted("int_key_claims", ("one", 1, "visits", None, "1", True)),
    },
    "last_step_is_the_nation": {
        f"another {column}": f"update findings_over_time set {column} = {column} + 1 where {ONE_OF_THE_LAST_STEP}"
        for column in ("relevant_cases", "counted_cases", "percentage", "percentage_rounded", "lower_95", "upper_95")
    }
    | {
        "a percentage missing": f"update findings_over_time set percentage = null where {ONE_OF_THE_LAST_STEP}",
        "another title": f"update findings_over_time set measure_title = 'Delivery' where {ONE_OF_THE_LAST_STEP}",
    },
    "nation_is_sum_of_regions": {
        f"other {column}": f"""
            update national_findings set {column} = {column} + 1 where measure_code = 'delivery_effective';
            update findings_over_time set {column} = {column} + 1
            where {ONE_OF_THE_LAST_STEP} and '{column}' <> 'regions_included'"""
        for column in ("relevant_cases", "counted_cases", "regions_included")
    }
    | {
        "final too early": "update national_findings set status = 'final' where measure_code = 'delivery_effective'",
        "a count missing": f"""
            update national_findings set counted_cases = null where measure_code = 'delivery_effective';
            update findings_over_time set counted_cases = null where {ONE_OF_THE_LAST_STEP}""",
    },
    "nation_is_sum_of_regions_by_question": {
        f"other {column}": f"update national_question_findings set {column} = {column} + 1 where question_code = 'C3'"
        for column in ("cases_inspected", "relevant_cases", "counted_cases", "regions_included")
    },
    "national_cases_are_the_accepted_ones": {
        "a case that a region and the nation invent": """
            update national_findings set cases_inspected = cases_inspected + 1
            where measure_code = 'delivery_effective';
            update regional_findings set cases_inspected = cases_inspected + 1
            where measure_code = 'delivery_effective' and region_code = 'N03'""",
    },
    "national_measures_are_complete": {
        "a measure lost": "delete from national_findings where measure_code = 'delivery_effective'",
    },
    "national_questions_are_complete": {
        "a question lost": "delete from national_question_findings where question_code = 'C3'",
    },
    "p_values_rise_together": {
        "out of their order": """
            update int_adjusted_tests set p_adjusted = 0
            where p_value = (select max(p_value) from int_adjusted_tests)""",
        "one missing": f"update int_adjusted_tests set p_adjusted = null where {ONE_COMPARISON}",
        "the largest raised": f"""
            update int_adjusted_tests set p_value = p_value / 2;
            update int_adjusted_tests set p_value = 0.9, p_adjusted = 1 where {ONE_COMPARISON}""",
    },
    "percentages_agree_with_their_counts": {
        "a percentage of other counts": f"""
            update int_figure_counts set percentage = percentage + 0.01 where {ONE_FIGURE}""",
        "a percentage missing": f"update int_figure_counts set percentage = null where {ONE_FIGURE}",
        "rounded up too far": f"""
            update int_figure_counts set percentage_rounded = percentage_rounded + 1 where {ONE_FIGURE}""",
        "rounded down too far": f"""
            update int_figure_counts set percentage_rounded = percentage_rounded - 1 where {ONE_FIGURE}""",
        "a half rounded down": f"""
            update int_figure_counts set cases_inspected = 8, relevant_cases = 8, counted_cases = 1, percentage = 12.5,
                percentage_rounded = 12, lower_95 = 2.241749145005667, upper_95 = 47.08881822128535
            where {ONE_FIGURE_OF_NO_CASE}""",
        "below its interval": f"update int_figure_counts set lower_95 = percentage + 1 where {ONE_FIGURE}",
        "above its interval": f"update int_figure_counts set upper_95 = percentage - 1 where {ONE_FIGURE}",
        "a wider interval": f"update int_figure_counts set upper_95 = upper_95 + 0.1 where {ONE_FIGURE}",
        "an interval of nothing": f"update int_figure_counts set lower_95 = null where {ONE_FIGURE}",
        "a rounding missing": f"update int_figure_counts set percentage_rounded = null where {ONE_FIGURE}",
        "an interval from below 0": f"update int_figure_counts set lower_95 = -0.1 where {ONE_FIGURE}",
        "an interval to above 100": f"update int_figure_counts set upper_95 = 100.1 where {ONE_FIGURE}",
    }
    | {
        f"{column} of no case": f"update int_figure_counts set {column} = 0 where {ONE_FIGURE_OF_NO_CASE}"
        for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
    },
    "progress_covers_every_region": {
        "a region lost": "delete from programme_progress where region_code = 'N52'",
        "a region twice": "insert into programme_progress from programme_progress where region_code = 'N52'",
        "a region called included before its time": """
            update programme_progress set status = 'included' where region_code = 'N52'""",
        "more accepted than received": """
            update programme_progress set cases_received = cases_accepted - 1 where region_code = 'N03'""",
    },
    "progress_is_sum_of_returns": {
        "a case accepted that another return keeps": """
            update int_reconciliation set cases_accepted = cases_accepted + 1 where region_slug = 'wales'""",
        "a case held back that is not counted": """
            update int_reconciliation set cases_quarantined = cases_quarantined - 1 where region_slug = 'wales'""",
        "a return in force that is left out": "delete from int_reconciliation where region_slug = 'wales'",
        "a count missing": "update int_reconciliation set cases_accepted = null where region_slug = 'wales'",
    },
    "published_columns_are_described": {
        "a description lost": "update data_dictionary set description = null where column_name = 'release_id'",
        "a dictionary of nothing": "delete from data_dictionary",
        "a description empty": "update data_dictionary set description = '' where column_name = 'release_id'",
    },
    "region_and_rest_are_the_nation": {
        "a case that the rest leaves out": f"""
            update int_comparisons set rest_relevant_cases = rest_relevant_cases - 1 where {ONE_COMPARISON}""",
        "a case that the rest invents": f"""
            update int_comparisons set rest_counted_cases = rest_counted_cases + 1 where {ONE_COMPARISON}""",
        "counts missing": f"update int_comparisons set rest_counted_cases = null where {ONE_COMPARISON}",
    },
    "release_is_one": {
        "no release": "delete from release_info",
        "two releases": "insert into release_info from release_info",
        "other regions": "update release_info set regions_included = regions_included + 1",
        "cases missing": "update release_info set cases_inspected = null",
        "other cases": "update release_info set cases_inspected = cases_inspected + 1",
    },
    "returns_in_force_add_up_to_their_region": {
        "a case that a version invents": """
            update int_version_findings set relevant_cases = relevant_cases + 1
            where measure_code = 'delivery_effective'""",
        "a case that a version leaves out": """
            update int_version_findings set counted_cases = counted_cases - 1
            where measure_code = 'delivery_effective'""",
    },
    "rules_are_known": {
        "an unknown rule": "insert into int_issues (return_id, region_code, rule_code) values ('one', 'N03', 'X99')",
        "a problem not counted": "delete from data_quality where rule_code = 'R07'",
        "a problem under another region": "update data_quality set region_code = 'N50' where rule_code = 'R07'",
        "a problem that nobody has": """
            insert into data_quality values ('N03', 'R08', 'value_missing', 'quarantine', 1, 1)""",
        "a problem counted twice": "insert into data_quality from data_quality where rule_code = 'F06'",
        "a problem of case scores counted as another kind's": """
            update data_quality set case_score_occurrences = case_score_occurrences - 1 where rule_code = 'R07'""",
    },
    "staffing_adds_up": {
        "regions with other staff than their PDUs": staff(
            *(("region", "N98", grade, 1) for grade in ("trainee", "all")),
            *(("region", "N99", grade, -1) for grade in ("trainee", "all")),
        ),
        "a nation with other staff than its regions": staff(("nation", "", "trainee", 1), ("nation", "", "other", -1)),
        "a grade that all grades leave out": staff(
            ("pdu", "N99", "trainee", 1), ("region", "N99", "trainee", 1), ("nation", "", "trainee", 1)
        ),
        "staff of no return": staff(
            *((level, "N99", grade, 1) for level in ("pdu", "region", "nation") for grade in ("trainee", "all"))
        ),
    }
    | {
        f"other {column} of a place": f"""
            {staff(("pdu", "N99", "trainee", 0), ("pdu", "N99", "all", 0))}
            update staffing set {column} = 1 where region_code = 'N99' and grade = 'all'"""
        for column in ("target_fte", "in_post_fte", "vetting_pending")
    },
    "steps_are_complete": {
        "a measure lost": f"delete from findings_over_time where {ONE_STEP}",
        "a measure twice": f"insert into findings_over_time from findings_over_time where {ONE_STEP}",
        "a step lost": "delete from findings_over_time where step = 1",
        "a step that is passed over": "update findings_over_time set step = step + 1",
        "two regions in one step": "update findings_over_time set step = 2 where step = 1",
        "a region without accepted cases": "update findings_over_time set region_code = 'N52' where step = 1",
        "regions that had not joined": f"update findings_over_time set regions_included = 2 where {ONE_STEP}",
    },
    "survey_covers_every_statement": {
        "a region's statement lost": f"{SURVEY} delete from staff_survey_findings where {ONE_WITHHELD}",
        "a region's statement twice": f"""
            {SURVEY} insert into staff_survey_findings from staff_survey_findings where {ONE_WITHHELD}""",
        "the nation's statement lost": f"""
            {SURVEY} delete from staff_survey_findings where statement_code = 'S99' and level = 'nation'""",
        "a statement of nobody": """
            insert into staff_survey_findings (level, region_code, statement_code, marker)
            values ('region', 'N99', 'S99', 'c')""",
        "figures that were to be withheld": f"""
            {SURVEY} update int_survey_counts set is_withheld = true where {ONE_SHOWN}""",
        "figures withheld that were to be shown": f"""
            {SURVEY} update int_survey_counts set is_withheld = false where {ONE_WITHHELD}""",
        "a nation without a withheld region": f"""
            {SURVEY} update int_survey_counts set respondents = respondents + 1 where {ONE_WITHHELD}""",
        "respondents that are not counted": f"""
            {SURVEY} update int_survey_counts set respondents = respondents + 1 where {ONE_SHOWN}""",
        "agreeing respondents that are not counted": f"""
            {SURVEY} update int_survey_counts set agreeing = agreeing + 1 where {ONE_SHOWN}""",
    },
    "survey_nation_gives_no_region_away": {
        "one region withheld": survey((5, 2)),
        "one region withheld where nobody answers": survey((0, 0)),
        "nobody agrees in those withheld": survey((5, 0), (4, 0)),
        "everybody agrees in those withheld": survey((5, 5), (4, 4)),
        "nobody answers in those withheld": survey((0, 0), (0, 0)),
        "as many answer in those withheld as can": survey((9, 3), (9, 4)),
    },
    "survey_numbers_are_whole_or_withheld": {
        "fewer than the minimum": f"{SURVEY} update landing.settings set survey_minimum = {SHOWN[0] + 1}",
        "a marker that is none": f"{SURVEY} update staff_survey_findings set marker = 'x' where {ONE_WITHHELD}",
        "neither figures nor a marker": f"""
            {SURVEY} update int_survey_counts set is_withheld = false where {ONE_WITHHELD};
            update staff_survey_findings set marker = null where {ONE_WITHHELD}""",
        "a half rounded down": f"""
            {survey((9, 2), (9, 2), (2, 0))}
            update staff_survey_findings set percentage_rounded = percentage_rounded - 1
            where statement_code = 'S99' and level = 'nation'""",
    }
    | {
        f"{column} beside a marker": f"""
            {SURVEY} update staff_survey_findings set {column} = {number} where {ONE_WITHHELD}"""
        for column, number in {
            **{"respondents": 5, "agreeing": 2, "percentage": 40, "percentage_rounded": 40},
            **{"lower_95": 11.8, "upper_95": 76.9},
        }.items()
    }
    | {
        f"another {column}": f"{SURVEY} update staff_survey_findings set {column} = {column} + 1 where {ONE_SHOWN}"
        for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
    }
    | {
        f"{column} missing": f"{SURVEY} update staff_survey_findings set {column} = null where {ONE_SHOWN}"
        for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
    },
}


ONE_BY_SEX = "characteristic = 'sex' and category = 'male' and measure_code = 'delivery_effective'"
OF_NO_SEX = "characteristic = 'sex' and category = 'other'"
ONE_PDU = "pdu_slug = (select max(pdu_slug) from sample_coverage)"

BY_CHARACTERISTIC = {
    "characteristics_agree_with_the_profile": {
        "findings of other regions": "update characteristic_findings set regions_included = 4",
        "a count that one table withholds": """
            update sample_profile set cases = null, percentage = null, marker = 'c'
            where level = 'nation' and characteristic = 'sex' and category = 'male'""",
    },
    "characteristics_are_whole_or_withheld": {
        "a marker lost": "update characteristic_findings set marker = null where marker = 'c'",
        "few cases not marked": "update characteristic_findings set marker = null where marker = 'u'",
        "a marker of nothing": f"""
            update characteristic_findings
            set marker = 'c', percentage = null, percentage_rounded = null, lower_95 = null, upper_95 = null
            where {ONE_BY_SEX}""",
        "more cases than are relevant": f"""
            update characteristic_findings set counted_cases = relevant_cases + 1 where {ONE_BY_SEX}""",
        **{
            f"{column} beside a marker": f"update characteristic_findings set {column} = 40 where marker = 'c'"
            for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
        },
        **{
            f"another {column}": f"update characteristic_findings set {column} = {column} + 1 where {ONE_BY_SEX}"
            for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
        },
        **{
            f"{column} missing": f"update characteristic_findings set {column} = null where {ONE_BY_SEX}"
            for column in ("percentage", "percentage_rounded", "lower_95", "upper_95")
        },
    },
    "characteristics_have_every_measure": {
        "a row left out": f"delete from characteristic_findings where {ONE_BY_SEX}",
        "a row twice": f"insert into characteristic_findings from characteristic_findings where {ONE_BY_SEX}",
        "a category left out": "delete from characteristic_findings where category = 'male'",
    },
    "coverage_has_every_pdu": {
        "a PDU left out": f"delete from sample_coverage where {ONE_PDU}",
        "a PDU twice": f"insert into sample_coverage from sample_coverage where {ONE_PDU}",
        "a case that nobody has": f"""
            update sample_coverage set cases_accepted = cases_accepted + 1 where {ONE_PDU}""",
        "a marker beside a count": f"update sample_coverage set marker = 'c' where {ONE_PDU}",
        "a count without a marker": f"update sample_coverage set cases_accepted = null where {ONE_PDU}",
        "a region left out": "delete from sample_coverage where region_code = 'N52'",
    },
    "no_small_count_by_characteristic": {
        "a small count shown": """
            update characteristic_findings set counted_cases = 4
            where counted_cases is null and relevant_cases is null""",
        "a small complement shown": """
            update characteristic_findings set relevant_cases = cases_inspected - 4
            where counted_cases is null and marker = 'c'""",
        "counts under another threshold": "update landing.milestone set disclosure_threshold = 1000",
    },
    "profile_has_every_category": {
        "a category left out": f"delete from sample_profile where level = 'region' and {OF_NO_SEX}",
        "a category twice": f"insert into sample_profile from sample_profile where level = 'region' and {OF_NO_SEX}",
        "nothing of the nation": f"delete from sample_profile where level = 'nation' and {OF_NO_SEX}",
        "other regions": "update landing.milestone set regions_included = 4",
    },
    "profile_is_whole_or_withheld": {
        "a marker lost": "update sample_profile set marker = null where marker = 'c'",
        "a percentage beside a marker": "update sample_profile set percentage = 4 where marker = 'c'",
        "another percentage": "update sample_profile set percentage = percentage + 1 where region_code = 'N52'",
        "a percentage missing": "update sample_profile set percentage = null where region_code = 'N52'",
        "a case that nobody has": """
            update sample_profile set cases = cases + 1, percentage = 100 * (cases + 1.0) / cases_inspected
            where region_code = 'N52' and category = 'male'""",
        "a case left out": """
            update sample_profile set cases = cases - 1, percentage = 100 * (cases - 1.0) / cases_inspected
            where region_code = 'N52' and category = 'male'""",
    },
}
"""Of the sample programme, which has reached a milestone: the story has too few regions for one."""


def each(corruptions_by_test: Mapping[str, Mapping[str, str]]) -> Sequence[ParameterSet]:
    """Every test with every corruption that it is to find."""
    return [
        pytest.param(test, sql, id=f"{test}-{name}")
        for test, corruptions in corruptions_by_test.items()
        for name, sql in corruptions.items()
    ]


@pytest.mark.parametrize(("test", "corruption"), each(CORRUPTIONS))
def test_a_sql_test_alone_finds_what_it_guards_against(
    warehouse: duckdb.DuckDBPyConnection, test: str, corruption: str
):
    warehouse.execute(corruption)

    assert failing(warehouse) == [test]


def test_no_sql_test_finds_anything_in_a_valid_warehouse(warehouse: duckdb.DuckDBPyConnection):
    assert failing(warehouse) == []


@pytest.mark.parametrize(("test", "corruption"), each(BY_CHARACTERISTIC))
def test_a_sql_test_alone_finds_what_it_guards_against_by_characteristic(
    milestone: duckdb.DuckDBPyConnection, test: str, corruption: str
):
    milestone.execute(corruption)

    assert failing(milestone) == [test]


def test_no_sql_test_finds_anything_at_a_milestone(milestone: duckdb.DuckDBPyConnection):
    assert failing(milestone) == []


@pytest.mark.parametrize("addition", SOUND.values(), ids=SOUND)
def test_no_sql_test_finds_anything_in_what_other_kinds_add(warehouse: duckdb.DuckDBPyConnection, addition: str):
    warehouse.execute(addition)

    assert failing(warehouse) == []


def test_every_sql_test_is_shown_to_fail():
    assert {*CORRUPTIONS, *BY_CHARACTERISTIC} == {test.name for test in TESTS}


def failing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The SQL tests that find wrong rows."""
    return [test.name for test in TESTS if connection.execute(test.sql).fetchone()]
