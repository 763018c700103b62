"""The command `dipp check`: what the pipeline would say of a file, with nothing stored.

R04 needs the home and is not tried.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from dipp_pipeline.counts import Counts
from dipp_pipeline.house import INSPECTORATE_TIME
from dipp_pipeline.intake.pool import reader_pool
from dipp_pipeline.issues import Issue
from dipp_pipeline.programme.loading import load_programme
from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.settings import Settings, seeds
from dipp_pipeline.taking_in import under_no_region
from dipp_pipeline.validation.frame import Arrived
from dipp_pipeline.validation.validate import validate


@dataclass(frozen=True)
class Checked:
    """What is to be said of a file."""

    file: str
    """The path as it was given."""
    counts: Counts
    issues: tuple[Issue, ...]

    @property
    def outcome(self) -> str:
        """Accepted or refused, as a whole."""
        return "refused" if any(issue.severity == "refuse" for issue in self.issues) else "accepted"

    @property
    def clean(self) -> bool:
        """Whether there is no problem beyond warnings."""
        return all(issue.severity == "warn" for issue in self.issues)

    def as_json(self) -> dict[str, object]:
        """The file's object in `dipp check --json`."""
        return {
            "file": self.file,
            "outcome": self.outcome,
            "cases": asdict(self.counts),
            "issues": [asdict(issue) for issue in self.issues],
        }


def check_files(files: Sequence[Path], region_slug: str | None, settings: Settings) -> list[Checked]:
    """Check files as returns of a region, or each of the region whose folder is the nearest above it."""
    today = datetime.now(UTC).astimezone(INSPECTORATE_TIME).date()
    programme = load_programme(seeds())
    regions = [_region(file, region_slug, programme) for file in files]
    with reader_pool(programme, settings.limits, settings.readers) as pool:
        readings = pool.read([file for file, region in zip(files, regions, strict=True) if region])
        arrived = [
            Arrived(region.code, today, next(readings)) if region else Arrived("", today, under_no_region(programme))
            for region in regions
        ]
    validated = validate(arrived, programme)
    return [Checked(str(file), result.counts, result.issues) for file, result in zip(files, validated, strict=True)]


def _region(file: Path, region_slug: str | None, programme: Programme) -> Region | None:
    slugs = (
        [region_slug] if region_slug else [folder.name for folder in Path(os.path.normpath(file.absolute())).parents]
    )
    return next((programme.region_by_slug[slug] for slug in slugs if slug in programme.region_by_slug), None)
