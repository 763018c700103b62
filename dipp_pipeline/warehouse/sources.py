"""The tables that models read and no model makes: `landing.…` from the landed Parquet, `seeds.…` from the CSV."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from dipp_pipeline.intake.counts import Contents, Counts
from dipp_pipeline.landing.history import Reading, Return, Version
from dipp_pipeline.landing.tables import landed_tables
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.engine import Warehouse, sql_type
from dipp_pipeline.warehouse.figures import FIGURES
from dipp_pipeline.warehouse.milestones import MILESTONE_SCHEMAS, Milestones
from dipp_pipeline.warehouse.project import Project, TableColumns

_COUNTS = {
    "cases_received": pa.int32(),
    "cases_accepted": pa.int32(),
    "cases_quarantined": pa.int32(),
    "identical_dropped": pa.int32(),
}

_RETURNS = pa.schema(
    {
        "return_id": pa.string(),
        "region_code": pa.string(),
        "region_slug": pa.string(),
        "return_path": pa.string(),
        "kind": pa.string(),
        "first_received_at": pa.timestamp("us"),
        "last_received_at": pa.timestamp("us"),
        "version_in_force": pa.int32(),
        "is_refused": pa.bool_(),
        "is_held": pa.bool_(),
        **_COUNTS,
    }
)

_VERSIONS = pa.schema(
    {
        "return_id": pa.string(),
        "version": pa.int32(),
        "content_sha256": pa.string(),
        "received_at": pa.timestamp("us"),
        "outcome": pa.string(),
        **_COUNTS,
        "cases_lost": pa.int32(),
        **{entry.name: pa.int64() if entry.name.startswith("cells") else pa.int32() for entry in fields(Contents)},
    }
)

_BUILD = pa.schema(
    {
        "release_id": pa.string(),
        "published_at": pa.timestamp("us"),
        "pipeline_version": pa.string(),
        "edition": pa.string(),
        "is_sample": pa.bool_(),
        "publisher": pa.string(),
        "contact": pa.string(),
        "licence": pa.string(),
        "next_update": pa.string(),
    }
)

_BUILT_FROM = pa.schema(
    {
        "return_id": pa.string(),
        "region_code": pa.string(),
        "version_in_force": pa.int32(),
        "latest_version": pa.int32(),
        "reading": pa.string(),
    }
)

_FORMER_RELEASE = pa.schema({"release_id": pa.string()})

RELEASE_FIGURES = "landing.release_figures"
"""The figures of the release that is being built, which models read that compare it: loaded once all others are."""

_FORMER_FIGURES = "landing.former_figures"
_FIGURES = (_FORMER_FIGURES, RELEASE_FIGURES)

_SETTINGS = pa.schema({"survey_minimum": pa.int32()})

_PUBLISHED_COLUMNS = pa.schema(
    {
        "table_name": pa.string(),
        "column_order": pa.int32(),
        "column_name": pa.string(),
        "data_type": pa.string(),
        "description": pa.string(),
        "grain": pa.string(),
        "key_columns": pa.string(),
        "is_key": pa.bool_(),
        "is_nullable": pa.bool_(),
    }
)


BuiltFrom = Mapping[str, str | int | None]
"""A return as a release was built from it: return_id, region_code, version_in_force, latest_version, and as `reading`
the identity of what reading these two gave."""


@dataclass(frozen=True)
class Former:
    """A release as what follows it is compared with it."""

    release_id: str
    figures: pa.Table
    returns: Sequence[BuiltFrom]


NO_FIGURES = FIGURES.empty_table()


def built_from(returns: Sequence[Return], programme: Programme) -> Sequence[BuiltFrom]:
    """These returns, as they are compared between releases."""
    return [
        {
            "return_id": return_.return_id,
            "region_code": programme.region_by_slug[return_.region_slug].code if return_.region_slug else None,
            "version_in_force": return_.in_force.number if return_.in_force else None,
            "latest_version": return_.latest.number,
            "reading": " ".join(_identity(version) for version in (return_.in_force, return_.latest)),
        }
        for return_ in returns
    ]


def _identity(version: Version | None) -> str:
    return version.reading.identity if version and version.reading else ""


@dataclass(frozen=True)
class Build:
    """What a warehouse is built from, and when."""

    release_id: str
    published_at: datetime
    pipeline_version: str
    edition: str
    """internal or public."""
    returns: Sequence[Return]
    settings: Settings
    former: Former | None = None
    """The release that this one is to follow; None where it is the first."""
    milestones: Milestones = field(default_factory=Milestones)


def source_columns(seeds: Path, programme: Programme) -> TableColumns:
    """Every source table with its columns and their types; seeds are text."""
    return {
        name: {column.name: sql_type(column.type) for column in schema}
        for name, schema in _schemas(seeds, programme).items()
    }


def load_sources(warehouse: Warehouse, build: Build, seeds: Path, programme: Programme, project: Project) -> None:
    """Create and fill every source table but what is worked out of the models themselves (see build.py)."""
    former = build.former
    warehouse.load(_FORMER_FIGURES, FIGURES, former.figures if former else NO_FIGURES)
    rows = {
        "landing.returns": [_return_row(return_, programme) for return_ in build.returns],
        "landing.versions": [
            _version_row(return_, version) for return_ in build.returns for version in return_.versions
        ],
        "landing.build": [_build_row(build)],
        "landing.settings": [build.settings.published_by],
        "landing.former_release": [{"release_id": former.release_id}] if former else [],
        "landing.former_returns": former.returns if former else [],
        "landing.release_returns": built_from(build.returns, programme),
        "landing.published_columns": list(_published_columns(project)),
        **{_seed_table(path): list(_seed_rows(path)) for path in _seed_files(seeds)},
    }
    landed = _landed_versions(build.returns, programme)
    for name, schema in _schemas(seeds, programme).items():
        if name in (*MILESTONE_SCHEMAS, *_FIGURES):
            continue
        if name in rows:
            warehouse.load(name, schema, pa.Table.from_pylist(rows[name], schema))
        else:
            table = name.removeprefix("landing.")
            readings = [version.reading for version in landed.get(table, ()) if version.reading]
            warehouse.load(name, schema, [reading.folder / f"{table}.parquet" for reading in readings])


def seed_tables(seeds: Path) -> Mapping[str, pa.Table]:
    """Every seed as a table of texts, by the name that models call it; a blank is null."""
    return {
        _seed_table(path): pa.Table.from_pylist(list(_seed_rows(path)), _seed_schema(path))
        for path in _seed_files(seeds)
    }


def _schemas(seeds: Path, programme: Programme) -> Mapping[str, pa.Schema]:
    return {
        "landing.returns": _RETURNS,
        "landing.versions": _VERSIONS,
        **{
            f"landing.{name}": schema
            for of_kind in programme.by_kind.values()
            for name, schema in landed_tables(of_kind).items()
        },
        "landing.build": _BUILD,
        "landing.settings": _SETTINGS,
        "landing.former_release": _FORMER_RELEASE,
        "landing.former_returns": _BUILT_FROM,
        "landing.release_returns": _BUILT_FROM,
        _FORMER_FIGURES: FIGURES,
        RELEASE_FIGURES: FIGURES,
        **MILESTONE_SCHEMAS,
        "landing.published_columns": _PUBLISHED_COLUMNS,
        **{_seed_table(path): _seed_schema(path) for path in _seed_files(seeds)},
    }


def _landed_versions(returns: Sequence[Return], programme: Programme) -> Mapping[str, Sequence[Version]]:
    """Landed table to the versions of which it is loaded."""
    versions: dict[str, list[Version]] = defaultdict(list)
    for return_ in returns:
        in_force = [return_.in_force] if return_.in_force else []
        refused = [return_.latest] if return_.refused else []
        readable = [version for version in return_.versions if return_.outcome(version) not in ("refused", "purged")]
        own = {"corrections": in_force, "issues": [*in_force, *refused]}
        for table in landed_tables(programme.of_return(return_.region_slug, return_.path)):
            versions[table] += own.get(table, readable)
    return versions


def _return_row(return_: Return, programme: Programme) -> dict[str, object]:
    in_force = return_.in_force
    return {
        "return_id": return_.return_id,
        "region_code": programme.region_by_slug[return_.region_slug].code if return_.region_slug else None,
        "region_slug": return_.region_slug,
        "return_path": return_.path,
        "kind": programme.of_return(return_.region_slug, return_.path).kind.name,
        "first_received_at": return_.versions[0].received_at.replace(tzinfo=None),
        "last_received_at": return_.latest.received_at.replace(tzinfo=None),
        "version_in_force": in_force.number if in_force else None,
        "is_refused": return_.refused,
        "is_held": return_.held is not None,
        **_counts(in_force.reading if in_force else None),
    }


def _version_row(return_: Return, version: Version) -> dict[str, object]:
    reading = version.reading
    return {
        "return_id": return_.return_id,
        "version": version.number,
        "content_sha256": version.sha256,
        "received_at": version.received_at.replace(tzinfo=None),
        "outcome": return_.outcome(version),
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
    publisher = build.settings.publisher
    return {
        "release_id": build.release_id,
        "published_at": build.published_at.replace(tzinfo=None),
        "pipeline_version": build.pipeline_version,
        "edition": build.edition,
        "is_sample": build.settings.is_sample,
        "publisher": publisher.name,
        "contact": publisher.contact,
        "licence": publisher.licence,
        "next_update": publisher.next_update,
    }


def _published_columns(project: Project) -> Iterator[dict[str, object]]:
    """Each published table, and each of its columns after it."""
    for mart in project.marts:
        yield {
            "table_name": mart.name,
            "column_order": 0,
            "description": mart.description,
            "grain": mart.grain,
            "key_columns": ", ".join(mart.key) or None,
        }
        for order, column in enumerate(mart.columns, start=1):
            yield {
                "table_name": mart.name,
                "column_order": order,
                "column_name": column.name,
                "data_type": column.data_type,
                "description": column.description,
                "is_key": column.name in mart.key,
                "is_nullable": column.nullable,
            }


def _seed_schema(path: Path) -> pa.Schema:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return pa.schema(dict.fromkeys(next(csv.reader(file)), pa.string()))


def _seed_files(seeds: Path) -> list[Path]:
    return sorted(seeds.glob("*.csv"))


def _seed_table(path: Path) -> str:
    return f"seeds.{path.stem}"


def _seed_rows(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a seed; a blank is null."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: value or None for name, value in row.items()}
