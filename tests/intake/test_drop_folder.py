"""Which files of the drop folder are returns, and whose."""

import errno
import os
import shutil
from collections.abc import Set
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dipp_pipeline.errors import MachineError
from dipp_pipeline.home import HomeError
from dipp_pipeline.intake.drop_folder import arrivals, is_return
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.settings import MEGABYTE, Limits
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
        "atlantis/~$scores.xlsx",
        ".keep",
    ],
)
def test_what_is_no_return_is_passed_over(tmp_path: Path, path: str):
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


def test_a_drop_folder_that_is_gone_is_no_empty_one(tmp_path: Path):
    with pytest.raises(HomeError, match="is not there"):
        Home(tmp_path / "home").new_content()


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


NORTH_EAST = story(1) / "north-east" / "North East.xlsx"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which North East has sent a return."""
    home = Home(tmp_path / "home")
    home.put(NORTH_EAST, "north-east/North East.xlsx")
    return home


def problems(home: Home, path: str) -> list[tuple[str, str]]:
    """Rule and message of each problem of the latest version of a return."""
    reading = home.of_path(path).latest.reading
    return pl.read_parquet(reading.folder / "issues.parquet").select("rule_code", "message").rows()


def test_a_link_is_refused_and_what_it_leads_to_is_never_opened(home: Home, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(story(1) / "wales" / "part 1.xlsx", elsewhere)
    folder = home.incoming / "north-east"
    (folder / "file.xlsx").symlink_to(elsewhere / "part 1.xlsx")
    (folder / "folder").symlink_to(elsewhere)
    (folder / "folder.xlsx").symlink_to(elsewhere)
    (folder / "link to a link.xlsx").symlink_to(folder / "file.xlsx")
    (folder / "broken.xlsx").symlink_to(tmp_path / "nowhere")
    (folder / "round").symlink_to(home.incoming)
    (home.incoming / "wales").symlink_to(elsewhere)

    home.ingest()

    links = ["broken.xlsx", "file.xlsx", "folder", "folder.xlsx", "link to a link.xlsx", "round", "wales"]
    assert sorted(entry.path for entry in home.again().history().returns) == sorted([*links, "North East.xlsx"])
    for link in links:
        assert problems(home, link) == [("F01", "This is a link, and no link is followed. Put the file itself here.")]
    assert [file.name for file in home.originals.glob("*/*")] == ["North East.xlsx"]
    assert (home.again().new_content(), home.ingest()) == ({}, [])


def test_a_link_in_the_place_of_a_region_s_folder_is_told_to_the_region(home: Home, tmp_path: Path):
    (home.incoming / "wales").symlink_to(tmp_path)

    home.ingest()

    assert home.of_path("wales").region_slug == "wales"


def test_a_file_in_the_place_of_a_link_is_taken(home: Home):
    link = home.incoming / "north-east" / "link.xlsx"
    link.symlink_to(NORTH_EAST)
    home.ingest()
    link.unlink()
    shutil.copy(story(2) / "london" / "late.xlsx", link)

    assert list(home.again().new_content()) == ["north-east/link.xlsx"]
    assert home.ingest() == ["link.xlsx"]
    assert not home.of_path("link.xlsx").refused


def test_a_link_that_a_person_names_is_checked(home: Home, tmp_path: Path):
    link = tmp_path / "link.xlsx"
    link.symlink_to(NORTH_EAST)

    (checked,) = check_files([link], "north-east", home)

    assert checked.outcome == "accepted"


def test_a_hard_link_is_a_file_like_others(home: Home):
    (home.incoming / "north-east" / "hard.xlsx").hardlink_to(home.incoming / "north-east" / "North East.xlsx")

    home.ingest()

    assert not home.of_path("hard.xlsx").refused


@pytest.mark.parametrize("closed", [".", "north-east", "north-east/deep", "atlantis"])
def test_a_folder_that_cannot_be_opened_stops_the_run_and_nothing_is_landed(
    home: Home, monkeypatch: pytest.MonkeyPatch, closed: str
):
    folder = home.incoming / closed
    folder.mkdir(exist_ok=True)
    deny_listing(monkeypatch, folder, errno.EACCES)

    for ask in (home.again().new_content, home.ingest):
        with pytest.raises(MachineError, match=rf"{folder} cannot be opened \(Permission denied\)\. Give .* again\."):
            ask()
    assert home.again().history().returns == []


def test_where_a_folder_cannot_be_opened_nobody_says_that_there_is_nothing_to_do(
    published_demo: Home, monkeypatch: pytest.MonkeyPatch
):
    deny_listing(monkeypatch, published_demo.incoming / "west-midlands", errno.EIO)

    with pytest.raises(MachineError, match="west-midlands cannot be opened"):
        published_demo.again().nothing_to_do()


@pytest.mark.parametrize("gone", [errno.ENOENT, errno.ENOTDIR])
def test_a_folder_that_is_taken_away_while_it_is_looked_for_is_passed_over(
    home: Home, monkeypatch: pytest.MonkeyPatch, gone: int
):
    folder = home.incoming / "north-east" / "deep"
    folder.mkdir()
    deny_listing(monkeypatch, folder, gone)

    assert home.ingest() == ["North East.xlsx"]


def test_a_closed_folder_of_the_disk_stops_nothing(home: Home, monkeypatch: pytest.MonkeyPatch):
    (home.incoming / "lost+found").mkdir()
    deny_listing(monkeypatch, home.incoming / "lost+found", errno.EACCES)

    assert home.ingest() == ["North East.xlsx"]


def deny_listing(monkeypatch: pytest.MonkeyPatch, closed: Path, code: int) -> None:
    """Have listing a folder fail, also for root, to whom everything is open."""
    scandir = os.scandir

    def denied(path: Path | str = ".") -> object:
        if Path(path) == closed:
            raise OSError(code, os.strerror(code), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)


def test_a_file_over_the_limit_is_neither_copied_nor_opened(home: Home, monkeypatch: pytest.MonkeyPatch):
    large = large_file(home, MEGABYTE + 1)
    never_open(monkeypatch, large)
    home = limited(home)

    home.ingest()

    assert problems(home, "large.csv") == [("F02", "The file is larger than 1 MB. Send the case scores only.")]
    assert home.of_path("large.csv").latest.original is None
    assert (home.again().new_content(), home.ingest()) == ({}, [])


def test_a_file_over_the_limit_is_new_when_its_size_changes_or_the_limit(home: Home):
    large = large_file(home, MEGABYTE + 1)
    small = limited(home)
    small.ingest()
    assert list(home.again().new_content()) == ["north-east/large.csv"]

    with large.open("wb") as file:
        file.truncate(MEGABYTE + 2)
    assert list(small.again().new_content()) == ["north-east/large.csv"]
    assert small.ingest() == ["large.csv"]

    assert home.ingest() == ["large.csv"]
    assert home.of_path("large.csv").latest.original is not None
    assert (home.again().new_content(), home.ingest()) == ({}, [])


def limited(home: Home) -> Home:
    return replace(home, settings=replace(home.settings, limits=Limits(file_megabytes=1)))


def large_file(home: Home, size: int) -> Path:
    large = home.incoming / "north-east" / "large.csv"
    with large.open("wb") as file:
        file.truncate(size)
    return large


def never_open(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Have opening a file fail the test."""
    os_open, path_open = os.open, Path.open

    def guarded(opened: Path | str, *arguments: int, **named: int) -> int:
        assert Path(opened) != file
        return os_open(opened, *arguments, **named)

    def guarded_path(opened: Path, *arguments: str, **named: str) -> object:
        assert opened != file
        return path_open(opened, *arguments, **named)

    monkeypatch.setattr(os, "open", guarded)
    monkeypatch.setattr(Path, "open", guarded_path)


