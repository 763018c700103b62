"""A file, folder or table sheet that is named after a case is refused (F08), and its stored path says so without it."""

from pathlib import Path

import openpyxl
import pytest

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.reports.check import Checked, check_files
from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.homes import Home
from tests.intake.reading import LIMITS, rules_of
from tests.landing.small_returns import references, send_cases
from tests.privacy.test_stored import stored_texts
from tests.returns import PROGRAMME, SHEET, valid_return, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

CASE = "M777001"
NAMED = [
    f"{CASE}.csv",
    f"scores_{CASE.lower()}.csv",
    "CRNM777001 scores.csv",
    "M-777001.csv",
    f"about {CASE}/scores.csv",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.mark.parametrize("path", NAMED)
def test_a_file_whose_path_names_a_case_is_refused_and_not_kept(home: Home, path: str):
    send_cases(home, f"wales/{path}", references("L", 4))

    home.ingest()
    home.build()
    home.give_feedback()

    (return_,) = home.again().history().returns
    assert return_.refused
    assert return_.latest.original is None
    assert "a case reference" in return_.path
    stored = list(stored_texts(home))
    assert not [text for text in stored if "777001" in text]
    assert [text for text in stored if "F08" in text]
    (marked_up,) = home.feedback.rglob("*.xlsx")
    assert "777001" not in str(marked_up.relative_to(home.feedback))
    said = [cell.value for row in openpyxl.load_workbook(marked_up).active.iter_rows() for cell in row if cell.value]
    assert any("Rename it." in text for text in said)
    assert not any("777001" in text for text in said)
    assert home.ingest() == []


@pytest.mark.parametrize(
    "path",
    ["scores 202601.csv", "London-202601.csv", "Q1 2026 01.csv", "scores202601.csv", "20260131/wales 2026-01.csv"],
)
def test_an_ordinary_name_is_not_refused(home: Home, path: str):
    send_cases(home, f"wales/{path}", references("L", 4))

    home.ingest()

    assert home.of_path(path).in_force
    assert not home.of_path(path).names_a_case


def test_a_return_is_found_by_its_own_path_and_by_the_one_that_is_stored(home: Home):
    send_cases(home, f"wales/{CASE}.csv", references("L", 4))
    home.ingest()
    home.build()
    history = home.again().history()

    assert history.find("wales", "a case reference.csv") is history.find("wales", f"{CASE}.csv") is not None
    for path in ("a case reference.csv", f"{CASE}.csv"):
        (version,) = history_of_region(home.again(), "wales", path)
        assert version.return_path == "a case reference.csv"
    history.find("wales", "a case reference.csv").withdraw()
    home.ingest()
    assert home.of_path("a case reference.csv").withdrawn


def test_files_that_only_their_references_tell_apart_are_one_return(home: Home):
    send_cases(home, f"wales/{CASE}.csv", references("L", 4))
    send_cases(home, "wales/M777002.csv", references("N", 4))

    assert home.ingest() == ["a case reference.csv"]
    assert home.ingest() == []
    assert home.again().new_content() == {}


def test_its_identity_does_not_give_the_case_away(home: Home):
    send_cases(home, f"wales/{CASE}.csv", references("L", 4))
    send_cases(home, "wales/M777002.csv", references("L", 4))
    home.ingest()

    (return_,) = home.again().history().returns
    assert return_.folder.name == return_.return_id
    (home.incoming / "wales" / f"{CASE}.csv").unlink()
    assert home.ingest() == []


@pytest.mark.parametrize("name", [CASE, f"Scores {CASE}", "CRNM777001", "M-777001", "m 777 001"])
def test_a_table_sheet_that_is_named_after_a_case_is_refused(tmp_path: Path, name: str):
    file = write_xlsx(tmp_path / "a.xlsx", {SHEET: valid_return().rows(), name: valid_return().rows()})

    read = find_tables(read_sheets(file, LIMITS), PROGRAMME)

    assert rules_of(read) == ["F08"]
    assert read.refused


def test_a_sheet_without_a_table_may_have_any_name(tmp_path: Path):
    file = write_xlsx(
        tmp_path / "a.xlsx",
        {SHEET: valid_return().rows(), CASE: [["a note"]], "M777002": valid_return().rows()},
        hidden=["M777002"],
    )

    read = find_tables(read_sheets(file, LIMITS), PROGRAMME)

    assert rules_of(read) == ["W06"]
    assert not read.refused


def checked(file: Path, tmp_path: Path, region: str | None = None) -> Checked:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_xlsx(file, {SHEET: valid_return().rows()})
    (found,) = check_files([file], region, Home(tmp_path / "no home"))
    return found


@pytest.mark.parametrize("path", ["wales/M777001.xlsx", "wales/CRNM777001/a.xlsx", "wales/M-777001/deep/er/a.xlsx"])
def test_check_refuses_it_too(tmp_path: Path, path: str):
    found = checked(tmp_path / path, tmp_path)

    assert [issue.rule_code for issue in found.issues] == ["F08"]
    assert found.outcome == "refused"


@pytest.mark.parametrize("path", ["M777001/wales/a.xlsx", "wales/scores 202601.xlsx"])
def test_check_does_not_mind_what_stands_above_the_region(tmp_path: Path, path: str):
    assert checked(tmp_path / path, tmp_path).issues == ()


def test_check_of_a_file_in_no_region_s_folder_looks_at_its_name(tmp_path: Path):
    assert checked(tmp_path / "M777001" / "a.xlsx", tmp_path, "wales").issues == ()
    assert [issue.rule_code for issue in checked(tmp_path / "M777001.xlsx", tmp_path, "wales").issues] == ["F08"]
