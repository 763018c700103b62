"""What the published database holds: the tables, columns and types of CONTRACTS.md, described, and no case."""

import csv
import re
import struct

import duckdb
import openpyxl
import pytest

from dipp_pipeline.warehouse.project import load_project
from tests.homes import DEMO, SEEDS, SQL_FOLDER, Home

pytestmark = pytest.mark.thorough

STATISTICS = (
    "cases_inspected INTEGER, relevant_cases INTEGER, counted_cases INTEGER, percentage DOUBLE,"
    " percentage_rounded INTEGER, lower_95 DOUBLE, upper_95 DOUBLE"
)
MEASURE = "measure_code VARCHAR, measure_title VARCHAR, stage VARCHAR, polarity VARCHAR"
PLACE = "region_order INTEGER, country VARCHAR"
COMPARISON = (
    "rest_relevant_cases INTEGER, rest_counted_cases INTEGER, rest_percentage DOUBLE, difference DOUBLE,"
    " difference_lower_95 DOUBLE, difference_upper_95 DOUBLE, p_value DOUBLE, p_adjusted DOUBLE,"
    " differs_from_rest BOOLEAN"
)
QUESTION = "question_code VARCHAR, question_label VARCHAR, stage VARCHAR, kind VARCHAR"
NATION = "regions_included INTEGER, regions_expected INTEGER, status VARCHAR"

