"""The first half of the walk through the house: what arrived is read, judged and landed."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from dipp_pipeline.house import INSPECTORATE_TIME, House
from dipp_pipeline.intake.corrections import Applied, correct
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.intake.table import ReturnTables, refused
from dipp_pipeline.intake.workers import Progress, WorkerLimitError, Workers, no_progress, open_workers
from dipp_pipeline.landing.history import History, KnownReturn, Version
from dipp_pipeline.landing.store import clear_former_readings, land, receive
from dipp_pipeline.privacy.originals import references_of, scrub_original
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.validation.frame import Arrived
from dipp_pipeline.validation.validate import validate

Waiting = tuple[KnownReturn, Version]
"""A return and its version that is to be read."""


class OriginalLostError(Exception):
    """A stored original that must be read again is gone; the message names it. Nothing is dropped for that."""


def take_in(house: House, region_slugs: Collection[str], progress: Progress = no_progress) -> list[str]:
    """Take in what is new of these regions, and what lies under no region: read it, judge it, land it.

    What changed definitions make necessary to read again is read from the stored originals. Returns the identities of
    the returns that had to be read. Raises CorrectionError where a correction does not meet its mistake any more.
    """
    limits, readers = house.settings.limits, house.settings.readers
    with house.alone(), open_workers(house.programme, limits, readers) as workers:
        _receive(house, region_slugs)
        read_ids: set[str] = set()
        while waiting := _waiting(house.history(), region_slugs):
            unsearched = _scrub_erased(house, waiting, workers)
            _read_and_land(house, waiting, unsearched, workers, progress)
            read_ids.update(known.return_id for known, _ in waiting)
        history = house.history()
        for known in _of_regions(history, region_slugs):
            clear_former_readings(known, history.definitions)
        house.check_corrections(region_slugs)
    return sorted(read_ids)


def under_no_region(programme: Programme) -> ReturnTables:
    """What is said of a file under none of the twelve regions, told from its path alone."""
    message = (
        "The file is not in the folder of one of the twelve regions, so it was not opened. Move it to its region's."
    )
    return refused(programme, "F06", message)


def _receive(house: House, region_slugs: Collection[str]) -> None:
    known, erasures = house.history().by_id, house.erasures()
    received_at = datetime.now(UTC)
    for arrival in arrivals(house.settings.incoming, house.programme):
        if arrival.region_slug is None or arrival.region_slug in region_slugs:
            before = known.get(arrival.return_id)
            receive(arrival, before, house.settings.landing, house.settings.originals, erasures, received_at)


def _of_regions(history: History, region_slugs: Collection[str]) -> Sequence[KnownReturn]:
    return [known for known in history.returns if known.region_slug is None or known.region_slug in region_slugs]


def _waiting(history: History, region_slugs: Collection[str]) -> list[Waiting]:
    return [(known, known.to_read) for known in _of_regions(history, region_slugs) if known.to_read]


def _scrub_erased(house: House, waiting: Sequence[Waiting], workers: Workers) -> Collection[str]:
    """Take cases that were erased out of what arrived since; the originals that cannot be searched for them."""
    erasures, unsearched = house.erasures(), set()
    for original in [version.original for _, version in waiting if version.original and erasures.marks]:
        try:
            found = erasures.among(references_of(house.settings.originals / original, house, workers))
            if found:
                scrub_original(original, found, house, workers)
        except (WorkerLimitError, RuntimeError):
            unsearched.add(original)
    return unsearched


def _read_and_land(
    house: House, waiting: Sequence[Waiting], unsearched: Collection[str], workers: Workers, progress: Progress
) -> None:
    originals = [house.settings.originals / version.original for _, version in waiting if version.original]
    lost = [original for original in originals if not original.exists()]
    if lost:
        raise OriginalLostError(f"{lost[0]} is needed again and is gone. Restore the originals from your backup")
    searched = [version.original for _, version in waiting if version.original and version.original not in unsearched]
    readings = workers.read([house.settings.originals / original for original in searched], progress)
    corrected = [
        _corrected(house, known, next(readings) if version.original in searched else _not_read(known, version, house))
        for known, version in waiting
    ]
    arrived = [
        Arrived(_region_code(house.programme, known), _inspectorate_day(version), read)
        for (known, version), (read, _) in zip(waiting, corrected, strict=True)
    ]
    judged = zip(waiting, corrected, validate(arrived, house.programme), strict=True)
    for (known, version), (_, applied), validated in judged:
        land(known, version, validated, applied, house.definitions, house.pseudonym_key)


def _not_read(known: KnownReturn, version: Version, house: House) -> ReturnTables:
    """What is said of a file that is not even tried to be read."""
    if known.region_slug is None:
        return under_no_region(house.programme)
    if version.original:
        message = "Searching the file for cases that were erased takes too long. Send the case scores only."
        return refused(house.programme, "F02", message)
    message = (
        "The file cannot be read: it may not be opened, is a folder, or is still being copied. "
        "Check it; each refresh tries again."
    )
    return refused(house.programme, "F01", message)


def _corrected(house: House, known: KnownReturn, read: ReturnTables) -> tuple[ReturnTables, Sequence[Applied]]:
    own = [entry for entry in house.corrections if (entry.region_slug, entry.path) == (known.region_slug, known.path)]
    return correct(read, own, _region_code(house.programme, known), house.programme)


def _region_code(programme: Programme, known: KnownReturn) -> str:
    return programme.region_by_slug[known.region_slug].code if known.region_slug else ""


def _inspectorate_day(version: Version) -> date:
    return version.received_at.astimezone(INSPECTORATE_TIME).date()
