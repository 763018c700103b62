"""A process that is killed while everything is read again: nothing is built of half of it, and the next run ends it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dipp_pipeline.pipeline import UnreadError
from tests.homes import Home
from tests.landing.small_returns import references, send_cases

pytestmark = pytest.mark.thorough


class KilledError(Exception):
    """The process ended here."""


Kill = Callable[[Home, int], None]


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Kill:
    """Take in, and end as if killed before the reading of that number is in its place: nothing is cleaned up."""
    rename = Path.replace

    def kill_at(home: Home, reading: int) -> None:
        definitions, put = home.again().definitions["definitions"], []

        def replace(self: Path, target: Path) -> Path:
            if Path(target).name == definitions:
                put.append(target)
            if len(put) == reading:
                raise KilledError
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", replace)
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KilledError):
            home.ingest()
        monkeypatch.undo()

    return kill_at


@pytest.fixture(scope="module")
def read_again(second_step: Home, new_spelling: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The second step of the story, read again without an interruption."""
    home = second_step.copy(tmp_path_factory.mktemp("again") / "home").under(new_spelling)
    home.ingest()
    return home


@pytest.mark.parametrize(("reading", "still_to_read"), [(3, 4), (9, 1)], ids=["early", "at the last"])
def test_nothing_is_built_while_a_version_is_unread_and_the_next_run_reads_the_rest_alone(
    second_step: Home, read_again: Home, tmp_path: Path, kill: Kill, reading: int, still_to_read: int
):
    home = second_step.copy(tmp_path / "home").under(read_again.seeds)
    assert sum(len(known.versions) for known in home.again().history().returns) == 9
    kill(home, reading)

    with pytest.raises(UnreadError, match=r"must be read first\. Run the refresh of all regions"):
        home.build()
    assert not home.warehouse.exists()

    assert len(home.ingest()) == still_to_read
    assert home.stored() == read_again.stored()


FILES_LEFT = [
    "keys/.aside-a1b2c3d4",
    "keys/.pseudonym.key-0123456789abcdef",
    "releases/20260101T020000-0a1b2c3d4e5f/.dipp_findings.new.duckdb",
    "restricted/.aside-abcd_123",
    "restricted/erasures.new",
    "restricted/warehouse.new",
    "restricted/warehouse.new.wal",
    "restricted/originals/corrections.new",
    "restricted/originals/{sha256}/.aside-a1b2c3d4",
    "restricted/landing/wales/{return_id}/return.new",
    "restricted/landing/wales/{return_id}/withdrawn.new",
    "restricted/landing/wales/{return_id}/0001/accepted.new",
    "restricted/feedback/wales/scores.csv.marked-up.new",
]
"""What a killed process left of files, of this version and of version 0.2."""

FOLDERS_LEFT = [
    "releases/.aside-a1b2c3d4",
    "restricted/.aside-a1b2c3d4",
    "restricted/originals/.arriving-a1b2c3d4",
    "restricted/landing/wales/{return_id}/.aside-a1b2c3d4",
    "restricted/landing/wales/{return_id}/.0002-a1b2c3d4",
    "restricted/landing/wales/{return_id}/0001/.0a1b2c3d4e5f-a1b2c3d4",
    "restricted/warehouse.new.tmp",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a return, and one that was called like what a killed process leaves."""
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 4))
    (home.incoming / "wales" / "warehouse.new").write_bytes(b"no return")
    home.ingest()
    return home


def test_whatever_a_killed_process_left_is_swept_away_and_nothing_else(home: Home):
    before = set(home.path.rglob("*"))
    names = {"return_id": home.of_path("scores.csv").return_id, "sha256": home.of_path("scores.csv").latest.sha256}
    for left in FILES_LEFT:
        file = home.path / left.format(**names)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"half")
    for left in FOLDERS_LEFT:
        folder = home.path / left.format(**names)
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")

    home.ingest()

    after = set(home.path.rglob("*"))
    made = {home.feedback, home.feedback / "wales", home.path / "releases"}
    assert {path for path in after - before if path.is_file()} == set()
    assert before - after == set()
    assert {path for path in after - before - made if path.parent != home.path / "releases"} == set()


def test_what_is_swept_away_is_never_looked_for_behind_a_link_or_among_what_arrives(home: Home, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    places = [elsewhere, home.incoming / "wales", home.incoming / "wales" / ".aside-a1b2c3d4"]
    for place in places:
        place.mkdir(exist_ok=True)
        (place / ".aside-a1b2c3d4.csv").write_bytes(b"theirs")
        (place / ".0001-a1b2c3d4").write_bytes(b"theirs")
        (place / "version.new").write_bytes(b"theirs")
    (home.restricted / "link").symlink_to(elsewhere)
    (home.restricted / ".aside-a1b2c3d4").symlink_to(elsewhere)
    (home.landing / "incoming").symlink_to(home.incoming)

    home.ingest()

    for place in places:
        assert (place / ".aside-a1b2c3d4.csv").read_bytes() == b"theirs"
        assert (place / ".0001-a1b2c3d4").read_bytes() == b"theirs"
        assert (place / "version.new").read_bytes() == b"theirs"


def without(manifest: Path, *keys: str) -> None:
    """Write a manifest as version 0.2 did."""
    written = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({key: value for key, value in written.items() if key not in keys}))


def test_a_home_of_version_0_2_goes_over_by_itself(home: Home):
    of_0_2 = replace(home, version="0.2.0 of then")
    of_0_2.ingest()
    for manifest in home.landing.glob("*/*/*/*/manifest.json"):
        without(manifest, "identity", "limits", "for_now")

    assert home.ingest() == ["scores.csv", "warehouse.new"]
    assert home.of_path("scores.csv").in_force.reading.identity
    assert len(list(home.landing.glob("*/*/*/*/manifest.json"))) == 2
    home.build()


def test_readings_of_before_are_read_again_even_if_no_definition_changed(home: Home):
    for manifest in home.landing.glob("*/*/*/*/manifest.json"):
        without(manifest, "identity", "limits", "for_now")

    assert home.again().of_path("scores.csv").to_read
    assert home.ingest() == ["scores.csv", "warehouse.new"]
    assert home.of_path("scores.csv").in_force.reading.identity


def test_what_version_0_2_left_of_a_purge_can_be_read(home: Home):
    send_cases(home, "wales/scores.csv", references("A", 6))
    home.ingest()
    home.purge(date(2999, 1, 1))
    (purged,) = home.landing.glob("*/*/*/purged.json")
    without(purged, "identity", "limits", "for_now")

    assert home.of_path("scores.csv").versions[0].reading.counts.accepted == 4
    assert home.ingest() == []
    home.build()