TABLES = {
    "regional_findings": (
        f"region_code VARCHAR, region_name VARCHAR, {MEASURE}, {STATISTICS}, {COMPARISON},"
        f" measure_order INTEGER, stage_label VARCHAR, {PLACE}"
    ),
    "national_findings": f"{MEASURE}, {NATION}, {STATISTICS}, measure_order INTEGER, stage_label VARCHAR",
    "regional_question_findings": (
        f"region_code VARCHAR, region_name VARCHAR, {QUESTION}, {STATISTICS}, stage_label VARCHAR, {PLACE}"
    ),
    "national_question_findings": f"{QUESTION}, {NATION}, {STATISTICS}, stage_label VARCHAR",
    "findings_for_charts": (
        "level VARCHAR, region_code VARCHAR, region_name VARCHAR, region_order INTEGER, measure_code VARCHAR,"
        " measure_title VARCHAR, measure_order INTEGER, stage_label VARCHAR, polarity VARCHAR,"
        f" {STATISTICS}, {COMPARISON}, country VARCHAR"
    ),
    "headlines": (
        "level VARCHAR, region_code VARCHAR, region_name VARCHAR, measure_code VARCHAR, measure_order INTEGER,"
        " headline VARCHAR, situation VARCHAR"
    ),
    "findings_over_time": (
        "step INTEGER, region_code VARCHAR, region_name VARCHAR, published_on DATE, regions_included INTEGER,"
        " measure_code VARCHAR, measure_title VARCHAR, relevant_cases INTEGER, counted_cases INTEGER,"
        " percentage DOUBLE, percentage_rounded INTEGER, lower_95 DOUBLE, upper_95 DOUBLE"
    ),
    "as_published": (
        "region_code VARCHAR, region_name VARCHAR, measure_code VARCHAR, measure_title VARCHAR,"
        " published_text VARCHAR, published_on DATE, source VARCHAR, relevant_cases INTEGER, counted_cases INTEGER,"
        " percentage DOUBLE, agrees BOOLEAN"
    ),
    "programme_progress": (
        "region_code VARCHAR, region_name VARCHAR, status VARCHAR, returns_received INTEGER, returns_refused INTEGER,"
        " cases_received INTEGER, cases_accepted INTEGER, cases_quarantined INTEGER, last_received_at TIMESTAMP,"
        " cases_published INTEGER, returns_held INTEGER,"
        " staff_survey_received BOOLEAN, staffing_received BOOLEAN, recommendations_received BOOLEAN"
    ),
    "data_quality": (
        "region_code VARCHAR, rule_code VARCHAR, rule_name VARCHAR, severity VARCHAR, occurrences INTEGER,"
        " case_score_occurrences INTEGER"
    ),
    "staff_survey_findings": (
        "level VARCHAR, region_code VARCHAR, region_name VARCHAR, statement_code VARCHAR, statement VARCHAR,"
        " theme VARCHAR, respondents INTEGER, agreeing INTEGER, percentage DOUBLE, percentage_rounded INTEGER,"
        " lower_95 DOUBLE, upper_95 DOUBLE, marker VARCHAR"
    ),
    "staffing": (
        "level VARCHAR, region_code VARCHAR, region_name VARCHAR, pdu_slug VARCHAR, pdu_name VARCHAR, grade VARCHAR,"
        " as_of DATE, target_fte DOUBLE, in_post_fte DOUBLE, in_post_percentage DOUBLE, vacancy_percentage DOUBLE,"
        " mean_caseload DOUBLE, vetting_pending INTEGER"
    ),
    "recommendations": (
        "region_code VARCHAR, region_name VARCHAR, number INTEGER, addressee VARCHAR, text VARCHAR, accepted VARCHAR,"
        " action VARCHAR, owner_role VARCHAR, due_on DATE, status VARCHAR, updated_on DATE, is_overdue BOOLEAN"
    ),
    "recommendation_progress": (
        "region_code VARCHAR, number INTEGER, version INTEGER, accepted VARCHAR, status VARCHAR, updated_on DATE"
    ),
    "follow_up": (
        "region_code VARCHAR, region_name VARCHAR, made INTEGER, accepted INTEGER, completed INTEGER, overdue INTEGER"
    ),
    "release_info": (
        "release_id VARCHAR, published_at TIMESTAMP, instrument_version VARCHAR, pipeline_version VARCHAR,"
        " regions_included INTEGER, cases_inspected INTEGER, edition VARCHAR, is_sample BOOLEAN, status VARCHAR,"
        " publisher VARCHAR, contact VARCHAR, licence VARCHAR, next_update VARCHAR, milestone_regions INTEGER,"
        " disclosure_threshold INTEGER"
    ),
    "characteristic_findings": (
        "characteristic VARCHAR, category VARCHAR, measure_code VARCHAR, measure_title VARCHAR,"
        " regions_included INTEGER, cases_inspected INTEGER, relevant_cases INTEGER, counted_cases INTEGER,"
        " percentage DOUBLE, percentage_rounded INTEGER, lower_95 DOUBLE, upper_95 DOUBLE, marker VARCHAR,"
        " characteristic_title VARCHAR, category_title VARCHAR, measure_order INTEGER"
    ),
    "sample_profile": (
        "level VARCHAR, region_code VARCHAR, region_name VARCHAR, characteristic VARCHAR, category VARCHAR,"
        " cases INTEGER, percentage DOUBLE, marker VARCHAR, cases_inspected INTEGER, regions_included INTEGER,"
        " characteristic_title VARCHAR, category_title VARCHAR"
    ),
    "sample_coverage": (
        "region_code VARCHAR, pdu_slug VARCHAR, pdu_name VARCHAR, cases_accepted INTEGER, marker VARCHAR,"
        " regions_included INTEGER, region_name VARCHAR"
    ),
    "revisions": (
        "table_name VARCHAR, row_key VARCHAR, column_name VARCHAR, old_value VARCHAR, new_value VARCHAR,"
        " reason VARCHAR, since_release_id VARCHAR"
    ),
    "regions": (
        "region_code VARCHAR, region_slug VARCHAR, region_name VARCHAR, country VARCHAR, region_order INTEGER,"
        " pdus INTEGER, publication_order INTEGER, fieldwork_month VARCHAR, report_published_on DATE,"
        " cases_published INTEGER"
    ),
    "measures": (
        "measure_code VARCHAR, measure_title VARCHAR, stage VARCHAR, stage_label VARCHAR, polarity VARCHAR,"
        " measure_order INTEGER, question_codes VARCHAR, questions INTEGER, counted_answers VARCHAR,"
        " complement_of VARCHAR, phrase VARCHAR"
    ),
    "questions": (
        "question_code VARCHAR, question_label VARCHAR, question_set VARCHAR, kind VARCHAR, parent_code VARCHAR,"
        " stage VARCHAR, stage_label VARCHAR, question_order INTEGER, applies_when VARCHAR, answer_type VARCHAR,"
        " core_equivalent VARCHAR, wording_source VARCHAR"
    ),
    "rules": ("rule_code VARCHAR, rule_name VARCHAR, scope VARCHAR, severity VARCHAR, meaning VARCHAR, cell VARCHAR"),
    "data_dictionary": (
        "table_name VARCHAR, column_name VARCHAR, data_type VARCHAR, description VARCHAR, column_order INTEGER,"
        " grain VARCHAR, key_columns VARCHAR, is_key BOOLEAN, is_nullable BOOLEAN, unit VARCHAR,"
        " allowed_values VARCHAR, refers_to VARCHAR"
    ),
}

