"""Retention: what is left of the contents of versions that are no longer needed, once they are old enough."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.intake.drop_folder import content_hash
from dipp_pipeline.landing.history import MANIFEST, PURGED, Return, Version
from dipp_pipeline.programme.model import INSPECTORATE_TIME

NEEDED = frozenset({"in_force", "held", "unread"})


@dataclass(frozen=True)
class Purged:
    """What a purge did."""

    versions: int
    """Versions of which only the hash, the arrival and the counts are left since."""
    still_needed: Sequence[tuple[Return, Version]]
    """Versions as old, which stay because they are in force, held or unread."""
    incoming: Sequence[Path]
    """Files in the drop folder that still have a content that was purged."""


def purge(returns: Sequence[Return], originals: Path, warehouse: Path, dropped: Sequence[Path], before: date) -> Purged:
    """Delete originals and readings of versions that arrived before a day and are not in force, held or unread.

    `dropped` are the files in the drop folder, where nothing is deleted. The warehouse goes too: it holds what goes.
    """
    old = [
        (return_, version)
        for return_ in returns
        for version in return_.versions
        if version.received_at.astimezone(INSPECTORATE_TIME).date() < before and version.original
    ]
    needed = [(return_, version) for return_, version in old if _is_needed(return_, version)]
    going = [version for return_, version in old if not _is_needed(return_, version)]
    staying = [
        version for return_ in returns for version in return_.versions if version not in going and not version.purged
    ]
    newly = [version for version in going if not version.purged]
    if newly:
        warehouse.unlink(missing_ok=True)
    for version in going:  # those of before, too: a purge may have been interrupted
        _purge(version)
    for original in {version.original or "" for version in going} - {version.original for version in staying}:
        (originals / original).unlink(missing_ok=True)
    for folder in originals.glob("[!.]*/"):
        if not any(folder.iterdir()):
            folder.rmdir()
    gone = {version.sha256 for version in going} - {version.sha256 for version in staying}
    return Purged(len(newly), needed, [file for file in dropped if gone and content_hash(file) in gone])


def purge_copies(returns: Sequence[Return], before: date) -> bool:
    """Delete the readings of such versions in copies of returns, which have no originals. True if there were some."""
    going = [
        version
        for return_ in returns
        for version in return_.versions
        if version.received_at.astimezone(INSPECTORATE_TIME).date() < before
        and version.reading
        and not version.purged
        and not _is_needed(return_, version)
    ]
    for version in going:
        _purge(version)
    return bool(going)


def _is_needed(return_: Return, version: Version) -> bool:
    """Whether the warehouse is built from it: a refused version's problems are, as long as it is the latest."""
    return return_.outcome(version) in NEEDED or (return_.refused and version is return_.latest and not version.purged)


def _purge(version: Version) -> None:
    if version.reading is None:
        raise ValueError(f"Version {version.number} was never read.")
    if not version.purged:
        write_document(version.folder / PURGED, read_document(version.reading.folder / MANIFEST))
    for folder in version.folder.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
