"""The folder of marked-up returns: a copy of each return whose latest version has problems, and no other."""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

from dipp_pipeline import atomic
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.intake.workers import WorkerLimitError, Workers
from dipp_pipeline.settings import Limits

LONGEST_NAME = 200
"""Bytes of a file's name that leave room for the ending."""

LONGEST_PATH = 4000
"""Bytes of a copy's path that leave room for the name that it has while it is written."""

MADE = ".made.json"
"""What the copies were made of, and for which release."""


@dataclass(frozen=True)
class Feedback:
    """The marked-up copies as they are now."""

    written: int
    """How many had to be written."""
    copies: int


@dataclass(frozen=True)
class MarkedUpCopy:
    """A copy that is to be there."""

    original: Path
    target: Path
    title: str
    """What the return is called."""
    record: str
    """What a row of it is, such as a case."""
    issues: Sequence[Issue]

    def identity(self) -> str:
        """What the copy is made of; the original is told by its hash, which is in its path."""
        made_of = [str(self.original), self.title, self.record, *map(asdict, self.issues)]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()

    def write(self, limits: Limits, workers: Workers) -> None:
        """Write it in a worker, since that opens other people's files. If that fails, the list of problems stays."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(WorkerLimitError):
            workers.call(_mark_up, self, limits)


def _mark_up(copy: MarkedUpCopy, limits: Limits) -> None:
    """Write the copy. To be called in a worker."""
    from dipp_pipeline.feedback.marked_up import mark_up  # only there: openpyxl and polars are slow to import

    mark_up(copy.original, copy.target, copy.title, copy.record, copy.issues, limits)


def write_copies(
    folder: Path, copies: Sequence[MarkedUpCopy], release_id: str, limits: Limits, workers: Workers
) -> Feedback:
    """Write the copies that are not as they should be, and take away those that are not needed any more."""
    by_name = {str(copy.target.relative_to(folder)): copy for copy in copies}
    made = folder / MADE
    before = atomic.read_document(made).get("copies", {}) if made.exists() else {}
    now = {name: copy.identity() for name, copy in by_name.items()}
    due = [copy for name, copy in by_name.items() if before.get(name) != now[name] or not copy.target.exists()]
    for name in before.keys() - by_name.keys():
        (folder / name).unlink(missing_ok=True)
    list(workers.each(lambda copy: copy.write(limits, workers), due))
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write_document(made, {"release_id": release_id, "copies": now})
    return Feedback(len(due), len(by_name))


def is_made_for(folder: Path, release_id: str) -> bool:
    """Whether the copies are those of a release, and all of them there."""
    if not (folder / MADE).exists():
        return False
    made = atomic.read_document(folder / MADE)
    return made.get("release_id") == release_id and all((folder / name).exists() for name in made["copies"])


def marked_up_path(folder: Path, path: PurePath) -> Path:
    """Where the marked-up copy of a return is, given its path from its region on.

    Where that would be too long to be opened, it lies in the region's folder, told from others by the path's hash.
    """
    copy = folder / path.with_name(marked_up_name(path.name))
    if len(os.fsencode(copy)) <= LONGEST_PATH:
        return copy
    return folder / path.parts[0] / marked_up_name(f"{hashlib.sha256(str(path).encode()).hexdigest()[:12]} {path.name}")


def marked_up_name(name: str) -> str:
    """What the marked-up copy of a file is called. A name that would be too long is told from others by its hash."""
    if len(name.encode()) > LONGEST_NAME:
        start = name.encode()[: LONGEST_NAME // 2].decode("utf-8", "ignore")
        name = f"{start}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return f"{name}.marked-up.xlsx"
