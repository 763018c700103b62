"""What lies in the drop folder: which files are returns, and whose."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline.programme.model import Programme

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

    @property
    def return_id(self) -> str:
        """What the return is known by in every version."""
        return hashlib.sha256(f"{self.region_slug or ''}\n{self.path}".encode()).hexdigest()[:16]


def arrivals(incoming: Path, programme: Programme) -> list[Arrival]:
    """The returns in the drop folder, by region and path."""
    found = (_arrival(file, incoming, programme) for file in _files(incoming))
    return sorted(filter(None, found), key=lambda arrival: (arrival.region_slug or "", arrival.path))


def is_return(name: str) -> bool:
    """Whether a file of that name is a return at all, and not what an office program or the system left there."""
    return not name.startswith(("~$", ".")) and name != "Thumbs.db"


def content_hash(file: Path) -> str:
    """SHA-256 of the file, or UNREADABLE where it cannot be opened."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return UNREADABLE


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names if is_return(name))


def _arrival(file: Path, incoming: Path, programme: Programme) -> Arrival | None:
    slug, *within = file.relative_to(incoming).parts
    if slug not in programme.region_by_slug or not within:
        return Arrival(None, _printable("/".join((slug, *within))), file)
    if len(within) > 1 and within[0] in OTHER_RETURNS:
        return None
    return Arrival(slug, _printable("/".join(within)), file)


def _printable(path: str) -> str:
    """A path as text, also where its bytes are not."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
