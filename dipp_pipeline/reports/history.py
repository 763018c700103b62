"""The history of a region's returns as the warehouse holds it: versions, what each changed, and what that did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.engine import named_rows, open_database


@dataclass(frozen=True)
class Change:
    """What is new of a case. A case that was added or lost has neither column nor values."""

    case_pseudonym: str
    change: str
    column_name: str | None
    value_before: str | None
    value_after: str | None
    sheet: str
    cell: str
    """Its address in the later version; in the earlier one where the case is lost; of the row where it is new."""


@dataclass(frozen=True)
class MeasureChange:
    """What coming into force did to a measure of the region, all other returns being as they stand now.

    Of a held version it is what accepting it would do; one that never came into force did nothing.
    """

    measure_code: str
    relevant_before: int
    counted_before: int
    relevant_after: int
    counted_after: int


@dataclass(frozen=True)
class VersionReport:
    """A version of a return."""

    return_path: str
    version: int
    content_sha256: str
    received_at: datetime
    outcome: str
    cases_received: int
    cases_accepted: int
    cases_quarantined: int
    identical_dropped: int
    cases_lost: int | None
    changes: tuple[Change, ...]
    measures: tuple[MeasureChange, ...]

    def as_json(self) -> dict[str, object]:
        """Its object in `dipp history --json`."""
        return {**asdict(self), "received_at": self.received_at.isoformat()}


def history_of_region(settings: Settings, region_slug: str, return_path: str | None) -> list[VersionReport]:
    """Every version of a region's returns, or of one, by path and number; none where nothing arrived."""
    if not settings.warehouse.exists():
        return []
    asked = {"region": region_slug, "path": return_path}
    with open_database(settings.warehouse) as warehouse:
        changes = _by_version(warehouse, _CHANGES, asked)
        measures = _by_version(warehouse, _MEASURES, asked)
        versions = named_rows(warehouse, _VERSIONS, asked)
    return [
        VersionReport(
            **version,
            changes=tuple(Change(**row) for row in changes.get(_identity(version), ())),
            measures=tuple(MeasureChange(**row) for row in measures.get(_identity(version), ())),
        )
        for version in versions
    ]


def _by_version(
    warehouse: duckdb.DuckDBPyConnection, query: str, asked: Mapping[str, object]
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Rows by their return and version, which they do not hold any more."""
    grouped: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in named_rows(warehouse, query, asked):
        others = {name: value for name, value in row.items() if name not in ("return_path", "version")}
        grouped.setdefault(_identity(row), []).append(others)
    return grouped


def _identity(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["return_path"], row["version"]


# What lies under no region has its folder's name in its path, and is asked for by that.
_ASKED = """
    case
        when $path is null then starts_with(concat_ws('/', returns.region_slug, returns.return_path), $region || '/')
        else concat_ws('/', returns.region_slug, returns.return_path) = $region || '/' || $path
    end
"""

_VERSIONS = f"""
    select
        returns.return_path,
        versions.version,
        versions.content_sha256,
        versions.received_at,
        versions.outcome,
        versions.cases_received,
        versions.cases_accepted,
        versions.cases_quarantined,
        versions.identical_dropped,
        versions.cases_lost
    from stg_versions as versions
    inner join stg_returns as returns using (return_id)
    where {_ASKED}
    order by returns.return_path, versions.version
"""

_CHANGES = f"""
    select
        returns.return_path,
        changes.version,
        changes.case_pseudonym,
        changes.change,
        changes.column_name,
        changes.value_before,
        changes.value_after,
        changes.sheet,
        coalesce(columns.letters, '') || changes.row_number as cell
    from stg_changes as changes
    inner join stg_returns as returns using (return_id)
    left join landing.columns as columns
        on columns.return_id = changes.return_id
        and columns.version = changes.version
        and columns.sheet = changes.sheet
        and columns.column_name = changes.column_name
    where {_ASKED}
    order by changes.sheet, changes.row_number, changes.column_name
"""

# A version takes the place of the one in force before it. That is unknown where it was purged; there is none where the
# version is the first, or the return had been withdrawn.
_MEASURES = f"""
    with versions as (
        select
            versions.return_id,
            returns.return_path,
            versions.version,
            versions.cases_lost is not null as takes_a_place,
            max(case
                when versions.cases_received > 0 and versions.outcome not in ('held', 'never_in_force')
                then versions.version
            end) over (
                partition by versions.return_id order by versions.version
                rows between unbounded preceding and 1 preceding
            ) as version_before
        from stg_versions as versions
        inner join stg_returns as returns using (return_id)
        where {_ASKED}
        qualify versions.outcome <> 'never_in_force'
    ),

    compared as (
        select
            versions.return_path,
            findings.version,
            findings.measure_code,
            case
                when versions.takes_a_place then before.region_relevant_cases
                else findings.region_relevant_cases - findings.relevant_cases
            end as relevant_before,
            case
                when versions.takes_a_place then before.region_counted_cases
                else findings.region_counted_cases - findings.counted_cases
            end as counted_before,
            findings.region_relevant_cases as relevant_after,
            findings.region_counted_cases as counted_after
        from int_version_findings as findings
        inner join versions using (return_id, version)
        left join int_version_findings as before
            on before.return_id = findings.return_id
            and before.version = versions.version_before
            and before.measure_code = findings.measure_code
        where versions.version_before is null or before.version is not null
    )

    select compared.*
    from compared
    inner join seeds.measures as measures using (measure_code)
    where relevant_before <> relevant_after or counted_before <> counted_after
    order by return_path, version, measures.measure_order::integer
"""
