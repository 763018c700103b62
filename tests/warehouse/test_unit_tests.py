"""Run `dbt_like_sql/unit_tests`: given rows -> expected rows, one file a case.

A file names the `model`, says in one line what it `shows`, lists the `given` rows by table and the rows to `expect`.
These are compared on the columns that stand there, to six decimals, in their order only where it says `ordered: true`.
A column that a given row leaves out is null, a table that is not given is empty, a row with `times: n` stands n times.
Yes and no are texts without quotation marks: only true and false are Booleans here.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.warehouse.project import TableColumns, load_project
from dipp_pipeline.warehouse.sources import source_columns
from tests.homes import SEEDS, SQL_FOLDER

Row = Mapping[str, Any]

FILES = sorted((SQL_FOLDER / "unit_tests").iterdir())


class Rows(yaml.SafeLoader):
    """YAML in which yes and no are texts."""


BOOLEAN = "tag:yaml.org,2002:bool"
Rows.yaml_implicit_resolvers = {
    start: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
    for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Rows.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_model_makes_the_expected_rows_of_the_given_ones(file: Path):
    case = yaml.load(file.read_text("utf-8"), Rows)

    made = made_by(case["model"], case["given"], list(case["expect"][0]))

    expected = [comparable(row.values()) for row in case["expect"]]
    assert case["shows"]
    assert all(row.keys() == case["expect"][0].keys() for row in case["expect"])
    if case.get("ordered"):
        assert made == expected
    else:
        assert sorted(made, key=repr) == sorted(expected, key=repr)


def test_every_model_that_decides_something_has_a_unit_test():
    decided = {model.name for model in load_project(SQL_FOLDER).models if model.layer != "staging"}

    tested = {yaml.load(file.read_text("utf-8"), Rows)["model"] for file in FILES}

    assert tested == decided


def made_by(name: str, given: Mapping[str, Sequence[Row]], columns: Sequence[str]) -> list[tuple[object, ...]]:
    """What the model's select makes of the given rows, in those columns."""
    model = load_project(SQL_FOLDER).model_by_name[name]
    assert set(given) <= model.reads
    tables = all_columns()
    listed = ", ".join(columns)
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema landing; create schema seeds")
        for table in sorted(model.reads):
            create(connection, table, tables[table], given.get(table, []))
        return [comparable(row) for row in connection.execute(f"select {listed} from ({model.sql}\n)").fetchall()]


def all_columns() -> TableColumns:
    models = load_project(SQL_FOLDER).models
    declared = {model.name: {column.name: column.data_type for column in model.columns} for model in models}
    return {**source_columns(SEEDS, load_programme(SEEDS)), **declared}


def create(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    listed = ", ".join(f'"{column}" {data_type}' for column, data_type in columns.items())
    connection.execute(f"create table {table} ({listed})")
    for row in rows:
        values = {column: value for column, value in row.items() if column != "times"}
        named, marks = ", ".join(f'"{column}"' for column in values), ", ".join("?" for _ in values)
        insert = f"insert into {table} ({named}) select {marks} from range({row.get('times', 1)})"
        connection.execute(insert, list(values.values()))


def comparable(values: Sequence[object]) -> tuple[object, ...]:
    """A row as it is compared: numbers to six decimals, whatever their type."""
    return tuple(round(float(value), 6) if type(value) in (int, float) else value for value in values)
