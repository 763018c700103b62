"""A case that is erased is gone from everything, and does not come back."""

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest

from dipp_pipeline.erasing.erase import Erased, erase
from dipp_pipeline.erasing.proof import Proof, prove_erased
from dipp_pipeline.giving_back import give_back
from dipp_pipeline.publishing.summary import summarise
from tests.homes import Home, story
from tests.returns import WRITERS, valid_return

CASE = valid_return().references()[1]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a return of each format, built, published and given back. The same case stands in each of them."""
    home = Home(tmp_path_factory.mktemp("erasing") / "home")
    (home.settings.incoming / "wales").mkdir(parents=True)
    for name, writer in WRITERS.items():
        given = valid_return()
        given.cases[0]["sex"] = "Unknown to all"
        given.headings["remarks"] = "Remarks"
        for case in given.cases:
            case["remarks"] = f"As in {CASE[0].lower()} {CASE[1:]}, see there"
        writer(home.settings.incoming / "wales" / name, {"Case scores": given.rows()})
    home.put(story(1) / "north-east", "north-east")
    refresh(home)
    return home


@pytest.fixture
def home(standing: Home, tmp_path: Path) -> Home:
    return standing.copy(tmp_path / "home")


def refresh(home: Home) -> None:
    home.take_in()
    home.build()
    give_back(home.house)
    home.publish()


def erased_and_refreshed(home: Home, scrub_incoming: bool = False) -> tuple[Erased, Proof]:
    erased = erase(home.house, CASE, scrub_incoming)
    refresh(home)
    return erased, prove_erased(home.house, CASE)


def accepted(home: Home) -> int:
    return summarise(home.settings.database).cases["accepted"]


def test_the_proof_finds_a_case_that_is_there(home: Home):
    proof = prove_erased(home.house, CASE)

    kinds = {path.suffix for path in proof.left}
    assert kinds >= {".parquet", ".duckdb", ".xlsx", ".xlsm", ".xls", ".ods", ".csv"}
    assert home.settings.database not in proof.left


def test_nothing_of_an_erased_case_is_left(home: Home):
    erased, proof = erased_and_refreshed(home)

    assert erased.originals == len(WRITERS)
    assert erased.unsearched == []
    assert proof.left == ()
    assert proof.searched > 50


def test_only_that_case_leaves_the_figures(home: Home):
    before = accepted(home)

    erased_and_refreshed(home)

    assert accepted(home) == before - 1
    assert {
        known.in_force.reading.counts.received for known in home.house.history().returns if known.region_slug == "wales"
    } == {3}


def test_returns_without_the_case_are_not_read_again(home: Home):
    before = home.known("North East.xlsx").in_force.reading.folder.stat().st_ino

    erased, _ = erased_and_refreshed(home)

    assert sorted(known.path for known in erased.returns) == sorted(WRITERS)
    assert home.known("North East.xlsx").in_force.reading.folder.stat().st_ino == before


def test_files_in_the_drop_folder_are_named_and_left_alone(home: Home):
    before = {path: path.read_bytes() for path in home.settings.incoming.rglob("*.*")}

    erased, _ = erased_and_refreshed(home)

    assert sorted(path.name for path in erased.incoming) == sorted(WRITERS)
    assert {path: path.read_bytes() for path in home.settings.incoming.rglob("*.*")} == before


def test_the_same_bytes_do_not_bring_the_case_back(home: Home):
    erased_and_refreshed(home)

    assert home.take_in() == []
    assert prove_erased(home.house, CASE).left == ()


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_bytes_under_another_name_do_not_bring_the_case_back(home: Home, name: str):
    erased_and_refreshed(home)
    shutil.copyfile(home.settings.incoming / "wales" / name, home.settings.incoming / "wales" / f"again {name}")

    refresh(home)

    assert home.known(f"again {name}").in_force.reading.counts.received == 3
    assert prove_erased(home.house, CASE).left == ()


def test_new_bytes_do_not_bring_the_case_back(home: Home):
    erased_and_refreshed(home)
    given = valid_return()
    WRITERS["openpyxl.xlsx"](home.settings.incoming / "wales" / "new.xlsx", {"Case scores": given.rows()})
    WRITERS["openpyxl.xlsx"](home.settings.incoming / "wales" / "xlwt.xlsx", {"Other": [["Note"], [f"On {CASE}"]]})

    refresh(home)

    assert home.known("new.xlsx").in_force.reading.counts.received == 3
    assert prove_erased(home.house, CASE).left == ()


def test_scrubbed_files_in_the_drop_folder_are_read_like_the_scrubbed_originals(home: Home):
    _, proof = erased_and_refreshed(home, scrub_incoming=True)
    after = accepted(home)

    again, _ = erased_and_refreshed(home)

    assert proof.left == ()
    assert again.incoming == []
    assert accepted(home) == after
    assert not any(known.held for known in home.house.history().returns)


def test_another_key_does_not_void_an_erasure(home: Home):
    erased_and_refreshed(home)
    other = Home(home.path, pseudonym_key=b"another key of tests, which is no secret")

    refresh(other)

    assert accepted(other) == accepted(home)
    assert prove_erased(other.house, CASE).left == ()


def test_the_corrections_of_an_erased_case_go_and_the_others_stay(home: Home):
    other = valid_return().references()[0]
    lines = [
        "region,return,case,field,from,to,reason,author_role,date",
        f"wales,openpyxl.xlsx,{other},sex,Unknown to all,Male,asked again,data manager,2026-01-20",
        f"wales,xlwt.xls,{CASE},age,,34,asked again,data manager,2026-01-20",
    ]
    home.settings.corrections.write_text("\n".join(lines) + "\n")

    erase(home.house, CASE, scrub_incoming=False)

    with home.settings.corrections.open(newline="") as file:
        assert [",".join(line) for line in csv.reader(file)] == lines[:2]


def test_a_case_that_nobody_knows_is_erased_from_nothing(home: Home):
    before = home.stored()

    erased = erase(home.house, "Q999999", scrub_incoming=False)

    assert (erased.originals, erased.returns, erased.incoming) == (0, [], [])
    assert {path: content for path, content in home.stored().items() if path != "erasures.json"} == before


def test_marks_do_not_tell_which_case_they_are_of(home: Home):
    erase(home.house, CASE, scrub_incoming=False)

    kept = home.settings.erasures.read_text()
    assert CASE not in kept
    assert home.house.pseudonym_key.pseudonym(CASE) not in kept


def test_former_versions_lose_the_case_too(home: Home):
    given = valid_return()
    given.cases[3]["age"] = 55
    WRITERS["openpyxl.xlsx"](home.settings.incoming / "wales" / "openpyxl.xlsx", {"Case scores": given.rows()})
    refresh(home)

    _, proof = erased_and_refreshed(home)

    versions = home.known("openpyxl.xlsx").versions
    landed = [pl.read_parquet(version.reading.folder / "cases.parquet").height for version in versions]
    assert landed == [2, 3]
    assert proof.left == ()