@pytest.mark.parametrize("levels", [1, 3], ids=["of a file", "of a folder"])
def test_a_path_that_is_too_long_to_be_opened_is_refused(home: Home, levels: int):
    reached = fill_up(home.incoming / "north-east")
    put_deeper(reached, levels)

    home.ingest()

    (refused,) = (entry for entry in home.again().history().returns if entry.refused)
    assert len(os.fsencode(home.incoming / "north-east" / refused.path)) > LONGEST_PATH
    assert problems(home, refused.path) == [
        ("F01", "The path is too long to be opened. Shorten the names of its folders, or move it up.")
    ]
    assert (home.again().new_content(), home.ingest()) == ({}, [])


def test_a_return_whose_copy_would_have_too_long_a_path_is_taken_and_gets_a_copy_elsewhere(home: Home):
    reached = fill_up(home.incoming / "north-east")
    room = LONGEST_PATH - len(os.fsencode(reached)) - 1
    for ending in (".csv", ".ods"):
        (reached / ("a" * (room - len(ending)) + ending)).write_bytes(b"no return")

    home.ingest()
    home.build()

    assert home.give_feedback().copies == 2
    assert len(list((home.feedback / "north-east").rglob("*.xlsx"))) == 2
    assert home.give_feedback().written == 0


LONGEST_PATH = 4095
"""Bytes of a path that Linux opens."""


