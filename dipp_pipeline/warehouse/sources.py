"""The tables that models read and no model makes: `landing.…` from the landed Parquet, `seeds.…` from the CSV."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from dipp_pipeline.intake.counts import Contents, Counts
from dipp_pipeline.landing.history import KnownReturn, Reading, Version
from dipp_pipeline.programme.model import CASE_REFERENCE, Programme
from dipp_pipeline.warehouse.project import Project, TableColumns

_FIELD_TYPES = {"date": "DATE", "integer": "INTEGER", "boolean": "BOOLEAN"}

_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
}

_IDENTITY = {"return_id": "VARCHAR", "version": "INTEGER"}

_PLACE = {**_IDENTITY, "sheet": "VARCHAR", "row": "INTEGER"}

_COUNTS = {
    "cases_received": "INTEGER",
    "cases_accepted": "INTEGER",
    "cases_quarantined": "INTEGER",
    "identical_dropped": "INTEGER",
}

_RETURNS = {
    "return_id": "VARCHAR",
    "region_code": "VARCHAR",
    "region_slug": "VARCHAR",
    "return_path": "VARCHAR",
    "first_received_at": "TIMESTAMP",
    "last_received_at": "TIMESTAMP",
    "version_in_force": "INTEGER",
    "is_refused": "BOOLEAN",
    "is_held": "BOOLEAN",
    **_COUNTS,
}

_VERSIONS = {
    **_IDENTITY,
    "content_sha256": "VARCHAR",
    "received_at": "TIMESTAMP",
    "outcome": "VARCHAR",
    **_COUNTS,
    "cases_lost": "INTEGER",
    **{entry.name: "BIGINT" if entry.name.startswith("cells") else "INTEGER" for entry in fields(Contents)},
}


@dataclass(frozen=True)
class Build:
    """What a warehouse is built from, and when."""

    release_id: str
    published_at: datetime
    pipeline_version: str
    returns: Sequence[KnownReturn]


def source_columns(seeds: Path, programme: Programme) -> TableColumns:
    """Every source table with its columns and their types; seeds are text."""
    return {
        "landing.returns": _RETURNS,
        "landing.versions": _VERSIONS,
        "landing.cases": {
            **_PLACE,
            "case_pseudonym": "VARCHAR",
            **{
                field.name: _FIELD_TYPES.get(field.type, "VARCHAR")
                for field in programme.fields
                if field.name != CASE_REFERENCE
            },
        },
        "landing.answers": {
            **_PLACE,
            "case_pseudonym": "VARCHAR",
            "question_code": "VARCHAR",
            "answer": "VARCHAR",
        },
        "landing.columns": {**_IDENTITY, "sheet": "VARCHAR", "column_name": "VARCHAR", "letters": "VARCHAR"},
        "landing.changes": {
            **_PLACE,
            "case_pseudonym": "VARCHAR",
            "change": "VARCHAR",
            "column_name": "VARCHAR",
            "value_before": "VARCHAR",
            "value_after": "VARCHAR",
        },
        "landing.corrections": {
            **_PLACE,
            "line": "INTEGER",
            "column_name": "VARCHAR",
            "author_role": "VARCHAR",
            "corrected_on": "DATE",
        },
        "landing.issues": {
            **_PLACE,
            "rule_code": "VARCHAR",
            "severity": "VARCHAR",
            "cell": "VARCHAR",
            "field": "VARCHAR",
            "found": "VARCHAR",
            "message": "VARCHAR",
        },
        "landing.build": {"release_id": "VARCHAR", "published_at": "TIMESTAMP", "pipeline_version": "VARCHAR"},
        "landing.published_columns": {
            "table_name": "VARCHAR",
            "column_order": "INTEGER",
            "column_name": "VARCHAR",
            "data_type": "VARCHAR",
            "description": "VARCHAR",
        },
        **{f"seeds.{path.stem}": dict.fromkeys(_header(path), "VARCHAR") for path in sorted(seeds.glob("*.csv"))},
    }


def create_sources(
    connection: duckdb.DuckDBPyConnection, build: Build, seeds: Path, programme: Programme, project: Project
) -> None:
    """Create and fill every source table in the connection's database."""
    connection.execute("create schema landing")
    connection.execute("create schema seeds")
    tables = source_columns(seeds, programme)
    for name, columns in tables.items():
        listed = ", ".join(f'"{column}" {data_type}' for column, data_type in columns.items())
        connection.execute(f"create table {name} ({listed})")
    for path in sorted(seeds.glob("*.csv")):
        connection.execute(
            f"insert into seeds.{path.stem} from read_csv($file, all_varchar = true)", {"file": str(path)}
        )
    given = {
        "landing.returns": [_return_row(known, programme) for known in build.returns],
        "landing.versions": [_version_row(known, version) for known in build.returns for version in known.versions],
        "landing.build": [_build_row(build)],
        "landing.published_columns": list(_published_columns(project)),
    }
    for name, rows in given.items():
        _insert(connection, name, rows, tables[name])
    in_force = [known.in_force for known in build.returns if known.in_force]
    refused = [known.latest for known in build.returns if known.refused]
    readable = [
        version
        for known in build.returns
        for version in known.versions
        if known.outcome(version) not in ("refused", "purged")
    ]
    landed = {
        **dict.fromkeys(("cases", "answers", "changes", "columns"), readable),
        "corrections": in_force,
        "issues": [*in_force, *refused],
    }
    for name, versions in landed.items():
        _insert_landed(connection, name, versions, tables[f"landing.{name}"])


