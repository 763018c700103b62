"""What changed from one version of a return to the next: case by case, value by value."""

from collections.abc import Mapping

import polars as pl

from dipp_pipeline.landing.tables import CASE, CHANGES, unmarked

Tables = Mapping[str, pl.DataFrame]
"""The landed tables `cases` and `answers` of a version."""

_CHANGES = pl.DataFrame(unmarked(CHANGES).empty_table()).schema


def changes(before: Tables | None, after: Tables) -> pl.DataFrame:
    """The changes among accepted cases, by case and column; none where there was no version before."""
    if before is None:
        return pl.DataFrame(schema=_CHANGES)
    old, new = before["cases"], after["cases"]
    parts = [
        _whole_cases(new.join(old, on=CASE, how="anti"), "case_added"),
        _whole_cases(old.join(new, on=CASE, how="anti"), "case_lost"),
        _values_changed(before, after),
    ]
    return pl.concat(parts).sort(CASE, "column_name", nulls_last=False)


def _whole_cases(cases: pl.DataFrame, change: str) -> pl.DataFrame:
    given = cases.select(CASE, "sheet", "row").with_columns(pl.lit(change).alias("change"))
    return given.select(
        pl.col(name) if name in given.columns else pl.lit(None, data_type).alias(name)
        for name, data_type in _CHANGES.items()
    )


def _values_changed(before: Tables, after: Tables) -> pl.DataFrame:
    kept = after["cases"].join(before["cases"], on=CASE, how="semi").select(CASE, "sheet", "row")
    old = _values(before).rename({"value": "value_before"})
    new = _values(after).rename({"value": "value_after"})
    compared = old.join(new, on=[CASE, "column_name"], how="full", coalesce=True).join(kept, on=CASE)
    changed = compared.filter(pl.col("value_before").ne_missing(pl.col("value_after")))
    return changed.with_columns(pl.lit("value_changed").alias("change")).select(*_CHANGES)


def _values(tables: Tables) -> pl.DataFrame:
    """Case, column and value as text, of fields and answers alike."""
    cases = tables["cases"].drop("return_id", "version", "sheet", "row", strict=False)
    fields = cases.cast(pl.String).unpivot(index=CASE, variable_name="column_name")
    answers = tables["answers"].select(CASE, column_name="question_code", value="answer")
    return pl.concat([fields, answers])
