"""The command itself: what it imports, its exit codes, its words."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dipp_pipeline.cli import error_message
from tests.end_to_end.dipp import DEMO_RETURNS, SAMPLES, dipp
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases

pytestmark = pytest.mark.thorough

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


def test_a_refresh_that_finds_nothing_to_do_imports_nothing_that_only_a_build_needs() -> None:
    imported = "import sys, dipp_pipeline.orchestration.command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", imported], capture_output=True, text=True, check=True)

    assert {*HEAVY, "numpy", "pyarrow", "scipy", "sqlglot", "jinja2", "openpyxl"} & set(done.stdout.split()) == {
        "duckdb"
    }


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


def test_what_nobody_foresaw_is_a_sentence_that_says_how_to_report_it_and_with_debug_a_traceback(
    tmp_path: Path,
) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "erasures.json").write_text("this is no document, but a text")

    plain = dipp("refresh", "--home", tmp_path)
    debugged = dipp("refresh", "--home", tmp_path, "--debug")

    assert (plain.returncode, debugged.returncode) == (1, 1)
    assert plain.stderr.startswith("Error: Something unexpected happened (JSONDecodeError: ")
    assert plain.stderr.endswith(
        "Run it again with --debug, and send what that shows to whoever looks after the pipeline.\n"
    )
    assert plain.stderr.count("\n") == 1
    assert "Traceback" in debugged.stderr


@pytest.mark.parametrize("error", [RuntimeError(), RuntimeError("line\nline"), KeyError(), AssertionError("\n")])
def test_an_error_of_few_words_is_named_all_the_same(error: Exception) -> None:
    sentence = error_message(error)

    assert sentence.startswith("Something unexpected happened (")
    assert "()" not in sentence
    assert "\n" not in sentence


def test_a_home_of_nothing_has_a_status(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()

    done = dipp("status", "--home", tmp_path, "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {"release_id": None, "regions": [], "returns": [], "held": []}


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
    assert done.stderr.startswith(f"Error: {tmp_path / 'restricted' / 'originals'}")
    assert done.stderr.endswith(": Not a directory. Look after the machine, and run it again.\n")
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def held_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published home in which the second version of a return, of one case in place of five, is held."""
    home = Home(tmp_path_factory.mktemp("held") / "home")
    first = return_of(references("A", 5))
    first.cases[0]["C1"] = "No"
    send(home, "wales/part 1.csv", first)
    send_cases(home, "wales/part 2.csv", references("B", 5))
    home.ingest()
    send_cases(home, "wales/part 1.csv", references("A", 1))
    home.ingest()
    home.build()
    home.publish()
    return home


@pytest.fixture
def home(held_home: Home, tmp_path: Path) -> Home:
    """A copy of it, to be changed."""
    return held_home.copy(tmp_path / "home")