def _insert_landed(
    connection: duckdb.DuckDBPyConnection, name: str, versions: Sequence[Version], columns: Mapping[str, str]
) -> None:
    files = [str(version.reading.folder / f"{name}.parquet") for version in versions if version.reading]
    if files:
        listed = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f"insert into landing.{name} select {listed} from read_parquet($files)", {"files": files})


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]], columns: Mapping[str, str]
) -> None:
    schema = pa.schema([(column, _ARROW_TYPES[data_type]) for column, data_type in columns.items()])
    connection.register("given", pa.Table.from_pylist(list(rows), schema))
    connection.execute(f"insert into {table} by name from given")
    connection.unregister("given")


def _return_row(known: KnownReturn, programme: Programme) -> dict[str, object]:
    in_force = known.in_force
    return {
        "return_id": known.return_id,
        "region_code": programme.region_by_slug[known.region_slug].code if known.region_slug else None,
        "region_slug": known.region_slug,
        "return_path": known.path,
        "first_received_at": known.versions[0].received_at.replace(tzinfo=None),
        "last_received_at": known.latest.received_at.replace(tzinfo=None),
        "version_in_force": in_force.number if in_force else None,
        "is_refused": known.refused,
        "is_held": known.held is not None,
        **_counts(in_force.reading if in_force else None),
    }


def _version_row(known: KnownReturn, version: Version) -> dict[str, object]:
    reading = version.reading
    return {
        "return_id": known.return_id,
        "version": version.number,
        "content_sha256": version.sha256,
        "received_at": version.received_at.replace(tzinfo=None),
        "outcome": known.outcome(version),
        **_counts(reading),
        "cases_lost": reading.loss.cases if reading and reading.loss else None,
        **asdict(reading.contents if reading else Contents()),
    }


def _counts(reading: Reading | None) -> dict[str, int]:
    counts = reading.counts if reading else Counts()
    return {
        "cases_received": counts.received,
        "cases_accepted": counts.accepted,
        "cases_quarantined": counts.quarantined,
        "identical_dropped": counts.identical_dropped,
    }


def _build_row(build: Build) -> dict[str, object]:
    return {
        "release_id": build.release_id,
        "published_at": build.published_at.replace(tzinfo=None),
        "pipeline_version": build.pipeline_version,
    }


def _published_columns(project: Project) -> Iterator[dict[str, object]]:
    for mart in project.marts:
        for order, column in enumerate(mart.columns):
            yield {
                "table_name": mart.name,
                "column_order": order,
                "column_name": column.name,
                "data_type": column.data_type,
                "description": column.description,
            }


def _header(path: Path) -> Sequence[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))
