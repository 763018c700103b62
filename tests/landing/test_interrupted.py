"""A process that is killed while everything is read again: nothing is built of half of it, and the next run ends it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dipp_pipeline.pipeline import UnreadError
from tests.homes import Home


class KilledError(Exception):
    """The process ended here."""


Kill = Callable[[Home, int], None]


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Kill:
    """Take in, and end as if killed before the reading of that number is in its place: nothing is cleaned up."""
    rename = Path.replace

    def kill_at(home: Home, reading: int) -> None:
        definitions, put = home.again().definitions["definitions"], []

        def replace(self: Path, target: Path) -> Path:
            if Path(target).name == definitions:
                put.append(target)
            if len(put) == reading:
                raise KilledError
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", replace)
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KilledError):
            home.ingest()
        monkeypatch.undo()

    return kill_at


@pytest.fixture(scope="module")
def read_again(second_step: Home, new_spelling: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The second step of the story, read again without an interruption."""
    home = second_step.copy(tmp_path_factory.mktemp("again") / "home").under(new_spelling)
    home.ingest()
    return home


@pytest.mark.parametrize(("reading", "still_to_read"), [(3, 4), (9, 1)], ids=["early", "at the last"])
def test_nothing_is_built_while_a_version_is_unread_and_the_next_run_reads_the_rest_alone(
    second_step: Home, read_again: Home, tmp_path: Path, kill: Kill, reading: int, still_to_read: int
):
    home = second_step.copy(tmp_path / "home").under(read_again.seeds)
    assert sum(len(known.versions) for known in home.again().history().returns) == 9
    kill(home, reading)

    with pytest.raises(UnreadError, match=r"must be read first\. Run the refresh of all regions"):
        home.build()
    assert not home.warehouse.exists()

    assert len(home.ingest()) == still_to_read
    assert home.stored() == read_again.stored()
