"""`dipp check` and `dipp template` of each kind of return: told by the folder, or named."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.end_to_end.dipp import dipp
from tests.homes import Home
from tests.other_returns import OTHER_KINDS, valid_other_return
from tests.returns import PROGRAMME, valid_return, write_csv, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

KINDS = ("case-scores", *OTHER_KINDS)
SURVEY, STAFFING, RECOMMENDATIONS = OTHER_KINDS


def sent(file: Path, kind: str) -> Path:
    """A valid return of a kind, in a file."""
    given = valid_return() if kind == "case-scores" else valid_other_return(kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    return (write_csv if file.suffix == ".csv" else write_xlsx)(file, {"Return": given.rows()})


def checked(*arguments: object) -> list[dict[str, Any]]:
    done = dipp("check", "--json", *arguments)
    assert "Traceback" not in done.stderr
    return list(json.loads(done.stdout))


def said(results: Sequence[dict[str, Any]]) -> list[tuple[str, int, list[str]]]:
    """File, records accepted and rules broken of each."""
    return [
        (result["file"], result["cases"]["accepted"], [issue["rule_code"] for issue in result["issues"]])
        for result in results
    ]


@pytest.mark.parametrize("command", ["check", "template"])
def test_an_unknown_kind_exits_with_2_and_the_list_of_kinds(tmp_path: Path, command: str) -> None:
    done = dipp(command, tmp_path / "return.xlsx", "--kind", "gossip")

    assert (done.returncode, done.stdout) == (2, "")
    assert f'"gossip" is no kind of return. Use one of {", ".join(KINDS)}.' in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_files_of_different_kinds_come_out_in_the_order_given(tmp_path: Path) -> None:
    folders = {"case-scores": "wales", **{kind: f"wales/{kind}" for kind in OTHER_KINDS}}
    order = [STAFFING, "case-scores", RECOMMENDATIONS, SURVEY, "case-scores", STAFFING]
    files = [sent(tmp_path / folders[kind] / f"{number}.csv", kind) for number, kind in enumerate(order)]

    done = dipp("check", "--json", *files)

    records = {"case-scores": 4, SURVEY: 3, STAFFING: 3, RECOMMENDATIONS: 3}
    assert (done.returncode, done.stderr) == (0, "")
    assert said(json.loads(done.stdout)) == [
        (str(file), records[kind], []) for file, kind in zip(files, order, strict=True)
    ]


def test_the_kind_is_told_by_the_folder_in_a_home_and_outside_of_one(tmp_path: Path) -> None:
    in_home = sent(tmp_path / "home" / "incoming" / "wales" / STAFFING / "parts" / "a.xlsx", STAFFING)
    outside = sent(tmp_path / STAFFING / "a.xlsx", STAFFING)
    of_cases = sent(tmp_path / "home" / "incoming" / "wales" / "parts" / STAFFING / "a.xlsx", "case-scores")

    assert said(checked(in_home)) == [(str(in_home), 3, [])]
    assert said(checked(outside, "--region", "wales")) == [(str(outside), 3, [])]
    assert said(checked(of_cases)) == [(str(of_cases), 4, [])]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_named_goes_before_the_folder(tmp_path: Path, kind: str) -> None:
    other = SURVEY if kind != SURVEY else STAFFING
    file = sent(tmp_path / "wales" / other / "a.xlsx", kind)

    assert checked(file, "--kind", kind)[0]["issues"] == []
    assert said(checked(file)) == [(str(file), 0, ["F03"])]


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_template_of_a_kind_is_checked_as_it_says(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "template.xlsx"

    done = dipp("template", target, "--kind", kind, "--region", "wales")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"check {target} --kind {kind}\n")
    assert openpyxl.load_workbook(target)["How to fill it in"]["A1"].value == PROGRAMME.of(kind).kind.title
    assert said(checked(target, "--region", "wales", "--kind", kind)) == [(str(target), 0, ["F07"])]


def test_a_check_speaks_of_the_records_of_each_kind(tmp_path: Path) -> None:
    files = {kind: sent(tmp_path / "wales" / kind / "a.csv", kind) for kind in OTHER_KINDS}

    done = dipp("check", *files.values())

    counts = "3 received, 3 accepted, 0 quarantined, 0 identical dropped."
    assert done.stdout.splitlines() == [
        f"{files[kind]}: accepted. {records}: {counts}"
        for kind, records in ((SURVEY, "Responses"), (STAFFING, "Posts"), (RECOMMENDATIONS, "Recommendations"))
    ]


def test_the_history_speaks_of_the_records_of_each_kind(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for path, kind in (("wales/a.csv", "case-scores"), (f"wales/{STAFFING}/a.csv", STAFFING)):
        sent(home.incoming / path, kind)
    home.ingest()
    home.build()

    done = dipp("history", "wales", "--home", home.path)

    assert re.findall(r"(\w+): \d received, \d accepted", done.stdout) == ["Cases", "Posts"]
