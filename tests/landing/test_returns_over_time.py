"""Which version of a return is in force, as files come, change, vanish and are withdrawn, and as definitions change."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dipp_pipeline.pipeline import OriginalLostError
from tests.homes import Home, story

pytestmark = pytest.mark.thorough

EVERY_RETURN = [
    "North East.xlsx",
    "atlantis/scores.xlsx",
    "inner/London scores.xls",
    "late.xlsx",
    "part 1.xlsx",
    "part 2.csv",
]


def test_the_same_bytes_change_nothing(first_step: Home, tmp_path: Path):
    home = first_step.copy(tmp_path / "home")
    home.put(story(1))

    read = home.ingest()

    assert read == []
    assert home.stored() == first_step.stored()


def test_what_is_new_is_told_by_content(first_step: Home, tmp_path: Path):
    home = first_step.copy(tmp_path / "home")
    home.put(story(2))
    home.put(story(1) / "wales" / "part 2.csv", "atlantis/new.csv")

    assert first_step.again().new_content() == {}
    assert sorted(home.again().new_content()) == [
        "atlantis/new.csv",
        "london/late.xlsx",
        "north-east/North East.xlsx",
        "wales/part 1.xlsx",
    ]


def test_only_what_is_new_is_read(second_step: Home):
    versions = {known.path: len(known.versions) for known in second_step.again().history().returns}

    assert versions == dict.fromkeys(EVERY_RETURN, 1) | {"late.xlsx": 2, "North East.xlsx": 2, "part 1.xlsx": 2}


def test_new_bytes_replace_the_version_in_force_whole(first_step: Home, second_step: Home):
    before, after = first_step.landed("part 1.xlsx", "cases"), second_step.landed("part 1.xlsx", "cases")

    assert first_step.of_path("part 1.xlsx").in_force.number == 1
    assert second_step.of_path("part 1.xlsx").in_force.number == 2
    assert (before["version"].unique().to_list(), before.height) == ([1], 10)
    assert (after["version"].unique().to_list(), after.height) == ([2], 12)


def test_good_bytes_end_a_refusal(first_step: Home, second_step: Home):
    refused, mended = first_step.of_path("late.xlsx"), second_step.of_path("late.xlsx")

    assert (refused.refused, refused.in_force) == (True, None)
    assert (mended.refused, mended.in_force.number) == (False, 2)


def test_a_refused_version_displaces_nothing(second_step: Home):
    known = second_step.of_path("North East.xlsx")

    assert known.refused
    assert known.latest.number == 2
    assert known.in_force.number == 1


@pytest.fixture(scope="module")
def put_back(second_step: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The first step's files put back after the second."""
    home = second_step.copy(tmp_path_factory.mktemp("put back") / "home")
    home.put(story(1) / "wales", "wales")
    home.put(story(1) / "north-east", "north-east")
    home.ingest()
    return home


@pytest.mark.parametrize("path", ["part 1.xlsx", "North East.xlsx"], ids=["after a good one", "after a refused one"])
def test_old_content_put_back_is_a_new_version(put_back: Home, path: str):
    known = put_back.of_path(path)

    assert known.in_force.number == 3
    assert not known.refused
    assert known.versions[2].sha256 == known.versions[0].sha256
    assert known.versions[2].received_at > known.versions[1].received_at


def test_old_content_put_back_is_stored_once(put_back: Home, second_step: Home):
    originals = put_back.originals

    assert sorted(originals.iterdir()) == sorted(originals / file.name for file in second_step.originals.iterdir())


def test_a_file_that_disappears_changes_nothing(first_step: Home, tmp_path: Path):
    home = first_step.copy(tmp_path / "home")
    shutil.rmtree(home.incoming)

    read = home.ingest()

    assert read == []
    assert home.stored() == first_step.stored()
    assert home.of_path("part 2.csv").in_force.number == 1


@pytest.fixture
def withdrawn(first_step: Home, tmp_path: Path) -> Home:
    """Two good returns and a file under no region, withdrawn."""
    home = first_step.copy(tmp_path / "home")
    for region, path in (("wales", "part 2.csv"), ("north-east", "North East.xlsx"), ("atlantis", "scores.xlsx")):
        home.again().history().find(region, path).withdraw()
    return home


@pytest.mark.parametrize("path", ["part 2.csv", "North East.xlsx", "atlantis/scores.xlsx"])
def test_a_withdrawn_return_is_out_of_force_and_not_refused(withdrawn: Home, path: str):
    known = withdrawn.of_path(path)

    assert known.withdrawn
    assert known.in_force is None
    assert not known.refused


def test_a_withdrawal_leaves_the_other_returns_in_force(withdrawn: Home):
    assert withdrawn.of_path("part 1.xlsx").in_force.number == 1


def test_the_bytes_that_were_withdrawn_do_not_come_back_by_themselves(withdrawn: Home):
    read = withdrawn.ingest()

    assert read == []
    assert withdrawn.of_path("part 2.csv").in_force is None


def test_changed_definitions_do_not_bring_a_withdrawn_return_back(withdrawn: Home, new_spelling: Path):
    home = withdrawn.under(new_spelling)

    home.ingest()

    assert home.of_path("part 2.csv").latest.reading is not None
    assert home.of_path("part 2.csv").in_force is None


def test_new_bytes_after_a_withdrawal_are_in_force_unless_they_are_refused(withdrawn: Home):
    shortened = (story(1) / "wales" / "part 2.csv").read_bytes().splitlines(keepends=True)[:-1]
    (withdrawn.incoming / "wales" / "part 2.csv").write_bytes(b"".join(shortened))
    withdrawn.put(story(2) / "north-east", "north-east")

    read = withdrawn.ingest()

    good, refused = withdrawn.of_path("part 2.csv"), withdrawn.of_path("North East.xlsx")
    assert read == ["North East.xlsx", "part 2.csv"]
    assert (good.withdrawn, good.refused, good.in_force.number) == (False, False, 2)
    assert (refused.withdrawn, refused.refused, refused.in_force) == (False, True, None)


