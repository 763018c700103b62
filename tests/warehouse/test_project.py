"""The SQL files as data: what is refused, in which order models stand, and where a column comes from."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.warehouse.project import Model, ModelError, Project, Source, SqlTest, column_lineage, load_project
from dipp_pipeline.warehouse.sources import source_columns
from tests.homes import SEEDS, SQL_FOLDER

HEADER = "-- Cases.\n-- grain: one row a case\n"
MART = f"{HEADER}-- key: case_reference\n"
COLUMN = "cases.case_reference::varchar as case_reference -- the case\n"


def model_sql(reads: str, header: str = HEADER, column: str = COLUMN) -> str:
    return f"{header}select\n    {column}from {reads} as cases\n"


VALID = model_sql("landing.cases")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", header="-- Cases.\n")},
            "cases.sql must open with a comment that says what it is, and one with its grain.",
            id="no grain",
        ),
        pytest.param(
            {"marts/cases.sql": VALID},
            "cases.sql must say in its header which of its columns are its key (`-- key: a, b` or none).",
            id="a mart without a key",
        ),
        pytest.param(
            {"marts/cases.sql": model_sql("landing.cases", f"{HEADER}-- key: case_reference, sheet\n")},
            "cases.sql must say in its header which of its columns are its key (`-- key: a, b` or none).",
            id="a key that is no column",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", header="-- grain: one row a case\n")},
            "cases.sql must open with a comment that says what it is, and one with its grain.",
            id="no description",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", column="cases.sheet as sheet -- the sheet\n")},
            'cases.sql: "cases.sheet AS sheet /* the sheet */" must be cast, named and commented.',
            id="a column that is not cast",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", column="cases.sheet::varchar -- the sheet\n")},
            "must be cast, named and commented.",
            id="a column that is not named",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", column="cases.sheet::varchar as sheet\n")},
            'cases.sql: "CAST(cases.sheet AS TEXT) AS sheet" must be cast, named and commented.',
            id="a column without a comment",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", column="*\n")},
            'cases.sql: "*" must be cast, named and commented.',
            id="a star",
        ),
        pytest.param(
            {"staging/cases.sql": VALID, "intermediate/kept.sql": model_sql("cses")},
            "kept.sql reads cses, which is no model.",
            id="a model that is none",
        ),
        pytest.param(
            {"reports/told.sql": model_sql("landing.cases"), "marts/cases.sql": model_sql("told", MART)},
            "cases.sql reads told, which is a report, and these are for people only.",
            id="a mart that reads a report",
        ),
        pytest.param(
            {"reports/told.sql": model_sql("landing.cases"), "reports/retold.sql": model_sql("told")},
            "retold.sql reads told, which is a report, and these are for people only.",
            id="a report that reads a report",
        ),
        pytest.param(
            {"marts/cases.sql": model_sql("landing.cases", header=f"{HEADER}-- materialized: veiw\n")},
            "cases.sql says that it is materialized as veiw. Use view or table.",
            id="a materialization that is none",
        ),
        pytest.param(
            {"staging/cases.sql": model_sql("landing.cases", header=f"{HEADER}-- rows: secrte\n")},
            "cases.sql says that its rows are secrte. Use secret, or leave it out.",
            id="rows that are neither secret nor not",
        ),
        pytest.param(
            {"intermediate/egg.sql": model_sql("hen"), "intermediate/hen.sql": model_sql("egg")},
            "Models read each other in a circle: ",
            id="a circle",
        ),
        pytest.param(
            {"staging/cases.sql": f"{VALID};\nselect 1::integer as one -- one\n"},
            "cases.sql must hold one select.",
            id="two statements",
        ),
        pytest.param(
            {"staging/cases.sql": f"{HEADER}drop table cases"}, "cases.sql must hold one select.", id="no select"
        ),
        pytest.param({"staging/cases.sql": f"{HEADER}select from from"}, "cases.sql is not SQL: ", id="no SQL"),
        pytest.param(
            {"staging/cases.sql": VALID, "tests/cases_stand.sql": "-- Cases stand.\nselect * from cases"},
            "cases_stand.sql must open with a comment that says what it tests, and one with the model it is on.",
            id="a test on nothing",
        ),
        pytest.param(
            {"staging/cases.sql": VALID, "tests/cases_stand.sql": "-- Cases stand.\n-- on: cses\nselect * from cases"},
            "cases_stand.sql must open with a comment that says what it tests, and one with the model it is on.",
            id="a test on no model",
        ),
    ],
)
def test_a_file_that_is_no_model_or_test_is_refused_by_name(tmp_path: Path, files: Mapping[str, str], message: str):
    write(tmp_path, files)

    with pytest.raises(ModelError) as refusal:
        load_project(tmp_path)

    assert message in str(refusal.value)


def test_a_model_says_what_it_is_what_it_reads_and_what_it_ends_in(tmp_path: Path):
    header = "-- The cases\n-- of every return.\n-- grain: one row a case\n-- key: case_reference\n"
    write(tmp_path, {"marts/cases.sql": model_sql("landing.cases", header)})

    (model,) = load_project(tmp_path).models

    assert (model.name, model.layer, model.grain) == ("cases", "marts", "one row a case")
    assert model.key == ["case_reference"]
    assert model.description == "The cases of every return."
    assert model.reads == {"landing.cases"}
    assert [(column.name, column.data_type, column.description) for column in model.columns] == [
        ("case_reference", "VARCHAR", "the case")
    ]


@pytest.mark.parametrize(
    ("layer", "tag", "materialized"),
    [
        ("staging", "", "view"),
        ("intermediate", "", "table"),
        ("marts", "-- key: none\n", "table"),
        ("reports", "", "table"),
        ("reports", "-- materialized: view\n", "view"),
        ("staging", "-- materialized: table\n", "table"),
    ],
)
def test_a_model_is_materialized_as_its_header_says_or_as_its_layer_is(
    tmp_path: Path, layer: str, tag: str, materialized: str
):
    write(tmp_path, {f"{layer}/cases.sql": model_sql("landing.cases", f"{HEADER}{tag}")})

    (model,) = load_project(tmp_path).models

    assert (model.materialized, model.description) == (materialized, "Cases.")


@pytest.mark.parametrize(("tag", "secret"), [("", False), ("-- rows: secret\n", True)])
def test_a_model_says_whether_its_number_of_rows_is_secret(tmp_path: Path, tag: str, secret: bool):
    write(tmp_path, {"staging/cases.sql": model_sql("landing.cases", f"{HEADER}{tag}")})

    (model,) = load_project(tmp_path).models

    assert (model.rows_are_secret, model.description) == (secret, "Cases.")


def test_rows_are_secret_where_each_is_a_respondent_or_an_answer_of_one(project: Project):
    assert {model.name for model in project.models if model.rows_are_secret} == {
        "stg_survey_answers",
        "stg_survey_responses",
    }


def test_a_test_says_what_it_tests_and_on_which_model(tmp_path: Path):
    sql = "-- Cases stand.\n-- on: cases\nselect * from cases"
    write(tmp_path, {"staging/cases.sql": VALID, "tests/cases_stand.sql": sql})

    (test,) = load_project(tmp_path).tests

    assert test == SqlTest("cases_stand", sql, "Cases stand.", "cases", frozenset({"cases"}))


def test_a_name_of_a_step_within_a_model_is_nothing_that_it_reads(tmp_path: Path):
    steps = f"{HEADER}with hens as (\n    select * from landing.cases\n)\nselect\n    {COLUMN}from hens as cases\n"
    write(tmp_path, {"staging/cases.sql": steps})

    (model,) = load_project(tmp_path).models

    assert model.reads == {"landing.cases"}


@pytest.mark.parametrize("names", list(itertools.permutations("abc")), ids="".join)
def test_models_stand_after_what_they_read_whatever_their_names(tmp_path: Path, names: tuple[str, str, str]):
    first, second, third = names
    write(
        tmp_path,
        {
            f"intermediate/{first}.sql": VALID,
            f"intermediate/{second}.sql": model_sql(first),
            f"intermediate/{third}.sql": model_sql(second),
        },
    )

    assert [model.name for model in load_project(tmp_path).models] == [first, second, third]


def test_the_marts_are_the_published_tables(project: Project):
    assert {mart.name for mart in project.marts} == {
        "as_published",
        "characteristic_findings",
        "data_dictionary",
        "data_quality",
        "findings_for_charts",
        "findings_over_time",
        "follow_up",
        "headlines",
        "measures",
        "national_findings",
        "national_question_findings",
        "programme_progress",
        "questions",
        "recommendation_progress",
        "recommendations",
        "regional_findings",
        "regional_question_findings",
        "regions",
        "release_info",
        "revisions",
        "rules",
        "sample_coverage",
        "sample_profile",
        "staff_survey_findings",
        "staffing",
    }


@pytest.mark.parametrize("table", ["regions", "measures", "questions", "rules"])
def test_a_table_to_join_with_is_a_view_since_revisions_tells_nothing_of_those(project: Project, table: str):
    assert project.model_by_name[table].materialized == "view"


def test_every_model_stands_after_all_that_it_reads(project: Project):
    places = {model.name: place for place, model in enumerate(project.models)}

    too_early = [
        (model.name, read)
        for model in project.models
        for read in model.reads & places.keys()
        if places[read] >= places[model.name]
    ]

    assert len(places) == len(project.models)
    assert too_early == []


@pytest.mark.parametrize(
    ("model", "column", "sources"),
    [
        ("stg_cases", "row_number", {("landing.cases", "row")}),
        ("int_version_cases", "region_code", {("stg_returns", "region_code")}),
        ("fct_answers", "question_code", {("seeds.questions", "core_equivalent")}),
        ("fct_answers", "answer", {("stg_answers", "answer")}),
        (
            "int_case_claims",
            "is_kept",
            {
                ("stg_cases", "case_pseudonym"),
                ("stg_returns", "first_received_at"),
                ("stg_returns", "region_slug"),
                ("stg_returns", "return_path"),
            },
        ),
        ("int_figures", "title", {("seeds.measures", "title"), ("seeds.questions", "label")}),
        ("national_findings", "percentage", {("int_figure_counts", "percentage")}),
        ("findings_over_time", "percentage", {("int_figure_counts", "percentage")}),
        (
            "int_proportions",
            "percentage",
            {
                ("int_level_counts", "relevant_cases"),
                ("int_level_counts", "counted_cases"),
                ("int_survey_shown", "respondents"),
                ("int_survey_shown", "agreeing"),
                ("landing.milestone_findings", "relevant_cases"),
                ("landing.milestone_findings", "counted_cases"),
                ("landing.milestone_profile", "cases_inspected"),
                ("landing.milestone_profile", "cases"),
            },
        ),
        (
            "national_findings",
            "status",
            {("int_figure_counts", "regions_included"), ("int_figure_counts", "regions_expected")},
        ),
        (
            "programme_progress",
            "cases_quarantined",
            {("stg_returns", "cases_quarantined"), ("int_case_claims", "is_kept")},
        ),
        ("data_dictionary", "description", {("landing.published_columns", "description")}),
    ],
)
def test_a_column_is_traced_to_the_columns_that_it_is_made_of(
    project: Project, model: str, column: str, sources: set[tuple[str, str]]
):
    traced = lineage_of(project.model_by_name[model], project)

    assert {(source.table, source.column) for source in traced[column]} == sources
    assert len(traced[column]) == len(sources)


@pytest.mark.parametrize("model", load_project(SQL_FOLDER).models, ids=lambda model: model.name)
def test_a_column_is_traced_only_to_columns_that_there_are(project: Project, model: Model):
    known = {name: set(columns) for name, columns in source_columns(SEEDS, load_programme(SEEDS)).items()}
    known |= {other.name: {column.name for column in other.columns} for other in project.models}

    traced = lineage_of(model, project)

    assert list(traced) == [column.name for column in model.columns]
    assert {
        source for sources in traced.values() for source in sources if source.column not in known[source.table]
    } == set()


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(SQL_FOLDER)


def lineage_of(model: Model, project: Project) -> Mapping[str, list[Source]]:
    return column_lineage(model, project, source_columns(SEEDS, load_programme(SEEDS)))


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, sql in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(sql, "utf-8")


def test_a_model_that_reads_no_table_cannot_be_traced(tmp_path: Path):
    write(tmp_path, {"staging/cases.sql": model_sql("landing.casses")})
    project = load_project(tmp_path)

    with pytest.raises(ModelError, match=r"^cases\.sql reads landing\.casses, which is no table\.$"):
        lineage_of(project.model_by_name["cases"], project)
