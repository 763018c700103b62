"""One home folder: where everything of it lies, its lock, its keys, its definitions and its history."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dipp_pipeline import __version__, atomic
from dipp_pipeline.disclosure.fixed import Fixed, read_fixed
from dipp_pipeline.errors import DippError, faults_placed
from dipp_pipeline.feedback.folder import is_made_for
from dipp_pipeline.intake.corrections import Correction, CorrectionError, read_corrections
from dipp_pipeline.intake.drop_folder import arrivals, content_hash, content_of
from dipp_pipeline.landing.approved import Approved, ApprovedLostError, newest_of, selection_of
from dipp_pipeline.landing.erasures import Erasures, read_erasures
from dipp_pipeline.landing.history import History, Return
from dipp_pipeline.landing.pseudonyms import Key, kept_key
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.release.approvals import Approval, in_effect, read_approvals, still_needed
from dipp_pipeline.release.edition import Edition
from dipp_pipeline.settings import Settings, home_folder, load_settings, shipped
from dipp_pipeline.warehouse.engine import WarehouseError, open_warehouse

if TYPE_CHECKING:
    from dipp_pipeline.warehouse.project import Project

Lock = IO[str]
"""The open file that is locked; a process that shares it shares the lock."""

LOOK_AGAIN = 0.2
"""Seconds between two looks at a lock that somebody else holds."""


_LEFT_BY_VERSION_0_2 = (
    r"warehouse\.new(?:\.\w+)?|erasures\.new|originals/corrections\.new|landing/.+\.new|feedback/.+\.marked-up\.new"
)
"""What it was writing when it was killed. In the originals' own folders any name may be that of a return."""


class HomeError(DippError):
    """The home is not there or is in use; the message says which, and what to do."""


