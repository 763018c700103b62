"""What is stored, how it can be traced to its cell, and that it is there whole or not at all."""

import csv
import hashlib
import hmac
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from dipp_pipeline.intake.table import ReturnTables
from dipp_pipeline.landing.history import Return, Submission
from dipp_pipeline.landing.write import land
from dipp_pipeline.programme.matching import value_key
from dipp_pipeline.settings import Limits
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import validate
from tests.homes import Home, story
from tests.returns import PROGRAMME

pytestmark = pytest.mark.thorough

TABLES = ("answers", "cases", "changes", "columns", "corrections", "issues")


class RenameError(Exception):
    """A folder that is finished cannot be put in its place."""


@pytest.mark.parametrize("path", ["part 1.xlsx", "part 2.csv"])
@pytest.mark.parametrize("table", TABLES)
def test_the_same_rows_land_as_the_same_bytes_in_every_home(first_step: Home, wales_alone: Home, path: str, table: str):
    one, other = (home.of_path(path).in_force.reading.folder for home in (first_step, wales_alone))

    assert (one / f"{table}.parquet").read_bytes() == (other / f"{table}.parquet").read_bytes()


@pytest.mark.parametrize("table", TABLES)
def test_every_landed_row_says_whose_and_of_which_version_it_is(second_step: Home, table: str):
    known = second_step.of_path("part 1.xlsx")
    landed = pl.read_parquet(known.versions[0].reading.folder / f"{table}.parquet")

    assert landed.columns[:2] == ["return_id", "version"]
    assert set(landed.select("return_id", "version").rows()) <= {(known.return_id, 1)}
    assert landed.is_empty() == (table in ("changes", "corrections"))


def test_every_landed_answer_is_traced_to_its_cell_of_a_workbook(first_step: Home):
    sheet = openpyxl.load_workbook(story(1) / "north-east" / "North East.xlsx")["Case scores"]

    assert_traced(first_step, "North East.xlsx", lambda letters, row: sheet[f"{letters}{row}"].value)


def test_every_landed_answer_is_traced_to_its_cell_of_a_csv(first_step: Home):
    text = (story(1) / "wales" / "part 2.csv").read_text("cp1252")
    rows = list(csv.reader(text.splitlines()))

    assert_traced(first_step, "part 2.csv", lambda letters, row: rows[row - 1][place(letters)])


def test_every_landed_case_is_traced_to_its_row(first_step: Home):
    sheet = openpyxl.load_workbook(story(1) / "north-east" / "North East.xlsx")["Case scores"]
    cases = first_step.landed("North East.xlsx", "cases")

    assert cases["sheet"].unique().to_list() == ["Case scores"]
    assert cases["row"].to_list() == list(range(3, 13))
    assert cases["case_pseudonym"].to_list() == [pseudonym(first_step, sheet[f"A{row}"].value) for row in cases["row"]]


def test_every_column_that_was_read_lands_with_its_letters(first_step: Home):
    columns = first_step.landed("North East.xlsx", "columns")
    letters = dict(columns.select("column_name", "letters").rows())

    assert list(letters) == list(first_step.again().programme.column_names)
    assert (letters["case_reference"], letters["sex"], letters["C1"], letters["A7b"]) == ("A", "K", "R", "AX")


def test_a_case_reference_that_is_found_wrong_is_not_stored(wales_alone: Home):
    issues = wales_alone.landed("malformed.xlsx", "issues").filter(pl.col("rule_code") == "R02")

    assert issues["field"].to_list() == ["case_reference"]
    assert issues["found"].to_list() == [None]
    assert issues["cell"].null_count() == 0


def test_a_quarantined_case_does_not_land(wales_alone: Home):
    counts = wales_alone.of_path("malformed.xlsx").in_force.reading.counts
    (row,) = wales_alone.landed("malformed.xlsx", "issues").filter(pl.col("rule_code") == "R02")["row"]

    assert (counts.received, counts.accepted, counts.quarantined) == (6, 5, 1)
    assert wales_alone.landed("malformed.xlsx", "cases").filter(pl.col("row") == row).height == 0
    cases, answers = (
        set(wales_alone.landed("malformed.xlsx", name)["case_pseudonym"]) for name in ("cases", "answers")
    )
    assert len(cases) == 5
    assert answers == cases


def test_originals_are_kept_under_the_hash_of_their_content(first_step: Home):
    kept = list(first_step.originals.glob("*/*"))
    sent = [file for file in story(1).rglob("*") if file.suffix and "~$" not in file.name]

    assert all(hashlib.sha256(file.read_bytes()).hexdigest() == file.parent.name for file in kept)
    assert sorted(file.read_bytes() for file in kept) == sorted(
        file.read_bytes() for file in sent if "atlantis" not in file.parts
    )


def test_the_restricted_folder_is_the_data_teams_alone(first_step: Home):
    assert first_step.restricted.stat().st_mode & 0o777 == 0o700


