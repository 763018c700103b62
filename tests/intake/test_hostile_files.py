"""Every hostile file ends in an outcome, and costs itself alone. What they are is in hostile_files.py."""

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dipp_pipeline.intake.processes import own_environment
from dipp_pipeline.intake.read import read_return
from tests.homes import Home
from tests.intake.reading import LIMITS, rules_of
from tests.returns import PROGRAMME
from tests.spreadsheets.hostile_files import HOSTILE_FILES, HostileFile, Read, good, written

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

GOOD = HostileFile("a good return", "good.xlsx", written(good(".xlsx")), Read())
EVERY = 40
"""So many hostile files, then a good one."""


@dataclass(frozen=True)
class Checked:
    """What `dipp check` said of files, together."""

    exit_code: int
    errors: str
    said: Mapping[Path, dict]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[Path, HostileFile]:
    """All of them in folders of their own, with good returns among them."""
    folder = tmp_path_factory.mktemp("hostile") / "wales"
    made = {}
    for place, hostile in enumerate(HOSTILE_FILES):
        for number, file in enumerate((hostile, GOOD) if place % EVERY == 0 else (hostile,)):
            path = folder / f"{place}-{number}" / file.name
            path.parent.mkdir(parents=True)
            file.make(path)
            made[path] = file
    return made


@pytest.fixture(scope="module")
def checked(files) -> Checked:
    command = [sys.executable, "-P", "-c", "from dipp_pipeline.cli import run; run()", "check", "--json", *files]
    done = subprocess.run(command, capture_output=True, env=own_environment(), check=False)
    said = {Path(file["file"]): file for file in json.loads(done.stdout)}
    return Checked(done.returncode, done.stderr.decode(), said)


def test_no_file_ends_the_run_or_leaves_a_traceback(files, checked):
    assert checked.errors == ""
    assert checked.exit_code == 1
    assert list(checked.said) == list(files)


def test_each_file_is_refused_by_its_rule_or_read(files, checked):
    outcomes = {path: outcome_of(checked.said[path]) for path in files}

    assert outcomes == {path: file.outcome for path, file in files.items()}


def test_a_refused_file_gets_one_plain_piece_of_advice(checked):
    refused = [file["issues"] for file in checked.said.values() if file["outcome"] == "refused"]
    messages = {issue["message"] for issues in refused for issue in issues}

    assert {len(issues) for issues in refused} == {1}
    assert {message for message in messages if not PLAIN.fullmatch(message)} == set()


PLAIN = re.compile(r"""[A-Z][\w "'.,:()-]{10,160}\.""")
"""A sentence or two, in one line, with no sign of what failed in the code."""


def test_a_file_that_may_not_be_read_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "closed.xlsx"
    GOOD.make(path)

    def deny(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "open", deny)

    read = read_return(path, PROGRAMME, LIMITS)

    assert rules_of(read) == ["F01"]
    assert "Permission denied" in read.issues[0].message


def test_odd_names_and_what_is_no_file_arrive_in_a_home_like_others(tmp_path):
    home = Home(tmp_path / "home")
    expected = {}
    for place, file in enumerate(HOSTILE_FILES):
        if file.kind in ("odd name", "no file at all", "office lock file"):
            path = home.incoming / "wales" / str(place) / file.name
            path.parent.mkdir(parents=True)
            file.make(path)
            if os.path.lexists(path) and not file.name.startswith((".", "~$")):
                expected[place] = file.outcome

    home.ingest("wales")

    readings = {int(known.path.partition("/")[0]): known.latest.reading for known in home.again().history().returns}
    assert {
        place: "F01" if reading.refused else Read(reading.counts.accepted) for place, reading in readings.items()
    } == expected


def outcome_of(said: dict) -> str | Read:
    if said["outcome"] == "refused":
        (rule,) = {issue["rule_code"] for issue in said["issues"]}
        return rule
    rules = {issue["rule_code"] for issue in said["issues"] if issue["severity"] != "warn"}
    return Read(said["cases"]["accepted"], frozenset(rules))
