"""Let a region into the public edition as it stands now, or take it out: what is decided is logged.

The next refresh publishes it. The log is in release/approvals.py, what was approved in landing/approved.py.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from dipp_pipeline import atomic
from dipp_pipeline.errors import DippError
from dipp_pipeline.home import Home
from dipp_pipeline.landing.approved import Conditions
from dipp_pipeline.landing.approved_copies import cases_of, keep_approved
from dipp_pipeline.landing.history import Return
from dipp_pipeline.pipeline import approved_under_others, build_public
from dipp_pipeline.programme.model import INSPECTORATE_TIME, Region
from dipp_pipeline.release.approvals import Approval, append_approval, in_effect, pending, still_needed
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.warehouse.engine import open_warehouse


class ApprovalError(DippError):
    """A region cannot be approved or revoked; the message says why."""


@dataclass(frozen=True)
class Proposal:
    """What approving a region as it stands would publish, before anyone decides."""

    region_name: str
    cases: int
    """Accepted cases of the region; in the public edition, where that can be told."""
    regions: int
    """Regions of the public edition then."""
    is_new: bool
    """Whether the region is not in the public edition in force."""
    revisions: Sequence[Mapping[str, Any]]
    """The rows of `revisions` of that edition: figures that are public and would change."""
    cannot_be_told: str = ""
    """Why nobody knows what would change, if so."""
    under_other_keys: Sequence[str] = ()
    """Names of regions approved under another key of pseudonyms: nobody knows whether they hold a case of this one."""


@contextmanager
def proposed(home: Home, region: Region, by: str, begins_at: datetime | None) -> Iterator[tuple[Proposal, Approval]]:
    """What approving a region would publish, and the approval that `decide` would log. Raises ApprovalError.

    The home is locked. What would be approved is copied meanwhile, and is gone again unless it is decided.
    """
    now = home.clock()
    returns = home.history().returns
    release_id = home.release_id(returns)
    if home.internal.in_force != release_id and home.internal.pin:
        raise ApprovalError(
            f"What is published is a release that {home.path} was taken back to. Undo that with dipp rollback --undo, "
            "refresh, and look at it."
        )
    if home.internal.in_force != release_id or not home.warehouse.exists():
        raise ApprovalError(f"What is published is not what stands in {home.path} now. Refresh first, and look at it.")
    with open_warehouse(home.warehouse) as warehouse:
        (progress,) = warehouse.read("programme_progress", {"region_code": region.code})
        clashes = warehouse.read("report_clashes")
    if progress["status"] != "included":
        raise ApprovalError(f"No case of {region.name} is accepted yet, so that there is nothing to approve.")
    number = len(home.approvals()) + 1
    approval_id = f"{number:04}-{now:%Y%m%dT%H%M%S}-{region.slug}"
    approval = Approval(approval_id, region.slug, by, now, begins_at or now, release_id)
    folder = home.approved_folder / approval.approval_id
    atomic.sweep(home.approved_folder)
    if folder.exists():  # never logged
        shutil.rmtree(folder)
    own = [return_ for return_ in returns if return_.region_slug == region.slug]
    elsewhere = _kept_elsewhere(home, region, own, clashes)
    keep_approved(folder, own, elsewhere, _conditions(home))
    try:
        yield _proposal(home, approval, region, progress["cases_accepted"]), approval
    finally:
        if approval not in home.approvals():
            shutil.rmtree(folder, ignore_errors=True)


def _conditions(home: Home) -> Conditions:
    settings = home.settings
    return Conditions(
        home.definitions, settings.held_above_percent, settings.published_by, home.sql_folder, home.models
    )


def _kept_elsewhere(
    home: Home, region: Region, returns: Sequence[Return], clashes: Sequence[Mapping[str, Any]]
) -> Mapping[str, frozenset[str]]:
    """By return the cases that another return keeps now, and those that another region was approved with."""
    counting = still_needed(home.approvals(), home.clock())
    others = [home.approved_copy(entry.approval_id) for entry in counting if entry.region_slug != region.slug]
    taken = frozenset(case for copy in others for case in cases_of(copy))
    return {
        return_.return_id: taken.union(
            clash["case_pseudonym"]
            for clash in clashes
            if clash["return_id"] == return_.return_id and clash["case_pseudonym"]
        )
        for return_ in returns
    }


def decide(home: Home, approval: Approval) -> None:
    """Log an approval that was proposed."""
    append_approval(home.approvals_file, approval)


def revoke(home: Home, region: Region, by: str) -> None:
    """Log that no approval of a region counts any more. Raises ApprovalError where none does."""
    now = home.clock()
    if region.slug not in {approval.region_slug for approval in still_needed(home.approvals(), now)}:
        raise ApprovalError(f"{region.name} is not approved, so that there is nothing to revoke.")
    append_approval(home.approvals_file, Approval("", region.slug, by, now, now, ""))


@dataclass(frozen=True)
class Listed:
    """An entry of the log, and what has become of it."""

    region_slug: str
    decided_at: str
    by: str
    begins_at: str
    """London time, to the minute."""
    state: str
    """in_effect, under_embargo, revocation, or over where a later entry counts in its place."""

    def as_json(self) -> dict[str, object]:
        """Its object in `dipp approve --list --json`."""
        return asdict(self)


def listed(home: Home) -> Sequence[Listed]:
    """All that was decided, in order."""
    approvals, now = home.approvals(), home.clock()
    counting, waiting = in_effect(approvals, now).values(), pending(approvals, now)

    def state(approval: Approval) -> str:
        if approval.is_revocation:
            return "revocation"
        return "in_effect" if approval in counting else "under_embargo" if approval in waiting else "over"

    return [
        Listed(
            approval.region_slug,
            _london(approval.decided_at),
            approval.by,
            _london(approval.begins_at),
            state(approval),
        )
        for approval in approvals
    ]


def _london(moment: datetime) -> str:
    return f"{moment.astimezone(INSPECTORATE_TIME):%Y-%m-%dT%H:%M}"


def _proposal(home: Home, approval: Approval, region: Region, cases: int) -> Proposal:
    counting = in_effect(home.approvals(), home.clock())
    ids = sorted(({**counting, region.slug: approval}).items())
    approved = [home.approved_copy(entry.approval_id) for _, entry in ids]
    names = {copy.region_slug: home.programme.region_by_slug[copy.region_slug].name for copy in approved}
    under_other_keys = [names[copy.region_slug] for copy in approved if copy.key != home.pseudonym_key.identity]
    is_new = region.slug not in counting
    proposal = Proposal(region.name, cases, len(approved), is_new, [], under_other_keys=under_other_keys)
    others = approved_under_others(approved)
    with atomic.new_folder_beside(home.public.warehouse) as aside:
        try:
            outcome = build_public(home, approved, aside / "proposed.duckdb")
        except PublicationError as error:  # of another region: this one was copied just now
            return replace(proposal, cannot_be_told=str(error))
        if outcome.failed_tests and others:
            again = ", ".join(names[copy.region_slug] for copy in others)
            return replace(
                proposal, cannot_be_told=f"The public edition would fail tests until these are approved again: {again}."
            )
        if outcome.failed_tests:
            raise ApprovalError(f"The public edition would fail these tests: {', '.join(outcome.failed_tests)}.")
        with open_warehouse(aside / "proposed.duckdb") as warehouse:
            (progress,) = warehouse.read("programme_progress", {"region_code": region.code})
            revisions = warehouse.read("revisions", order_by=("table_name", "row_key", "column_name"))
    return replace(proposal, cases=progress["cases_accepted"], revisions=revisions)
