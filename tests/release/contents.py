"""Contents to write releases of: those of a home, of the shipped marts with a few rows, and of a test's own tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.project import Model, ModelColumn, load_project
from tests.homes import SQL_FOLDER

TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}

_VALUES = {
    "VARCHAR": "a text",
    "INTEGER": 7,
    "BIGINT": 7,
    "DOUBLE": 41.666666666666664,
    "BOOLEAN": True,
    "DATE": date(2026, 2, 26),
    "TIMESTAMP": datetime(2026, 2, 26, 2, 5, 12, 345678),
}

ABOUT = {
    "release_id": "0a1b2c3d4e5f",
    "published_at": datetime(2026, 2, 26, 2, 5, 12, 345678),
    "instrument_version": "1.1",
    "pipeline_version": "0.6.0",
    "regions_included": 5,
    "cases_inspected": 332,
    "edition": "internal",
    "is_sample": False,
    "status": "provisional",
    "publisher": "HM Inspectorate of Probation",
    "contact": "The data team",
    "licence": "Open Government Licence v3.0",
    "next_update": "When the next region has been inspected",
}

ODD_TEXTS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://a.example")', "#N/A", "TRUE", "2026-02-26", "007", "12.50"),
    *("_x0041_", "two  spaces", "two \n lines", "<b>&\"'", "é – ’ 😀", "x" * 900),
)
"""What programs take for a formula, a number, a date or an error, and what formats of file must spell out."""


def contents_of(database: Path) -> Contents:
    """What a warehouse, or a published database, has of the marts."""
    marts = load_project(SQL_FOLDER).marts
    with open_warehouse(database) as opened:
        return Contents(marts, {mart.name: opened.table(mart.name) for mart in marts})


def row(mart: str, **values: Any) -> dict[str, Any]:
    """A row of a mart with something in every column, and these values."""
    columns = load_project(SQL_FOLDER).model_by_name[mart].columns
    return {**{column.name: _VALUES[column.data_type] for column in columns}, **values}


def made(about: Mapping[str, Any] | None = None, **tables: Iterable[Mapping[str, Any]]) -> Contents:
    """Contents with these rows of these marts, and none of others but `release_info` and the twelve regions."""
    marts = load_project(SQL_FOLDER).marts
    rows = {
        "release_info": [{**ABOUT, **(about or {})}],
        "programme_progress": [row("programme_progress", region_code=f"N{number:02}") for number in range(1, 13)],
        **tables,
    }
    return Contents(marts, {mart.name: arrow_table(mart, list(rows.get(mart.name, ()))) for mart in marts})


def mart(name: str, columns: Mapping[str, str], key: Sequence[str] = (), null: Sequence[str] = ()) -> Model:
    """A mart of these columns and types; the description of a column says that it may be null."""
    words = {column: f"what {column} is" + ("; null where it is not" if column in null else "") for column in columns}
    described = [ModelColumn(column, data_type, words[column]) for column, data_type in columns.items()]
    return Model(
        name=name,
        layer="marts",
        materialized="table",
        sql="",
        description=f"What {name} says.",
        grain="one row a thing",
        key=key,
        columns=described,
        reads=frozenset(),
    )


def small_contents(*tables: tuple[Model, Sequence[Mapping[str, object]]], **about: object) -> Contents:
    """A release of these tables, and of a `release_info` that says so much else."""
    (info,) = (mart for mart in load_project(SQL_FOLDER).marts if mart.name == "release_info")
    whole = [*tables, (info, [{**ABOUT, **about}])]
    return Contents([mart for mart, _ in whole], {mart.name: arrow_table(mart, rows) for mart, rows in whole})


def arrow_table(of: Model, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), pa.schema({name.name: TYPES[name.data_type] for name in of.columns}))


def with_rows(contents: Contents, table: str, rows: Sequence[Mapping[str, object]]) -> Contents:
    """The same contents with other rows of a table."""
    (of,) = (mart for mart in contents.marts if mart.name == table)
    return replace(contents, tables={**contents.tables, table: arrow_table(of, rows)})