def on(home: Home, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on a home, under the key of its pseudonyms."""
    return dipp(command, *arguments, "--home", home.path, DIPP_PSEUDONYM_KEY=home.settings.pseudonym_key.decode())


HELD = {"region_slug": "wales", "return_path": "part 1.csv", "version": 2, "cases_lost": 4, "cases_in_force": 5}


def test_the_status_names_what_is_held_and_says_where_every_row_and_cell_ended(held_home: Home) -> None:
    shown, document = on(held_home, "status"), json.loads(on(held_home, "status", "--json").stdout)

    assert "wales/part 1.csv, version 2" in shown.stdout
    assert "4 of 5 cases" in shown.stdout
    assert document["held"] == [HELD]
    assert [region["returns_held"] for region in document["regions"] if region["region_code"] == "N03"] == [1]
    first, second = document["returns"]
    assert (first["return_path"], first["version"], first["rows_read"], first["cases_accepted"]) == (
        "part 1.csv",
        1,
        5,
        5,
    )
    assert (second["cells_read"], second["cells_used"] + second["cells_ignored"]) == (second["cells_read"],) * 2


@pytest.mark.exhaustive
def test_a_refresh_names_what_is_held_also_when_nothing_is_new(held_home: Home) -> None:
    done = on(held_home, "refresh", "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert (document["changed"], document["held"]) == (False, [HELD])
    assert document["cases"]["accepted"] == 10


def test_a_held_version_is_accepted_once(home: Home) -> None:
    accepted, again = on(home, "accept", "wales", "part 1.csv"), on(home, "accept", "wales", "part 1.csv")

    assert accepted.returncode == 0
    assert "Version 2 of part 1.csv is accepted" in accepted.stdout
    assert "4 of the 5 cases of the version before leave the findings" in accepted.stdout
    assert home.of_path("part 1.csv").in_force.number == 2
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "Error: No version of part 1.csv is held. dipp status shows which are.\n"


def test_a_withdrawal_says_what_it_does_and_the_history_shows_it(home: Home) -> None:
    withdrawn = on(home, "withdraw", "wales", "part 2.csv")
    home.build()
    document = json.loads(on(home, "history", "wales", "part 2.csv", "--json").stdout)

    assert withdrawn.returncode == 0
    assert "its 5 accepted cases leave the findings" in withdrawn.stdout
    assert [version["outcome"] for version in document] == ["withdrawn"]


def test_before_a_home_is_read_again_nothing_is_accepted_and_no_number_of_cases_is_claimed(home: Home) -> None:
    home.corrections_file.write_text("region,return,case,field,from,to,reason,author_role,date\n")

    accepted, withdrawn = (on(home, command, "wales", "part 1.csv") for command in ("accept", "withdraw"))

    assert accepted.returncode == 1
    assert accepted.stderr == "Error: part 1.csv must be read again first. Run the refresh.\n"
    assert withdrawn.returncode == 0
    assert "its accepted cases leave the findings" in withdrawn.stdout


def test_the_history_of_a_region_is_one_line_a_version_and_that_of_a_return_tells_every_change(held_home: Home) -> None:
    region, of_one = on(held_home, "history", "wales"), on(held_home, "history", "wales", "part 1.csv")

    assert (region.returncode, of_one.returncode) == (0, 0)
    assert "part 1.csv, version 1: in force. Arrived 20" in region.stdout
    assert "part 1.csv, version 2: held." in region.stdout
    assert "5 changes. Name the return to see them." in region.stdout
    assert "part 2.csv, version 1: in force." in region.stdout
    assert "part 2.csv" not in of_one.stdout
    assert "C1: no -> yes" in of_one.stdout
    assert of_one.stdout.count("no longer accepted") == 4
    assert "assessment_sufficient: 9 of 10 -> 6 of 6 in the region if it is accepted" in of_one.stdout


def test_the_history_in_json_is_a_list_of_versions_with_their_changes(held_home: Home) -> None:
    first, second = json.loads(on(held_home, "history", "wales", "part 1.csv", "--json").stdout)

    assert (first["version"], first["outcome"], first["cases_accepted"], first["changes"]) == (1, "in_force", 5, [])
    assert (second["version"], second["outcome"], second["cases_lost"]) == (2, "held", 4)
    (changed,) = (change for change in second["changes"] if change["change"] == "value_changed")
    assert (changed["column_name"], changed["value_before"], changed["value_after"]) == ("C1", "no", "yes")
    assert {"measure_code", "relevant_before", "counted_before", "relevant_after", "counted_after"} == set(
        second["measures"][0]
    )


def test_a_figure_is_explained_in_words_and_in_json(held_home: Home) -> None:
    shown = on(held_home, "explain", "wales", "assessment_sufficient")
    document = json.loads(on(held_home, "explain", "wales", "assessment_sufficient", "--json").stdout)

    assert shown.returncode == 0
    assert "9 of 10 relevant cases, 90 per cent; 10 inspected" in shown.stdout
    assert "NOT published" not in shown.stdout
    assert "part 1!R2" in shown.stdout
    assert (document["counted_cases"], document["relevant_cases"], document["published"]) == (9, 10, True)
    assert len(document["evidence"]) == 10
    assert [entry["cell"] for entry in document["evidence"] if not entry["is_counted"]] == ["R2"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("history", "wales", "nothing.csv"), "Nothing of wales/nothing.csv ever arrived."),
        (("accept", "wales", "nothing.csv"), 'No return "nothing.csv" of wales ever arrived.'),
        (("explain", "wales", "C9"), 'There is no figure "C9" of wales. Use one of assessment_sufficient, '),
        (("explain", "atlantis", "C1"), '"atlantis" is no region. Use one of east-midlands, '),
    ],
)
def test_what_is_not_there_is_one_sentence(held_home: Home, arguments: tuple[str, ...], sentence: str) -> None:
    done = on(held_home, *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {sentence}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("purge",), ("purge", "--before", "1/2/2026"), ("accept", "wales")])
def test_wrong_use_of_the_commands_on_returns_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert dipp(*arguments).returncode == 2


def test_a_purge_of_nothing_says_so_and_refreshes(held_home: Home) -> None:
    done = on(held_home, "purge", "--before", "2020-01-01")

    assert done.returncode == 0
    assert "Purged 0 versions." in done.stdout
    assert "Nothing new. In force is release" in done.stdout


@pytest.mark.exhaustive
def test_a_correction_that_does_not_meet_its_mistake_fails_the_refresh_and_names_no_case(home: Home) -> None:
    before = home.database.read_bytes()
    home.corrections_file.write_text(
        "region,return,case,field,from,to,reason,author_role,date\n"
        "wales,part 2.csv,B000002,case_reference,B00000Z,B000002,Keyed wrongly,inspector,2026-01-05\n"
    )

    done = on(home, "refresh", "--json")

    assert done.returncode == 1
    assert "corrections.csv, line 2: case_reference of that case in wales/part 2.csv is not" in done.stderr
    assert json.loads(done.stdout)["published"]
    assert home.database.read_bytes() == before
    for text in (done.stdout, done.stderr, *(read_as_text(file) for file in home.dagster.rglob("*"))):
        assert "B00000" not in text
    assert len(list(home.dagster.rglob("*.db"))) > 0

    home.corrections_file.unlink()
    home.ingest()
    home.build()
    assert not home.publish().changed


def read_as_text(file: Path) -> str:
    return file.read_bytes().decode("latin-1") if file.is_file() else ""
