"""What is written is there whole or not at all, and what a killed process left aside is swept away."""

from pathlib import Path

import pytest

from dipp_pipeline import atomic


class KilledError(Exception):
    """The process ended here."""


def write_and_end(file: Path) -> None:
    file.write_text("half")
    raise KilledError


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path: Path):
    target = tmp_path / "report.txt"
    target.write_text("before")

    with atomic.new_file(target) as aside:
        aside.write_text("after")
        assert target.read_text() == "before"

    assert target.read_text() == "after"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_is_not_finished_leaves_nothing(tmp_path: Path):
    target = tmp_path / "report.txt"
    target.write_text("before")

    with pytest.raises(KilledError), atomic.new_file(target) as aside:
        write_and_end(aside)

    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_may_be_read_by_whom_it_is_for(tmp_path: Path, mode: int):
    with atomic.new_file(tmp_path / "report.txt", mode):
        pass

    assert (tmp_path / "report.txt").stat().st_mode & 0o777 == mode


def test_a_folder_takes_its_place_whole(tmp_path: Path):
    target = tmp_path / "deep" / "folder"

    with atomic.new_folder(target, 0o755) as aside:
        (aside / "a.txt").write_text("a")
        (aside / "b.txt").write_text("b")
        assert not target.exists()

    assert sorted(file.name for file in target.iterdir()) == ["a.txt", "b.txt"]
    assert target.stat().st_mode & 0o777 == 0o755
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_is_not_finished_leaves_nothing(tmp_path: Path):
    with pytest.raises(KilledError), atomic.new_folder(tmp_path / "folder") as aside:
        write_and_end(aside / "a.txt")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_to_work_in_is_gone_afterwards(tmp_path: Path):
    with atomic.new_folder_beside(tmp_path / "warehouse.duckdb") as folder:
        (folder / "warehouse.duckdb").write_text("half")
        assert folder.parent == tmp_path

    assert list(tmp_path.iterdir()) == []


def test_a_link_is_switched_and_stays_relative(tmp_path: Path):
    for name in ("first", "second"):
        (tmp_path / "releases" / name).mkdir(parents=True)
        (tmp_path / "releases" / name / "name.txt").write_text(name)
    link = tmp_path / "published"

    for name in ("first", "second", "second"):
        atomic.switch_link(link, tmp_path / "releases" / name)
        assert (link / "name.txt").read_text() == name

    assert link.readlink() == Path("releases/second")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["published", "releases"]
    assert len(list((tmp_path / "releases").iterdir())) == 2


def test_what_a_killed_process_left_aside_is_swept_away_and_nothing_else(tmp_path: Path):
    (tmp_path / "a" / ".aside-ab12_xyz" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".aside-ab12_xyz" / "b" / "c.txt").write_text("half")
    (tmp_path / ".aside-12345678").write_text("half")
    (tmp_path / "a" / "kept.txt").write_text("whole")
    (tmp_path / "a" / "an .aside- note.txt").write_text("whole")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a" / ".aside-abcdefgh").symlink_to(tmp_path / "elsewhere")

    atomic.sweep(tmp_path)

    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["a", "a/.aside-abcdefgh", "a/an .aside- note.txt", "a/kept.txt", "elsewhere"]


def test_a_document_is_read_as_it_was_written(tmp_path: Path):
    atomic.write_document(tmp_path / "document.json", {"name": "Ynys Môn", "count": 3})

    assert atomic.read_document(tmp_path / "document.json") == {"name": "Ynys Môn", "count": 3}
    assert (tmp_path / "document.json").stat().st_mode & 0o777 == 0o600
