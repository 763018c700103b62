"""The first half of the walk through the house: what arrived is read, judged and landed."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from dipp_pipeline.house import INSPECTORATE_TIME, House
from dipp_pipeline.intake.case_table import ReadReturn, refused
from dipp_pipeline.intake.pool import Progress, ReaderPool, no_progress, reader_pool
from dipp_pipeline.landing.arrivals import arrivals
from dipp_pipeline.landing.history import History, KnownReturn, Version
from dipp_pipeline.landing.store import land, receive
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.validation.frame import Arrived
from dipp_pipeline.validation.validate import validate


class OriginalLostError(Exception):
    """A stored original that must be read again is gone; the message names it. Nothing is dropped for that."""


def take_in(house: House, region_slugs: Collection[str], progress: Progress = no_progress) -> list[str]:
    """Take in what is new of these regions, and what lies under no region: read it, judge it, land it.

    What changed definitions make necessary to read again is read from the stored originals. Returns the identities of
    the returns that had to be read.
    """
    limits, readers = house.settings.limits, house.settings.readers
    with house.alone(), reader_pool(house.programme, limits, readers) as pool:
        _receive(house, region_slugs)
        read_ids: set[str] = set()
        while waiting := _waiting(house.history(), region_slugs):
            _read_and_land(house, waiting, pool, progress)
            read_ids.update(known.return_id for known, _ in waiting)
    return sorted(read_ids)


def under_no_region(programme: Programme) -> ReadReturn:
    """What is said of a file under none of the twelve regions, told from its path alone."""
    message = (
        "The file is not in the folder of one of the twelve regions, so it was not opened. Move it to its region's."
    )
    return refused(programme, "F06", message)


def _receive(house: House, region_slugs: Collection[str]) -> None:
    known = house.history().by_id
    received_at = datetime.now(UTC)
    for arrival in arrivals(house.settings.incoming, house.programme):
        if arrival.region_slug is None or arrival.region_slug in region_slugs:
            before = known.get(arrival.return_id)
            receive(arrival, before, house.settings.landing, house.settings.originals, received_at)


def _waiting(history: History, region_slugs: Collection[str]) -> list[tuple[KnownReturn, Version]]:
    return [
        (known, known.to_read)
        for known in history.returns
        if known.to_read and (known.region_slug is None or known.region_slug in region_slugs)
    ]


def _read_and_land(
    house: House, waiting: Sequence[tuple[KnownReturn, Version]], pool: ReaderPool, progress: Progress
) -> None:
    originals = [house.settings.originals / version.original for _, version in waiting if version.original]
    lost = [original for original in originals if not original.exists()]
    if lost:
        raise OriginalLostError(f"{lost[0]} is needed again and is gone. Restore the originals from your backup")
    readings = pool.read(originals, progress)
    arrived = [
        _arrived(house, known, version, next(readings) if version.original else _not_opened(known, house.programme))
        for known, version in waiting
    ]
    for (known, version), validated in zip(waiting, validate(arrived, house.programme), strict=True):
        land(known, version, validated, house.definitions)


def _not_opened(known: KnownReturn, programme: Programme) -> ReadReturn:
    if known.region_slug is None:
        return under_no_region(programme)
    return refused(
        programme, "F01", "The file cannot be opened. Check that it is there and may be read, and send it again."
    )


def _arrived(house: House, known: KnownReturn, version: Version, read: ReadReturn) -> Arrived:
    region = house.programme.region_by_slug[known.region_slug].code if known.region_slug else ""
    return Arrived(region, version.received_at.astimezone(INSPECTORATE_TIME).date(), read)
