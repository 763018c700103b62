"""The history of the returns: every version, how it was read, and which is in force. The folders tell all of it.

    landing/<region>/<return>/return.json                      region and path
                              withdrawn.json                   the last version that a withdrawal covers
                              0001/version.json                hash and arrival of the content
                              0001/<definitions>/manifest.json what reading it under these definitions gave

Each folder is written aside and renamed into place once, and never changed (see store.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from dipp_pipeline.counts import Counts
from dipp_pipeline.landing.documents import read_document, write_document

IN_PLACE = "[0-9]*"
"""The folders of versions; one that was never renamed into place begins with a dot."""


@dataclass(frozen=True)
class Reading:
    """What reading a version gave, under the definitions in force now."""

    folder: Path
    refused: bool
    counts: Counts


@dataclass(frozen=True)
class Version:
    """One content of a return. `original` is where its copy is among the originals, None where it was not opened."""

    number: int
    folder: Path
    sha256: str
    original: str | None
    received_at: datetime
    reading: Reading | None
    """None where it has not been read under the definitions in force now."""


@dataclass(frozen=True)
class KnownReturn:
    """A return, known by its region and its path, with all its versions."""

    return_id: str
    region_slug: str | None
    path: str
    folder: Path
    versions: Sequence[Version]
    withdrawn_through: int
    """The number of the last version that a withdrawal covers, 0 for none."""

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    @property
    def withdrawn(self) -> bool:
        return self.latest.number <= self.withdrawn_through

    @property
    def refused(self) -> bool:
        """Whether the latest version is refused, unless the return was withdrawn."""
        return not self.withdrawn and self.latest.reading is not None and self.latest.reading.refused

    @property
    def in_force(self) -> Version | None:
        """The latest version that was not refused."""
        return next((version for version in self._standing if version.reading and not version.reading.refused), None)

    @property
    def to_read(self) -> Version | None:
        """The version that must be read before it can be told which is in force."""
        for version in self._standing:
            if version.reading is None:
                return version
            if not version.reading.refused:
                return None
        return None

    def withdraw(self) -> None:
        """Take the return out of force until new bytes arrive."""
        write_document(self.folder / "withdrawn.json", {"through_version": self.latest.number})

    @property
    def _standing(self) -> Iterator[Version]:
        """The versions that may be in force, the latest first."""
        return (version for version in reversed(self.versions) if version.number > self.withdrawn_through)


class History:
    """All returns that ever arrived, as they stand under the given definitions."""

    def __init__(self, landing: Path, definitions: str) -> None:
        self._landing = landing
        self.definitions = definitions

    @cached_property
    def returns(self) -> Sequence[KnownReturn]:
        """By region and path; those under no region first."""
        folders = {manifest.parent.parent for manifest in self._landing.glob(f"*/*/{IN_PLACE}/version.json")}
        known = (self._known_return(folder) for folder in folders)
        return sorted(known, key=lambda entry: (entry.region_slug or "", entry.path))

    def find(self, region_slug: str, path: str) -> KnownReturn | None:
        """The return of that region and path. For one under no region, the first folder of its path is the region."""
        names = ((region_slug, path), (None, f"{region_slug}/{path}"))
        return next((known for known in self.returns if (known.region_slug, known.path) in names), None)

    @cached_property
    def by_id(self) -> dict[str, KnownReturn]:
        return {entry.return_id: entry for entry in self.returns}

    def _known_return(self, folder: Path) -> KnownReturn:
        known = read_document(folder / "return.json")
        withdrawn = folder / "withdrawn.json"
        return KnownReturn(
            return_id=folder.name,
            region_slug=known["region"],
            path=known["path"],
            folder=folder,
            versions=[self._version(manifest.parent) for manifest in sorted(folder.glob(f"{IN_PLACE}/version.json"))],
            withdrawn_through=read_document(withdrawn)["through_version"] if withdrawn.exists() else 0,
        )

    def _version(self, folder: Path) -> Version:
        known = read_document(folder / "version.json")
        return Version(
            number=int(folder.name),
            folder=folder,
            sha256=known["sha256"],
            original=known["original"],
            received_at=datetime.fromisoformat(known["received_at"]),
            reading=self._reading(folder / self.definitions),
        )

    def _reading(self, folder: Path) -> Reading | None:
        if not (folder / "manifest.json").exists():
            return None
        manifest = read_document(folder / "manifest.json")
        return Reading(folder, manifest["refused"], Counts(**manifest["counts"]))
