"""What a database of ours says of the programme, in a few numbers: for the command line and whoever scripts it."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from dipp_pipeline.reports.records import only
from dipp_pipeline.warehouse.engine import Warehouse, open_warehouse

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
    staff_survey_received: bool
    staffing_received: bool
    recommendations_received: bool


@dataclass(frozen=True)
class Summary:
    """What is in force. Returns and cases are those of case scores alone.

    Files under no region count among the returns, received and refused, of no region.
    """

    release_id: str
    regions: tuple[RegionProgress, ...]
    issues: dict[str, int]
    """Occurrences by rule code, in case scoring returns."""
    other_issues: dict[str, int]
    """The same, in returns of other kinds."""
    has_problems: bool
    """Whether anything in force is quarantined or any latest version is refused, of whatever kind."""
    others_have_problems: bool
    """The same, of kinds other than case scores."""

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
    def _under_no_region(self) -> int:
        return self.issues.get(REGION_UNKNOWN, 0)


def summarise(database: Path) -> Summary:
    """Read the summary from the published database, or from the warehouse, which has the same tables."""
    with open_warehouse(database) as warehouse:
        return _summary(warehouse)


def _summary(warehouse: Warehouse) -> Summary:
    regions = warehouse.read("programme_progress", order_by=("region_name",))
    quality = warehouse.read("data_quality", order_by=("rule_code",))
    (release,) = warehouse.read("release_info")
    issues: Counter[str] = Counter()
    other_issues: Counter[str] = Counter()
    for row in quality:
        issues[row["rule_code"]] += row["case_score_occurrences"]
        other_issues[row["rule_code"]] += row["occurrences"] - row["case_score_occurrences"]
    problems = [row for row in quality if row["severity"] != "warn"]
    return Summary(
        release["release_id"],
        tuple(RegionProgress(**only(RegionProgress, row)) for row in regions),
        issues=dict(+issues),
        other_issues=dict(+other_issues),
        has_problems=bool(problems),
        others_have_problems=any(row["occurrences"] > row["case_score_occurrences"] for row in problems),
    )


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
class HeldVersion:
    """A version that waits for acceptance, since it would lose many of the cases of the version in force."""

    region_slug: str
    return_path: str
    version: int
    cases_lost: int | None
    """None of people's answers, since few of them are a secret."""
    cases_in_force: int | None


@dataclass(frozen=True)
class Returns:
    """What the warehouse says of single returns, for the data team: in force and held, by region and path."""

    reconciled: tuple[Reconciled, ...] = ()
    held: tuple[HeldVersion, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The keys of `dipp status --json` that are about returns."""
        return {"returns": list(map(asdict, self.reconciled)), "held": list(map(asdict, self.held))}


def summarise_returns(warehouse: Path) -> Returns:
    """Read from the warehouse, if there is one."""
    if not warehouse.exists():
        return Returns()
    with open_warehouse(warehouse) as opened:
        rows = opened.read("int_reconciliation", order_by=("region_slug", "return_path"))
    return Returns(tuple(Reconciled(**only(Reconciled, row)) for row in rows), held_versions(warehouse))


def held_versions(warehouse: Path) -> tuple[HeldVersion, ...]:
    """The versions that wait, if there is a warehouse that knows."""
    if not warehouse.exists():
        return ()
    with open_warehouse(warehouse) as opened:
        return _held(opened)


@dataclass(frozen=True)
class Built:
    """What the checks of a warehouse just built look at."""

    summary: Summary
    held: tuple[HeldVersion, ...]
    contradictions: int
    """Published figures that ours contradict."""
    unsafe: str | None
    """Why the tables by characteristic could not be fixed at a milestone; None where they were, or none is due."""


def summarise_build(warehouse: Path) -> Built:
    """Read it from the warehouse."""
    with open_warehouse(warehouse) as opened:
        contradictions = len(opened.read("as_published", {"agrees": False}))
        return Built(_summary(opened), _held(opened), contradictions, _unsafe(opened))


def unsafe_milestone(warehouse: Path) -> str | None:
    """Why the tables by characteristic could not be fixed at a milestone, if a warehouse says so."""
    if not warehouse.exists():
        return None
    with open_warehouse(warehouse) as opened:
        return _unsafe(opened)


def _unsafe(warehouse: Warehouse) -> str | None:
    return next((row["unsafe"] for row in warehouse.read("landing.milestone_reached")), None)


def _held(warehouse: Warehouse) -> tuple[HeldVersion, ...]:
    rows = warehouse.read("report_held_versions", order_by=("region_slug", "return_path"))
    return tuple(HeldVersion(**only(HeldVersion, row)) for row in rows)
