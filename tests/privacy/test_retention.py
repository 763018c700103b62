"""Retention: of old versions that nothing needs only hash, arrival and counts stay, and no published figure moves."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.privacy.retention import Purged
from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.reports.text import show_purged
from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER, Home
from tests.landing.small_returns import references, return_of, send, send_cases

pytestmark = pytest.mark.thorough

GONE = [
    ("mended.csv", 1),
    ("mended.csv", 2),
    ("shared.csv", 1),
    ("superseded.csv", 1),
    ("withdrawn.csv", 1),
]
"""The versions that were superseded, refused or withdrawn."""


@dataclass(frozen=True)
class AfterPurge:
    """A home, published, of which everything before February was purged."""

    before: Home
    home: Home
    purged: Purged


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with versions of every outcome, of three days, published."""
    home = Home(tmp_path_factory.mktemp("kept") / "home")
    for letter, name in zip("ABCDEF", ("in force", "superseded", "withdrawn", "held", "mended", "shared"), strict=True):
        send_cases(home, f"wales/{name}.csv", references(letter, 10))
    home.put(home.incoming / "wales" / "shared.csv", "london/shared.csv")
    arrive_on(home, datetime(2026, 1, 10, 12, tzinfo=UTC))
    send_cases(home, "wales/superseded.csv", references("B", 9))
    send_cases(home, "wales/held.csv", references("D", 2))
    send_cases(home, "wales/shared.csv", references("F", 9))
    (home.incoming / "wales" / "mended.csv").write_text("no case table\n")
    arrive_on(home, datetime(2026, 1, 20, 12, tzinfo=UTC))
    send_cases(home, "wales/mended.csv", references("E", 9))
    arrive_on(home, datetime(2026, 2, 1, 12, tzinfo=UTC))
    home.of_path("withdrawn.csv").withdraw()
    home.build()
    home.publish()
    return home


@pytest.fixture(scope="module")
def after(kept: Home, tmp_path_factory: pytest.TempPathFactory) -> AfterPurge:
    home = kept.copy(tmp_path_factory.mktemp("purged") / "home")
    purged = home.purge(date(2026, 2, 1))
    assert home.ingest() == []
    home.build()
    return AfterPurge(kept, home, purged)


def arrive_on(home: Home, moment: datetime) -> None:
    """Take in what is new, at a moment."""
    home.at(moment).ingest()


def test_what_nothing_needs_is_purged(after: AfterPurge):
    purged = [
        (known.path, version.number)
        for known in after.home.again().history().returns
        for version in known.versions
        if known.outcome(version) == "purged"
    ]

    assert purged == GONE
    assert after.purged.versions == len(GONE)


@pytest.mark.parametrize(("path", "number"), GONE)
def test_of_a_purged_version_no_reading_is_left(after: AfterPurge, path: str, number: int):
    purged = version_of(after.home, path, number)

    assert sorted(file.name for file in purged.folder.rglob("*")) == ["purged.json", "version.json"]


def test_of_the_originals_only_those_are_left_that_a_version_needs(after: AfterPurge):
    needed = {
        version.original
        for known in after.before.again().history().returns
        for version in known.versions
        if (known.path, version.number) not in GONE or known.region_slug == "london"
    }

    assert len(needed) == 7
    assert originals(after.home) == needed
    assert len(originals(after.before)) == len(needed) + len(GONE) - 1
    assert len(list(after.home.originals.iterdir())) == len(needed)


@pytest.mark.parametrize(("path", "number"), GONE)
def test_of_a_purged_version_hash_arrival_and_counts_are_left(after: AfterPurge, path: str, number: int):
    before, told = (history(home)[path, number] for home in (after.before, after.home))

    assert told["outcome"] == "purged"
    assert told == {**before, "outcome": "purged", "changes": [], "measures": []}


def test_what_is_left_has_no_case(after: AfterPurge):
    left = version_of(after.home, "superseded.csv", 1).folder / "purged.json"

    assert json.loads(left.read_text()).keys() == {
        "region",
        "path",
        "version",
        "sha256",
        "received_at",
        "definitions",
        "seeds",
        "pipeline_version",
        "corrections_file",
        "key",
        "identity",
        "refused",
        "counts",
        "contents",
        "corrections",
        "limits",
        "for_now",
        "loss",
    }


def test_versions_as_old_that_are_needed_stay_and_are_named(after: AfterPurge):
    needed = [(known.region_slug, known.path, version.number) for known, version in after.purged.still_needed]

    assert needed == [
        ("london", "shared.csv", 1),
        ("wales", "held.csv", 1),
        ("wales", "held.csv", 2),
        ("wales", "in force.csv", 1),
        ("wales", "shared.csv", 2),
        ("wales", "superseded.csv", 2),
    ]
    stay = {(known.path, version.number): known.outcome(version) for known, version in after.purged.still_needed}
    now = {(path, number): told["outcome"] for (path, number), told in history(after.home).items()}
    assert {version: now[version] for version in stay if version[0] != "shared.csv"} == {
        ("held.csv", 1): "in_force",
        ("held.csv", 2): "held",
        ("in force.csv", 1): "in_force",
        ("superseded.csv", 2): "in_force",
    }


def test_what_went_and_what_stays_is_said_in_a_sentence_each(after: AfterPurge, capsys: pytest.CaptureFixture[str]):
    show_purged(after.purged)

    first, *others = capsys.readouterr().out.splitlines()
    assert first == "Purged 5 versions. Their hashes, arrivals and counts stay in the history."
    assert (
        "wales/held.csv, version 2, is as old and stays, since it is held. Withdraw the return first if it must go."
        in others
    )
    assert f"{after.purged.incoming[0]} still has a content that was purged. Delete it." in others
    assert len(others) == len(after.purged.still_needed) + 1


