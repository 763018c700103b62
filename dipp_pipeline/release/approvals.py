"""Who let which region into the public edition, from when, and who took it out: an append-only log.

    restricted/approvals.json: entries, in the order in which they were made

What of a region was approved is in landing/approved.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from dipp_pipeline.atomic import read_document, write_document


@dataclass(frozen=True)
class Approval:
    """An entry of the log. Times are UTC."""

    approval_id: str
    """What the copy of what was approved is called; empty of a revocation."""
    region_slug: str
    by: str
    """The role of whoever decided it."""
    decided_at: datetime
    begins_at: datetime
    """When it takes effect: at once, or at the end of an embargo."""
    release_id: str
    """The release of the inspectorate's own edition that was approved; empty of a revocation."""

    @property
    def is_revocation(self) -> bool:
        return not self.approval_id


def read_approvals(file: Path) -> Sequence[Approval]:
    """The entries of a log; none where there is no file."""
    written = read_document(file)["entries"] if file.exists() else []
    return [
        Approval(
            **{
                **entry,
                "decided_at": datetime.fromisoformat(entry["decided_at"]),
                "begins_at": datetime.fromisoformat(entry["begins_at"]),
            }
        )
        for entry in written
    ]


def append_approval(file: Path, approval: Approval) -> None:
    """Write an entry after those of the log."""
    entries = [*read_approvals(file), approval]
    write_document(file, {"entries": [_written(entry) for entry in entries]})


def in_effect(approvals: Iterable[Approval], now: datetime) -> Mapping[str, Approval]:
    """Region to the approval that counts at a time: the last one made whose time has come and that none revoked."""
    counting: dict[str, Approval] = {}
    for approval in approvals:
        if approval.is_revocation:
            counting.pop(approval.region_slug, None)
        elif approval.begins_at <= now:
            counting[approval.region_slug] = approval
    return counting


def pending(approvals: Iterable[Approval], now: datetime) -> Sequence[Approval]:
    """The approvals that are under embargo, that none revoked, and that none made later takes effect before."""
    waiting: list[Approval] = []
    for approval in approvals:
        waiting = [
            before
            for before in waiting
            if before.region_slug != approval.region_slug or before.begins_at < approval.begins_at
        ]
        if approval.begins_at > now:
            waiting.append(approval)
    return waiting


def _written(approval: Approval) -> dict[str, object]:
    times = {"decided_at": approval.decided_at.isoformat(), "begins_at": approval.begins_at.isoformat()}
    return {**asdict(approval), **times}
