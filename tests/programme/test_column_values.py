"""Units and values of published columns: every column that needs them has a line, and agrees with other seeds."""

import csv
import re

import pytest

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SEEDS, SQL_FOLDER

with (SEEDS / "column_values.csv").open(newline="") as file:
    LINES = list(csv.DictReader(file))

COLUMNS = [(mart.name, column) for mart in load_project(SQL_FOLDER).marts for column in mart.columns]
NAMED = {(line["table_name"], line["column_name"]) for line in LINES}


def test_every_published_column_but_dates_and_truths_has_a_line():
    without = [
        (table, column.name)
        for table, column in COLUMNS
        if column.data_type not in ("BOOLEAN", "DATE") and not NAMED & {(table, column.name), ("", column.name)}
    ]

    assert without == []


def test_every_line_is_of_a_published_column_and_stands_once():
    published = {(table, column.name) for table, column in COLUMNS} | {("", column.name) for _, column in COLUMNS}

    assert NAMED - published == set()
    assert len(NAMED) == len(LINES)


def test_every_number_has_a_unit():
    unit = {(line["table_name"], line["column_name"]): line["unit"] for line in LINES}
    numbers = [(table, column.name) for table, column in COLUMNS if column.data_type in ("INTEGER", "BIGINT", "DOUBLE")]

    assert [(table, name) for table, name in numbers if not unit.get((table, name), unit.get(("", name)))] == []


def test_what_is_referred_to_is_a_published_column():
    published = {f"{table}.{column.name}" for table, column in COLUMNS}

    assert {line["refers_to"] for line in LINES if line["refers_to"]} - published == set()


def test_a_percentage_says_what_it_is_of_what():
    columns = {table: {column.name for of, column in COLUMNS if of == table} for table, _ in COLUMNS}
    percentages = [(table, column) for table, column in COLUMNS if column.name.endswith("percentage")]

    told = {
        (table, column.name): re.match(r"(\w+)(?: less \w+,)? of (\w+)", column.description)
        for table, column in percentages
    }

    assert len(told) > 10
    assert [of for of, parts in told.items() if not parts or not {parts[1], parts[2]} <= columns[of[0]]] == []


def seed(name: str, column: str) -> set[str]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def field_values(kind: str, name: str) -> set[str]:
    with (SEEDS / f"{kind}_fields.csv").open(newline="") as file:
        (values,) = (row["values"] for row in csv.DictReader(file) if row["field"] == name)
    return set(values.split())


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (("", "stage"), seed("stages", "stage")),
        (("", "country"), seed("regions", "country")),
        (("", "polarity"), seed("measures", "polarity")),
        (("", "kind"), seed("questions", "kind")),
        (("", "question_set"), seed("questions", "question_set")),
        (("", "answer_type"), seed("questions", "answer_type")),
        (("", "wording_source"), seed("questions", "wording_source") | {"published"}),
        (("", "characteristic"), seed("characteristics", "characteristic")),
        (("", "theme"), seed("staff_survey_statements", "stage")),
        (("", "severity"), seed("rules", "severity")),
        (("", "scope"), seed("rules", "scope")),
        (("", "situation"), seed("headline_templates", "situation")),
        (("", "grade"), field_values("staffing", "grade") | {"all"}),
        (("", "addressee"), field_values("recommendations", "addressee")),
        (("", "accepted"), field_values("recommendations", "accepted")),
        (("recommendations", "status"), field_values("recommendations", "status")),
        (("recommendation_progress", "status"), field_values("recommendations", "status")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_the_values_of_a_column_are_those_of_the_seed_that_it_comes_from(column: tuple[str, str], values: set[str]):
    (allowed,) = (line["allowed_values"] for line in LINES if (line["table_name"], line["column_name"]) == column)

    assert set(allowed.split(", ")) == values
