"""Retention: what is left of the contents of versions that are no longer needed, once they are old enough."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dipp_pipeline.house import INSPECTORATE_TIME, House
from dipp_pipeline.intake.drop_folder import arrivals, content_hash
from dipp_pipeline.landing.documents import read_document, write_document
from dipp_pipeline.landing.history import MANIFEST, PURGED, KnownReturn, Version

NEEDED = frozenset({"in_force", "held", "unread"})


@dataclass(frozen=True)
class Purged:
    """What a purge did."""

    versions: int
    """Versions of which only the hash, the arrival and the counts are left since."""
    still_needed: Sequence[tuple[KnownReturn, Version]]
    """Versions as old, which stay because they are in force, held or unread."""
    incoming: Sequence[Path]
    """Files in the drop folder that still have a content that was purged."""


def purge(house: House, before: date) -> Purged:
    """Delete originals and readings of versions that arrived before a day and are not in force, held or unread."""
    with house.alone():
        returns = house.history().returns
        old = [
            (known, version)
            for known in returns
            for version in known.versions
            if version.received_at.astimezone(INSPECTORATE_TIME).date() < before and version.original
        ]
        needed = [(known, version) for known, version in old if _is_needed(known, version)]
        going = [version for known, version in old if not _is_needed(known, version)]
        staying = [
            version for known in returns for version in known.versions if version not in going and not version.purged
        ]
        newly = [version for version in going if not version.purged]
        if newly:
            house.settings.warehouse.unlink(missing_ok=True)
        for version in going:  # those of before, too: a purge may have been interrupted
            _purge(version)
        for original in {version.original or "" for version in going} - {version.original for version in staying}:
            (house.settings.originals / original).unlink(missing_ok=True)
        for folder in house.settings.originals.glob("[!.]*/"):
            if not any(folder.iterdir()):
                folder.rmdir()
        gone = {version.sha256 for version in going} - {version.sha256 for version in staying}
        incoming = [
            arrival.file
            for arrival in arrivals(house.settings.incoming, house.programme)
            if gone and content_hash(arrival.file) in gone
        ]
    return Purged(len(newly), needed, incoming)


def _is_needed(known: KnownReturn, version: Version) -> bool:
    """Whether the warehouse is built from it: a refused version's problems are, as long as it is the latest."""
    return known.outcome(version) in NEEDED or (known.refused and version is known.latest and not version.purged)


def _purge(version: Version) -> None:
    if version.reading is None:
        raise ValueError(f"Version {version.number} was never read.")
    if not version.purged:
        write_document(version.folder / PURGED, read_document(version.reading.folder / MANIFEST))
    for folder in version.folder.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
