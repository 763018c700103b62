"""What a database of ours says of the programme, in a few numbers: for the command line and whoever scripts it."""

from dataclasses import asdict, dataclass
from pathlib import Path

from dipp_pipeline.warehouse.engine import open_database

REGION_UNKNOWN = "F06"


@dataclass(frozen=True)
class RegionProgress:
    """A row of `programme_progress`, as far as people ask for it."""

    region_code: str
    region_name: str
    status: str
    returns_received: int
    returns_refused: int
    cases_received: int
    cases_accepted: int
    cases_quarantined: int
    returns_held: int


@dataclass(frozen=True)
class Summary:
    """What is in force. Files under no region count among the returns, received and refused, of no region."""

    release_id: str
    regions: tuple[RegionProgress, ...]
    issues: dict[str, int]
    """Occurrences by rule code."""

    @property
    def returns_received(self) -> int:
        return sum(region.returns_received for region in self.regions) + self._under_no_region

    @property
    def returns_refused(self) -> int:
        return sum(region.returns_refused for region in self.regions) + self._under_no_region

    @property
    def returns_held(self) -> int:
        return sum(region.returns_held for region in self.regions)

    @property
    def cases(self) -> dict[str, int]:
        """The case rows in force: received, accepted, quarantined, identical_dropped."""
        received = sum(region.cases_received for region in self.regions)
        accepted = sum(region.cases_accepted for region in self.regions)
        quarantined = sum(region.cases_quarantined for region in self.regions)
        return {
            "received": received,
            "accepted": accepted,
            "quarantined": quarantined,
            "identical_dropped": received - accepted - quarantined,
        }

    @property
    def has_problems(self) -> bool:
        """Whether anything in force is quarantined or any latest version is refused."""
        return self.returns_refused > 0 or self.cases["quarantined"] > 0

    @property
    def _under_no_region(self) -> int:
        return self.issues.get(REGION_UNKNOWN, 0)


def release_in_force(database: Path) -> str | None:
    """The identity of the release that readers see, or None where there is none."""
    if not database.exists():
        return None
    with open_database(database) as connection:
        found = connection.execute("select release_id from release_info").fetchone()
    return str(found[0]) if found else None


def summarise(database: Path) -> Summary:
    """Read the summary from the published database, or from the warehouse, which has the same tables."""
    columns = ", ".join(RegionProgress.__dataclass_fields__)
    with open_database(database) as connection:
        regions = connection.execute(f"select {columns} from programme_progress order by region_name").fetchall()
        issues = connection.execute(
            "select rule_code, sum(occurrences)::bigint from data_quality group by rule_code order by rule_code"
        ).fetchall()
        release = connection.execute("select release_id from release_info").fetchone()
    return Summary(release[0] if release else "", tuple(RegionProgress(*row) for row in regions), dict(issues))


def progress_json(summary: Summary) -> list[dict[str, object]]:
    """The regions as JSON objects."""
    return [asdict(region) for region in summary.regions]


@dataclass(frozen=True)
class Reconciled:
    """A row of `int_reconciliation`: where the rows and cells of a return in force ended."""

    region_slug: str
    return_path: str
    version: int
    rows_read: int
    cases_accepted: int
    cases_quarantined: int
    identical_dropped: int
    rows_skipped: int
    cells_read: int
    cells_used: int
    cells_ignored: int
    cells_corrected: int


@dataclass(frozen=True)
class Held:
    """A version that waits for acceptance, since it would lose many of the cases of the version in force."""

    region_slug: str
    return_path: str
    version: int
    cases_lost: int
    cases_in_force: int


@dataclass(frozen=True)
class Returns:
    """What the warehouse says of single returns, for the data team: in force and held, by region and path."""

    reconciled: tuple[Reconciled, ...] = ()
    held: tuple[Held, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The keys of `dipp status --json` that are about returns."""
        return {"returns": list(map(asdict, self.reconciled)), "held": list(map(asdict, self.held))}


def summarise_returns(warehouse: Path) -> Returns:
    """Read from the warehouse, if there is one."""
    if not warehouse.exists():
        return Returns()
    columns = ", ".join(Reconciled.__dataclass_fields__)
    with open_database(warehouse) as connection:
        reconciled = connection.execute(f"select {columns} from int_reconciliation order by 1, 2").fetchall()
        held = connection.execute(_HELD).fetchall()
    return Returns(tuple(Reconciled(*row) for row in reconciled), tuple(Held(*row) for row in held))


_HELD = """
    select
        returns.region_slug,
        returns.return_path,
        versions.version,
        versions.cases_lost,
        returns.cases_accepted
    from stg_versions as versions
    inner join stg_returns as returns using (return_id)
    where versions.outcome = 'held'
    order by 1, 2
"""
