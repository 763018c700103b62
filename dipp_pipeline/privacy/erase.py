"""Erase a case: out of the originals, the corrections and the landing, with a keyed mark that keeps it out."""

import csv
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dipp_pipeline.giving_back import marked_up_return
from dipp_pipeline.house import House
from dipp_pipeline.intake.corrections import HEADINGS
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.intake.workers import WorkerLimitError, Workers, open_workers
from dipp_pipeline.landing.changes import CASE
from dipp_pipeline.landing.history import KnownReturn
from dipp_pipeline.privacy.originals import references_of, scrub_file, scrub_original
from dipp_pipeline.programme.case_reference import without_spaces


@dataclass(frozen=True)
class Erased:
    """What an erasure did, and what it could not do."""

    originals: int
    """Stored originals that held the case and are scrubbed copies now."""
    returns: Sequence[KnownReturn]
    """The returns that are read again for it."""
    incoming: Sequence[Path]
    """Files in the drop folder that held the case."""
    scrubbed: Sequence[Path]
    """Those of them that do not hold it any more."""
    unsearched: Sequence[Path]
    """Files that take more than reading may, so that nobody knows whether they hold it."""


def erase(house: House, reference: str, scrub_incoming: bool) -> Erased:
    """Take a case out of all that is kept of it. What was read of its returns is gone until the next refresh."""
    settings = house.settings
    with house.alone(), open_workers(house.programme, settings.limits, settings.readers) as workers:
        house.erasures().with_cases([reference])
        kept = sorted(path for path in settings.originals.glob("[!.]*/*") if path.is_file())
        holding, unsearched = _holding(kept, reference, house, workers)
        for path in holding:
            scrub_original(str(path.relative_to(settings.originals)), frozenset([reference]), house, workers)
        dropped = sorted(arrival.file for arrival in arrivals(settings.incoming, house.programme))
        incoming, unsearched_incoming = _holding(dropped, reference, house, workers)
        scrubbed = [
            path for path in incoming if scrub_incoming and scrub_file(path, frozenset([reference]), house, workers)
        ]
        _drop_corrections(settings.corrections, reference)
        contents = {path.parent.name for path in holding}
        returns = [known for known in house.history().returns if _is_affected(known, contents, reference, house)]
        for known in returns:
            _forget_readings(known)
            for copy in (marked_up_return(known, settings), marked_up_return(known, settings).with_suffix(".new")):
                copy.unlink(missing_ok=True)
        if returns:
            settings.warehouse.unlink(missing_ok=True)
    return Erased(len(holding), returns, incoming, scrubbed, [*unsearched, *unsearched_incoming])


def _holding(files: Sequence[Path], reference: str, house: House, workers: Workers) -> tuple[list[Path], list[Path]]:
    """The files that hold the case, and those that cannot be searched."""

    def search(file: Path) -> bool | None:
        try:
            return reference in references_of(file, house, workers)
        except (WorkerLimitError, RuntimeError):
            return None

    found = dict(zip(files, workers.each(search, files), strict=True))
    return [file for file in files if found[file]], [file for file in files if found[file] is None]


def _is_affected(known: KnownReturn, contents: Collection[str], reference: str, house: House) -> bool:
    """Whether any version is of a content that held the case, or was read to hold it."""
    if any(version.sha256 in contents for version in known.versions):
        return True
    tables = [path for name in ("cases", "changes") for path in known.folder.glob(f"*/*/{name}.parquet")]
    pseudonym = house.pseudonym_key.pseudonym(reference)
    return any(pl.read_parquet(path, columns=[CASE])[CASE].is_in([pseudonym]).any() for path in tables)


def _forget_readings(known: KnownReturn) -> None:
    for version in known.versions:
        for folder in version.folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)


def _drop_corrections(file: Path, reference: str) -> None:
    """Take the corrections of the case out."""
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as text:
        heading, *lines = csv.reader(text)
    case = HEADINGS.index("case")
    others = [line for line in lines if len(line) <= case or without_spaces(line[case]) != reference]
    if len(others) < len(lines):
        aside = file.with_suffix(".new")
        with aside.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows([heading, *others])
        aside.replace(file)
