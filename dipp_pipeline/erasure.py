"""Erased cases are taken out of all that a home keeps, and out of what arrives later.

What is done to a file is in privacy/; what keeps a case out is in landing/erasures.py.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyarrow import parquet

from dipp_pipeline import atomic
from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.feedback.needed import copy_of
from dipp_pipeline.home import Home
from dipp_pipeline.intake.workers import Workers
from dipp_pipeline.landing.approved import Approved
from dipp_pipeline.landing.approved_copies import take_out
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.landing.originals import hashes_of_copies, strike_names
from dipp_pipeline.landing.readings import forget_readings, readings_of
from dipp_pipeline.landing.tables import CASE
from dipp_pipeline.privacy.erase import drop_corrections, search_files
from dipp_pipeline.privacy.originals import scrub_original
from dipp_pipeline.programme.kinds import ROW_KEY
from dipp_pipeline.programme.model import Programme


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
    home.forget_approvals()
    copies = home.approved_copies()
    if under_another_key := _under_another_key(home, copies):
        return Erased(failed=under_another_key)  # with nothing changed, so that the regions can be approved again
    kept = sorted(path for path in home.originals.glob("[!.]*/*") if path.is_file())
    searched = search_files(kept, erasures, limits, workers)
    erasures = erasures.about_to_scrub(file.parent.name for file in searched.holding)
    returns = home.history().returns
    affected = [return_ for return_ in returns if _is_affected(return_, erasures)]
    if affected:
        home.warehouse.unlink(missing_ok=True)
    home.public.warehouse.unlink(missing_ok=True)
    for return_ in affected:
        _take_away(copy_of(return_, home.feedback), home.feedback)
    for copy in copies:
        take_out(copy, erasures.unfinished.values())
    if failed := _scrub(home, searched.holding, returns, workers):
        scrubbed = [file for file in searched.holding if file not in failed]
        return Erased(scrubbed, unsearched=searched.unsearched, failed=failed)
    erasures = erasures.scrubbed(erasures.to_forget, hashes_of_copies(erasures.to_forget, home.originals))
    for return_ in affected:
        forget_readings(return_)
    strike_names([*returns, *(return_ for copy in copies for return_ in copy.returns)], home.originals, erasures)
    drop_corrections(home.corrections_file, erasures)
    erasures.finished()
    return Erased(list(searched.holding), affected, searched.unsearched)


def _under_another_key(home: Home, copies: Sequence[Approved]) -> dict[Path, str]:
    """What was approved for the public edition under another key than now, and what to do."""
    return {
        copy.folder: (
            f"{copy.folder} was approved under another key, so that nobody knows whether it holds the case. Approve "
            f"{copy.region_slug} again, or revoke it where that is refused, and erase again."
        )
        for copy in copies
        if copy.key != home.pseudonym_key.identity
    }


def _is_affected(return_: Return, erasures: Erasures) -> bool:
    """Whether its path names an erased case, or any version is of a content that held one, or was read to hold it."""
    if any(version.sha256 in erasures.to_forget for version in return_.versions):
        return True
    if erasures.struck(return_.path) != return_.path:
        return True
    pseudonyms = set(erasures.unfinished.values())
    tables = [folder / f"{name}.parquet" for folder in readings_of(return_) for name in ("cases", "changes")]
    return any(_holds(table, pseudonyms) for table in tables if table.exists())


def _holds(table: Path, pseudonyms: set[str]) -> bool:
    """Whether a landed table, of whatever version of the pipeline, holds one of the cases."""
    keys = [name for name in parquet.read_schema(table).names if name in (CASE, ROW_KEY)]
    columns = parquet.read_table(table, columns=keys).columns
    return any(not pseudonyms.isdisjoint(column.to_pylist()) for column in columns)


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
    programmes = _programmes(home, returns)
    failed = {}
    for file, references in holding.items():
        original = str(file.relative_to(home.originals))
        own = programmes.get(file.parent.name, [home.programme])
        try:
            with machine_faults_told():
                scrub_original(file, references, original in read, own, home.settings.limits, workers)
        except DippError as error:
            failed[file] = str(error)
    return failed


def _programmes(home: Home, returns: Sequence[Return]) -> Mapping[str, Sequence[Programme]]:
    """Content to the programme as the kind of each return sees it that was ever sent with it."""
    programmes: dict[str, dict[str, Programme]] = defaultdict(dict)
    for return_ in returns:
        own = home.programme_of(return_)
        for version in return_.versions:
            programmes[version.sha256][own.kind.name] = own
    return {content: list(own.values()) for content, own in programmes.items()}


def scrub_arrivals(home: Home, submissions: Sequence[Submission], workers: Workers) -> Collection[Path]:
    """Take cases that were erased out of originals that arrived since; those that cannot be searched for them."""
    erasures, limits = home.erasures(), home.settings.limits
    if not erasures.marks:
        return ()
    arrived = {submission.file for submission in submissions if submission.file}
    searched = search_files(sorted(arrived), erasures, limits, workers)
    programmes = _programmes(home, home.history().returns)
    for file, references in searched.holding.items():
        own = programmes[file.parent.name]
        scrub_original(file, references, False, own, limits, workers)
    contents = {file.parent.name for file in searched.holding}
    if contents:
        erasures.scrubbed(contents, hashes_of_copies(contents, home.originals))
    return searched.unsearched
