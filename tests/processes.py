"""Processes of the command to test with: started as a terminal starts them, watched, and ended at the end of a test."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.homes import Home

Start = Callable[..., "subprocess.Popen[str]"]


def start(*command: object, **environment: str) -> "subprocess.Popen[str]":
    """A process that leads a group of its own."""
    return subprocess.Popen(
        list(map(str, command)),
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process that ends by itself."""
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def wait_until(is_so: Callable[[], object], seconds: float = 120) -> None:
    given_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < given_up_at, "it never came"
        time.sleep(0.005)


def is_locked(home: Home) -> bool:
    """Whether any process holds the home, as the kernel says: to ask by locking would disturb who waits."""
    lock = home.restricted / ".lock"
    if not lock.exists():
        return False
    inode = lock.stat().st_ino
    holders = [line.split() for line in Path("/proc/locks").read_text("utf-8").splitlines()]
    return any(fields[1] == "FLOCK" and fields[5].endswith(f":{inode}") for fields in holders)


def running_in_session(leader: int) -> list[str]:
    """The processes that a process started and that still run, but for those that only wait to be forgotten."""
    listed = subprocess.run(["ps", "-eo", "sid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [row[2] for row in rows if row[0] == str(leader) and not row[1].startswith("Z")]
