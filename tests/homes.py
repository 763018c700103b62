"""Homes to test with: a home folder under a temporary path, fed from the samples, walked through without Dagster."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import polars as pl

import dipp_pipeline.demo
from dipp_pipeline import home as homes
from dipp_pipeline import pipeline
from dipp_pipeline.feedback.folder import Feedback
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.landing.history import Return
from dipp_pipeline.orchestration.erasure import ErasureReport, erase_case
from dipp_pipeline.privacy.retention import Purged, purge
from dipp_pipeline.release.publish import Release
from dipp_pipeline.settings import Settings, shipped
from dipp_pipeline.warehouse.build import Outcome

SQL_FOLDER = shipped("dbt_like_sql")
SEEDS = SQL_FOLDER / "seeds"
SAMPLES = Path(__file__).parent / "samples"
DEMO = Path(dipp_pipeline.demo.__file__).parent / "incoming"


def story(step: int) -> Path:
    """The drop folder of a step of the sample story."""
    return SAMPLES / "story" / f"step-{step}" / "incoming"


TEST_SETTINGS = Settings(readers=1, pseudonym_key=b"a key of tests, which is no secret")


def _always(moment: datetime) -> datetime:
    """A clock that stands still, and that an ingest in another process can be given."""
    return moment


@dataclass(frozen=True)
class Home(homes.Home):
    """A home folder, under the definitions as they are shipped unless others are given."""

    settings: Settings = TEST_SETTINGS

    @property
    def all_regions(self) -> tuple[str, ...]:
        return tuple(self.programme.region_by_slug)

    def copy(self, path: Path) -> "Home":
        """The same home elsewhere, to be changed."""
        shutil.copytree(self.path, path, symlinks=True)
        return replace(self, path=path)

    def under(self, seeds: Path) -> "Home":
        """The same home under other definitions: the SQL folder of these seeds."""
        return replace(self, sql_folder=seeds.parent)

    def with_key(self, pseudonym_key: bytes) -> "Home":
        """The same home under another key of pseudonyms."""
        return replace(self, settings=replace(self.settings, pseudonym_key=pseudonym_key))

    def at(self, moment: datetime) -> "Home":
        """The same home at a moment."""
        return replace(self, clock=partial(_always, moment))

    def again(self) -> "Home":
        """The same home as the next run meets it."""
        return replace(self)

    def put(self, source: Path, target: str = "") -> None:
        """Put a file, or all that a folder holds, into the drop folder."""
        place = self.incoming / target
        if source.is_dir():
            shutil.copytree(source, place, dirs_exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)

    def ingest(self, *region_slugs: str) -> list[str]:
        """Ingest these regions, or all; the paths of the returns that had to be read."""
        home = self.again()
        with home.locked("a test", print):
            read = pipeline.ingest(home, region_slugs or self.all_regions)
        return sorted({submission.return_.path for submission in read})

    def build(self) -> Outcome:
        home = self.again()
        with home.locked("a test", print):
            return pipeline.build(home)

    def publish(self) -> Release:
        home = self.again()
        with home.locked("a test", print):
            return pipeline.publish(home)

    def publish_public(self) -> Release | None:
        home = self.again()
        with home.locked("a test", print):
            return pipeline.publish_public(home)

    def give_feedback(self) -> Feedback:
        home = self.again()
        with home.locked("a test", print):
            return pipeline.feedback(home)

    def purge(self, before: date) -> Purged:
        home = self.again()
        dropped = [arrival.file for arrival in arrivals(home.incoming, home.programme)]
        return purge(home.history().returns, home.originals, home.warehouse, dropped, before)

    def erase(self, reference: str, scrub_incoming: bool = False) -> ErasureReport:
        """Erase a case, with the refresh that belongs to it."""
        home = self.again()
        with home.locked("a test", print):
            return erase_case(home, reference, scrub_incoming, lambda: self._refreshed())

    def _refreshed(self) -> int:
        home = self.again()
        if home.nothing_to_do():
            return 0
        pipeline.ingest(home, self.all_regions)
        pipeline.build(home)
        pipeline.feedback(home)
        pipeline.publish(home)
        pipeline.publish_public(home)
        return 0

    def of_path(self, path: str) -> Return:
        """The return of that path, in whatever region."""
        (found,) = (return_ for return_ in self.again().history().returns if return_.path == path)
        return found

    def landed(self, path: str, table: str) -> pl.DataFrame:
        """A landed table of the version in force of a return."""
        return pl.read_parquet(self.of_path(path).in_force.reading.folder / f"{table}.parquet")

    def stored(self) -> Mapping[str, bytes]:
        """What is stored, by path under the restricted folder."""
        files = (file for file in self.restricted.rglob("*") if file.is_file() and file.name != ".lock")
        return {str(file.relative_to(self.restricted)): file.read_bytes() for file in files}


def copied_definitions(path: Path) -> Path:
    """A copy of the seeds and SQL, to be changed."""
    shutil.copytree(SQL_FOLDER, path)
    return path


def add_line(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text('utf-8').rstrip()}\n{line}\n", "utf-8")
