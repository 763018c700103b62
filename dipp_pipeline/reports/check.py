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
    record: str = "case"
    """What a row of it is called."""

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
    files: Sequence[Path], region_slug: str | None, home: Home, marked_up: Path | None = None, kind: str | None = None
) -> list[Checked]:
    """Check files as returns of a region and a kind, or each of those whose folders are the nearest above it.

    Of the home only definitions and settings are asked. Marked-up copies of those with problems are put into a folder,
    if one is given.
    """
    settings = home.settings
    to_check = [_to_check(file, region_slug, kind, home.programme) for file in files]
    with open_workers(settings.limits, settings.readers) as workers:
        read = workers.read([(one.file, one.programme) for one in to_check if not one.unopened])
        validated = _validated(to_check, [one.unopened or next(read) for one in to_check])
        targets = _targets(files, validated, marked_up) if marked_up else [None] * len(files)
        for one, result, target in zip(to_check, validated, targets, strict=True):
            if target:
                record = one.programme.kind.record
                MarkedUpCopy(one.file, target, one.file.name, record, result.issues).write(settings.limits, workers)
    return [
        Checked(str(file), result.counts, result.issues, target, one.programme.kind.record)
        for file, one, result, target in zip(files, to_check, validated, targets, strict=True)
    ]


@dataclass(frozen=True)
class _ToCheck:
    """A file, and what return it is."""

    file: Path
    region: Region | None
    programme: Programme
    """As its kind of return sees it."""
    path: str
    """Under its region's folder; its name alone where it is in none."""

    @property
    def unopened(self) -> ReturnTables | None:
        """Why it is refused for where it lies or what it is called, if it is."""
        if self.region is None:
            return under_no_region(self.programme)
        return name_holds_case_reference(self.programme) if holds_case_reference(self.path) else None


def _to_check(file: Path, region_slug: str | None, kind: str | None, programme: Programme) -> _ToCheck:
    *folders, name = Path(os.path.normpath(file.absolute())).parts
    slugs = [region_slug] if region_slug else reversed(folders)
    region = next((programme.region_by_slug[slug] for slug in slugs if slug in programme.region_by_slug), None)
    below = folders[::-1].index(region.slug) if region and region.slug in folders else 0
    path = "/".join((*folders[len(folders) - below :], name))
    if kind is None:
        nearest = next(filter(None, map(programme.of_folder, reversed(folders))), programme)
        own = programme.of_return(region.slug if region else None, path) if below else nearest
    else:
        own = programme.of(kind)
    return _ToCheck(file, region, own, path)


def _validated(to_check: Sequence[_ToCheck], read: Sequence[ReturnTables]) -> list[Validated]:
    """What becomes of each file, judged kind by kind."""
    today = datetime.now(UTC).astimezone(INSPECTORATE_TIME).date()
    received = [
        Received(one.region.code if one.region else "", today, tables)
        for one, tables in zip(to_check, read, strict=True)
    ]
    validated: dict[int, Validated] = {}
    for kind in dict.fromkeys(one.programme.kind.name for one in to_check):
        places = [place for place, one in enumerate(to_check) if one.programme.kind.name == kind]
        programme = to_check[places[0]].programme
        validated |= zip(places, validate([received[place] for place in places], programme), strict=True)
    return [validated[place] for place in range(len(to_check))]


def _targets(files: Sequence[Path], validated: Sequence[Validated], folder: Path) -> list[Path | None]:
    """Where the marked-up copy of each file with problems goes: files of one name get different ones."""
    targets: list[Path | None] = []
    for file, result in zip(files, validated, strict=True):
        names = (marked_up_name(f"{file.name}{f' ({number})' if number else ''}") for number in count())
        free = next(folder / name for name in names if folder / name not in targets)
        targets.append(free if result.issues else None)
    return targets
