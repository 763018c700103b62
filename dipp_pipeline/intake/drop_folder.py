"""What lies in the drop folder: which files are returns, and whose."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.formats import TAKEN

OTHER_RETURNS = frozenset({"staff-survey", "staffing", "recommendations"})
"""Sub-folders of a region's folder that are kept for other kinds of return."""

UNREADABLE = "unreadable"
"""Stands for the content of a file that cannot be opened."""


@dataclass(frozen=True)
class Arrival:
    """A file in the drop folder. `region_slug` is None where it lies under none of the twelve regions."""

    region_slug: str | None
    path: str
    """Its path under the region's folder, or under `incoming` where it is under none."""
    file: Path
    return_id: str
    """What tells the return from others in every version."""

    @property
    def names_a_case(self) -> bool:
        """Whether its path holds a case reference (F08)."""
        return without_case_references(self.path) != self.path

    @property
    def is_opened(self) -> bool:
        """Whether it is read at all, and not refused for where it lies or what it is called."""
        return self.region_slug is not None and not self.names_a_case


def arrivals(incoming: Path, programme: Programme) -> list[Arrival]:
    """The returns in the drop folder, by region and path."""
    found = (_arrival(file, incoming, programme) for file in _files(incoming))
    return sorted(filter(None, found), key=lambda arrival: (arrival.region_slug or "", arrival.path))


def is_return(name: str) -> bool:
    """Whether a file of that name is a return at all, and not what an office program or the system left there."""
    return not name.startswith(("~$", ".")) and name != "Thumbs.db"


def content_hash(file: Path) -> str:
    """SHA-256 of the file, or UNREADABLE where it cannot be opened or is no file, such as a pipe."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return UNREADABLE
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return UNREADABLE


def _files(folder: Path) -> Iterator[Path]:
    """The returns in a folder and its sub-folders, each folder once, though links may lead to it again.

    Among them are what should be a return and is a folder, and folders that may not be looked into.
    """
    closed: list[Path] = []
    walked = set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=lambda error: closed.append(_place(error))):
        walked.add(os.path.realpath(parent))
        folders[:] = [name for name in folders if os.path.realpath(Path(parent, name)) not in walked]
        names += [name for name in folders if Path(name).suffix.lower() in TAKEN]
        yield from (Path(parent, name) for name in names if is_return(name))
    yield from (place for place in closed if place != folder)


def _place(error: OSError) -> Path:
    return Path(error.filename)


def _arrival(file: Path, incoming: Path, programme: Programme) -> Arrival | None:
    slug, *within = file.relative_to(incoming).parts
    if slug not in programme.region_by_slug or not within:
        return _named(None, "/".join((slug, *within)), file)
    if len(within) > 1 and within[0] in OTHER_RETURNS:
        return None
    return _named(slug, "/".join(within), file)


def _named(region_slug: str | None, path: str, file: Path) -> Arrival:
    """An arrival whose path is text, also where its bytes are not; its identity is of the bytes."""
    identity = hashlib.sha256(os.fsencode(f"{region_slug or ''}\n{path}")).hexdigest()[:16]
    return Arrival(region_slug, os.fsencode(path).decode("utf-8", "replace"), file, identity)
