"""Where an edition of the findings is made and published, and what its releases were built from.

The record of that is kept beside the editions and not in them: it names returns. It has the release in force and the
one before it, so that it is true whichever of them a run that was killed left in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.release.in_force import milestone_in_force, release_in_force
from dipp_pipeline.warehouse.sources import BuiltFrom

DATABASE = "dipp_findings.duckdb"


@dataclass(frozen=True)
class Edition:
    """The places of an edition."""

    name: str
    """internal or public."""
    warehouse: Path
    published: Path
    """The link that readers follow."""
    releases: Path
    """The release in force, and the one before it, which somebody may still read."""
    former_releases: Path
    record: Path
    """What releases were built from."""
    milestones: Path | None = None
    """Where the milestones are kept that its releases fix; None of an edition that shows those of another."""
    unchanged: str = "Nothing was published"
    """How a sentence begins that says why there is no new release."""

    @property
    def database(self) -> Path:
        return self.published / DATABASE

    @property
    def in_force(self) -> str | None:
        """The identity of the release that readers see, if there is one."""
        return release_in_force(self.database)

    @property
    def milestone_regions(self) -> int | None:
        """Of how many regions its tables by characteristic are, if there is a milestone that they show."""
        return milestone_in_force(self.database)

    @property
    def is_away(self) -> bool:
        """Whether readers have nothing of it, not even what a run that was killed left."""
        return not (self.published.is_symlink() or self.published.exists() or self.releases.exists())

    def built_from(self, release_id: str) -> Sequence[BuiltFrom] | None:
        """The returns that a release was built from; None where that is not known."""
        recorded = self._recorded().get(release_id)
        return recorded["returns"] if recorded else None

    @property
    def selection(self) -> str | None:
        """The identity of what was selected for the release in force; None where there is none, or it is not known."""
        recorded = self._recorded().get(self.in_force or "")
        return recorded["selection"] if recorded else None

    def remember(self, release_id: str, selection: str, built_from: Sequence[BuiltFrom]) -> None:
        """Record what a release is built from, before it is in force."""
        in_force = self.in_force
        kept = {former: made_of for former, made_of in self._recorded().items() if former == in_force}
        write_document(self.record, {**kept, release_id: {"selection": selection, "returns": built_from}})

    def _recorded(self) -> Mapping[str, "_MadeOf"]:
        releases: Mapping[str, _MadeOf] = read_document(self.record) if self.record.exists() else {}
        return releases


class _MadeOf(TypedDict):
    selection: str
    returns: Sequence[BuiltFrom]
