"""The sample returns of staff surveys, staffing and recommendations give the tables that they must give."""

import csv
import math
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.homes import DEMO, Home
from tests.samples.make_other_kinds import EXPECTED, FOLDERS, make

TABLES = ("staff_survey_findings", "staffing", "recommendations", "recommendation_progress", "follow_up")
QUALITY = "other_kinds_quality"

RATINGS = ("outstanding", "good", "requires improvement", "inadequate")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The returns and the tables, made afresh."""
    folder = tmp_path_factory.mktemp("other kinds")
    make(folder / "incoming", folder / "expected")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_script_makes_the_returns_of_the_sample_programme(made: Path) -> None:
    others = {path: content for path, content in files_of(DEMO).items() if Path(path).parent.name in FOLDERS}

    assert len(others) == 15
    assert files_of(made / "incoming") == others


def test_the_script_makes_the_expected_tables(made: Path) -> None:
    tables = files_of(made / "expected")

    assert set(TABLES) < {Path(path).stem for path in tables}
    assert tables == {path: content for path, content in files_of(EXPECTED).items() if path in tables}


def test_no_recommendation_rates_a_region(made: Path) -> None:
    said = (made / "expected" / "recommendations.csv").read_text("utf-8").lower()

    assert [rating for rating in RATINGS if rating in said] == []


def expected(table: str) -> list[dict[str, str]]:
    with (EXPECTED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(home: Home, table: str, columns: list[str]) -> list[dict[str, object]]:
    """The rows of a published table in the order of the file."""
    with duckdb.connect(str(home.database), read_only=True) as connection:
        rows = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def rows_of(home: Home, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(f"from {table}").fetchall()


def is_as_written(value: object, written: str) -> bool:
    match value:
        case None:
            return written == ""
        case bool():
            return written == str(value).lower()
        case float():
            return written != "" and math.isclose(value, float(written), rel_tol=1e-9, abs_tol=1e-9)
        case _:
            return written == str(value)


@pytest.mark.thorough
@pytest.mark.parametrize("table", TABLES)
def test_a_published_table_is_the_expected_one(published_demo: Home, table: str) -> None:
    wanted = expected(table)

    rows = published(published_demo, table, list(wanted[0]))

    differences = [
        (number, column, row[column], line[column])
        for number, (row, line) in enumerate(zip(rows, wanted, strict=False), 2)
        for column in line
        if not is_as_written(row[column], line[column])
    ]
    assert differences[:10] == []
    assert len(rows) == len(wanted)


@pytest.fixture(scope="module")
def case_scores_alone(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample programme without its other returns, published."""
    home = Home(tmp_path_factory.mktemp("case scores") / "home")
    shutil.copytree(DEMO, home.incoming, ignore=shutil.ignore_patterns(*FOLDERS))
    home.ingest()
    home.build()
    home.publish()
    return home


def problems(home: Home) -> Counter[tuple[object, object]]:
    """How often each rule was broken in each region."""
    rows = published(home, "data_quality", ["region_code", "rule_code", "occurrences"])
    return Counter({(row["region_code"], row["rule_code"]): int(str(row["occurrences"])) for row in rows})


@pytest.mark.thorough
def test_every_problem_of_the_other_returns_is_counted_under_its_rule(
    published_demo: Home, case_scores_alone: Home
) -> None:
    added = problems(published_demo)
    added.subtract(problems(case_scores_alone))

    wanted = {(line["region_code"], line["rule_code"]): int(line["occurrences"]) for line in expected(QUALITY)}
    assert {place: occurrences for place, occurrences in added.items() if occurrences} == wanted


@pytest.mark.thorough
@pytest.mark.parametrize("table", ["regional_findings", "national_findings", "regional_question_findings"])
def test_the_other_returns_change_no_finding_of_the_cases(
    published_demo: Home, case_scores_alone: Home, table: str
) -> None:
    assert rows_of(published_demo, table) == rows_of(case_scores_alone, table)
