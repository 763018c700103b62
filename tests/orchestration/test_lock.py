"""One lock a run: who waits for whom, what is said meanwhile, and what is left by a run that is killed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, DIPP, refresh
from tests.homes import Home
from tests.landing.small_returns import references, send_cases
from tests.processes import Start, ended, is_locked, start, wait_until

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

NIGHTLY_RUN = (sys.executable, "-m", "dagster", "job", "execute", "-m", "dipp_pipeline.definitions")
"""How Dagster runs a job in a process of its own."""

WHOLE_PROGRAMME = (
    '{"dagster/asset_partition_range_start": "east-midlands",'
    ' "dagster/asset_partition_range_end": "yorkshire-and-the-humber"}'
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which one region has sent a small return."""
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 5))
    return home


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts processes, which are killed at the end if they still run."""
    processes = []

    def remember(*command: object, **environment: str) -> subprocess.Popen[str]:
        processes.append(start(*command, **environment))
        return processes[-1]

    yield remember
    for process in processes:
        process.kill()
        process.communicate()


def nightly_run(home: Home, started: Start, **environment: str) -> subprocess.Popen[str]:
    home.dagster.mkdir(parents=True, exist_ok=True)
    command = (*NIGHTLY_RUN, "-j", "nightly_refresh", "--tags", WHOLE_PROGRAMME)
    return started(*command, DIPP_HOME=str(home.path), DAGSTER_HOME=str(home.dagster), **environment)


def test_who_waits_is_told_for_whom_and_since_when_and_goes_on_after_that(home: Home, started: Start) -> None:
    with home.locked("dipp purge", print):
        waiting = started(DIPP, "refresh", "--home", home.path)
        said = waiting.stderr.readline()
        published_meanwhile = home.database.exists()
    code, _, more = ended(waiting)

    holder = rf"dipp purge \(process {os.getpid()}\), since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    assert re.fullmatch(rf"Waiting for {holder}, which has {re.escape(str(home.path))}\.\n", said)
    assert not published_meanwhile
    assert (code, more) == (0, "")
    assert home.database.exists()


def test_who_waits_gives_up_after_the_time_that_is_set(home: Home, started: Start) -> None:
    with home.locked("dipp purge", print):
        code, out, err = ended(started(DIPP, "refresh", "--home", home.path, DIPP_WAIT_SECONDS="1"))

    waiting, error = err.splitlines()
    assert (code, out) == (1, "")
    assert waiting.startswith("Waiting for dipp purge")
    assert error.startswith(f"Error: {home.path} is still in use by dipp purge (process {os.getpid()}), since 20")
    assert error.endswith("Wait until that ends, or end it, and run this again.")


def test_a_holder_that_died_is_named_to_nobody(home: Home) -> None:
    crash = "import os, sys; from dipp_pipeline.home import *; from pathlib import Path\n"
    crash += "with Home(Path(sys.argv[1])).locked('a run that dies', print): os._exit(1)"
    subprocess.run([sys.executable, "-c", crash, home.path], check=False)
    said: list[str] = []

    with home.locked("dipp purge", said.append):
        holder = (home.restricted / ".lock").read_text()

    assert said == []
    assert holder.startswith(f"dipp purge (process {os.getpid()}), since ")
    assert (home.restricted / ".lock").read_text() == ""


def test_an_erase_does_not_slip_between_the_steps_of_a_refresh(home: Home, started: Start) -> None:
    refreshing = started(DIPP, "refresh", "--home", home.path)
    wait_until(lambda: is_locked(home))
    erasing = started(DIPP, "erase", "A000001", "--scrub-incoming", "--home", home.path)

    said = erasing.stderr.readline()
    refreshed, erased = ended(refreshing), ended(erasing)

    assert said.startswith(f"Waiting for dipp refresh (process {refreshing.pid}), since ")
    assert (refreshed[0], refreshed[2]) == (0, "")
    assert "Cases: 5 accepted" in refreshed[1]
    assert (erased[0], erased[2]) == (0, "")
    assert "Cases: 4 accepted" in erased[1]


def test_a_run_of_dagster_holds_the_home_from_its_first_step_to_its_last(home: Home, started: Start) -> None:
    run = nightly_run(home, started)
    wait_until(lambda: is_locked(home) or run.poll() is not None)
    always_locked = True
    while run.poll() is None and not (home.published.exists() and home.feedback.exists()):
        always_locked &= is_locked(home)

    assert always_locked
    assert re.match(r"Dagster run [0-9a-f-]{36} \(process", (home.restricted / ".lock").read_text())
    assert ended(run)[0] == 0


def test_a_run_of_dagster_waits_for_a_command(home: Home, started: Start) -> None:
    with home.locked("dipp purge", print):
        run = nightly_run(home, started)
        said = next(line for line in run.stderr if "Waiting for" in line)
        published_meanwhile = home.database.exists()

    code, _, _ = ended(run)

    assert f"Waiting for dipp purge (process {os.getpid()}), since " in said
    assert not published_meanwhile
    assert code == 0
    assert home.database.exists()


def test_a_run_of_dagster_gives_up_as_a_command_does(home: Home, started: Start) -> None:
    with home.locked("dipp purge", print):
        code, _, err = ended(nightly_run(home, started, DIPP_WAIT_SECONDS="1"))

    assert code != 0
    assert f"{home.path} is still in use by dipp purge" in err
    assert not home.database.exists()


def test_a_refresh_that_is_killed_takes_its_ingest_along_and_the_next_one_loses_nothing(
    tmp_path: Path, started: Start
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(DEMO_RETURNS, home.incoming)
    refreshing = started(DIPP, "refresh", "--home", home.path)
    wait_until(lambda: list(home.landing.glob("*/*/return.json")))

    refreshing.kill()

    wait_until(lambda: not is_locked(home))
    assert len(list(home.landing.glob("*/*/0001/*/manifest.json"))) < 8
    document = refresh(home.path)
    assert document["cases"] == {"received": 333, "accepted": 332, "quarantined": 0, "identical_dropped": 1}
