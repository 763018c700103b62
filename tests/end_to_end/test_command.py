"""The command itself: what it imports, its exit codes, its words."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, SAMPLES, dipp

HEAVY = {"dagster", "polars", "pandera", "duckdb", "pandas"}


def modules_after(*arguments: str) -> set[str]:
    """The top-level modules that a run of the command leaves loaded."""
    script = (
        "import sys\n"
        "from dipp_pipeline.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("refresh", "--help")])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert modules_after(*arguments) & HEAVY == set()


def test_a_check_imports_no_dagster() -> None:
    loaded = modules_after("check", str(SAMPLES / "defects" / "wales" / "R07-1.xlsx"))

    assert "pandera" in loaded
    assert "dagster" not in loaded


def test_a_check_says_what_is_wrong_where_and_what_to_do() -> None:
    done = dipp("check", SAMPLES / "defects" / "wales" / "R07-1.xlsx")

    assert done.returncode == 1
    assert 'Case scores!K6: "7" is not a value of Sex. Use Female, Male, Other or Not recorded.' in done.stdout


def test_a_check_in_json_gives_an_object_a_file_in_the_order_given() -> None:
    files = [SAMPLES / "defects" / "wales" / "W01-1.xlsx", SAMPLES / "defects" / "atlantis" / "F06-1.xlsx"]

    done = dipp("check", "--json", *files)

    first, second = json.loads(done.stdout)
    assert done.returncode == 1
    assert (first["file"], first["outcome"], first["cases"]["accepted"]) == (str(files[0]), "accepted", 6)
    assert set(first["issues"][0]) == {"rule_code", "severity", "sheet", "cell", "row", "field", "found", "message"}
    assert (second["outcome"], [issue["rule_code"] for issue in second["issues"]]) == ("refused", ["F06"])


def test_a_check_with_nothing_but_warnings_succeeds() -> None:
    assert dipp("check", SAMPLES / "defects" / "wales" / "W01-1.xlsx").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--region", "atlantis", "x.xlsx"),
        ("refresh", "--sideways"),
        ("nonsense",),
        ("demo", "--home", str(SAMPLES / "story" / "step-1")),
    ],
)
def test_wrong_use_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert dipp(*arguments).returncode == 2


def test_a_missing_file_is_a_sentence_and_no_traceback() -> None:
    done = dipp("check", "--region", "wales", "not there.xlsx")

    assert done.returncode == 1
    assert "cannot be opened" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_broken_setting_is_a_sentence_and_with_debug_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "dipp.toml").write_text("readers = 'many'\n")

    plain = dipp("status", "--home", tmp_path)
    debugged = dipp("status", "--home", tmp_path, "--debug")

    assert plain.returncode == 1
    assert 'The setting readers is "many"' in plain.stderr
    assert "Traceback" not in plain.stderr
    assert "Traceback" in debugged.stderr


def test_a_home_of_nothing_has_a_status(tmp_path: Path) -> None:
    done = dipp("status", "--home", tmp_path, "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {"release_id": None, "regions": []}


def test_the_status_shows_every_region(sample_programme: Path) -> None:
    shown = json.loads(dipp("status", "--home", sample_programme, "--json").stdout)["regions"]

    assert len(shown) == 12
    west_midlands = next(region for region in shown if region["region_code"] == "N52")
    assert (west_midlands["status"], west_midlands["cases_accepted"]) == ("included", 84)
    assert "West Midlands" in dipp("status", "--home", sample_programme).stdout


def test_withdrawing_what_never_arrived_fails(sample_programme: Path) -> None:
    done = dipp("withdraw", "--home", sample_programme, "wales", "nothing.xlsx")

    assert done.returncode == 1
    assert "ever arrived" in done.stderr


def test_a_refresh_that_fails_says_why_in_a_sentence(tmp_path: Path) -> None:
    shutil.copytree(DEMO_RETURNS / "kent-surrey-and-sussex", tmp_path / "incoming" / "kent-surrey-and-sussex")
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "originals").write_text("a file where a folder should be")

    done = dipp("refresh", "--home", tmp_path, "--json")

    assert done.returncode == 1
    assert not json.loads(done.stdout)["published"]
    assert done.stderr.startswith("Error: Taking in returns failed: ")
    assert "Traceback" not in done.stderr
