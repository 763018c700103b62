"""Which files of the drop folder are returns, and whose."""

import os
import shutil
from pathlib import Path

import pytest

from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.programme.seeds import load_programme
from tests.homes import SEEDS, Home, story


@pytest.mark.parametrize(
    "path",
    [
        "wales/scores.xlsx",
        "wales/deep/er/scores.xlsx",
        "wales/scores.pdf",
        "wales/no ending",
        "wales/staffing.xlsx",
        "wales/staffing",
        "wales/deep/staffing/scores.xlsx",
        "wales/Staffing/scores.xlsx",
        "wales/london/scores.xlsx",
        "wales/~scores.xlsx",
        "wales/thumbs.db.xlsx",
    ],
)
def test_a_file_under_a_region_is_a_return_of_it_known_by_its_path_there(tmp_path: Path, path: str):
    drop(tmp_path, path)

    assert arrived(tmp_path) == [("wales", path.removeprefix("wales/"))]


@pytest.mark.parametrize(
    "path",
    [
        "wales/~$scores.xlsx",
        "wales/.scores.xlsx",
        "wales/.~lock.scores.ods#",
        "wales/Thumbs.db",
        "wales/deep/Thumbs.db",
        "wales/staff-survey/answers.xlsx",
        "wales/staffing/posts.xlsx",
        "wales/staffing/2026/posts.xlsx",
        "wales/recommendations/actions.xlsx",
        "atlantis/~$scores.xlsx",
        ".keep",
    ],
)
def test_what_is_no_case_scoring_return_is_passed_over(tmp_path: Path, path: str):
    drop(tmp_path, path)

    assert arrived(tmp_path) == []


@pytest.mark.parametrize(
    "path", ["scores.xlsx", "atlantis/scores.xlsx", "atlantis/wales/scores.xlsx", "wales", "atlantis/staffing/p.xlsx"]
)
def test_a_file_under_none_of_the_regions_is_of_no_region(tmp_path: Path, path: str):
    drop(tmp_path, path)

    assert arrived(tmp_path) == [(None, path)]


def test_a_return_is_known_by_region_and_path_together(tmp_path: Path):
    drop(tmp_path, "wales/scores.xlsx", "london/scores.xlsx", "london/other.xlsx", "wales/deep/scores.xlsx")

    found = arrivals(tmp_path, load_programme(SEEDS))

    assert len({arrival.return_id for arrival in found}) == 4


def test_returns_stand_by_region_and_path(tmp_path: Path):
    drop(tmp_path, "wales/b.xlsx", "wales/a.xlsx", "london/z.xlsx", "atlantis/y.xlsx")

    assert arrived(tmp_path) == [
        (None, "atlantis/y.xlsx"),
        ("london", "z.xlsx"),
        ("wales", "a.xlsx"),
        ("wales", "b.xlsx"),
    ]


def test_a_home_without_a_drop_folder_has_no_returns(tmp_path: Path):
    assert Home(tmp_path / "home").new_content() == {}


def drop(incoming: Path, *paths: str) -> None:
    for path in paths:
        (incoming / path).parent.mkdir(parents=True, exist_ok=True)
        (incoming / path).touch()


def arrived(incoming: Path) -> list[tuple[str | None, str]]:
    return [(arrival.region_slug, arrival.path) for arrival in arrivals(incoming, load_programme(SEEDS))]


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.put(story(1) / "north-east" / "North East.xlsx", "north-east/North East.xlsx")
    os.mkfifo(home.incoming / "north-east" / "pipe.xlsx")

    home.ingest()

    assert home.of_path("pipe.xlsx").refused
    assert not home.of_path("North East.xlsx").refused


def test_a_region_folder_may_be_a_link_and_links_may_lead_in_a_circle(tmp_path: Path):
    home = Home(tmp_path / "home")
    (tmp_path / "share").mkdir()
    shutil.copy(story(1) / "north-east" / "North East.xlsx", tmp_path / "share")
    home.incoming.mkdir(parents=True)
    (home.incoming / "north-east").symlink_to(tmp_path / "share")
    (tmp_path / "share" / "round").symlink_to(home.incoming)

    assert home.ingest() == ["North East.xlsx"]


def test_names_that_are_no_text_are_different_returns(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.put(story(1) / "north-east" / "North East.xlsx", "north-east/a.xlsx")
    folder = home.incoming / "north-east"
    for name in (b"bad\xff.xlsx", b"bad\xfe.xlsx"):
        shutil.copy(folder / "a.xlsx", folder / os.fsdecode(name))

    home.ingest()

    assert len(home.again().history().returns) == 3
    assert home.ingest() == []
