"""A case reference in a text of a recommendation is told and never quoted, wherever the problem is stored or shown."""

import json
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from dipp_pipeline.reports.check import check_files
from tests.homes import Home
from tests.other_returns import valid_other_return
from tests.returns import write_xlsx

pytestmark = pytest.mark.thorough

REFERENCE = "Q407519"
TEXT_COLUMNS = {"text": "C2", "action": "E3", "owner_role": "F4"}
RETURN = "wales/recommendations/ours.xlsx"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose one return names a case in each of its texts, published, with feedback."""
    home = Home(tmp_path_factory.mktemp("named") / "home")
    given = valid_other_return("recommendations")
    for record, column in zip(given.records, TEXT_COLUMNS, strict=True):
        record[column] = f"Nobody saw to {REFERENCE} in time"
    given.records.append({**given.records[0], "number": 4, "text": "Nothing is wrong here."})
    file = home.incoming / RETURN
    file.parent.mkdir(parents=True)
    write_xlsx(file, {"Recommendations": given.rows()})
    home.ingest()
    home.build()
    home.publish()
    home.give_feedback()
    return home


def everything_in(database: Path) -> str:
    """All that the tables and views of a database say."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() union all "
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        assert names
        return str([connection.execute(f'from "{schema}"."{table}"').fetchall() for schema, table in names])


def test_what_is_landed_says_that_a_case_is_named_and_not_which(home: Home) -> None:
    issues = home.landed("recommendations/ours.xlsx", "issues")
    landed = "".join(str(pl.read_parquet(file).rows()) for file in home.landing.rglob("*.parquet"))

    assert issues.select("rule_code", "cell", "found").rows() == [
        ("R07", cell, "a case reference") for cell in TEXT_COLUMNS.values()
    ]
    assert "Nothing is wrong here." in landed
    assert REFERENCE not in landed
    assert "Nobody saw" not in landed


def test_neither_the_warehouse_nor_the_published_file_names_the_case(home: Home) -> None:
    for database in (home.warehouse, home.database):
        said = everything_in(database)

        assert "Nothing is wrong here." in said
        assert REFERENCE not in said
        assert "Nobody saw" not in said


def test_the_list_of_problems_says_that_a_case_is_named_and_not_which(home: Home) -> None:
    (copy,) = home.feedback.rglob("*.xlsx")
    rows = list(openpyxl.load_workbook(copy)["Problems"].iter_rows(values_only=True))

    problems = [row for row in rows if str(row[0]).startswith("Recommendations, cell ")]
    assert [row[1] for row in problems] == ["a case reference"] * 3
    assert REFERENCE not in str(rows)


def test_a_check_says_that_a_case_is_named_and_not_which(home: Home, tmp_path: Path) -> None:
    (checked,) = check_files([home.incoming / RETURN], None, home, tmp_path)

    assert REFERENCE not in json.dumps(checked.as_json())
    assert [issue.found for issue in checked.issues] == ["a case reference"] * 3
    assert checked.marked_up is not None
    assert REFERENCE not in str(list(openpyxl.load_workbook(checked.marked_up)["Problems"].iter_rows(values_only=True)))
