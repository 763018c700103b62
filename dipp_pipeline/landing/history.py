"""The history of the returns: every version, how it was read, and which is in force. The folders tell all of it.

    landing/<region>/<return>/return.json                      region and path
                              withdrawn.json                   the last version that a withdrawal covers
                              0001/version.json                hash and arrival of the content
                              0001/accepted.json               stands where it may be in force whatever it loses
                              0001/purged.json                 what is left of a version whose content was purged
                              0001/<definitions>/manifest.json what reading it under these definitions gave

Each folder is written aside and renamed into place once, and never changed (see write.py): but for a name in which an
erased case stands (see originals.py).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.intake.counts import Contents, Counts
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.settings import Limits

IN_PLACE = "[0-9]*"
"""The folders of versions; one that was never renamed into place begins with a dot."""

RETURN = "return.json"
VERSION = "version.json"
MANIFEST = "manifest.json"
ACCEPTED = "accepted.json"
PURGED = "purged.json"

Outcome = Literal["in_force", "superseded", "held", "never_in_force", "refused", "withdrawn", "purged", "unread"]
"""`held` waits for acceptance; `never_in_force` was held until a later version or a withdrawal ended the wait."""


@dataclass(frozen=True)
class Loss:
    """How many of the cases accepted of the version in force before it a version no longer gives."""

    cases: int
    of: int

    def is_more_than(self, percent: int) -> bool:
        return 100 * self.cases > percent * self.of


@dataclass(frozen=True)
class Reading:
    """What reading a version gave, under the definitions in force now, or before it was purged."""

    folder: Path
    identity: str
    """SHA-256 over all that was landed of it."""
    refused: bool
    counts: Counts
    contents: Contents
    corrections: Sequence[int]
    """The lines of the corrections that were applied."""
    loss: Loss | None
    """None where no version was in force before it."""
    limits: Mapping[str, int] | None
    """Under which it is refused for one of them (F02), else None."""
    for_now: bool
    """Whether it is refused for what the machine could not give, and another time might."""

    @classmethod
    def of(cls, folder: Path, manifest: dict[str, Any]) -> "Reading":
        """As its manifest says."""
        return cls(
            folder=folder,
            identity=manifest.get("identity", ""),  # version 0.2 gave none, and what it left of a purge stays
            refused=manifest["refused"],
            counts=Counts(**manifest["counts"]),
            contents=Contents(**manifest["contents"]),
            corrections=manifest["corrections"],
            loss=Loss(**manifest["loss"]) if manifest["loss"] else None,
            limits=manifest.get("limits"),
            for_now=manifest.get("for_now", False),
        )

    def is_outdated(self, limits: Limits) -> bool:
        """Whether it is refused, and the same file might not be: under these limits, or at another time."""
        return self.for_now or (self.limits is not None and self.limits != asdict(limits))


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
    accepted: bool
    """Whether someone let it come into force whatever it loses."""
    purged: bool
    """Whether nothing is left of it but its hash and its counts."""

    @property
    def was_read(self) -> bool:
        """Whether cases of it may count."""
        return self.reading is not None and not self.reading.refused

    def accept(self) -> None:
        """Let the version come into force whatever it loses."""
        write_document(self.folder / ACCEPTED, {})


@dataclass(frozen=True)
class Return:
    """A return, told by its region and its path, with all its versions."""

    return_id: str
    region_slug: str | None
    path: str
    """Its path under the region's folder; where that holds a case reference, without it."""
    names_a_case: bool
    """Whether its path held a case reference (F08)."""
    folder: Path
    versions: Sequence[Version]
    withdrawn_through: int
    """The number of the last version that a withdrawal covers, 0 for none."""
    held_above_percent: int

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

    @cached_property
    def in_force(self) -> Version | None:
        """The latest version that was neither refused nor is held."""
        return self.in_force_before(self.latest.number + 1)

    @cached_property
    def held(self) -> Version | None:
        """The latest version that would come into force if it did not lose so many cases."""
        latest = next(self._readable(self.withdrawn_through), None)
        return latest if latest is not self.in_force else None

    @property
    def to_read(self) -> Version | None:
        """The first version that has not been read under the definitions in force now."""
        unread = (version for version in self.versions if version.reading is None and not version.purged)
        return next(unread, None)

    def to_try_again(self, limits: Limits) -> Sequence[Version]:
        """Refused versions that might be good if they were read again: withdrawn or followed by a good one, none is."""
        readable = next(self._readable(self.withdrawn_through), None)
        after = readable.number if readable else self.withdrawn_through
        return [
            version
            for version in self.versions
            if version.number > after and version.original and version.reading and version.reading.is_outdated(limits)
        ]

    def in_force_before(self, number: int) -> Version | None:
        """The version in force before the one of that number; what came later, a withdrawal too, does not count."""
        withdrawn_through = self.withdrawn_through if number > self.withdrawn_through else 0
        in_force = None
        for version in reversed(list(self._readable(withdrawn_through))):
            if version.number < number and (in_force is None or not self._loses_too_much(version)):
                in_force = version
        return in_force

    def readable_before(self, number: int) -> Version | None:
        """The latest version before that number that was not refused, in force or not."""
        return next((version for version in self._readable(0) if version.number < number), None)

    def outcome(self, version: Version) -> Outcome:
        """What became of one of its versions."""
        if version.purged:
            return "purged"
        if version.reading is None:
            return "unread"
        if version.reading.refused:
            return "refused"
        if version is self.in_force:
            return "in_force"
        if self._loses_too_much(version):
            return "held" if version is self.held else "never_in_force"
        return "withdrawn" if version.number <= self.withdrawn_through else "superseded"

    def withdraw(self) -> None:
        """Take the return out of force until new bytes arrive."""
        write_document(self.folder / "withdrawn.json", {"through_version": self.latest.number})

    def _loses_too_much(self, version: Version) -> bool:
        loss = version.reading.loss if version.reading else None
        return loss is not None and loss.is_more_than(self.held_above_percent) and not version.accepted

    def _readable(self, after: int) -> Iterator[Version]:
        """The versions after that number that were read and not refused, the latest first."""
        for version in reversed(self.versions):
            if version.number > after and version.reading and not version.reading.refused and not version.purged:
                yield version


