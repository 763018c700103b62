"""What changed from one version of a return to the next: record by record, value by value."""

from dataclasses import dataclass

import polars as pl
from polars import selectors

from dipp_pipeline.landing.tables import CHANGES, unmarked
from dipp_pipeline.programme.kinds import ROW_KEY

_CHANGES = pl.DataFrame(unmarked(CHANGES).empty_table()).schema


@dataclass(frozen=True)
class Records:
    """The accepted records of a version: one row each, by ROW_KEY, and their answers by the same."""

    rows: pl.DataFrame
    answers: pl.DataFrame


def changes(before: Records | None, after: Records) -> pl.DataFrame:
    """The changes among accepted records, by key and column; none where there was no version before."""
    if before is None:
        return pl.DataFrame(schema=_CHANGES)
    old, new = before.rows, after.rows
    parts = [
        _whole_records(new.join(old, on=ROW_KEY, how="anti"), "case_added"),
        _whole_records(old.join(new, on=ROW_KEY, how="anti"), "case_lost"),
        _values_changed(before, after),
    ]
    return pl.concat(parts).sort(ROW_KEY, "column_name", nulls_last=False)


def _whole_records(rows: pl.DataFrame, change: str) -> pl.DataFrame:
    given = rows.select(ROW_KEY, "sheet", "row").with_columns(pl.lit(change).alias("change"))
    return given.select(
        pl.col(name) if name in given.columns else pl.lit(None, data_type).alias(name)
        for name, data_type in _CHANGES.items()
    )


def _values_changed(before: Records, after: Records) -> pl.DataFrame:
    kept = after.rows.join(before.rows, on=ROW_KEY, how="semi").select(ROW_KEY, "sheet", "row")
    old = _values(before).rename({"value": "value_before"})
    new = _values(after).rename({"value": "value_after"})
    compared = old.join(new, on=[ROW_KEY, "column_name"], how="full", coalesce=True).join(kept, on=ROW_KEY)
    changed = compared.filter(pl.col("value_before").ne_missing(pl.col("value_after")))
    return changed.with_columns(pl.lit("value_changed").alias("change")).select(*_CHANGES)


def _values(records: Records) -> pl.DataFrame:
    """Key, column and value as text, of fields and answers alike."""
    rows = records.rows.drop("return_id", "version", "sheet", "row", strict=False)
    fields = (
        rows.cast({selectors.decimal(): pl.Float64}).cast(pl.String).unpivot(index=ROW_KEY, variable_name="column_name")
    )
    answers = records.answers.select(ROW_KEY, column_name="question_code", value="answer")
    return pl.concat([fields, answers])
