"""The history of a region's returns as the warehouse holds it: versions, what each changed, and what that did."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from dipp_pipeline.home import Home
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.reports.records import Row, only
from dipp_pipeline.warehouse.engine import open_warehouse


@dataclass(frozen=True)
class Change:
    """What is new of a case, or another kind's record. One that was added or lost has neither column nor values."""

    case_pseudonym: str | None
    change: str
    column_name: str | None
    value_before: str | None
    value_after: str | None
    sheet: str
    cell: str
    """Its address in the later version; in the earlier one where the case is lost; of the row where it is new."""
    row_key: str | None
    """The key of a record that is no case."""


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


def history_of_region(home: Home, region_slug: str, return_path: str | None) -> list[VersionReport]:
    """Every version of a region's returns, or of one, by path and number; none where nothing arrived.

    What lies under no region is asked for by the first folder of its path.
    """
    if not home.warehouse.exists():
        return []
    asked = {"folder": region_slug}
    if return_path is not None:
        asked["path_in_folder"] = without_case_references(return_path)
    with open_warehouse(home.warehouse) as warehouse:
        versions = warehouse.read("report_versions", asked, ("return_path", "version"))
        changes = _by_version(warehouse.read("report_changes", asked, ("sheet", "row_number", "column_name")))
        measures = _by_version(warehouse.read("report_version_measures", asked, ("measure_order",)))
    return [
        VersionReport(
            **only(VersionReport, version),
            changes=tuple(Change(**only(Change, row)) for row in changes[_identity(version)]),
            measures=tuple(MeasureChange(**only(MeasureChange, row)) for row in measures[_identity(version)]),
        )
        for version in versions
    ]


def _by_version(rows: Sequence[Row]) -> Mapping[tuple[str, int], list[Row]]:
    grouped: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[_identity(row)].append(row)
    return grouped


def _identity(row: Row) -> tuple[str, int]:
    return row["return_path"], row["version"]
