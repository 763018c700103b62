"""A case that is erased is gone from everything, and does not come back."""

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest

from dipp_pipeline.orchestration.erasure import ErasureReport
from tests.homes import Home, story
from tests.privacy.erasing import accepted, left_of, refresh
from tests.returns import WRITERS, valid_return, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

CASE = valid_return().references()[1]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a return of each format, built, published and given back. The same case stands in each of them."""
    home = Home(tmp_path_factory.mktemp("erasing") / "home")
    (home.incoming / "wales").mkdir(parents=True)
    for name, writer in WRITERS.items():
        given = valid_return()
        given.cases[0]["sex"] = "Unknown to all"
        given.headings["remarks"] = "Remarks"
        for case in given.cases:
            case["remarks"] = f"As in {CASE[0].lower()} {CASE[1:]}, see there"
        writer(home.incoming / "wales" / name, {"Case scores": given.rows()})
    home.put(story(1) / "north-east", "north-east")
    refresh(home)
    return home


@pytest.fixture
def home(standing: Home, tmp_path: Path) -> Home:
    return standing.copy(tmp_path / "home")


@pytest.fixture(scope="module")
def without(standing: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, ErasureReport]:
    """The same home after the case was erased. Read it only."""
    home = standing.copy(tmp_path_factory.mktemp("erased") / "home")
    return home, home.erase(CASE)


def left(home: Home) -> tuple[Path, ...]:
    return left_of(CASE, home)


def test_the_proof_finds_a_case_that_is_there(standing: Home):
    kinds = {path.suffix for path in left(standing)}

    assert kinds >= {".parquet", ".duckdb", ".xlsx", ".xlsm", ".xls", ".ods", ".csv"}
    assert standing.database not in left(standing)


def test_nothing_of_an_erased_case_is_left(without: tuple[Home, ErasureReport]):
    home, report = without

    assert len(report.erased.originals) == len(WRITERS)
    assert report.is_complete
    assert report.proof.left == left(home) == ()
    assert report.proof.searched > 50


def test_only_that_case_leaves_the_figures(standing: Home, without: tuple[Home, ErasureReport]):
    home, _ = without
    wales = [known for known in home.again().history().returns if known.region_slug == "wales"]

    assert accepted(home) == accepted(standing) - 1
    assert {known.in_force.reading.counts.received for known in wales} == {3}


def test_returns_without_the_case_are_not_read_again(standing: Home, without: tuple[Home, ErasureReport]):
    _, erased = without

    assert sorted(known.path for known in erased.erased.returns) == sorted(WRITERS)


def test_files_in_the_drop_folder_are_named_and_left_alone(standing: Home, without: tuple[Home, ErasureReport]):
    home, erased = without
    before, after = (
        {path.name: path.read_bytes() for path in place.incoming.rglob("*.*")} for place in (standing, home)
    )

    assert sorted(path.name for path in erased.holding) == sorted(WRITERS)
    assert after == before


def test_neither_the_same_bytes_nor_new_ones_bring_the_case_back(without: tuple[Home, ErasureReport], tmp_path: Path):
    home = without[0].copy(tmp_path / "home")
    wales = home.incoming / "wales"
    for name in WRITERS:
        shutil.copyfile(wales / name, wales / f"again {name}")
    write_xlsx(wales / "new.xlsx", {"Case scores": valid_return().rows(), "Other": [["Note"], [f"On {CASE}"]]})

    read = home.ingest()

    arrived = [*(f"again {name}" for name in WRITERS), "new.xlsx"]
    assert read == sorted(arrived)
    assert {home.of_path(path).in_force.reading.counts.received for path in arrived} == {3}
    assert left(home) == ()


def test_scrubbed_files_in_the_drop_folder_are_read_like_the_scrubbed_originals(
    without: tuple[Home, ErasureReport], home: Home
):
    home.erase(CASE, scrub_incoming=True)

    again = home.erase(CASE)

    assert again.holding == []
    assert accepted(home) == accepted(without[0])
    assert not any(known.held for known in home.again().history().returns)


def test_another_key_does_not_void_an_erasure(without: tuple[Home, ErasureReport], tmp_path: Path):
    home = without[0].copy(tmp_path / "home").with_key(b"another key of tests, which is no secret")

    home.ingest()

    assert home.of_path("openpyxl.xlsx").in_force.reading.counts.received == 3
    assert left(home) == ()


def test_the_corrections_of_an_erased_case_go_and_the_others_stay(home: Home):
    other = valid_return().references()[0]
    lines = [
        "region,return,case,field,from,to,reason,author_role,date",
        f"wales,openpyxl.xlsx,{other},sex,Unknown to all,Male,asked again,data manager,2026-01-20",
        f"wales,xlwt.xls,{CASE},age,,34,asked again,data manager,2026-01-20",
    ]
    home.corrections_file.write_text("\n".join(lines) + "\n")

    home.erase(CASE)

    with home.corrections_file.open(newline="") as file:
        assert [",".join(line) for line in csv.reader(file)] == lines[:2]


def test_a_case_that_nobody_knows_is_erased_from_nothing(home: Home):
    before = home.stored()

    report = home.erase("Q999999")

    assert (report.erased.originals, report.erased.returns, report.holding) == ([], [], [])
    assert {path: content for path, content in home.stored().items() if path != "erasures.json"} == before


def test_marks_do_not_tell_which_case_they_are_of(home: Home):
    home.erase(CASE)

    kept = (home.restricted / "erasures.json").read_text()
    assert CASE not in kept
    assert home.again().pseudonym_key.pseudonym(CASE) not in kept


def test_former_versions_lose_the_case_too(home: Home):
    given = valid_return()
    given.cases[3]["age"] = 55
    write_xlsx(home.incoming / "wales" / "openpyxl.xlsx", {"Case scores": given.rows()})
    home.ingest()

    home.erase(CASE)

    versions = home.of_path("openpyxl.xlsx").versions
    landed = [pl.read_parquet(version.reading.folder / "cases.parquet").height for version in versions]
    assert landed == [2, 3]
    assert left(home) == ()
