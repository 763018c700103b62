"""Where an edition of the findings is made and published, and what its releases were built from.

The record of that is kept beside the editions and not in them: it names returns. It has the release in force and the
one before it, so that it is true whichever of them a run that was killed left in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.release.in_force import release_in_force
from dipp_pipeline.warehouse.sources import BuiltFrom

DATABASE = "dipp_findings.duckdb"


@dataclass(frozen=True)
class Edition:
    """The places of an edition."""

    warehouse: Path
    published: Path
    """The link that readers follow."""
    releases: Path
    """The release in force, and the one before it, which somebody may still read."""
    former_releases: Path
    record: Path
    """What releases were built from."""

    @property
    def database(self) -> Path:
        return self.published / DATABASE

    @property
    def in_force(self) -> str | None:
        """The identity of the release that readers see, if there is one."""
        return release_in_force(self.database)

    def built_from(self, release_id: str) -> Sequence[BuiltFrom]:
        """The returns in force that a release was built from; none where that is not known."""
        releases: dict[str, list[BuiltFrom]] = read_document(self.record) if self.record.exists() else {}
        return releases.get(release_id, [])

    def remember(self, release_id: str, built_from: Sequence[BuiltFrom]) -> None:
        """Record what a release is built from, before it is in force."""
        former = self.in_force
        kept = {former: self.built_from(former)} if former else {}
        write_document(self.record, {**kept, release_id: built_from})
