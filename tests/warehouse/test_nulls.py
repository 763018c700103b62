"""A published column is null only where its comment says so, which is what the published database is held to."""

import duckdb
import pytest

from dipp_pipeline.warehouse.project import Model, ModelColumn, load_project
from tests.homes import SQL_FOLDER


@pytest.mark.parametrize("mart", load_project(SQL_FOLDER).marts, ids=lambda mart: mart.name)
def test_a_published_column_is_null_only_where_its_comment_says_so(warehouse: duckdb.DuckDBPyConnection, mart: Model):
    never_null = [column.name for column in mart.columns if not column.nullable]

    counts = ", ".join(f'count(*) - count("{name}")' for name in never_null)
    nulls = warehouse.execute(f"select {counts} from {mart.name}").fetchone()

    assert [name for name, number in zip(never_null, nulls, strict=True) if number] == []


@pytest.mark.parametrize(
    ("comment", "nullable"),
    [("percentage; null where no case is relevant", True), ("counts nulls too", False), ("accepted cases", False)],
)
def test_a_comment_says_that_a_column_may_be_null_by_the_word(comment: str, nullable: bool):
    assert ModelColumn("percentage", "DOUBLE", comment).nullable == nullable
