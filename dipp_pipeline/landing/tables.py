"""The Arrow schema of every landed table, written once: Parquet is written by it, and the warehouse made by it."""

from collections.abc import Mapping

import pyarrow as pa

from dipp_pipeline.programme.model import CASE_REFERENCE, Programme

CASE = "case_pseudonym"
"""What stands for a case from landing onward."""

_FIELD_TYPES = {"date": pa.date32(), "integer": pa.int32(), "boolean": pa.bool_()}

_IDENTITY = {"return_id": pa.string(), "version": pa.int32()}
_PLACE = {"sheet": pa.string(), "row": pa.int32()}

ANSWERS = pa.schema({**_IDENTITY, CASE: pa.string(), "question_code": pa.string(), "answer": pa.string()})

COLUMNS = pa.schema({**_IDENTITY, "sheet": pa.string(), "column_name": pa.string(), "letters": pa.string()})
"""Where each field and question stands."""

CHANGES = pa.schema(
    {
        **_IDENTITY,
        CASE: pa.string(),
        "change": pa.string(),
        "column_name": pa.string(),
        "value_before": pa.string(),
        "value_after": pa.string(),
        **_PLACE,
    }
)
"""`change` is case_added, case_lost or value_changed. The sheet and row are of the later version, unless the case is
lost."""

ISSUES = pa.schema(
    {
        **_IDENTITY,
        "rule_code": pa.string(),
        "severity": pa.string(),
        "sheet": pa.string(),
        "cell": pa.string(),
        "row": pa.int32(),
        "field": pa.string(),
        "found": pa.string(),
        "message": pa.string(),
    }
)

CORRECTIONS = pa.schema(
    {
        **_IDENTITY,
        "line": pa.int32(),
        **_PLACE,
        "column_name": pa.string(),
        "author_role": pa.string(),
        "corrected_on": pa.date32(),
    }
)


def landed_tables(programme: Programme) -> Mapping[str, pa.Schema]:
    """Name to schema of the tables that are landed of every version."""
    fields = {
        field.name: _FIELD_TYPES.get(field.type, pa.string())
        for field in programme.fields
        if field.name != CASE_REFERENCE
    }
    return {
        "cases": pa.schema({**_IDENTITY, **_PLACE, CASE: pa.string(), **fields}),
        "answers": ANSWERS,
        "columns": COLUMNS,
        "changes": CHANGES,
        "issues": ISSUES,
        "corrections": CORRECTIONS,
    }


def unmarked(schema: pa.Schema) -> pa.Schema:
    """The schema of a table before it is marked with its return and version."""
    return pa.schema([column for column in schema if column.name not in _IDENTITY])
