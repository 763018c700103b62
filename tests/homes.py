"""Homes to test with: a home folder under a temporary path, fed from the samples, walked through without Dagster."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

import dipp_pipeline.demo
from dipp_pipeline import releasing, taking_in
from dipp_pipeline.house import House
from dipp_pipeline.landing.history import KnownReturn
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.release.publish import Release
from dipp_pipeline.settings import Settings, dbt_like_sql, seeds
from dipp_pipeline.warehouse.build import Outcome

SAMPLES = Path(__file__).parent / "samples"
DEMO = Path(dipp_pipeline.demo.__file__).parent / "incoming"


def story(step: int) -> Path:
    """The drop folder of a step of the sample story."""
    return SAMPLES / "story" / f"step-{step}" / "incoming"


@dataclass(frozen=True)
class Home:
    """A home folder, under the definitions as they are shipped unless others are given."""

    path: Path
    seeds: Path = field(default_factory=seeds)
    releases_kept: int = 5
    pseudonym_key: bytes = b"a key of tests, which is no secret"

    @property
    def settings(self) -> Settings:
        return Settings(self.path, readers=1, releases_kept=self.releases_kept, pseudonym_key=self.pseudonym_key)

    @property
    def house(self) -> House:
        return House(self.settings, load_programme(self.seeds))

    def copy(self, path: Path) -> "Home":
        """The same home elsewhere, to be changed."""
        shutil.copytree(self.path, path)
        return replace(self, path=path)

    def under(self, seeds: Path) -> "Home":
        """The same home under other definitions."""
        return replace(self, seeds=seeds)

    def put(self, source: Path, target: str = "") -> None:
        """Put a file, or all that a folder holds, into the drop folder."""
        place = self.settings.incoming / target
        if source.is_dir():
            shutil.copytree(source, place, dirs_exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)

    def take_in(self, *region_slugs: str) -> list[str]:
        """Take in these regions, or all; the paths of the returns that had to be read."""
        house = self.house
        read = taking_in.take_in(house, region_slugs or tuple(house.programme.region_by_slug))
        by_id = house.history().by_id
        return sorted(by_id[return_id].path for return_id in read)

    def build(self) -> Outcome:
        return releasing.build(self.house)

    def publish(self) -> Release:
        return releasing.release(self.house)

    def known(self, path: str) -> KnownReturn:
        """The return of that path, in whatever region."""
        (found,) = (known for known in self.house.history().returns if known.path == path)
        return found

    def landed(self, path: str, table: str) -> pl.DataFrame:
        """A landed table of the version in force of a return."""
        return pl.read_parquet(self.known(path).in_force.reading.folder / f"{table}.parquet")

    def stored(self) -> Mapping[str, bytes]:
        """What is stored, by path under the restricted folder."""
        files = (file for file in self.settings.restricted.rglob("*") if file.is_file() and file.name != ".lock")
        return {str(file.relative_to(self.settings.restricted)): file.read_bytes() for file in files}


def copied_definitions(path: Path) -> Path:
    """A copy of the seeds and SQL, to be changed."""
    shutil.copytree(dbt_like_sql(), path)
    return path


def add_line(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text('utf-8').rstrip()}\n{line}\n", "utf-8")