SIMPLE_TYPES = {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"}

ROWS = {
    "regional_findings": 5 * 11,
    "national_findings": 11,
    "regional_question_findings": 5 * 24,
    "national_question_findings": 24,
    "findings_for_charts": 13 * 11,
    "headlines": 6 * 11,
    "findings_over_time": 5 * 11,
    "as_published": 14,
    "programme_progress": 12,
    "data_quality": 38,
    "staff_survey_findings": 60,
    "staffing": 179,
    "recommendations": 25,
    "recommendation_progress": 25,
    "follow_up": 5,
    "release_info": 1,
    "revisions": 0,
    "characteristic_findings": 25 * 11,
    "sample_profile": (5 + 1) * 27,
    "sample_coverage": 41,
    "regions": 12,
    "measures": 11,
    "questions": 24 + 9,
    "rules": 28,
    "data_dictionary": 25 + 308,
}


def test_the_tables_are_those_of_the_contract_and_no_other(findings: duckdb.DuckDBPyConnection):
    tables = findings.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    views = findings.execute("select view_name from duckdb_views() where not internal").fetchall()

    assert set(tables) == {("main", table) for table in TABLES}
    assert views == []


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_and_types_of_the_contract(findings: duckdb.DuckDBPyConnection, table: str):
    columns = findings.execute(
        "select column_name || ' ' || data_type from duckdb_columns() where table_name = ? order by column_index",
        [table],
    ).fetchall()

    assert ", ".join(column for (column,) in columns) == TABLES[table]


@pytest.mark.parametrize(("table", "rows"), ROWS.items())
def test_a_table_has_a_row_for_each_of_its_grain(findings: duckdb.DuckDBPyConnection, table: str, rows: int):
    assert len(findings.execute(f"from {table}").fetchall()) == rows


@pytest.mark.parametrize(("level", "table"), [("region", "regional_findings"), ("nation", "national_findings")])
def test_the_table_for_charts_has_the_figures_of_the_findings(
    findings: duckdb.DuckDBPyConnection, level: str, table: str
):
    shared = [name for name in columns(findings, "findings_for_charts") if name in columns(findings, table)]
    listed = ", ".join(shared)

    charted = findings.execute(
        f"select {listed} from findings_for_charts where level = ? and cases_inspected is not null order by all",
        [level],
    ).fetchall()

    assert len(shared) == {"region": 25, "nation": 12}[level]
    assert charted == findings.execute(f"select {listed} from {table} order by all").fetchall()


def test_a_headline_is_a_sentence_with_the_counts_and_interval_of_its_finding(findings: duckdb.DuckDBPyConnection):
    said = findings.execute(
        "select headline from headlines"
        " where region_name = 'West Midlands' and measure_code = 'oversight_ineffective_or_absent'"
    ).fetchall()

    assert said == [
        (
            "In 49 out of 80 relevant cases, management oversight was ineffective or absent"
            " (61 per cent; 95 per cent interval 50 to 71).",
        )
    ]


def test_every_text_that_a_headline_can_be_made_of_leaves_judgement_to_the_reader():
    words = "outstanding|good|requires improvement|inadequate|better|worse|best|worst|rank|top|bottom"
    texts = [SQL_FOLDER / "seeds" / f"headline_{name}.csv" for name in ("templates", "phrases")]

    assert [text.name for text in texts if re.search(rf"(?i)\b({words})", text.read_text("utf-8"))] == []


def test_the_key_of_a_table_tells_its_rows_apart(findings: duckdb.DuckDBPyConnection):
    for mart in load_project(SQL_FOLDER).marts:
        rows = findings.execute(f"select {', '.join(mart.key) or 1} from {mart.name}").fetchall()
        assert len(set(rows)) == len(rows), mart.name


def test_every_type_is_simple(findings: duckdb.DuckDBPyConnection):
    types = {
        name for (name,) in findings.execute("select data_type from duckdb_columns() where not internal").fetchall()
    }

    assert types <= SIMPLE_TYPES


@pytest.mark.parametrize("table", TABLES)
def test_a_table_and_its_columns_have_the_comments_of_their_model(findings: duckdb.DuckDBPyConnection, table: str):
    mart = load_project(SQL_FOLDER).model_by_name[table]

    of_table = findings.execute("select comment from duckdb_tables() where table_name = ?", [table]).fetchall()
    of_columns = findings.execute(
        "select column_name, comment from duckdb_columns() where table_name = ?", [table]
    ).fetchall()

    assert of_table == [(mart.description,)]
    assert dict(of_columns) == {column.name: column.description for column in mart.columns}
    assert all(comment for _, comment in of_columns)


def test_the_dictionary_is_that_of_the_database_that_holds_it(findings: duckdb.DuckDBPyConnection):
    dictionary = findings.execute(
        "select table_name, column_name, data_type, description, column_order, is_nullable"
        " from data_dictionary where column_order > 0"
    ).fetchall()
    found = findings.execute(
        "select table_name, column_name, data_type, comment, column_index, is_nullable from duckdb_columns()"
        " where not internal order by table_name, column_index"
    ).fetchall()

    assert dictionary == found


def test_the_dictionary_has_the_grain_and_key_of_every_table(findings: duckdb.DuckDBPyConnection):
    tables = findings.execute(
        "select table_name, column_name, description, grain, key_columns from data_dictionary where column_order = 0"
    ).fetchall()
    keys = findings.execute(
        "select table_name, string_agg(column_name, ', ' order by column_order) from data_dictionary"
        " where is_key group by table_name"
    ).fetchall()

    marts = load_project(SQL_FOLDER).marts
    assert sorted(tables) == sorted(
        (mart.name, None, mart.description, mart.grain, ", ".join(mart.key) or None) for mart in marts
    )
    assert {name: sorted(key.split(", ")) for name, key in keys} == {
        mart.name: sorted(mart.key) for mart in marts if mart.key
    }


def test_every_value_is_one_that_the_dictionary_allows(findings: duckdb.DuckDBPyConnection):
    told = findings.execute(
        "select table_name, column_name, allowed_values, refers_to from data_dictionary where column_order > 0"
    ).fetchall()
    other = []
    for table, column, allowed, refers_to in told:
        values = {value for (value,) in findings.execute(f'select "{column}" from {table}').fetchall()} - {None}
        if allowed:
            other += [(table, column, value) for value in values if not is_allowed(value, allowed)]
        if refers_to:
            dimension, _, name = refers_to.partition(".")
            there = {value for (value,) in findings.execute(f"select {name} from {dimension}").fetchall()}
            other += [(table, column, value) for value in values - there]

    assert other == []
    assert sum(bool(allowed) for _, _, allowed, _ in told) > 100
    assert sum(bool(refers_to) for _, _, _, refers_to in told) > 50


def is_allowed(value: object, allowed: str) -> bool:
    """Whether a value is listed, or within the bounds."""
    bounds = re.fullmatch(r"(?:from (-?\d+))?(?: ?to (\d+))?", allowed)
    if not bounds:
        return value in allowed.split(", ")
    return (not bounds[1] or int(bounds[1]) <= value) and (not bounds[2] or value <= int(bounds[2]))


def test_the_sample_programme_agrees_with_all_that_was_published(findings: duckdb.DuckDBPyConnection):
    with (SEEDS / "published_figures.csv").open(newline="") as file:
        lines = [(row["region_code"], row["measure_code"], row["published_text"]) for row in csv.DictReader(file)]

    found = findings.execute("select region_code, measure_code, published_text, agrees from as_published").fetchall()

    assert len(lines) == 14
    assert found == [(*line, True) for line in lines]


def test_the_steps_of_the_sample_programme_are_in_the_order_of_publication(findings: duckdb.DuckDBPyConnection):
    steps = findings.execute("select distinct step, region_code from findings_over_time order by step").fetchall()
    figures = "measure_code, relevant_cases, counted_cases, percentage, percentage_rounded, lower_95, upper_95"
    last = findings.execute(f"select {figures} from findings_over_time where step = 5").fetchall()

    assert steps == [(1, "N57"), (2, "N59"), (3, "N58"), (4, "N50"), (5, "N52")]
    assert last == findings.execute(f"select {figures} from national_findings").fetchall()


def test_the_file_is_of_the_storage_version_that_older_readers_take(published_demo: Home):
    header = published_demo.database.read_bytes()[:20]
    (storage_version,) = struct.unpack("<Q", header[12:])

    assert header[8:12] == b"DUCK"
    assert storage_version == 64


def test_the_release_is_named_by_12_hex_digits_of_what_it_was_built_from(
    published_demo: Home, findings: duckdb.DuckDBPyConnection
):
    house = published_demo.again()

    ((named,),) = findings.execute("select release_id from release_info").fetchall()

    assert named == house.release_id(house.history().returns)
    assert re.fullmatch("[0-9a-f]{12}", named)


@pytest.fixture(scope="session")
def case_references() -> set[str]:
    """Every case reference of the workbooks of the sample programme, accepted or not, as the files have it."""
    references = set()
    for file in sorted(DEMO.rglob("*.xlsx")):
        sheets = openpyxl.load_workbook(file, read_only=True).worksheets
        cells = (cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
        references |= {"".join(cell.split()).upper() for cell in cells if is_reference(cell)}
    return references


def test_no_case_reference_stands_in_the_published_file(published_demo: Home, case_references: set[str]):
    accepted = {
        reference
        for known in published_demo.again().history().returns
        if published_demo.is_counted(known)
        for reference in published_demo.landed(known.path, "cases")["case_pseudonym"]
    }
    searched = accepted | case_references
    published, warehouse = (file.read_bytes().lower() for file in (published_demo.database, published_demo.warehouse))

    assert len(accepted) == 332
    assert len(case_references) > 200
    assert [reference for reference in accepted if reference.lower().encode() not in warehouse] == []
    assert [reference for reference in searched if reference.lower().encode() in published] == []


@pytest.mark.parametrize("table", TABLES)
def test_no_value_of_a_published_table_looks_like_a_case_reference(findings: duckdb.DuckDBPyConnection, table: str):
    values = [str(value) for row in findings.execute(f"from {table}").fetchall() for value in row]

    assert [value for value in values if re.search(r"(?i)\b[a-z]\d{6}\b", value)] == []


def test_no_return_or_sheet_is_named_in_the_published_file(published_demo: Home):
    published = published_demo.database.read_bytes()

    named = [known for known in published_demo.again().history().returns if known.return_id.encode() in published]

    assert named == []
    assert b".xlsx" not in published


def columns(findings: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [column[0] for column in findings.execute(f"from {table} limit 0").description]


def is_reference(cell: object) -> bool:
    text = "".join(str(cell).split())
    return len(text) == 7 and text[0].isalpha() and text[1:].isdigit()
