"""A fault of the machine stops a run and is told as one: never as a fault of a file that was sent."""

import errno
import io
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dipp_pipeline.errors import MachineError, machine_faults_told
from dipp_pipeline.intake import drop_folder
from dipp_pipeline.warehouse.engine import disk_faults_told, new_warehouse
from tests.homes import Home, story
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

NORTH_EAST = story(1) / "north-east" / "North East.xlsx"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home to which North East has sent a return."""
    home = Home(tmp_path / "home")
    home.put(NORTH_EAST, "north-east/North East.xlsx")
    return home


def told(work: Callable[[], object]) -> str:
    """The sentence that a fault of the machine during some work gives."""
    with pytest.raises(MachineError) as fault, machine_faults_told():
        work()
    return str(fault.value)


def fail_sync(monkeypatch: pytest.MonkeyPatch, within: Path, code: int) -> None:
    """Have the disk that holds a folder fail, as it does for who asks that what was written is there to stay."""
    sync = os.fsync

    def fail(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_relative_to(within):
            raise OSError(code, os.strerror(code))
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES])
def test_a_disk_that_fails_while_an_original_is_copied_is_no_fault_of_the_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, code: int
):
    fail_sync(monkeypatch, home.originals, code)

    assert str(home.originals) in told(home.ingest)
    assert home.again().history().returns == []
    assert [file for file in home.originals.rglob("*") if file.is_file()] == []

    monkeypatch.undo()
    assert home.ingest() == ["North East.xlsx"]
    assert not home.of_path("North East.xlsx").refused


def test_a_disk_that_is_full_while_an_original_is_written_is_named(home: Home, monkeypatch: pytest.MonkeyPatch):
    path_open = Path.open

    def full(self: Path, mode: str = "r", *arguments: object, **named: object) -> object:
        if "w" in mode and self.is_relative_to(home.originals):
            return io.open("/dev/full", mode, buffering=0)  # noqa: UP020
        return path_open(self, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", full)

    assert told(home.ingest).startswith(f"The disk that holds {home.originals}/")
    assert home.again().history().returns == []


def test_a_disk_that_is_full_while_a_return_is_landed_is_named(home: Home, monkeypatch: pytest.MonkeyPatch):
    fail_sync(monkeypatch, home.landing, errno.ENOSPC)

    sentence = told(home.ingest)

    assert sentence.startswith(f"The disk that holds {home.landing}/")
    assert sentence.endswith(" is full. Make room, and run it again.")
    monkeypatch.undo()
    assert home.ingest() == ["North East.xlsx"]


def fail_reading(monkeypatch: pytest.MonkeyPatch, file: Path, code: int) -> None:
    """Have opening a file of the drop folder fail."""
    os_open = os.open

    def fail(path: Path | str, *arguments: int, **named: int) -> int:
        if Path(path) == file:
            raise OSError(code, os.strerror(code), str(path))
        return os_open(path, *arguments, **named)

    monkeypatch.setattr(os, "open", fail)


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EMFILE])
def test_a_disk_that_fails_while_a_file_is_read_is_no_fault_of_the_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, code: int
):
    file = home.incoming / "north-east" / "North East.xlsx"
    fail_reading(monkeypatch, file, code)

    for work in (home.ingest, home.again().new_content):
        assert told(work) == f"{file}: {os.strerror(code)}. Look after the machine, and run it again."
    assert home.again().history().returns == []


def test_a_file_that_may_not_be_opened_costs_itself_alone_and_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    send_cases(home, "wales/scores.csv", references("A", 4))
    fail_reading(monkeypatch, home.incoming / "wales" / "scores.csv", errno.EACCES)

    home.ingest()

    issues = pl.read_parquet(home.of_path("scores.csv").latest.reading.folder / "issues.parquet")
    assert issues["rule_code"].to_list() == ["F01"]
    assert home.of_path("North East.xlsx").in_force
    assert home.again().new_content() == {}

    monkeypatch.undo()
    assert list(home.again().new_content()) == ["wales/scores.csv"]
    assert home.ingest() == ["scores.csv"]
    assert home.of_path("scores.csv").in_force


def test_a_file_that_is_still_being_written_is_refused_and_nothing_of_it_is_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    pieces, grown = drop_folder.pieces, []

    def growing(file: Path) -> object:
        yield from pieces(file)
        grown.append(file)
        yield b"!" * len(grown)

    monkeypatch.setattr(drop_folder, "pieces", growing)

    home.ingest()

    assert home.of_path("North East.xlsx").refused
    assert list(home.originals.iterdir()) == []

    monkeypatch.undo()
    home.ingest()
    assert home.of_path("North East.xlsx").in_force


def test_a_file_that_is_gone_before_it_is_copied_is_passed_over(home: Home, monkeypatch: pytest.MonkeyPatch):
    scandir = os.scandir

    def list_and_take_away(path: Path) -> object:
        listed = scandir(path)
        if Path(path).name == "north-east":
            entries = list(listed)
            (path / "North East.xlsx").unlink()
            return nullcontext(entries)
        return listed

    monkeypatch.setattr(os, "scandir", list_and_take_away)

    home.ingest()

    assert home.again().history().returns == []


def test_an_original_that_may_not_be_opened_is_no_fault_of_the_file(
    first_step: Home, new_spelling: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = first_step.copy(tmp_path / "home").under(new_spelling)
    path_open = Path.open

    def closed(self: Path, *arguments: object, **named: object) -> object:
        if self.is_relative_to(home.originals) and self.suffix == ".xlsx":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return path_open(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", closed)

    assert "may not be opened or changed" in told(home.ingest)


def test_the_drop_folder_itself_may_be_a_link(first_step: Home, tmp_path: Path):
    home = first_step.copy(tmp_path / "home")
    shutil.rmtree(home.incoming)
    home.incoming.symlink_to(first_step.incoming)

    assert home.again().new_content() == {}


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Have the system refuse to let files grow, of this process and of those that it starts."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def with_problems(tmp_path: Path) -> Home:
    """A home with a return that has problems, ingested."""
    home = Home(tmp_path / "home")
    home.put(story(1))
    home.ingest()
    return home


def test_a_disk_that_fails_while_an_original_grows_is_no_fault_of_the_file(home: Home):
    with no_file_larger_than(2000):
        sentence = told(home.ingest)

    assert sentence.startswith(f"{home.originals}/")
    assert sentence.endswith("File too large. Look after the machine, and run it again.")
    assert home.again().history().returns == []


def test_a_disk_that_fails_while_the_warehouse_is_built_is_named(with_problems: Home):
    with no_file_larger_than(100_000):
        sentence = told(with_problems.build)

    assert sentence.startswith(f"{with_problems.restricted}/")
    assert sentence.endswith("File too large). Look after the machine, and run it again.")
    assert not with_problems.warehouse.exists()


def test_a_disk_that_fails_while_a_release_is_published_is_named_and_readers_keep_theirs(with_problems: Home):
    with_problems.build()
    with no_file_larger_than(100_000):
        sentence = told(with_problems.publish)

    assert sentence.startswith(f"{with_problems.path / 'releases'}/")
    assert sentence.endswith("File too large). Look after the machine, and run it again.")
    assert not with_problems.published.exists()


@pytest.mark.parametrize("size", [1000, 6000], ids=["at once", "at the copy"])
def test_a_disk_that_fails_while_feedback_is_written_is_named_and_the_next_run_writes_it(
    with_problems: Home, size: int
):
    with_problems.build()
    with no_file_larger_than(size):
        sentence = told(with_problems.give_feedback)

    assert str(with_problems.feedback) in sentence
    assert sentence.endswith("File too large. Look after the machine, and run it again.")
    given = with_problems.give_feedback()
    assert given.written == given.copies > 0


def test_a_disk_that_fails_before_anything_is_stored_is_named(home: Home):
    with no_file_larger_than(0):
        assert told(home.ingest).startswith(f"{home.path}")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), "is full. Make room"),
        (duckdb.TransactionException("Failed to commit: Could not write file: No space left on device"), "is full."),
        (duckdb.FatalException("FATAL Error: Could not write file: Disk quota exceeded"), "is full. Make room"),
        (duckdb.OutOfMemoryException("could not allocate block"), "could not allocate block). Look after the machine"),
    ],
)
def test_what_duckdb_says_of_a_disk_is_told_as_a_fault_of_the_machine(
    tmp_path: Path, error: duckdb.Error, expected: str
):
    with pytest.raises(MachineError, match=str(tmp_path)) as fault, disk_faults_told(tmp_path / "x.duckdb"):
        raise error

    assert expected in str(fault.value)


def test_what_duckdb_says_of_a_query_is_no_fault_of_the_machine(tmp_path: Path):
    with pytest.raises(duckdb.Error), new_warehouse(tmp_path / "x.duckdb") as warehouse:
        warehouse.count("select no_such_column")