def utc_now() -> datetime:
    """The time of arrivals and publications."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Home:
    """A home folder with its settings, and the definitions that it is run under."""

    path: Path
    settings: Settings = field(default_factory=Settings)
    sql_folder: Path = field(default_factory=lambda: shipped("dbt_like_sql"))
    """Seeds, models and tests."""
    version: str = __version__
    """Of the pipeline."""
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)

    @property
    def incoming(self) -> Path:
        return self.path / "incoming"

    @property
    def restricted(self) -> Path:
        return self.path / "restricted"

    @property
    def originals(self) -> Path:
        return self.restricted / "originals"

    @property
    def corrections_file(self) -> Path:
        return self.originals / "corrections.csv"

    @property
    def landing(self) -> Path:
        return self.restricted / "landing"

    @property
    def feedback(self) -> Path:
        return self.restricted / "feedback"

    @property
    def warehouse(self) -> Path:
        return self.restricted / "warehouse.duckdb"

    @property
    def former_releases(self) -> Path:
        return self.restricted / "releases"

    @property
    def releases(self) -> Path:
        return self.path / "releases"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def published(self) -> Path:
        return self.path / "published"

    @property
    def database(self) -> Path:
        return self.internal.database

    @property
    def internal(self) -> Edition:
        """The inspectorate's own edition, of every region."""
        record = self.restricted / "releases.json"
        return Edition(
            "internal",
            self.warehouse,
            self.published,
            self.releases,
            self.former_releases,
            record,
            self.milestones_folder,
        )

    @property
    def public(self) -> Edition:
        """The edition of the regions that were approved for it."""
        name = "public-releases"
        return Edition(
            name="public",
            warehouse=self.restricted / "public.duckdb",
            published=self.path / "public",
            releases=self.path / name,
            former_releases=self.restricted / name,
            record=self.restricted / f"{name}.json",
            approvals=self.approvals_file,
            unchanged="The public edition stays as it is",
        )

    @property
    def milestones_folder(self) -> Path:
        return self.restricted / "milestones"

    @property
    def approvals_file(self) -> Path:
        return self.restricted / "approvals.json"

    @property
    def approved_folder(self) -> Path:
        return self.restricted / "approved"

    @property
    def dagster(self) -> Path:
        return self.path / "dagster"

    @property
    def seeds(self) -> Path:
        return self.sql_folder / "seeds"

    @cached_property
    def programme(self) -> Programme:
        """The inspection as the seeds say. Raises ProgrammeError."""
        return load_programme(self.seeds)

    @cached_property
    def project(self) -> "Project":
        """The SQL models and tests. Raises ModelError."""
        from dipp_pipeline.warehouse.project import load_project  # only now: sqlglot is slow to import

        return load_project(self.sql_folder)

    @cached_property
    def definitions(self) -> dict[str, str]:
        """What a reading depends on besides the file: an identity, and what it was made of."""
        made_of = {
            "seeds": self.programme.fingerprint,
            "pipeline_version": self.version,
            "corrections_file": content_hash(self.corrections_file.resolve()),
            "key": self.pseudonym_key.identity,
        }
        return {"definitions": hashlib.sha256("\n".join(made_of.values()).encode()).hexdigest()[:12], **made_of}

    @cached_property
    def pseudonym_key(self) -> Key:
        """The key from the environment, else the home's own."""
        given = self.settings.pseudonym_key
        return Key(given) if given else kept_key(self.keys / "pseudonym.key")

    @cached_property
    def corrections(self) -> Sequence[Correction]:
        """The reviewed corrections. Raises CorrectionError."""
        return read_corrections(self.corrections_file, self.programme)

    def check_corrections(self, region_slugs: Collection[str]) -> None:
        """Raise CorrectionError where a correction of these regions, or of what is read, outlives its mistake."""
        history = self.history()
        for entry in self.corrections:
            return_ = history.find(entry.region_slug, entry.path)
            own = self.programme.of_return(entry.region_slug, entry.path)
            reading = return_.in_force.reading if return_ and return_.in_force else None
            is_read = entry.region_slug in region_slugs or (return_ is not None and return_.to_read is None)
            if is_read and (reading is None or entry.line not in reading.corrections):
                raise CorrectionError(
                    f"corrections.csv, line {entry.line}: {entry.column} of that {own.kind.record} in "
                    f"{entry.region_slug}/{entry.path} is not what the line says it is mended from. "
                    "Take the line out, or mend it."
                )

    def programme_of(self, return_: Return) -> Programme:
        """The programme as the kind of a return sees it."""
        return self.programme.of_return(return_.region_slug, return_.path)

    def is_counted(self, return_: Return) -> bool:
        """Whether a return is of the first kind, case scores, of which alone a refresh says how many there are."""
        return self.programme_of(return_).kind == self.programme.kind

    def erasures(self) -> Erasures:
        """The erasures as they stand now."""
        return read_erasures(self.restricted / "erasures.json", kept_key(self.keys / "erasure.key"))

    def history(self) -> History:
        """The returns as they stand now."""
        return History(self.landing, self.definitions["definitions"], self.settings.held_above_percent)

    @contextmanager
    def locked(self, purpose: str, tell: Callable[[str], None]) -> Iterator[Lock]:
        """Work on this home alone. Whoever must wait is told for whom; what is written is for its owner alone to read.

        Raises HomeError where the other run does not end within the setting `wait_seconds`. The lock is of the open
        file, so that a process started meanwhile can share it (see orchestration/ingest.py).
        """
        before = os.umask(0o077)
        try:
            self.restricted.mkdir(parents=True, exist_ok=True)
            self.restricted.chmod(0o700)
            with faults_placed(self.restricted), (self.restricted / ".lock").open("a+") as lock:
                self._wait_for(lock.fileno(), tell)
                lock.truncate(0)
                lock.write(f"{purpose} (process {os.getpid()}), since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
                lock.flush()
                try:
                    yield lock
                finally:
                    lock.truncate(0)
        finally:
            os.umask(before)

    def sweep(self) -> None:
        """Take away what killed runs left half-written. The home is locked; nothing in the drop folder is touched."""
        atomic.sweep(self.restricted, _LEFT_BY_VERSION_0_2)
        atomic.sweep(self.releases)
        atomic.sweep(self.public.releases)
        atomic.sweep(self.keys)

    def _wait_for(self, lock: int, tell: Callable[[str], None]) -> None:
        given_up_at = time.monotonic() + self.settings.wait_seconds
        told = False
        while not _is_taken(lock):
            time.sleep(LOOK_AGAIN)  # after which whoever took it has written who that is
            holder = (self.restricted / ".lock").read_text("utf-8") or "another run"
            if time.monotonic() > given_up_at:
                raise HomeError(
                    f"{self.path} is still in use by {holder}. Wait until that ends, or end it, and run this again."
                )
            if not told:
                tell(f"Waiting for {holder}, which has {self.path}.")
                told = True

    def check_drop_folder(self) -> None:
        """Raise HomeError where the drop folder is gone: a disk that is not connected is no empty drop folder."""
        if not self.incoming.is_dir():
            raise HomeError(f"The drop folder {self.incoming} is not there. Connect or make it, and run this again.")

    def release_id(self, returns: Sequence[Return]) -> str:
        """First 12 hex digits of a SHA-256 over what a release is built from: readings, definitions and SQL."""
        built_from = [
            [
                return_.return_id,
                return_.in_force.number if return_.in_force else None,
                return_.refused,
                return_.held.number if return_.held else None,
                [
                    [version.sha256, version.received_at.isoformat(), version.reading and version.reading.identity]
                    for version in return_.versions
                    if self.is_counted(return_) or not version.purged  # of others what a version said is published too
                ],
            ]
            for return_ in returns
        ]
        made_of = [built_from, self.definitions, self.settings.published_by, self._sql, self._imprint]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:12]

    @property
    def models(self) -> str:
        """The identity of what makes figures of readings: seeds, SQL, settings that models ask for, the pipeline."""
        made_of = [self.programme.fingerprint, self._sql, self.settings.published_by, self.version]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()

    @property
    def _imprint(self) -> Sequence[object]:
        """What a release says of itself besides its figures."""
        return [asdict(self.settings.publisher), self.settings.is_sample]

    @cached_property
    def _sql(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self.sql_folder.glob("*/*.sql")):
            digest.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def approvals(self) -> Sequence[Approval]:
        """The log of approvals."""
        return read_approvals(self.approvals_file)

    def approved_copy(self, approval_id: str) -> Approved:
        """What was approved. Raises ApprovedLostError."""
        return Approved(self.approved_folder / approval_id)

    def approved_copies(self) -> Sequence[Approved]:
        """All copies that are there, those of approvals that do not count too."""
        return [self.approved_copy(folder.name) for folder in sorted(self.approved_folder.glob("[!.]*/"))]

    def approved(self) -> Sequence[Approved]:
        """What the public edition is built from now, by region. Raises ApprovedLostError."""
        counting = in_effect(self.approvals(), self.clock())
        return [self.approved_copy(approval.approval_id) for _, approval in sorted(counting.items())]

    def forgotten_approvals(self) -> Sequence[Path]:
        """The copies of approvals that count neither now nor after an embargo, and of those that were never logged."""
        needed = {approval.approval_id for approval in still_needed(self.approvals(), self.clock())}
        return [folder for folder in self.approved_folder.glob("[!.]*/") if folder.name not in needed]

    def forget_approvals(self) -> None:
        """Take these copies away."""
        for folder in self.forgotten_approvals():
            atomic.remove(folder)

    def as_approved(self, approved: Sequence[Approved]) -> "Home":
        """The same home with the seeds, models and settings of the newest of these approvals.

        Whoever decided that one saw what they make of all of them.
        """
        newest = newest_of(approved)
        return replace(self, sql_folder=newest.sql_folder, settings=self.settings.publishing_by(newest.settings))

    def milestones(self) -> Sequence[Fixed]:
        """The milestones that were fixed, in their order."""
        return read_fixed(self.milestones_folder)

    def public_milestone(self, approved: Sequence[Approved]) -> Fixed | None:
        """The last milestone all of whose regions are approved, which is the one that the public edition shows."""
        codes = {self.programme.region_by_slug[copy.region_slug].code for copy in approved}
        return next((fixed for fixed in reversed(self.milestones()) if codes.issuperset(fixed.regions)), None)

    def public_selection(self, approved: Sequence[Approved]) -> str:
        """The identity of what the public edition is built from: what is approved, and the milestone that it shows."""
        milestone = self.public_milestone(approved)
        return " ".join([selection_of(approved), *([str(milestone.number)] if milestone else [])])

    def public_release_id(self, approved: Sequence[Approved]) -> str:
        """The identity of the public release that is built of what is approved, with the seeds and models of here."""
        made_of = [self.public_selection(approved), self.models, str(self._imprint)]
        return hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:12]

    def public_is_as_approved(self) -> bool:
        """Whether the public edition in force was built from what is approved now, or neither is there.

        Where it is pinned, whether what is approved now is built and held back.
        """
        try:
            approved = self.approved()
        except ApprovedLostError:  # the refresh will say so
            return False
        if approved and self.public.pin:
            return self._is_held_back(self.public, self.as_approved(approved).public_release_id(approved))
        return self.public.selection == self.public_selection(approved) if approved else self.public.is_away

    def new_content(self) -> dict[str, str]:
        """Path to content of each file in the drop folder that differs from the latest version of its return.

        It is exactly what an ingest would record. Raises HomeError where the drop folder is gone, MachineError where a
        folder cannot be opened.
        """
        self.check_drop_folder()
        by_id, erasures = self.history().by_id, self.erasures()
        new = {}
        for arrival in arrivals(self.incoming, self.programme):
            before = by_id.get(arrival.return_id)
            content = content_of(arrival, self.settings.limits)
            if content is not None and (before is None or not erasures.are_same(content, before.latest.sha256)):
                path = without_case_references(arrival.path)
                new["/".join(filter(None, (arrival.region_slug, path)))] = content
        return new

    def _is_built(self, release_id: str) -> bool:
        """Whether that release is the one in force of the inspectorate's own edition, or is held back."""
        edition = self.internal
        return self._is_held_back(edition, release_id) if edition.pin else edition.in_force == release_id

    def _is_held_back(self, edition: Edition, release_id: str) -> bool:
        """Whether an edition is at its pin, and its warehouse is that release, with all tests passed."""
        from dipp_pipeline.warehouse.build import recorded_outcome  # only now: few homes are pinned

        if edition.pin is None or edition.folder_in_force != edition.pin.folder or edition.in_force is None:
            return False
        if not edition.warehouse.exists():
            return False
        try:
            with open_warehouse(edition.warehouse) as opened:
                outcome = recorded_outcome(opened)
        except WarehouseError:  # another version built it
            return False
        return outcome.release_id == release_id and not outcome.failed_tests

    def nothing_to_do(self) -> bool:
        """Whether a refresh would change nothing: no new content, nothing unread or unfinished, its release in force.

        Where that is pinned, what would follow it is built and held back.
        The warehouse that explains the release and the marked-up copies must be there too.
        """
        returns = self.history().returns
        release_id = self.release_id(returns)
        return (
            not self.new_content()
            and not any(return_.to_read or return_.to_try_again(self.settings.limits) for return_ in returns)
            and not self.erasures().unfinished
            and self.warehouse.exists()
            and self.published.is_symlink()
            and self._is_built(release_id)
            and is_made_for(self.feedback, release_id)
            and not self.forgotten_approvals()
            and self.public_is_as_approved()
        )


