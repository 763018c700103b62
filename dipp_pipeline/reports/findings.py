"""The published findings as people ask for them on the command line: national, or of one region."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from dipp_pipeline.errors import DippError
from dipp_pipeline.home import Home
from dipp_pipeline.reports.records import only
from dipp_pipeline.warehouse.engine import open_warehouse


class FindingsError(DippError):
    """There are no such findings; the message says which there are."""


@dataclass(frozen=True)
class Finding:
    """A measure as published: percentage and interval, 0 to 100, are None where no case is relevant."""

    measure_code: str
    measure_title: str
    polarity: str
    relevant_cases: int
    counted_cases: int
    percentage: float | None
    percentage_rounded: int | None
    lower_95: float | None
    upper_95: float | None


@dataclass(frozen=True)
class Findings:
    """The findings of the nation or of a region, in the order of publication."""

    release_id: str
    region_name: str | None
    """None of the nation."""
    status: str | None
    """`provisional` or `final`, of the nation."""
    regions_included: int
    regions_expected: int
    cases_inspected: int
    findings: Sequence[Finding]

    def as_json(self) -> dict[str, object]:
        """The document of `dipp findings --json`."""
        return asdict(self)


def read_findings(home: Home, region_slug: str | None) -> Findings:
    """The findings that are published. Raises FindingsError."""
    if not home.database.exists():
        raise FindingsError(f"Nothing is published in {home.path} yet. Run the refresh first.")
    region = home.programme.region_by_slug.get(region_slug or "")
    if region_slug is not None and region is None:
        slugs = ", ".join(sorted(home.programme.region_by_slug))
        raise FindingsError(f'"{region_slug}" is no region. Use one of {slugs}.')
    with open_warehouse(home.database) as database:
        (release,) = database.read("release_info")
        national = database.read("national_findings")
        rows = database.read("regional_findings", {"region_code": region.code}) if region else national
    if not rows:
        raise FindingsError(
            f"No case of {region.name if region else 'any region'} is accepted yet, so it has no findings."
        )
    return Findings(
        release_id=release["release_id"],
        region_name=region.name if region else None,
        status=None if region else national[0]["status"],
        regions_included=national[0]["regions_included"],
        regions_expected=national[0]["regions_expected"],
        cases_inspected=rows[0]["cases_inspected"],
        findings=[Finding(**only(Finding, row)) for row in rows],
    )