def test_what_never_arrived_cannot_be_withdrawn(first_step: Home, tmp_path: Path):
    home = first_step.copy(tmp_path / "home")

    assert home.again().history().find("wales", "North East.xlsx") is None
    assert home.stored() == first_step.stored()


@pytest.fixture(scope="module")
def spelt_anew(first_step: Home, new_spelling: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The first step under a new spelling, with nothing in the drop folder."""
    home = first_step.copy(tmp_path_factory.mktemp("spelt") / "home").under(new_spelling)
    shutil.rmtree(home.incoming)
    assert home.ingest() == EVERY_RETURN
    return home


def test_changed_definitions_take_effect_on_every_version_in_force_without_its_file(first_step: Home, spelt_anew: Home):
    before = first_step.of_path("part 1.xlsx").in_force.reading.counts
    after = spelt_anew.of_path("part 1.xlsx").in_force.reading.counts

    assert (before.accepted, before.quarantined) == (10, 2)
    assert (after.accepted, after.quarantined) == (11, 1)
    assert set(spelt_anew.landed("part 1.xlsx", "issues")["rule_code"]) == {"R11", "W04"}


def test_changed_definitions_make_no_new_version(first_step: Home, spelt_anew: Home):
    def versions(home: Home) -> list[list[tuple[str, object]]]:
        return [
            [(version.sha256, version.received_at) for version in known.versions]
            for known in home.again().history().returns
        ]

    assert versions(spelt_anew) == versions(first_step)


def test_a_lost_original_stops_the_run_and_drops_no_case(first_step: Home, new_spelling: Path, tmp_path: Path):
    home = first_step.copy(tmp_path / "home").under(new_spelling)
    shutil.rmtree(home.originals)

    with pytest.raises(OriginalLostError, match="Restore the originals"):
        home.ingest()


def test_former_definitions_land_what_they_landed_before_and_nothing_of_the_others_stays(
    first_step: Home, spelt_anew: Home, tmp_path: Path
):
    home = spelt_anew.copy(tmp_path / "home").under(first_step.seeds)

    home.ingest()

    assert home.stored() == first_step.stored()


def test_definitions_change_with_the_version_of_the_pipeline(first_step: Home):
    later = replace(first_step, version="999")

    waiting = [known.path for known in later.history().returns if known.to_read]

    assert sorted(waiting) == EVERY_RETURN


def test_a_refused_latest_version_comes_into_force_once_definitions_make_it_good(
    second_step: Home, new_heading: Path, tmp_path: Path
):
    home = second_step.copy(tmp_path / "home").under(new_heading)
    shutil.rmtree(home.incoming)

    read = home.ingest()

    known = home.of_path("North East.xlsx")
    assert read == EVERY_RETURN
    assert (known.refused, known.in_force.number) == (False, 2)
    assert known.in_force.reading.counts.accepted == 10


def test_a_version_that_definitions_leave_refused_gives_way_to_the_one_before_read_again(
    second_step: Home, new_spelling: Path, tmp_path: Path
):
    home = second_step.copy(tmp_path / "home").under(new_spelling)
    shutil.rmtree(home.incoming)

    home.ingest()

    known = home.of_path("North East.xlsx")
    assert (known.refused, known.in_force.number) == (True, 1)
    assert known.in_force.reading.folder.name == home.again().definitions["definitions"]


def test_regions_can_be_taken_in_alone(wales_alone: Home):
    taken = [(known.region_slug, known.path) for known in wales_alone.again().history().returns]

    assert taken == [
        (None, "atlantis/scores.xlsx"),
        ("wales", "malformed.xlsx"),
        ("wales", "part 1.xlsx"),
        ("wales", "part 2.csv"),
    ]
    assert sorted(wales_alone.again().new_content()) == [
        "london/inner/London scores.xls",
        "london/late.xlsx",
        "north-east/North East.xlsx",
    ]


def test_a_file_that_cannot_be_opened_costs_itself_alone(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.put(story(1) / "north-east" / "North East.xlsx", "north-east/North East.xlsx")
    cannot_be_opened = home.incoming / "north-east" / "pipe.xlsx"
    os.mkfifo(cannot_be_opened)

    home.ingest()

    assert home.of_path("pipe.xlsx").refused
    assert home.landed("North East.xlsx", "cases").height == 10
    assert home.again().new_content() == {}

    cannot_be_opened.unlink()
    shutil.copy(story(2) / "london" / "late.xlsx", cannot_be_opened)
    assert list(home.again().new_content()) == ["north-east/pipe.xlsx"]


def test_the_sheet_of_a_landed_csv_is_named_as_a_spreadsheet_names_it(first_step: Home):
    assert set(first_step.landed("part 2.csv", "cases")["sheet"]) == {"part 2"}


def test_a_file_under_no_region_is_refused_without_being_opened(tmp_path: Path):
    home = Home(tmp_path / "home")
    cannot_be_opened = home.incoming / "atlantis" / "scores.xlsx"
    cannot_be_opened.parent.mkdir(parents=True)
    cannot_be_opened.symlink_to(tmp_path / "nowhere")

    home.ingest()

    known = home.of_path("atlantis/scores.xlsx")
    assert (known.region_slug, known.refused, known.in_force) == (None, True, None)
    assert known.latest.original is None
    assert not home.originals.exists()