@dataclass(frozen=True)
class Submission:
    """A version that is to be read: of which return, in which file, for which region."""

    return_: Return
    version: Version
    file: Path | None
    """Its original; None where it was not kept."""
    region: Region | None
    programme: Programme
    """As its kind of return sees it."""


class History:
    """All returns that ever arrived, as they stand under the given definitions."""

    def __init__(self, landing: Path, definitions: str, held_above_percent: int) -> None:
        self._landing = landing
        self._held_above_percent = held_above_percent
        self.definitions = definitions

    @cached_property
    def returns(self) -> Sequence[Return]:
        """By region and path; those under no region first."""
        folders = {manifest.parent.parent for manifest in self._landing.glob(f"*/*/{IN_PLACE}/{VERSION}")}
        returns = (self._return(folder) for folder in folders)
        return sorted(returns, key=lambda entry: (entry.region_slug or "", entry.path))

    def find(self, region_slug: str, path: str) -> Return | None:
        """The return of that region and path. For one under no region, the first folder of its path is the region."""
        path = without_case_references(path)
        names = ((region_slug, path), (None, f"{region_slug}/{path}"))
        return next((return_ for return_ in self.returns if (return_.region_slug, return_.path) in names), None)

    def of_regions(self, region_slugs: Collection[str]) -> Sequence[Return]:
        """The returns of these regions, and those under no region."""
        return [entry for entry in self.returns if entry.region_slug is None or entry.region_slug in region_slugs]

    def to_read(self, region_slugs: Collection[str], originals: Path, programme: Programme) -> list[Submission]:
        """Of each return of these regions the first version that must be read, if there is one, kind by kind."""
        submissions = [
            Submission(
                return_,
                version,
                originals / version.original if version.original else None,
                programme.region_by_slug[return_.region_slug] if return_.region_slug else None,
                programme.of_return(return_.region_slug, return_.path),
            )
            for return_ in self.of_regions(region_slugs)
            if (version := return_.to_read)
        ]
        return sorted(submissions, key=lambda submission: programme.kinds.index(submission.programme.kind))

    def to_try_again(self, region_slugs: Collection[str], limits: Limits) -> Sequence[Version]:
        """The versions of these regions that are refused and might not be, were they read again now."""
        return [version for return_ in self.of_regions(region_slugs) for version in return_.to_try_again(limits)]

    @cached_property
    def by_id(self) -> dict[str, Return]:
        return {entry.return_id: entry for entry in self.returns}

    def _return(self, folder: Path) -> Return:
        written = read_document(folder / RETURN)
        withdrawn = folder / "withdrawn.json"
        return Return(
            return_id=folder.name,
            region_slug=written["region"],
            path=written["path"],
            names_a_case=written.get("names_a_case", False),
            folder=folder,
            versions=[self._version(manifest.parent) for manifest in sorted(folder.glob(f"{IN_PLACE}/{VERSION}"))],
            withdrawn_through=read_document(withdrawn)["through_version"] if withdrawn.exists() else 0,
            held_above_percent=self._held_above_percent,
        )

    def _version(self, folder: Path) -> Version:
        written = read_document(folder / VERSION)
        purged = folder / PURGED
        return Version(
            number=int(folder.name),
            folder=folder,
            sha256=written["sha256"],
            original=written["original"],
            received_at=datetime.fromisoformat(written["received_at"]),
            reading=_reading(purged if purged.exists() else folder / self.definitions / MANIFEST),
            accepted=(folder / ACCEPTED).exists(),
            purged=purged.exists(),
        )


def _reading(manifest: Path) -> Reading | None:
    """What a manifest says; None where there is none, or one of version 0.2, so that the version is read again."""
    if not manifest.exists():
        return None
    written = read_document(manifest)
    if "identity" not in written and manifest.name != PURGED:
        return None
    return Reading.of(manifest.parent, written)
