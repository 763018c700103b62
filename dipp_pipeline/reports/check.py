"""The command `dipp check`: what the pipeline would say of a file, with nothing stored.

R04 needs the home and is not tried.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from dipp_pipeline.feedback.folder import MarkedUpCopy, marked_up_name
from dipp_pipeline.home import Home
from dipp_pipeline.intake.counts import Counts
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.intake.read import name_holds_case_reference, under_no_region
from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.intake.workers import open_workers
from dipp_pipeline.programme.case_reference import holds_case_reference
from dipp_pipeline.programme.model import INSPECTORATE_TIME, Programme, Region
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Validated, validate


@dataclass(frozen=True)
class Checked:
    """What is to be said of a file."""

    file: str
    """The path as it was given."""
    counts: Counts
    issues: tuple[Issue, ...]
    marked_up: Path | None
    """Where its marked-up copy is, if one was asked for and it has a problem."""

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
            "issues": [_shown(issue) for issue in self.issues],
        }


def _shown(issue: Issue) -> dict[str, object]:
    """A sheet is told by its name, which is not stored here."""
    return {name: value for name, value in asdict(issue).items() if name != "sheet_number"}


def check_files(
    files: Sequence[Path], region_slug: str | None, home: Home, marked_up: Path | None = None
) -> list[Checked]:
    """Check files as returns of a region, or each of the region whose folder is the nearest above it.

    Of the home only definitions and settings are asked. Marked-up copies of those with problems are put into a folder,
    if one is given.
    """
    today = datetime.now(UTC).astimezone(INSPECTORATE_TIME).date()
    programme, settings = home.programme, home.settings
    regions = [_region(file, region_slug, programme) for file in files]
    unopened = [_unopened(file, region, programme) for file, region in zip(files, regions, strict=True)]
    with open_workers(programme, settings.limits, settings.readers) as workers:
        read = workers.read([file for file, why in zip(files, unopened, strict=True) if not why])
        received = [
            Received(region.code if region else "", today, why or next(read))
            for region, why in zip(regions, unopened, strict=True)
        ]
        validated = validate(received, programme)
        targets = _targets(files, validated, marked_up) if marked_up else [None] * len(files)
        for file, result, target in zip(files, validated, targets, strict=True):
            if target:
                MarkedUpCopy(file, target, file.name, result.issues).write(settings.limits, workers)
    return [
        Checked(str(file), result.counts, result.issues, target)
        for file, result, target in zip(files, validated, targets, strict=True)
    ]


def _unopened(file: Path, region: Region | None, programme: Programme) -> ReturnTables | None:
    """Why a file is refused for where it lies or what it is called, if it is."""
    if region is None:
        return under_no_region(programme)
    return name_holds_case_reference(programme) if holds_case_reference(_path_under(region, file)) else None


def _path_under(region: Region, file: Path) -> str:
    """The file's path under the region's folder; its name alone where it is in none."""
    *folders, name = Path(os.path.normpath(file.absolute())).parts
    below = folders[::-1].index(region.slug) if region.slug in folders else 0
    return "/".join((*folders[len(folders) - below :], name))


def _targets(files: Sequence[Path], validated: Sequence[Validated], folder: Path) -> list[Path | None]:
    """Where the marked-up copy of each file with problems goes: files of one name get different ones."""
    targets: list[Path | None] = []
    for file, result in zip(files, validated, strict=True):
        names = (marked_up_name(f"{file.name}{f' ({number})' if number else ''}") for number in count())
        free = next(folder / name for name in names if folder / name not in targets)
        targets.append(free if result.issues else None)
    return targets


def _region(file: Path, region_slug: str | None, programme: Programme) -> Region | None:
    slugs = (
        [region_slug] if region_slug else [folder.name for folder in Path(os.path.normpath(file.absolute())).parents]
    )
    return next((programme.region_by_slug[slug] for slug in slugs if slug in programme.region_by_slug), None)