def test_an_original_that_another_return_needs_stays(after: AfterPurge):
    (shared,) = {version_of(home, "shared.csv", 1, "london").original for home in (after.before, after.home)}

    assert version_of(after.before, "shared.csv", 1).original == shared
    assert (after.home.originals / shared).exists()


def test_an_original_goes_with_the_last_version_that_needs_it(after: AfterPurge, tmp_path: Path):
    home = after.home.copy(tmp_path / "home")
    shared = version_of(home, "shared.csv", 1, "london").original
    home.again().history().find("london", "shared.csv").withdraw()

    purged = home.purge(date(2026, 2, 1))

    assert purged.versions == 1
    assert not (home.originals / shared).parent.exists()


def test_the_published_tables_stay_the_same(after: AfterPurge):
    assert marts(after.home) == marts(after.before)
    assert not after.home.publish().changed


def test_a_file_that_still_has_a_purged_content_is_named_and_not_read_again(after: AfterPurge):
    incoming = after.home.incoming

    assert after.purged.incoming == [incoming / "wales" / "withdrawn.csv"]
    assert after.home.again().new_content() == {}


def test_only_what_arrived_before_the_day_is_purged(kept: Home, tmp_path: Path):
    home = kept.copy(tmp_path / "home")

    assert home.purge(date(2026, 1, 10)).versions == 0
    assert home.stored() == kept.stored()
    assert home.purge(date(2026, 1, 20)).versions == len(GONE) - 1
    assert version_of(home, "mended.csv", 2).reading.refused
    assert not version_of(home, "mended.csv", 2).purged


def test_the_day_is_one_of_london(kept: Home, tmp_path: Path):
    home = kept.copy(tmp_path / "home")
    arrival = version_of(home, "withdrawn.csv", 1).folder / "version.json"
    on_the_first_of_july = json.loads(arrival.read_text()) | {"received_at": "2026-06-30T23:30:00+00:00"}
    arrival.write_text(json.dumps(on_the_first_of_july))

    home.purge(date(2026, 7, 1))
    assert not version_of(home, "withdrawn.csv", 1).purged
    home.purge(date(2026, 7, 2))
    assert version_of(home, "withdrawn.csv", 1).purged


def test_purging_twice_changes_nothing_and_names_the_same_files(after: AfterPurge, tmp_path: Path):
    home = after.home.copy(tmp_path / "home")

    again = home.purge(date(2026, 2, 1))

    assert again.versions == 0
    assert [file.name for file in again.incoming] == ["withdrawn.csv"]
    assert home.stored() == after.home.stored()


def test_a_purge_that_was_interrupted_is_finished_by_the_next(
    after: AfterPurge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = after.before.copy(tmp_path / "home")
    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(InterruptedError):
        home.purge(date(2026, 2, 1))
    monkeypatch.undo()

    home.purge(date(2026, 2, 1))

    assert not home.warehouse.exists()
    assert without_warehouse(home) == without_warehouse(after.home)


def test_changed_definitions_leave_purged_versions_alone(after: AfterPurge, new_spelling: Path, tmp_path: Path):
    home = after.home.copy(tmp_path / "home").under(new_spelling)

    read = home.ingest()
    home.build()

    assert "withdrawn.csv" not in read
    assert marts(home) == marts(after.home)
    outcomes = {version: told["outcome"] for version, told in history(home).items()}
    assert outcomes == {version: told["outcome"] for version, told in history(after.home).items()}
    assert history(home)["superseded.csv", 2]["measures"] == []


def test_nothing_is_purged_before_it_is_told_what_is_in_force(kept: Home, new_spelling: Path, tmp_path: Path):
    home = kept.copy(tmp_path / "home").under(new_spelling)

    purged = home.purge(date(2026, 2, 1))

    assert purged.versions == 0
    assert {known.outcome(version) for known, version in purged.still_needed} == {"unread"}
    assert home.stored() == kept.stored()


def test_new_bytes_of_a_purged_return_are_in_force_and_never_held(after: AfterPurge, tmp_path: Path):
    home = after.home.copy(tmp_path / "home")
    send(home, "wales/withdrawn.csv", return_of(references("C", 1)))

    home.ingest()

    known = home.of_path("withdrawn.csv")
    assert (known.in_force.number, known.held) == (2, None)


def interrupted(*_: object) -> None:
    raise InterruptedError


def version_of(home: Home, path: str, number: int, region_slug: str = "wales"):
    return home.again().history().find(region_slug, path).versions[number - 1]


def originals(home: Home) -> set[str]:
    """Where there are originals."""
    folder = home.originals
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def history(home: Home) -> Mapping[tuple[str, int], dict[str, object]]:
    """What is told of each version of Wales."""
    told = (version.as_json() for version in history_of_region(home, "wales", None))
    return {(version["return_path"], version["version"]): without_tuples(version) for version in told}


def without_tuples(version: dict[str, object]) -> dict[str, object]:
    return version | {name: list(version[name]) for name in ("changes", "measures")}


def marts(home: Home) -> Mapping[str, list[tuple[object, ...]]]:
    """Every table that is published, but for the moment of the build and the definitions' identity."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return {
            mart.name: warehouse.execute(f"from {mart.name}").fetchall()
            for mart in load_project(SQL_FOLDER).marts
            if mart.name != "release_info"
        }


def without_warehouse(home: Home) -> Mapping[str, bytes]:
    return {path: content for path, content in home.stored().items() if path != "warehouse.duckdb"}
