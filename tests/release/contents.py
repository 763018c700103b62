"""Contents of a release made by hand: the shipped marts, of which most are empty."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.project import Model, load_project
from tests.homes import SQL_FOLDER, Home

_ARROW = {
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
    return Contents(marts, {mart.name: table(mart, rows.get(mart.name, ())) for mart in marts})


def table(mart: Model, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    schema = pa.schema([(column.name, _ARROW[column.data_type]) for column in mart.columns])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def contents_of(home: Home) -> Contents:
    """What the warehouse of a home says."""
    marts = load_project(SQL_FOLDER).marts
    with open_warehouse(home.warehouse) as opened:
        return Contents(marts, {mart.name: opened.table(mart.name) for mart in marts})
