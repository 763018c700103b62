"""The Arrow schema of every landed table, written once: Parquet is written by it, and the warehouse made by it.

What is landed of a version is the rows and answers of its kind of return, in tables of that kind's own, and what there
is of every kind: where its columns stand, what changed, its problems and its corrections.
"""

from collections.abc import Mapping

import pyarrow as pa

from dipp_pipeline.programme.kinds import ROW_KEY
from dipp_pipeline.programme.model import Programme

CASE = "case_pseudonym"
"""What stands for a case from landing onward: in its rows, and as their ROW_KEY in the changes."""

DECIMAL = pa.decimal128(18, 6)

_FIELD_TYPES = {"date": pa.date32(), "integer": pa.int32(), "decimal": DECIMAL, "boolean": pa.bool_()}

_IDENTITY = {"return_id": pa.string(), "version": pa.int32()}
_PLACE = {"sheet": pa.string(), "row": pa.int32()}

COLUMNS = pa.schema({**_IDENTITY, "sheet": pa.string(), "column_name": pa.string(), "letters": pa.string()})
"""Where each field and question stands."""

KEYS = pa.schema({**_IDENTITY, **_PLACE, "column_name": pa.string(), ROW_KEY: pa.string()})
"""The keys of rows of kinds whose key is no case reference, and at which field a problem of the key is told."""

CHANGES = pa.schema(
    {
        **_IDENTITY,
        ROW_KEY: pa.string(),
        "change": pa.string(),
        "column_name": pa.string(),
        "value_before": pa.string(),
        "value_after": pa.string(),
        **_PLACE,
    }
)
"""`change` is case_added, case_lost or value_changed, of whatever kind of record. The sheet and row are of the later
version, unless the record is lost."""

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
    """Name to schema of the tables that are landed of every version of a return of the programme's kind."""
    kind = programme.kind
    fields = {
        field.name: _FIELD_TYPES.get(field.type, pa.string())
        for field in programme.fields
        if field.name != kind.case_reference
    }
    key = {key_of(programme): pa.string()} if kind.key else {}
    record = key if kind.case_reference else _PLACE
    answers = pa.schema({**_IDENTITY, **record, "question_code": pa.string(), "answer": pa.string()})
    return {
        kind.rows_table: pa.schema({**_IDENTITY, **_PLACE, **key, **fields}),
        **({kind.answers_table: answers} if kind.answers_table else {}),
        **({"keys": KEYS} if kind.key and not kind.case_reference else {}),
        "columns": COLUMNS,
        "changes": CHANGES,
        "issues": ISSUES,
        "corrections": CORRECTIONS,
    }


def key_of(programme: Programme) -> str:
    """What the key of a landed row is called."""
    return CASE if programme.kind.case_reference else ROW_KEY


def unmarked(schema: pa.Schema) -> pa.Schema:
    """The schema of a table before it is marked with its return and version."""
    return pa.schema([column for column in schema if column.name not in _IDENTITY])
