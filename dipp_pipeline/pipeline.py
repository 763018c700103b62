"""The way of a return, top to bottom: ingest, check, build, publish, feedback.

Each stage takes and gives plain values; here they are put in a row for one home, which the caller has locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from dipp_pipeline.disclosure.fixed import settle
from dipp_pipeline.erasure import erase, scrub_arrivals
from dipp_pipeline.errors import DippError
from dipp_pipeline.feedback.folder import Feedback, write_copies
from dipp_pipeline.feedback.needed import needed_copies
from dipp_pipeline.home import Home
from dipp_pipeline.intake.corrections import Applied, correct
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.intake.read import name_holds_case_reference, not_kept, under_no_region, unsearchable
from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.intake.workers import Progress, Workers, no_progress, open_workers
from dipp_pipeline.landing.approved import Approved, newest_of
from dipp_pipeline.landing.approved_copies import is_outdated
from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.landing.originals import receive
from dipp_pipeline.landing.readings import clear_former_readings, forget_reading
from dipp_pipeline.privacy.originals import ErasureError
from dipp_pipeline.programme.model import INSPECTORATE_TIME, Programme
from dipp_pipeline.release import publish as release
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.edition import Edition
from dipp_pipeline.release.kept import keep_pinned
from dipp_pipeline.release.publish import Release
from dipp_pipeline.warehouse.build import Outcome, build_warehouse
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.figures import figures_published
from dipp_pipeline.warehouse.milestones import Milestones
from dipp_pipeline.warehouse.sources import Build, Former, built_from

if TYPE_CHECKING:
    from dipp_pipeline.validation.frame import Received
    from dipp_pipeline.validation.validate import Validated

    _ToJudge = tuple[Programme, Received, Sequence[Applied]]


_RECORDS_AT_ONCE = 50_000
"""So many are validated together, since a schema costs the same for one as for many, and not more than one file above
it, since each record takes memory."""


class OriginalLostError(DippError):
    """A stored original that must be read again is gone; the message names it. Nothing is dropped for that."""


class MilestoneLostError(DippError):
    """What a milestone fixed is gone; the message says where it was kept."""


class UnreadError(DippError):
    """A version is not read under the definitions in force, or holds an erased case: what counts cannot be told."""


def ingest(home: Home, region_slugs: Collection[str], progress: Progress = no_progress) -> list[Submission]:
    """Receive, check and land what is new of these regions, and what must be read again.

    Erasures that are not finished are finished first: raises ErasureError where one cannot be. Raises CorrectionError
    where a correction does not meet its mistake any more.
    """
    from dipp_pipeline.landing.write import land  # only now: polars and pandera take a second to import

    home.sweep()
    for edition in (home.internal, home.public):
        keep_pinned(edition)
    limits = home.settings.limits
    submissions: list[Submission] = []
    with open_workers(limits, home.settings.readers) as workers:
        erased = erase(home, workers)
        if erased.failed:
            raise ErasureError(" ".join(erased.failed.values()))
        _receive(home, region_slugs)
        for version in home.history().to_try_again(region_slugs, limits):
            forget_reading(version)
        while waiting := home.history().to_read(region_slugs, home.originals, home.programme):
            for submission, (validated, applied) in zip(waiting, check(home, waiting, workers, progress), strict=True):
                land(submission, validated, applied, home.definitions, home.pseudonym_key, limits)
            submissions += waiting
    history = home.history()
    for return_ in history.of_regions(region_slugs):
        clear_former_readings(return_, history.definitions)
    home.check_corrections(region_slugs)
    return submissions


def check(
    home: Home, submissions: Sequence[Submission], workers: Workers, progress: Progress = no_progress
) -> Iterator[tuple[Validated, Sequence[Applied]]]:
    """Read, correct and validate versions: what became of each, and the corrections that were applied to it."""
    from dipp_pipeline.validation.frame import Received
    from dipp_pipeline.validation.validate import validate

    unsearched = scrub_arrivals(home, submissions, workers)
    readable = [
        (submission.file if submission.file not in unsearched else None, submission.programme)
        for submission in submissions
    ]
    to_read = [(file, programme) for file, programme in readable if file]
    for file, _ in to_read:
        _check_original(file)
    read = workers.read(to_read, progress)
    corrected = (
        _corrected(home, submission, next(read) if file else _not_read(submission))
        for submission, (file, _) in zip(submissions, readable, strict=True)
    )
    to_judge = (
        (
            submission.programme,
            Received(
                submission.region.code if submission.region else "",
                submission.version.received_at.astimezone(INSPECTORATE_TIME).date(),
                tables,
            ),
            applied,
        )
        for submission, (tables, applied) in zip(submissions, corrected, strict=True)
    )
    for batch in _batches(to_judge):
        programme, _, _ = batch[0]
        judged = validate([received for _, received, _ in batch], programme)
        yield from zip(judged, [applied for _, _, applied in batch], strict=True)


def build(home: Home) -> Outcome:
    """Build and test the warehouse from all that is landed and in force.

    Raises UnreadError, CorrectionError, MilestoneLostError.
    """
    returns = home.history().returns
    if home.erasures().unfinished:
        raise UnreadError("The erasure of a case must be finished first. Run the refresh of all regions.")
    unread = sorted({return_.region_slug or "" for return_ in returns if return_.to_read})
    if unread:
        raise UnreadError(f"Returns of {', '.join(unread)} must be read first. Run the refresh of all regions.")
    home.check_corrections(home.programme.region_by_slug)
    former = _former(home, home.internal, returns)
    settle(home.milestones_folder, home.internal.in_force)
    _check_milestones(home)
    settings = home.settings
    milestones = Milestones(home.milestones(), settings.milestones, settings.disclosure_threshold)
    release_id, edition = home.release_id(returns), home.internal.name
    made_from = Build(release_id, home.clock(), home.version, edition, returns, settings, former, milestones)
    return build_warehouse(home.warehouse, made_from, home.seeds, home.programme, home.project)


def _check_milestones(home: Home) -> None:
    """Raise MilestoneLostError where the release in force shows a milestone that is not kept any more."""
    shown = home.internal.milestone_regions
    if shown and shown not in (len(fixed.regions) for fixed in home.milestones()):
        raise MilestoneLostError(
            f"{home.milestones_folder} lacks what the tables by characteristic of the release in force are of. Restore "
            "it from your backup: without it the next ones would give away what those withhold."
        )


def publish(home: Home) -> Release:
    """Publish the warehouse, if its tests passed. Raises PublicationError."""
    return release.publish(home.internal, home.project, home.settings.releases_kept)


def publish_public(home: Home) -> Release | None:
    """Publish the regions that are approved now, as they were approved; None where none is, and no edition then.

    Where readers have what was built from that, nothing is built; else it is built with the seeds and models of the
    newest approval, also where an embargo ended, a region was revoked or a case erased: whatever else changed reaches
    it by an approval alone. Raises PublicationError, ApprovedLostError.
    """
    home.forget_approvals()
    edition, approved = home.public, home.approved()
    if not approved:
        release.take_away(edition)
        return None
    in_force = edition.in_force
    if in_force and home.public_is_as_approved():
        return Release(in_force, changed=False, held_back=edition.pin is not None)
    then = home.as_approved(approved)
    _check_models(home, then, newest_of(approved))
    outcome = build_public(then, approved, edition.warehouse)
    if outcome.failed_tests and (others := approved_under_others(approved)):
        raise PublicationError(
            f"{edition.unchanged}, since these tests found wrong rows: {', '.join(outcome.failed_tests)}. "
            f"{_names(home, others)} was approved under other definitions or models; that may be why. Approve each of "
            "them again, or revoke it, and refresh."
        )
    return release.publish(edition, then.project, home.settings.releases_kept, home.public_selection(approved))


def build_public(home: Home, approved: Sequence[Approved], warehouse: Path) -> Outcome:
    """Build and test what the public edition would be of these approvals, compared with the one in force.

    It is made by the seeds and models of this home. Raises PublicationError where an approval lacks what is landed
    under these.
    """
    if outdated := [copy for copy in approved if is_outdated(copy, home.programme)]:
        raise PublicationError(
            f"{home.public.unchanged}, since {_names(home, outdated)} was approved under other definitions, and lacks "
            "columns that returns have had since. Approve each of them again, or revoke it, and refresh."
        )
    returns = [return_ for copy in approved for return_ in copy.returns]
    release_id = home.public_release_id(approved)
    former = _former(home, home.public, returns)
    shown = home.public_milestone(approved)
    milestones = Milestones([shown] if shown else [])
    edition = home.public.name
    made_from = Build(release_id, home.clock(), home.version, edition, returns, home.settings, former, milestones)
    return build_warehouse(warehouse, made_from, home.seeds, home.programme, home.project)


def _check_models(home: Home, then: Home, newest: Approved) -> None:
    """Raise PublicationError where the models of an approval do not say of a release what every form of it shows."""
    now_said, then_said = (one.project.model_by_name["release_info"].columns for one in (home, then))
    if {column.name for column in now_said} - {column.name for column in then_said}:
        raise PublicationError(
            f"{home.public.unchanged}, since {_names(home, [newest])} was approved under an earlier version of the "
            "pipeline, whose models do not say all that a release shows. Approve it again, or revoke it, and refresh."
        )


def approved_under_others(approved: Sequence[Approved]) -> Sequence[Approved]:
    """Those that were read, or made into figures, by other definitions or models than the newest of them."""
    newest = newest_of(approved)
    return [copy for copy in approved if copy.models != newest.models]


def _names(home: Home, approved: Sequence[Approved]) -> str:
    return ", ".join(home.programme.region_by_slug[copy.region_slug].name for copy in approved)


def feedback(home: Home) -> Feedback:
    """Have a marked-up copy of each return whose latest version has problems, for whoever sent it."""
    with open_warehouse(home.warehouse) as warehouse:
        (built,) = warehouse.read("landing.build")
        clashes = warehouse.read("report_clashes", order_by=("return_id", "sheet", "row_number"))
    copies = list(needed_copies(home.history().returns, clashes, home.programme, home.originals, home.feedback))
    limits = home.settings.limits
    with open_workers(limits, home.settings.readers) as workers:
        return write_copies(home.feedback, copies, built["release_id"], limits, workers)


def _former(home: Home, edition: Edition, returns: Sequence[Return]) -> Former | None:
    """The release of an edition that is in force, as what follows it is compared with it.

    Where nobody knows what it was built from, no return is said to be new or replaced.
    """
    release_id = edition.in_force
    if release_id is None:
        return None
    known = edition.built_from(release_id)
    then = built_from(returns, home.programme) if known is None else known
    return Former(release_id, figures_published(edition.database, home.project.marts), then)


def _receive(home: Home, region_slugs: Collection[str]) -> None:
    by_id, erasures = home.history().by_id, home.erasures()
    received_at = home.clock()
    arrived = {arrival.return_id: arrival for arrival in arrivals(home.incoming, home.programme)}
    for arrival in arrived.values():
        if arrival.region_slug is None or arrival.region_slug in region_slugs:
            before = by_id.get(arrival.return_id)
            receive(arrival, before, home.landing, home.originals, erasures, home.settings.limits, received_at)


def _check_original(file: Path) -> None:
    """Open a stored original, so that a fault of the machine is not told of the file. Raises OSError."""
    try:
        file.open("rb").close()
    except FileNotFoundError:
        raise OriginalLostError(
            f"{file} is needed again and is gone. Restore the originals from your backup."
        ) from None


def _corrected(home: Home, submission: Submission, tables: ReturnTables) -> tuple[ReturnTables, Sequence[Applied]]:
    return_ = submission.return_
    own = [
        entry for entry in home.corrections if (entry.region_slug, entry.path) == (return_.region_slug, return_.path)
    ]
    return correct(tables, own, submission.region.code if submission.region else "", submission.programme)


def _batches(to_judge: Iterable[_ToJudge]) -> Iterator[list[_ToJudge]]:
    """What is validated together, in order: returns of one kind."""
    for _, of_a_kind in groupby(to_judge, key=lambda one: one[0].kind.name):
        batch: list[_ToJudge] = []
        for one in of_a_kind:
            batch.append(one)
            if sum(received.read.records for _, received, _ in batch) >= _RECORDS_AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch


def _not_read(submission: Submission) -> ReturnTables:
    """What is said of a file that is not even tried to be read."""
    programme = submission.programme
    if submission.region is None:
        return under_no_region(programme)
    if submission.return_.names_a_case:
        return name_holds_case_reference(programme)
    return unsearchable(programme) if submission.file else not_kept(submission.version.sha256, programme)
