"""The walk through the house, stage by stage, as Dagster and the command line call it. Each stage works without Dagster."""

import fcntl
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from dipp_pipeline import __version__
from dipp_pipeline.intake.case_table import ReadReturn, refused
from dipp_pipeline.intake.pool import ReaderPool, reader_pool
from dipp_pipeline.landing.arrivals import arrivals, content_hash
from dipp_pipeline.landing.history import History, KnownReturn, Version
from dipp_pipeline.landing.store import land, receive, withdraw
from dipp_pipeline.programme.loading import load_programme
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.publishing.release import Release, publish, release_in_force
from dipp_pipeline.settings import Settings, dbt_like_sql, seeds
from dipp_pipeline.validation.frame import Arrived
from dipp_pipeline.validation.validate import validate
from dipp_pipeline.warehouse.build import Outcome, build_warehouse, release_id
from dipp_pipeline.warehouse.models import Project, load_project
from dipp_pipeline.warehouse.sources import Build

INSPECTORATE_TIME = ZoneInfo("Europe/London")

NO_REGION = (
    "The file is not under the folder of one of the twelve regions, so it was not opened. "
    "Move it into the folder of its region."
)

Progress = Callable[[int, int], None]
"""Called with how many of how many files are read."""


@dataclass(frozen=True)
class House:
    """What every stage needs: the settings, the programme and the processes that open files."""

    settings: Settings
    programme: Programme
    readers: ReaderPool
    progress: Progress = lambda done, of: None

    @cached_property
    def definitions(self) -> dict[str, str]:
        """What a reading depends on besides the file: an identity, and what it was made of."""
        made_of = {"seeds": self.programme.fingerprint, "pipeline_version": __version__}
        return {"definitions": hashlib.sha256("\n".join(made_of.values()).encode()).hexdigest()[:12], **made_of}

    @cached_property
    def project(self) -> Project:
        """The SQL models and tests."""
        return load_project(dbt_like_sql())

    def history(self) -> History:
        """The returns as they stand now."""
        return History(self.settings.landing, self.definitions["definitions"])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process works on this home."""
        self.settings.restricted.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.settings.restricted / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextmanager
def open_house(settings: Settings, progress: Progress = lambda done, of: None) -> Iterator[House]:
    """A house, whose reading processes end with it."""
    programme = load_programme(seeds())
    with reader_pool(seeds(), programme, settings.limits, settings.readers) as readers:
        yield House(settings, programme, readers, progress)


@dataclass(frozen=True)
class TakenIn:
    """What a run took in: the returns that it had to read, as they stand after it."""

    read: Sequence[KnownReturn]


def whats_new(house: House) -> dict[str, str]:
    """Path to content hash of each file in the drop folder that differs from the latest version of its return."""
    known = house.history().by_id
    new = {}
    for arrival in arrivals(house.settings.incoming, house.programme):
        before = known.get(arrival.return_id)
        if arrival.region_slug is None:
            if before is None:
                new[arrival.path] = ""
        elif (sha256 := content_hash(arrival.file)) != (before.latest.sha256 if before else None):
            new[f"{arrival.region_slug}/{arrival.path}"] = sha256
    return new


def take_in(house: House, region_slugs: Collection[str]) -> TakenIn:
    """Take in what is new of these regions, and what lies under no region: read it, judge it, land it.

    What changed definitions make necessary to read again is read from the stored originals.
    """
    with house.alone():
        _receive(house, region_slugs)
        read_ids: set[str] = set()
        while waiting := _waiting(house.history(), region_slugs):
            _read_and_land(house, waiting)
            read_ids.update(known.return_id for known, _ in waiting)
        history = house.history()
    return TakenIn([history.by_id[return_id] for return_id in sorted(read_ids)])


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


def _read_and_land(house: House, waiting: Sequence[tuple[KnownReturn, Version]]) -> None:
    originals = [house.settings.originals / version.original for _, version in waiting if version.original]
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        house.progress(done, len(originals))

    house.progress(0, len(originals))
    readings = house.readers.read(originals, count)
    arrived = [
        _arrived(house, known, version, next(readings) if version.original else refused(house.programme, "F06", NO_REGION))
        for known, version in waiting
    ]
    for (known, version), validated in zip(waiting, validate(arrived, house.programme), strict=True):
        land(known, version, validated, house.definitions)


def _arrived(house: House, known: KnownReturn, version: Version, read: ReadReturn) -> Arrived:
    region = house.programme.region_by_slug[known.region_slug].code if known.region_slug else ""
    return Arrived(region, version.received_at.astimezone(INSPECTORATE_TIME).date(), read)


def build(house: House) -> Outcome:
    """Build and test the warehouse from all that is landed and in force."""
    with house.alone():
        returns = house.history().returns
        made_from = Build(
            release_id=release_id(returns, house.definitions, dbt_like_sql()),
            published_at=datetime.now(UTC),
            pipeline_version=__version__,
            returns=returns,
        )
        return build_warehouse(house.settings.warehouse, made_from, dbt_like_sql(), house.programme, house.project)


def release(house: House) -> Release:
    """Publish the warehouse, if its tests passed. Raises PublicationError."""
    with house.alone():
        return publish(house.settings, house.project)


def nothing_new(house: House) -> bool:
    """Whether a refresh would change nothing: no new content, nothing to read again, and its release in force."""
    returns = house.history().returns
    return (
        not whats_new(house)
        and not any(known.to_read for known in returns)
        and release_id(returns, house.definitions, dbt_like_sql()) == release_in_force(house.settings.database)
    )


def withdraw_return(house: House, region_slug: str, path: str) -> KnownReturn | None:
    """Take a return out of force until new bytes arrive. None where no such return ever arrived.

    A file under no region is known by the first folder of its path in place of a region.
    """
    with house.alone():
        for known in house.history().returns:
            if (known.region_slug, known.path) in ((region_slug, path), (None, f"{region_slug}/{path}")):
                withdraw(known)
                return known
    return None
