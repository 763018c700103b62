"""The SQL tests of the models once more, on what was published: the same sums, percentages and complements.

A test runs where all that it reads is published or is a definition. Four models that are not published are known by the
tables that are made of them: what is counted, compared and tested stands in the findings, and so does how many cases a
region has, each of which is given a name that nobody has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dipp_pipeline.release.database import PublishedTable
from dipp_pipeline.warehouse.engine import Warehouse, new_warehouse
from dipp_pipeline.warehouse.project import Project, SqlTest, load_project
from dipp_pipeline.warehouse.sources import seed_tables

_LEVELS = {
    "regional_findings": ("region", "measure", "measure_code"),
    "national_findings": ("nation", "measure", "measure_code"),
    "regional_question_findings": ("region", "question", "question_code"),
    "national_question_findings": ("nation", "question", "question_code"),
}
"""Table to what its rows are among the counts of figures: level, kind, and the column that names the figure."""

_COUNTS = pa.schema(
    {
        "level": pa.string(),
        "region_code": pa.string(),
        "figure_kind": pa.string(),
        "figure_code": pa.string(),
        "cases_inspected": pa.int32(),
        "relevant_cases": pa.int32(),
        "counted_cases": pa.int32(),
        "percentage": pa.float64(),
        "percentage_rounded": pa.int32(),
        "lower_95": pa.float64(),
        "upper_95": pa.float64(),
    }
)
CASES = "int_accepted_cases"
_CASES = pa.schema({"case_pseudonym": pa.string(), "region_code": pa.string()})
_STATISTICS = ("relevant_cases", "counted_cases", "percentage", "percentage_rounded", "lower_95", "upper_95")
_IN_A_SURVEY = {"relevant_cases": "respondents", "counted_cases": "agreeing"}

_IN_MEMORY = Path(":memory:")


@dataclass(frozen=True)
class Retested:
    """A test that was run, and the rows that it found."""

    test: SqlTest
    wrong_rows: Sequence[Mapping[str, Any]]


def retest(tables: Sequence[PublishedTable], definitions: Path) -> Sequence[Retested]:
    """Run the tests of a folder of models, as far as they can be, on published tables.

    Those on the cases themselves would only test the names that they are given here.
    """
    project = load_project(definitions)
    given = {
        **{table.name: table.rows for table in tables if _is_of_its_model(table, project)},
        **seed_tables(definitions / "seeds"),
    }
    strange = {table.name: table.rows for table in tables if table.name not in project.model_by_name}
    given |= _unpublished(given, strange)
    with new_warehouse(_IN_MEMORY) as warehouse:
        for name, rows in given.items():
            warehouse.load(name, rows.schema, rows)
        tests = [test for test in project.tests if test.reads <= set(given) and test.model != CASES]
        return [Retested(test, _wrong_rows(warehouse, test)) for test in tests]


def _wrong_rows(warehouse: Warehouse, test: SqlTest) -> Sequence[Mapping[str, Any]]:
    return warehouse.read(f"({test.sql}\n)")


def _is_of_its_model(table: PublishedTable, project: Project) -> bool:
    """Whether a table has the columns of its model; that of another version may not have what a test asks for."""
    model = project.model_by_name.get(table.name)
    has = {(column.name, column.data_type) for column in table.columns}
    return model is not None and {(column.name, column.data_type) for column in model.columns} <= has


def _unpublished(given: Mapping[str, pa.Table], strange: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """The models that tests read and nobody publishes, made of what is; counts of tables without a model here too."""
    counts = [row for name, rows in {**given, **strange}.items() for row in _counts(name, rows)]
    unpublished = {"int_figure_counts": pa.Table.from_pylist(counts, _COUNTS)}
    if "regional_findings" in given:
        compared = given["regional_findings"]
        unpublished[CASES] = pa.Table.from_pylist(list(_cases(compared)), _CASES)
        unpublished["int_comparisons"] = compared
        unpublished["int_adjusted_tests"] = compared.filter(pc.is_valid(compared["p_value"]))
    return unpublished


def _cases(findings: pa.Table) -> Iterator[dict[str, str]]:
    """As many cases of each region as its findings say that were inspected."""
    for region, cases in {row["region_code"]: row["cases_inspected"] for row in findings.to_pylist()}.items():
        yield from ({"case_pseudonym": f"{region} {number}", "region_code": region} for number in range(cases or 0))


def _counts(name: str, table: pa.Table) -> Iterator[dict[str, object]]:
    """The counts of a table with their percentages and intervals, but for rows that have none or withhold them."""
    in_survey = "respondents" in table.column_names
    columns = {column: _IN_A_SURVEY.get(column, column) if in_survey else column for column in _STATISTICS}
    if not set(columns.values()) <= _numeric(table):
        return
    has_cases = "cases_inspected" in _numeric(table)
    level, kind, code = _LEVELS.get(name, (name, name, ""))
    for number, row in enumerate(table.to_pylist(), 1):
        figures = {column: row[as_called] for column, as_called in columns.items()}
        if any(figure is not None for figure in figures.values()) and row.get("marker") != "c":
            yield {
                **figures,
                "level": level,
                "region_code": row["region_code"] if level == "region" else None,
                "figure_kind": kind,
                "figure_code": row[code] if code else f"row {number} of {name}",
                "cases_inspected": row["cases_inspected" if has_cases else columns["relevant_cases"]],
            }


def _numeric(table: pa.Table) -> set[str]:
    return {field.name for field in table.schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)}