def open_home(path: Path | None) -> Home:
    """The home of that path, else of the environment. Raises SettingsError."""
    folder = home_folder(path)
    return Home(folder, load_settings(folder))


def existing_home(path: Path | None) -> Home:
    """The same, where there is one. Raises HomeError where there is none."""
    home = open_home(path)
    if not _is_home(home):
        raise HomeError(f"{home.path} {_what_it_is(home)}. Name the home with --home; dipp refresh makes a new one.")
    return home


def home_to_refresh(path: Path | None, tell: Callable[[str], None]) -> Home:
    """The same; where there is none it is made, with a drop folder for each region, and said so. Raises HomeError."""
    home = open_home(path)
    if home.path.exists() and not home.path.is_dir():
        raise HomeError(f"{home.path} {_what_it_is(home)}. Name another folder with --home.")
    if not _is_home(home):
        for region in home.programme.regions:
            (home.incoming / region.slug).mkdir(parents=True, exist_ok=True)
        tell(f"{home.path} is a new home. Put returns into {home.incoming}/<region>, and refresh again.")
    home.check_drop_folder()
    return home


def _is_taken(lock: int) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_home(home: Home) -> bool:
    return home.incoming.is_dir() or home.restricted.is_dir()


def _what_it_is(home: Home) -> str:
    return "is no folder" if home.path.exists() and not home.path.is_dir() else "is no home of the pipeline"