def test_the_restricted_folder_is_the_data_teams_alone_whatever_the_umask(tmp_path: Path):
    home = Home(tmp_path / "home")
    before = os.umask(0)
    try:
        home.ingest()
    finally:
        os.umask(before)

    assert home.restricted.stat().st_mode & 0o777 == 0o700


Arm = Callable[[str], None]


@pytest.fixture
def failing_rename(monkeypatch: pytest.MonkeyPatch) -> Arm:
    """Have renaming to a name fail."""
    rename = Path.replace

    def arm(name: str) -> None:
        def replace(self: Path, target: Path) -> Path:
            if Path(target).name == name:
                raise RenameError
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", replace)

    return arm


@pytest.fixture
def killed_before_rename(failing_rename: Arm, monkeypatch: pytest.MonkeyPatch) -> Arm:
    """Have the process end before anything is renamed to a name: nothing is cleaned up after that."""

    def arm(name: str) -> None:
        failing_rename(name)
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)

    return arm


def test_a_version_whose_rename_fails_leaves_no_trace(first_step: Home, tmp_path: Path, failing_rename: Arm):
    home = first_step.copy(tmp_path / "home")
    home.put(story(1) / "wales" / "part 1.xlsx", "north-east/North East.xlsx")
    failing_rename("0002")

    with pytest.raises(RenameError):
        home.ingest()

    kept, kept_before = home.stored(), first_step.stored()
    assert {path: kept[path] for path in kept if not path.startswith("originals/")} == {
        path: kept_before[path] for path in kept_before if not path.startswith("originals/")
    }


def test_a_reading_whose_rename_fails_leaves_no_trace(
    first_step: Home, new_spelling: Path, tmp_path: Path, failing_rename: Arm
):
    home = first_step.copy(tmp_path / "home").under(new_spelling)
    known, definitions = home.of_path("part 2.csv"), home.again().definitions
    failing_rename(definitions["definitions"])

    with pytest.raises(RenameError):
        land(submission(home, known), NOTHING_READ, (), definitions, home.pseudonym_key, Limits())

    assert home.stored() == first_step.stored()


def test_a_process_that_ends_before_a_version_is_in_place_has_not_received_it(
    tmp_path: Path, killed_before_rename: Arm, monkeypatch: pytest.MonkeyPatch
):
    home = Home(tmp_path / "home")
    home.put(story(1) / "wales" / "part 2.csv", "wales/part 2.csv")
    killed_before_rename("0001")
    with pytest.raises(RenameError):
        home.ingest()
    monkeypatch.undo()

    assert home.again().history().returns == []
    assert home.ingest() == ["part 2.csv"]
    assert home.of_path("part 2.csv").in_force.number == 1


def test_a_process_that_ends_before_a_reading_is_in_place_has_not_read_it(
    first_step: Home, new_spelling: Path, tmp_path: Path, killed_before_rename: Arm
):
    home = first_step.copy(tmp_path / "home").under(new_spelling)
    known, definitions = home.of_path("part 2.csv"), home.again().definitions
    killed_before_rename(definitions["definitions"])

    with pytest.raises(RenameError):
        land(submission(home, known), NOTHING_READ, (), definitions, home.pseudonym_key, Limits())

    after = home.of_path("part 2.csv")
    assert after.latest.reading is None
    assert after.to_read == after.latest
    assert home.under(first_step.seeds).of_path("part 2.csv").in_force.number == 1


NOTHING_READ = validate([Received("N03", date(2026, 1, 5), ReturnTables((), ()))], PROGRAMME)[0]


def submission(home: Home, return_: Return) -> Submission:
    """A version that was read before."""
    return Submission(
        return_, return_.latest, None, home.programme.region_by_slug[return_.region_slug], home.programme_of(return_)
    )


def assert_traced(home: Home, path: str, cell: Callable[[str, int], str | None]) -> None:
    """Every landed answer is what stands in the cell that its case's row and the letters of its question name."""
    programme = home.again().programme
    letters = dict(home.landed(path, "columns").select("column_name", "letters").rows())
    rows = home.landed(path, "cases").select("case_pseudonym", "row")
    landed = home.landed(path, "answers").join(rows, on="case_pseudonym", maintain_order="left")
    answers = landed.select("row", "case_pseudonym", "question_code", "answer").rows()
    traced = [
        (
            row,
            pseudonym(home, cell(letters["case_reference"], row)),
            question,
            programme.value_list(question)[value_key(cell(letters[question], row))],
        )
        for row, _, question, _ in answers
    ]
    assert len(answers) > 200
    assert traced == answers


def pseudonym(home: Home, text: str) -> str:
    """By the standard library alone: HMAC-SHA-256 of the reference without spaces, in capitals, cut to 128 bits."""
    return hmac.digest(home.settings.pseudonym_key, "".join(text.split()).upper().encode(), "sha256").hex()[:32]


def place(letters: str) -> int:
    """The place of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
