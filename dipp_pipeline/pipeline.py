"""The way of a return, top to bottom: ingest, check, build, publish, feedback.

Each stage takes and gives plain values; here they are put in a row for one home, which the caller has locked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyarrow import parquet

from dipp_pipeline import atomic
from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.feedback.folder import Feedback, MarkedUpCopy, marked_up_path, write_copies
from dipp_pipeline.home import Home
from dipp_pipeline.intake.corrections import Applied, correct
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.intake.read import name_holds_case_reference, not_kept, under_no_region, unsearchable
from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.intake.workers import Progress, Workers, no_progress, open_workers
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.landing.originals import hashes_of_copies, receive, strike_names
from dipp_pipeline.landing.tables import CASE
from dipp_pipeline.landing.write import clear_former_readings, forget_reading, forget_readings, land, readings_of
from dipp_pipeline.privacy.erase import drop_corrections, search_files
from dipp_pipeline.privacy.originals import ErasureError, scrub_original
from dipp_pipeline.programme.model import CASE_REFERENCE, INSPECTORATE_TIME
from dipp_pipeline.release import publish as release
from dipp_pipeline.release.publish import Release
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Validated, validate
from dipp_pipeline.warehouse.build import Outcome, build_warehouse
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.sources import Build


class OriginalLostError(DippError):
    """A stored original that must be read again is gone; the message names it. Nothing is dropped for that."""


class UnreadError(DippError):
    """A version is not read under the definitions in force, or holds an erased case: what counts cannot be told."""


def ingest(home: Home, region_slugs: Collection[str], progress: Progress = no_progress) -> list[Submission]:
    """Receive, check and land what is new of these regions, and what must be read again.

    Erasures that are not finished are finished first: raises ErasureError where one cannot be. Raises CorrectionError
    where a correction does not meet its mistake any more.
    """
    home.sweep()
    limits = home.settings.limits
    submissions: list[Submission] = []
    with open_workers(home.programme, limits, home.settings.readers) as workers:
        erased = erase(home, workers)
        if erased.failed:
            raise ErasureError(" ".join(erased.failed.values()))
        _receive(home, region_slugs)
        for version in home.history().to_try_again(region_slugs, limits):
            forget_reading(version)
        while waiting := home.history().to_read(region_slugs, home.originals, home.programme):
            for submission, (validated, applied) in zip(waiting, check(home, waiting, workers, progress), strict=True):
                land(submission, validated, applied, home.programme, home.definitions, home.pseudonym_key, limits)
            submissions += waiting
    history = home.history()
    for return_ in history.of_regions(region_slugs):
        clear_former_readings(return_, history.definitions)
    home.check_corrections(region_slugs)
    return submissions


def check(
    home: Home, submissions: Sequence[Submission], workers: Workers, progress: Progress = no_progress
) -> list[tuple[Validated, Sequence[Applied]]]:
    """Read, correct and validate versions: what became of each, and the corrections that were applied to it."""
    unsearched = _scrub_erased(home, submissions, workers)
    readable = [submission.file for submission in submissions if submission.file and submission.file not in unsearched]
    for file in readable:
        _check_original(file)
    read = workers.read(readable, progress)
    corrected = [
        _corrected(home, submission, next(read) if submission.file in readable else _not_read(home, submission))
        for submission in submissions
    ]
    received = [
        Received(
            submission.region.code if submission.region else "",
            submission.version.received_at.astimezone(INSPECTORATE_TIME).date(),
            tables,
        )
        for submission, (tables, _) in zip(submissions, corrected, strict=True)
    ]
    applied = [corrections for _, corrections in corrected]
    return list(zip(validate(received, home.programme), applied, strict=True))


def build(home: Home) -> Outcome:
    """Build and test the warehouse from all that is landed and in force. Raises UnreadError, CorrectionError."""
    returns = home.history().returns
    if home.erasures().unfinished:
        raise UnreadError("The erasure of a case must be finished first. Run the refresh of all regions.")
    unread = sorted({return_.region_slug or "" for return_ in returns if return_.to_read})
    if unread:
        raise UnreadError(f"Returns of {', '.join(unread)} must be read first. Run the refresh of all regions.")
    home.check_corrections(home.programme.region_by_slug)
    made_from = Build(home.release_id(returns), home.clock(), home.version, returns)
    return build_warehouse(home.warehouse, made_from, home.seeds, home.programme, home.project)


def publish(home: Home) -> Release:
    """Publish the warehouse, if its tests passed. Raises PublicationError."""
    return release.publish(
        home.warehouse, home.project, home.published, home.former_releases, home.settings.releases_kept
    )


def feedback(home: Home) -> Feedback:
    """Have a marked-up copy of each return whose latest version has problems, for whoever sent it."""
    limits = home.settings.limits
    with open_workers(home.programme, limits, home.settings.readers) as workers:
        with open_warehouse(home.warehouse) as warehouse:
            (built,) = warehouse.read("landing.build")
        return write_copies(home.feedback, list(_copies(home)), built["release_id"], limits, workers)


@dataclass(frozen=True)
class Erased:
    """What finishing erasures did, and what it could not do."""

    originals: Sequence[Path] = ()
    """Stored originals that held a case and are scrubbed copies now."""
    returns: Sequence[Return] = ()
    """The returns that are read again for it."""
    unsearched: Sequence[Path] = ()
    """Stored originals that take more than reading may, so that nobody knows whether they hold the case."""
    failed: Mapping[Path, str] = field(default_factory=dict)
    """Stored originals that hold a case and could not be scrubbed, with what to do. The erasure is not finished."""


def erase(home: Home, workers: Workers) -> Erased:
    """Take the cases whose erasure is not finished out of all that is kept of them; what was read of their returns too.

    Each step leaves what the next run needs to go on from there. What was read is forgotten last, since it tells which
    originals no case may be lost of.
    """
    erasures, limits = home.erasures(), home.settings.limits
    if not erasures.unfinished:
        return Erased()
    atomic.sweep(home.restricted)
    kept = sorted(path for path in home.originals.glob("[!.]*/*") if path.is_file())
    searched = search_files(kept, erasures, limits, workers)
    erasures = erasures.about_to_scrub(file.parent.name for file in searched.holding)
    returns = home.history().returns
    affected = [return_ for return_ in returns if _is_affected(return_, erasures)]
    if affected:
        home.warehouse.unlink(missing_ok=True)
    for return_ in affected:
        _take_away(_marked_up(home, return_), home.feedback)
    failed = _scrub(home, searched.holding, returns, workers)
    if failed:
        scrubbed = [file for file in searched.holding if file not in failed]
        return Erased(scrubbed, unsearched=searched.unsearched, failed=failed)
    erasures = erasures.scrubbed(erasures.to_forget, hashes_of_copies(erasures.to_forget, home.originals))
    for return_ in affected:
        forget_readings(return_)
    strike_names(returns, home.originals, erasures)
    drop_corrections(home.corrections_file, erasures)
    erasures.finished()
    return Erased(list(searched.holding), affected, searched.unsearched)


def _is_affected(return_: Return, erasures: Erasures) -> bool:
    """Whether its path names an erased case, or any version is of a content that held one, or was read to hold it."""
    if any(version.sha256 in erasures.to_forget for version in return_.versions):
        return True
    if erasures.struck(return_.path) != return_.path:
        return True
    pseudonyms = set(erasures.unfinished.values())
    tables = [folder / f"{name}.parquet" for folder in readings_of(return_) for name in ("cases", "changes")]
    return any(
        set(parquet.read_table(table, columns=[CASE])[CASE].to_pylist()) & pseudonyms
        for table in tables
        if table.exists()
    )


def _take_away(file: Path, root: Path) -> None:
    """Delete a file, and the folders above it that are empty then, whose names may name a case."""
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == root or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def _scrub(
    home: Home, holding: Mapping[Path, Collection[str]], returns: Sequence[Return], workers: Workers
) -> dict[Path, str]:
    """Scrub originals of the cases that they hold; which could not be, and what to do."""
    read = {version.original for return_ in returns for version in return_.versions if version.was_read}
    failed = {}
    for file, references in holding.items():
        was_read = str(file.relative_to(home.originals)) in read
        try:
            with machine_faults_told():
                scrub_original(file, references, was_read, home.programme, home.settings.limits, workers)
        except DippError as error:
            failed[file] = str(error)
    return failed


def _receive(home: Home, region_slugs: Collection[str]) -> None:
    by_id, erasures = home.history().by_id, home.erasures()
    received_at = home.clock()
    for arrival in arrivals(home.incoming, home.programme):
        if arrival.region_slug is None or arrival.region_slug in region_slugs:
            before = by_id.get(arrival.return_id)
            receive(arrival, before, home.landing, home.originals, erasures, home.settings.limits, received_at)


def _scrub_erased(home: Home, submissions: Sequence[Submission], workers: Workers) -> Collection[Path]:
    """Take cases that were erased out of what arrived since; the originals that cannot be searched for them."""
    erasures, limits = home.erasures(), home.settings.limits
    if not erasures.marks:
        return ()
    searched = search_files([entry.file for entry in submissions if entry.file], erasures, limits, workers)
    for file, references in searched.holding.items():
        scrub_original(file, references, False, home.programme, limits, workers)
    contents = {file.parent.name for file in searched.holding}
    if contents:
        erasures.scrubbed(contents, hashes_of_copies(contents, home.originals))
    return searched.unsearched


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
    return correct(tables, own, submission.region.code if submission.region else "", home.programme)


def _not_read(home: Home, submission: Submission) -> ReturnTables:
    """What is said of a file that is not even tried to be read."""
    if submission.region is None:
        return under_no_region(home.programme)
    if submission.return_.names_a_case:
        return name_holds_case_reference(home.programme)
    return unsearchable(home.programme) if submission.file else not_kept(submission.version.sha256, home.programme)


def _copies(home: Home) -> Iterator[MarkedUpCopy]:
    elsewhere = _standing_elsewhere(home)
    for return_ in home.history().returns:
        version = return_.latest
        if return_.withdrawn or version.purged or version.reading is None:
            continue
        issues = _landed_issues(version.reading.folder)
        if version is return_.in_force:
            issues += elsewhere[return_.return_id]
        if issues:
            original = home.originals / (version.original or "none")
            yield MarkedUpCopy(original, _marked_up(home, return_), Path(return_.path).name, issues)


def _marked_up(home: Home, return_: Return) -> Path:
    """Where the marked-up copy of a return is, if it has one."""
    return marked_up_path(home.feedback, Path(return_.region_slug or "_no_region", return_.path))


def _landed_issues(folder: Path) -> list[Issue]:
    names = list(Issue.__dataclass_fields__)
    return [Issue(**row) for row in parquet.read_table(folder / "issues.parquet", columns=names).to_pylist()]


def _standing_elsewhere(home: Home) -> Mapping[str, list[Issue]]:
    """Return to its cases that another return in force keeps (rule R04)."""
    rule = home.programme.rules["R04"]
    found: dict[str, list[Issue]] = defaultdict(list)
    with open_warehouse(home.warehouse) as warehouse:
        clashes = warehouse.read("report_case_clashes", order_by=("return_id", "sheet", "row_number"))
    for clash in clashes:
        keeper = {"region": clash["keeper_region_name"], "path": clash["keeper_return_path"]}
        place = clash["sheet"], clash["cell"], clash["row_number"]
        issue = Issue(rule.code, rule.severity, rule.says("", keeper), *place, CASE_REFERENCE)
        found[clash["return_id"]].append(issue)
    return found
