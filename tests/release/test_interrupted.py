"""A publication that is killed or finds the disk full: readers have one whole release, and the next one ends well."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.errors import MachineError, machine_faults_told
from dipp_pipeline.release import forms
from dipp_pipeline.release.in_force import release_in_force
from dipp_pipeline.release.verify import check_release
from tests.homes import Home

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

KILLED = 40
"""Moments, spread over the whole of a publication."""

PUBLICATION = """
import sys
from pathlib import Path
from tests.homes import Home

home = Home(Path(sys.argv[1]))
home.project
print("begun", flush=True)
home.publish()
print("done", flush=True)
"""

NEW = "aaaaaaaaaaaa"


@pytest.fixture(scope="module")
def waiting(published_demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample programme, with another release built that is not published yet."""
    home = published_demo.copy(tmp_path_factory.mktemp("waiting") / "home")
    with duckdb.connect(str(home.warehouse)) as connection:
        for table in ("landing.build", "release_info"):
            connection.execute(f"update {table} set release_id = '{NEW}', published_at = '2026-12-01'")
    return home


@pytest.fixture(scope="module")
def seconds(waiting: Home, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a publication takes here and now."""
    home = waiting.copy(tmp_path_factory.mktemp("measured") / "home")
    with started(home) as process:
        begun = time.monotonic()
        assert process.stdout.readline() == "done\n"
        return time.monotonic() - begun


def started(home: Home) -> "subprocess.Popen[str]":
    """A process that has begun to publish."""
    command = [sys.executable, "-c", PUBLICATION, str(home.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


def left_aside(home: Home) -> list[Path]:
    return [path for path in home.releases.iterdir() if path.name.startswith(".")]


def assert_readers_have_a_whole_release(home: Home) -> None:
    assert release_in_force(home.database) in (NEW, home.published.resolve().name.rpartition("-")[2])
    assert check_release(home.published).problems == []


def test_killed_at_any_moment_readers_have_one_whole_release(waiting: Home, seconds: float, tmp_path: Path):
    outcomes = set()
    for moment in range(KILLED):
        home = waiting.copy(tmp_path / f"{moment}")
        with started(home) as process:
            time.sleep(seconds * moment / (KILLED - 2))
            process.kill()
        assert process.returncode in (0, -signal.SIGKILL)

        assert_readers_have_a_whole_release(home)
        outcomes.add(release_in_force(home.database))
        home.ingest()
        home.publish()
        assert release_in_force(home.database) == NEW
        assert_readers_have_a_whole_release(home)
        assert left_aside(home) == []

    assert outcomes == {release_in_force(waiting.database), NEW}


@pytest.mark.parametrize("form", ["write_database", "write_tables", "write_workbooks", "write_site", "write_manifest"])
def test_on_a_full_disk_the_release_before_stays_and_the_disk_is_named(
    waiting: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
):
    home = waiting.copy(tmp_path / "home")
    before = release_in_force(home.database)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(forms, form, full)
        with pytest.raises(MachineError, match="full"), machine_faults_told():
            home.publish()

    assert release_in_force(home.database) == before
    assert left_aside(home) == []
    home.publish()
    assert release_in_force(home.database) == NEW