def fill_up(folder: Path) -> Path:
    """A folder within, whose path leaves room for a short name alone."""
    while (room := LONGEST_PATH - len(os.fsencode(folder))) > 60:
        folder = folder / ("d" * min(room - 40, 250))
        folder.mkdir()
    return folder


def put_deeper(folder: Path, levels: int) -> None:
    """Put a file so many levels deeper, by way of folders that are open already."""
    name = "e" * 200
    within = os.open(folder, os.O_RDONLY)
    for _ in range(levels - 1):
        os.mkdir(name, dir_fd=within)
        within = os.open(name, os.O_RDONLY, dir_fd=within)
    os.close(os.open(f"{name}.csv", os.O_WRONLY | os.O_CREAT, dir_fd=within))


def test_names_that_are_no_text_are_different_returns_with_paths_of_their_own(home: Home):
    folder = home.incoming / "north-east"
    for name in (b"bad\xff.xlsx", b"bad\xfe.xlsx", "bad\N{REPLACEMENT CHARACTER}.xlsx".encode()):
        shutil.copy(NORTH_EAST, folder / os.fsdecode(name))

    home.ingest()

    paths = [entry.path for entry in home.again().history().returns]
    assert len(set(paths)) == 4
    assert all(home.again().history().find("north-east", path).path == path for path in paths)
    assert all(path.endswith(".xlsx") for path in paths)
    assert (home.again().new_content(), home.ingest()) == ({}, [])


def test_marked_up_copies_of_names_that_are_no_text_do_not_overwrite_each_other(home: Home):
    for name in (b"bad\xff.csv", b"bad\xfe.csv"):
        (home.incoming / "north-east" / os.fsdecode(name)).write_bytes(name)

    home.ingest()
    home.build()

    assert home.give_feedback().copies == 2
    assert len(list(home.feedback.rglob("*.xlsx"))) == 2


NAMES = st.binary(min_size=1, max_size=60).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
ENDINGS = st.sampled_from([b"", b".csv", b".xlsx"])


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@example({b"_.\x80"})
@given(st.sets(st.tuples(NAMES, ENDINGS).map(b"".join).filter(lambda name: name not in (b".", b"..")), max_size=12))
@pytest.mark.exhaustive
def test_whatever_a_file_is_called_it_is_one_return_and_is_new_once(names: Set[bytes]):
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.incoming.mkdir()
        for name in names:
            drop(home.incoming, f"wales/{os.fsdecode(name)}")

        home.ingest()

        returns = home.again().history().returns
        assert len(returns) == len({entry.path for entry in returns})
        assert len(returns) == sum(is_return(os.fsdecode(name)) for name in names)
        assert all(entry.refused for entry in returns)
        assert (home.again().new_content(), home.ingest()) == ({}, [])
