"""The figures of a release in long form, so that two releases can be compared whatever tables they have.

A figure is a numeric column of a row that is known by a region, a measure, a question or a characteristic.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from dipp_pipeline.warehouse.engine import Warehouse, open_warehouse
from dipp_pipeline.warehouse.project import Model

FIGURES = pa.schema(
    {
        "table_name": pa.string(),
        "row_key": pa.string(),
        "region_code": pa.string(),
        "column_name": pa.string(),
        "figure": pa.string(),
    }
)
"""`row_key` joins the values of a row's key; `figure` is text of up to 17 digits, null where there is none."""

_KNOWN_BY = frozenset({"region_code", "measure_code", "question_code", "characteristic"})
_NUMERIC = ("INTEGER", "BIGINT", "DOUBLE")


def figures_of(warehouse: Warehouse, marts: Sequence[Model]) -> pa.Table:
    """All figures of these marts, as far as a database has their tables and columns.

    A view is left out: it shows figures of others again.
    """
    columns = warehouse.read("information_schema.columns", {"table_schema": "main"})
    there = {(column["table_name"], column["column_name"]) for column in columns}
    rows: list[dict[str, str | None]] = []
    for mart in marts:
        names = [column.name for column in mart.columns if (mart.name, column.name) in there]
        if mart.materialized == "table" and _KNOWN_BY.intersection(mart.key) and set(mart.key) <= set(names):
            rows += _figures(mart, names, warehouse.read(mart.name))
    return pa.Table.from_pylist(rows, FIGURES)


def figures_published(database: Path, marts: Sequence[Model]) -> pa.Table:
    """All figures of these marts in a database that was published, by whatever version of the pipeline."""
    with open_warehouse(database) as opened:
        return figures_of(opened, marts)


def _figures(
    mart: Model, names: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> Iterator[dict[str, str | None]]:
    numeric = [
        column.name
        for column in mart.columns
        if column.name in names and column.name not in mart.key and column.data_type in _NUMERIC
    ]
    for row in rows:
        place: dict[str, str | None] = {
            "table_name": mart.name,
            "row_key": "|".join("" if row[name] is None else str(row[name]) for name in mart.key),
            "region_code": _text(row["region_code"]) if "region_code" in mart.key else None,
        }
        for name in numeric:
            yield {**place, "column_name": name, "figure": _text(row[name])}


def _text(figure: object) -> str | None:
    if figure is None:
        return None
    return f"{figure:.17g}" if isinstance(figure, float) else str(figure)
