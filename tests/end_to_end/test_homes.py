"""Which commands make a home, and what the others say where there is none."""

from pathlib import Path

import pytest

from tests.end_to_end.dipp import dipp, refresh
from tests.homes import Home
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

NEED_A_HOME = [
    ("status",),
    ("findings",),
    ("history", "wales"),
    ("explain", "wales", "C1"),
    ("accept", "wales", "scores.xlsx"),
    ("withdraw", "wales", "scores.xlsx"),
    ("erase", "A000001"),
    ("purge", "--before", "2026-01-01"),
    ("ui",),
]


@pytest.mark.parametrize("command", NEED_A_HOME, ids=[command[0] for command in NEED_A_HOME])
def test_a_mistyped_home_is_told_and_nothing_is_made_there(command: tuple[str, ...], tmp_path: Path) -> None:
    mistyped, file = tmp_path / "hoem", tmp_path / "file"
    file.write_text("no folder")

    nowhere, on_file = dipp(*command, "--home", mistyped), dipp(*command, "--home", file)

    advice = "Name the home with --home; dipp refresh makes a new one."
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert nowhere.stderr == f"Error: {mistyped} is no home of the pipeline. {advice}\n"
    assert (on_file.returncode, on_file.stdout) == (1, "")
    assert on_file.stderr == f"Error: {file} is no folder. {advice}\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_refresh_makes_a_home_and_says_so(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"

    done = dipp("refresh", "--home", home)

    assert done.returncode == 0
    assert done.stderr == (f"{home} is a new home. Put returns into {home}/incoming/<region>, and refresh again.\n")
    assert len(list((home / "incoming").iterdir())) == 12
    assert refresh(home)["changed"] is False


def test_a_refresh_of_a_file_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")

    done = dipp("refresh", "--home", file)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {file} is no folder. Name another folder with --home.\n"


def test_a_demo_goes_into_an_empty_folder(tmp_path: Path) -> None:
    assert dipp("demo", "--home", tmp_path).returncode == 0


def test_a_demo_goes_into_nothing_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("of somebody")

    in_folder, on_file = dipp("demo", "--home", tmp_path), dipp("demo", "--home", tmp_path / "letters")

    assert (in_folder.returncode, on_file.returncode) == (2, 2)
    assert f"{tmp_path} is in use already. Give another folder with --home." in in_folder.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["letters"]


@pytest.mark.parametrize(
    "command", [("refresh",), ("erase", "A000001"), ("purge", "--before", "2026-01-01")], ids=lambda command: command[0]
)
def test_a_drop_folder_that_is_gone_is_no_empty_one(command: tuple[str, ...], tmp_path: Path) -> None:
    home = Home(tmp_path)
    send_cases(home, "wales/scores.csv", references("A", 3))
    home.ingest()
    home.incoming.rename(tmp_path / "unmounted")

    done = dipp(*command, "--home", home.path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: The drop folder {home.incoming} is not there. Connect or make it, and run this again.\n"
    )
    assert not home.database.exists()


def test_a_template_is_not_written_over_without_asking(tmp_path: Path) -> None:
    filled_in = tmp_path / "wales.xlsx"
    filled_in.write_text("an afternoon's work")

    asked = dipp("template", filled_in)

    assert asked.returncode == 1
    assert f"{filled_in} is there already. Write over it?" in asked.stderr
    assert filled_in.read_text() == "an afternoon's work"

    forced = dipp("template", filled_in, "--force")

    assert (forced.returncode, forced.stderr) == (0, "")
    assert filled_in.read_bytes().startswith(b"PK")
