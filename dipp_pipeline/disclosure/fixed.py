"""What a milestone fixed, kept for good: what the tables by characteristic show until the next, and what is behind it.

    restricted/milestones/08.json          fixed by a release with at least eight regions
    restricted/milestones/pending.json     the same, until it is seen that its release was switched in

The counts are true ones, small ones too: what follows on them is protected against what they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipp_pipeline.atomic import read_document, replace, write_document
from dipp_pipeline.disclosure.counts import Content, Count, Milestone, Protection
from dipp_pipeline.disclosure.measures import Measure
from dipp_pipeline.disclosure.tables import FindingRow, ProfileRow, finding_rows, profile_rows

_PENDING = "pending.json"


@dataclass(frozen=True)
class Fixed:
    """A milestone that a release reached, and the rows that it shows, whatever the definitions say later."""

    number: int
    """So many regions at least, as the setting `milestones` says."""
    release_id: str
    """The release that fixed it."""
    threshold: int
    """Counts under it are withheld."""
    milestone: Milestone
    findings: Sequence[FindingRow]
    profile: Sequence[ProfileRow]
    primary: int
    """Counts that are withheld for themselves."""
    secondary: int
    """Counts that are withheld to shield these."""

    @classmethod
    def of(
        cls, protection: Protection, number: int, release_id: str, measures: Sequence[Measure], threshold: int
    ) -> "Fixed":
        """What is kept of a protected content."""
        milestone = protection.milestone
        return cls(
            number=number,
            release_id=release_id,
            threshold=threshold,
            milestone=milestone,
            findings=list(finding_rows(milestone, measures)),
            profile=list(profile_rows(milestone)),
            primary=len(protection.primary),
            secondary=len(protection.secondary),
        )

    @property
    def regions(self) -> Sequence[str]:
        """The codes of the regions that it is of."""
        return self.milestone.content.regions

    def as_document(self) -> Mapping[str, Any]:
        """All of it, as it is kept."""
        content = self.milestone.content
        return {
            "number": self.number,
            "release_id": self.release_id,
            "threshold": self.threshold,
            "cases": [[*key, cases] for key, cases in sorted(content.cases.items())],
            "figures": [[*key, *figure] for key, figure in sorted(content.figures.items())],
            "at_least": [[*key, cases] for key, cases in sorted(content.at_least.items())],
            "withheld": sorted(self.milestone.withheld),
            "occurring": sorted(self.milestone.occurring),
            "findings": self.findings,
            "profile": self.profile,
            "primary": self.primary,
            "secondary": self.secondary,
        }


def from_document(document: Mapping[str, Any]) -> Fixed:
    """A milestone as it was kept."""
    content = Content(
        cases={(region, name, category): cases for region, name, category, cases in document["cases"]},
        figures={
            (region, name, category, measure): (relevant, counted)
            for region, name, category, measure, relevant, counted in document["figures"]
        },
        at_least={(region, name, category): cases for region, name, category, cases in document["at_least"]},
    )
    withheld = frozenset(Count(*count) for count in document["withheld"])
    occurring = frozenset((name, category) for name, category in document["occurring"])
    return Fixed(
        number=document["number"],
        release_id=document["release_id"],
        threshold=document["threshold"],
        milestone=Milestone(content, withheld, occurring),
        findings=[FindingRow(*row) for row in document["findings"]],
        profile=[ProfileRow(*row) for row in document["profile"]],
        primary=document["primary"],
        secondary=document["secondary"],
    )


def read_fixed(folder: Path) -> Sequence[Fixed]:
    """The milestones that were fixed, in their order."""
    return [from_document(read_document(file)) for file in sorted(folder.glob("[0-9]*.json"))]


def set_down(folder: Path, fixed: Fixed) -> None:
    """Keep a milestone until it is settled, before the release that shows it is switched in."""
    folder.mkdir(parents=True, exist_ok=True)
    write_document(folder / _PENDING, fixed.as_document())


def settle(folder: Path, in_force: str | None) -> None:
    """Keep for good what was set down, if the release that shows it is in force; else nobody has seen it, and it goes.

    To be called before the next release is made.
    """
    pending = folder / _PENDING
    if not pending.exists():
        return
    document = read_document(pending)
    if document["release_id"] == in_force:
        replace(pending, folder / f"{document['number']:02}.json")
    else:
        pending.unlink()
