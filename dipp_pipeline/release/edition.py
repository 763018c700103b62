"""Where an edition of the findings is made and published, and what its releases were built from.

The record of that is kept beside the editions and not in them: it names returns. It has the release in force and the
one before it, so that it is true whichever of them a run that was killed left in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.release.approvals import read_approvals
from dipp_pipeline.release.in_force import milestone_in_force, release_in_force

if TYPE_CHECKING:  # every command imports this module, and what is read from Parquet or SQL is slow to import
    from dipp_pipeline.warehouse.sources import BuiltFrom

DATABASE = "dipp_findings.duckdb"


@dataclass(frozen=True)
class Pin:
    """Holds an edition at a release that it was taken back to, until it is lifted or another decision is logged."""

    folder: str
    """What the release's folder is called."""
    since: datetime
    decisions: int
    """Entries of the log of approvals when it was made."""


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
    approvals: Path | None = None
    """The log of approvals, of an edition that is made of what was approved: each entry lifts a pin."""
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
    def folder_in_force(self) -> str | None:
        """What the folder of the release is called that readers are led to, if they are led to any."""
        return self.published.resolve().name if self.published.is_symlink() else None

    @property
    def pin(self) -> Pin | None:
        """What holds it at a release, if anything does now."""
        if not self._pin_file.exists():
            return None
        written = read_document(self._pin_file)
        pin = Pin(**{**written, "since": datetime.fromisoformat(written["since"])})
        return pin if pin.decisions == self._decisions else None

    def pin_at(self, folder: str, since: datetime) -> None:
        """Hold it at a release from now on."""
        pin = Pin(folder, since, self._decisions)
        write_document(self._pin_file, {**asdict(pin), "since": since.isoformat()})

    def lift_pin(self) -> None:
        """Hold it at no release any more."""
        self._pin_file.unlink(missing_ok=True)

    @property
    def is_away(self) -> bool:
        """Whether readers have nothing of it, not even what a run that was killed left."""
        return not (self.published.is_symlink() or self.published.exists() or self.releases.exists())

    def built_from(self, release_id: str) -> "Sequence[BuiltFrom] | None":
        """The returns that a release was built from; None where that is not known."""
        recorded = self._recorded().get(release_id)
        return recorded["returns"] if recorded else None

    @property
    def selection(self) -> str | None:
        """The identity of what was selected for the release in force; None where there is none, or it is not known."""
        recorded = self._recorded().get(self.in_force or "")
        return recorded["selection"] if recorded else None

    def remember(self, release_id: str, selection: str, built_from: "Sequence[BuiltFrom]") -> None:
        """Record what a release is built from, before it is in force."""
        in_force = self.in_force
        kept = {former: made_of for former, made_of in self._recorded().items() if former == in_force}
        write_document(self.record, {**kept, release_id: {"selection": selection, "returns": built_from}})

    @property
    def _pin_file(self) -> Path:
        return self.record.with_suffix(".pin.json")

    @property
    def _decisions(self) -> int:
        return len(read_approvals(self.approvals)) if self.approvals else 0

    def _recorded(self) -> Mapping[str, "_MadeOf"]:
        releases: Mapping[str, _MadeOf] = read_document(self.record) if self.record.exists() else {}
        return releases


class _MadeOf(TypedDict):
    selection: str
    returns: "Sequence[BuiltFrom]"
