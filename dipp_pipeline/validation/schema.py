"""The pandera schema of a table, made from the Programme: one column a field or question, one check a rule."""

from collections.abc import Mapping

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors
from pandera.polars import PolarsData

from dipp_pipeline.programme.model import Programme
from dipp_pipeline.validation.rules import Column, breaches

FAILURES = {"row": pl.UInt32, "column": pl.String, "rule_code": pl.String}


def record_schema(programme: Programme) -> pa.DataFrameSchema:
    """The schema. A check is named by its rule; values are judged only on eager frames (see pandera)."""
    columns: list[Column] = [*programme.fields, *programme.questions]
    return pa.DataFrameSchema({column.name: _column(breaches(column, programme)) for column in columns})


def failures(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """What breaks the schema: row (from 0), column and rule code, in the order of rows, columns and rules.

    Raises RuntimeError where pandera reports anything but a broken rule at a row, such as a check that itself failed.
    """
    if frame.is_empty():
        return pl.DataFrame(schema=FAILURES)
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return _failures(pl.DataFrame(errors.failure_cases), schema)
    return pl.DataFrame(schema=FAILURES)


def _failures(cases: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
    rules = {check.name for column in schema.columns.values() for check in column.checks}
    others = cases.filter(pl.col("index").is_null() | ~pl.col("check").is_in(sorted(rules)))
    if not others.is_empty():
        raise RuntimeError(f"The schema could not be checked: {others['check'][0]} on {others['column'][0]}.")
    places = pl.DataFrame({"column": list(schema.columns), "place": range(len(schema.columns))})
    return (
        cases.select(pl.col("index").cast(pl.UInt32).alias("row"), "column", pl.col("check").alias("rule_code"))
        .join(places, on="column")
        .sort("row", "place", "rule_code")
        .select(*FAILURES)
    )


def _column(broken_when: Mapping[str, pl.Expr]) -> pa.Column:
    checks = [_check(rule, ~broken) for rule, broken in broken_when.items()]
    return pa.Column(pl.String, nullable=True, checks=checks)


def _check(rule_code: str, holds: pl.Expr) -> pa.Check:
    def judge(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds)

    return pa.Check(judge, name=rule_code, ignore_na=False)
