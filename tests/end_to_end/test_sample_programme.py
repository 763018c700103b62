"""The sample programme of five regions gives the findings that it must give, through the published file alone."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.dipp import (
    DEMO_RETURNS,
    FINDINGS,
    SAMPLES,
    all_published,
    assert_published_as_expected,
    dipp,
    published,
    refresh,
)

pytestmark = pytest.mark.thorough


def test_the_findings_are_the_expected_ones(sample_programme: Path) -> None:
    assert_published_as_expected(sample_programme, SAMPLES / "programme" / "expected", FINDINGS)


@pytest.mark.parametrize(
    ("measure", "relevant", "counted", "rounded"),
    [
        ("delivery_effective", 84, 41, 49),
        ("oversight_ineffective_or_absent", 80, 49, 61),
        ("child_information_available", 62, 41, 66),
        ("child_information_analysed", 62, 31, 50),
    ],
)
def test_the_west_midlands_give_the_published_figures(
    sample_programme: Path, measure: str, relevant: int, counted: int, rounded: int
) -> None:
    columns = ["region_code", "measure_code", "relevant_cases", "counted_cases", "percentage_rounded"]

    rows = published(sample_programme, "regional_findings", columns)

    assert ("N52", measure, relevant, counted, rounded) in rows


def test_a_refresh_with_nothing_new_says_so_and_keeps_the_release(sample_programme: Path) -> None:
    before = (sample_programme / "published" / "dipp_findings.duckdb").read_bytes()

    again = refresh(sample_programme)

    assert again["published"]
    assert not again["changed"]
    assert again["returns"] == {"received": 8, "unchanged": 8, "refused": 0}
    assert again["cases"] == {"received": 333, "accepted": 332, "quarantined": 0, "identical_dropped": 1}
    assert (sample_programme / "published" / "dipp_findings.duckdb").read_bytes() == before


@pytest.mark.exhaustive
def test_two_homes_with_the_same_returns_publish_the_same_tables(sample_programme: Path, tmp_path: Path) -> None:
    home = tmp_path / "other" / "home"
    shutil.copytree(DEMO_RETURNS, home / "incoming")

    refresh(home)

    assert all_published(home) == all_published(sample_programme)


@pytest.mark.parametrize("words", [b"Free text about the case", b"Family name", b"cmd|", b"initials"])
def test_what_is_personal_or_free_text_stays_with_the_originals(sample_programme: Path, words: bytes) -> None:
    """A workbook is packed, so the packed originals themselves cannot hold the words in the clear."""
    kept_apart = (sample_programme / "incoming", sample_programme / "restricted" / "originals")

    holding = [
        file
        for file in sample_programme.rglob("*")
        if file.is_file() and not any(folder in file.parents for folder in kept_apart) and _holds(file, words)
    ]

    assert holding == []


def _holds(file: Path, words: bytes) -> bool:
    if file.suffix == ".parquet" and file.name != "issues.parquet":
        import polars as pl

        return any(words.decode() in str(row) for row in pl.read_parquet(file).rows())
    return file.name != "issues.parquet" and file.suffix != ".duckdb" and words in file.read_bytes()


def test_the_demo_sets_up_a_home_and_says_where_everything_is(tmp_path: Path) -> None:
    home = tmp_path / "home"

    done = dipp("demo", "--home", home)

    assert done.returncode == 0, done.stderr
    assert "332 accepted, 0 quarantined, 1 identical dropped" in done.stdout
    assert str(home / "published" / "dipp_findings.duckdb") in done.stdout
    assert dipp("demo", "--home", home).returncode == 2
