"""The tables by characteristic change only at milestones, with the release that reaches one, and are the same in both
editions."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.disclosure.counts import DisclosureError
from dipp_pipeline.disclosure.fixed import read_fixed
from dipp_pipeline.pipeline import MilestoneLostError
from dipp_pipeline.release import publish as publishing
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.warehouse import milestones
from tests.homes import TEST_SETTINGS, Home, copied_definitions
from tests.landing.small_returns import references, send_cases
from tests.release.editions import BEGUN, approve, asked, hours, refresh, revoke

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

TABLES = ("characteristic_findings", "sample_profile", "sample_coverage")
WALES, LONDON, WEST_MIDLANDS = "wales", "london", "west-midlands"


def shown(database: Path) -> list[list[tuple[object, ...]]]:
    return [asked(database, f"from {table}") for table in TABLES]


def regions_of(database: Path) -> set[object]:
    return {region for (region,) in asked(database, "select distinct region_code from sample_coverage")}


@pytest.fixture(scope="module")
def one_region(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One region of eight cases; two regions are a milestone, and so are three."""
    settings = replace(TEST_SETTINGS, milestones=(2, 3))
    home = replace(Home(tmp_path_factory.mktemp("milestones") / "home"), settings=settings).at(BEGUN)
    send_cases(home, f"{WALES}/scores.csv", references("W", 8))
    refresh(home)
    return home


@pytest.fixture(scope="module")
def two_regions(one_region: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same with another region, at the first milestone."""
    home = one_region.copy(tmp_path_factory.mktemp("two") / "home").at(hours(1))
    send_cases(home, f"{LONDON}/scores.csv", references("L", 12))
    refresh(home)
    return home


@pytest.fixture
def home(two_regions: Home, tmp_path: Path) -> Home:
    return two_regions.copy(tmp_path / "home").at(hours(2))


def test_before_the_first_milestone_they_are_empty(one_region: Home):
    assert shown(one_region.database) == [[], [], []]
    assert read_fixed(one_region.milestones_folder) == []


def test_the_first_release_with_so_many_regions_fixes_them(two_regions: Home):
    assert regions_of(two_regions.database) == {"N03", "N07"}
    assert asked(two_regions.database, "select milestone_regions, disclosure_threshold from release_info") == [(2, 5)]
    (fixed,) = read_fixed(two_regions.milestones_folder)
    assert (fixed.number, fixed.release_id) == (2, two_regions.internal.in_force)


def test_between_milestones_they_stay_as_they_were(home: Home):
    before = shown(home.database)
    send_cases(home, f"{WALES}/scores.csv", references("W", 9))

    refresh(home)

    assert asked(home.database, "select cases_inspected from release_info") == [(21,)]
    assert shown(home.database) == before


def test_a_region_that_joins_between_milestones_is_not_in_them(home: Home):
    home = replace(home, settings=replace(home.settings, milestones=(2, 4)))
    before = shown(home.database)
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))

    refresh(home)

    assert shown(home.database) == before


def test_the_next_milestone_fixes_them_anew_beside_what_the_first_showed(home: Home):
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))

    refresh(home)

    assert regions_of(home.database) == {"N03", "N07", "N52"}
    first, second = read_fixed(home.milestones_folder)
    assert (first.number, second.number) == (2, 3)
    nation = (
        "select sum(cases), max(cases_inspected) from sample_profile where level = 'nation' and characteristic = 'sex'"
    )
    assert asked(home.database, nation)[0][1] == 28


def test_definitions_that_change_leave_them_as_they_were(home: Home, tmp_path: Path):
    before = shown(home.database)
    release = home.internal.in_force
    copied = copied_definitions(tmp_path / "definitions")
    questions = copied / "seeds" / "measures.csv"
    questions.write_text(questions.read_text("utf-8").replace("C7b,yes,positive", "C7b,no,positive"), "utf-8")

    refresh(replace(home, sql_folder=copied))

    assert home.internal.in_force != release
    assert shown(home.database) == before


def test_a_release_that_fails_its_tests_fixes_nothing(one_region: Home, tmp_path: Path):
    home = one_region.copy(tmp_path / "home").at(hours(1))
    broken = copied_definitions(tmp_path / "definitions")
    (broken / "tests" / "never.sql").write_text("-- Never right.\n-- on: release_info\nselect * from release_info\n")
    send_cases(home, f"{LONDON}/scores.csv", references("L", 12))

    with pytest.raises(PublicationError):
        refresh(replace(home, sql_folder=broken))

    assert list(home.milestones_folder.glob("*")) == []
    send_cases(home, f"{LONDON}/scores.csv", references("L", 13))
    refresh(home)
    assert asked(home.database, "select max(cases_inspected) from sample_profile") == [(21,)]


class KilledError(Exception):
    pass


def killed(*_: object) -> None:
    raise KilledError


@pytest.mark.parametrize("step", ["switch_link", "settle"])
def test_what_a_killed_publication_fixed_holds_only_if_readers_had_it(
    one_region: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    home = one_region.copy(tmp_path / "home").at(hours(1))
    send_cases(home, f"{LONDON}/scores.csv", references("L", 12))
    with monkeypatch.context() as patched:
        patched.setattr(publishing.atomic if step == "switch_link" else publishing, step, killed)
        with pytest.raises(KilledError):
            refresh(home)
    send_cases(home, f"{LONDON}/scores.csv", references("L", 13))

    refresh(home)

    cases = 20 if step == "settle" else 21
    assert asked(home.database, "select max(cases_inspected) from sample_profile") == [(cases,)]
    assert [file.name for file in home.milestones_folder.iterdir()] == ["02.json"]


def test_a_milestone_that_cannot_be_protected_leaves_them_as_they_were(home: Home, monkeypatch: pytest.MonkeyPatch):
    before = shown(home.database)
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))
    with monkeypatch.context() as patched:
        patched.setattr(
            "dipp_pipeline.disclosure.protect._protected",
            lambda *_: (_ for _ in ()).throw(DisclosureError("Not safe.")),
        )
        refresh(home)
        with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
            reached = warehouse.execute("select milestone, unsafe from landing.milestone_reached").fetchall()

    assert reached == [(3, "Not safe.")]
    assert shown(home.database) == before
    assert [fixed.number for fixed in read_fixed(home.milestones_folder)] == [2]


def test_the_public_edition_has_them_once_all_their_regions_are_approved(home: Home):
    approve(home, WALES)
    refresh(home)
    assert shown(home.public.database) == [[], [], []]

    approve(home, LONDON)
    refresh(home)
    assert shown(home.public.database) == shown(home.database)
    assert home.public_is_as_approved()

    revoke(home, LONDON)
    refresh(home)
    assert shown(home.public.database) == [[], [], []]


def test_the_public_edition_keeps_the_milestone_before_until_all_of_the_next_are_approved(home: Home):
    approve(home, WALES)
    approve(home, LONDON)
    refresh(home)
    first = shown(home.database)
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))
    refresh(home)

    assert shown(home.database) != first
    assert shown(home.public.database) == first

    approve(home, WEST_MIDLANDS)
    refresh(home)

    assert shown(home.public.database) == shown(home.database)


def test_a_milestone_whose_regions_are_approved_already_reaches_the_public_edition_with_the_same_refresh(home: Home):
    early = replace(home, settings=replace(home.settings, milestones=(2,)))
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))
    refresh(early)
    for region in (WALES, LONDON, WEST_MIDLANDS):
        approve(early, region)
    refresh(early)
    send_cases(home, f"{WALES}/scores.csv", references("W", 9))

    refresh(home)

    assert [fixed.number for fixed in read_fixed(home.milestones_folder)] == [2, 3]
    assert shown(home.public.database) == shown(home.database)


def test_the_protection_is_not_even_imported_between_milestones(home: Home, monkeypatch: pytest.MonkeyPatch):
    def asked_for(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(milestones, "_content", asked_for)
    send_cases(home, f"{WALES}/scores.csv", references("W", 9))

    refresh(home)


def test_the_kept_counts_are_for_the_data_team_alone(home: Home):
    (kept,) = home.milestones_folder.iterdir()

    assert kept.stat().st_mode & 0o777 == 0o600
    assert home.milestones_folder.stat().st_mode & 0o777 == 0o700


def test_nothing_is_built_where_what_a_milestone_fixed_is_gone(home: Home):
    (home.milestones_folder / "02.json").unlink()
    send_cases(home, f"{WALES}/scores.csv", references("W", 9))

    with pytest.raises(MilestoneLostError, match="Restore it from your backup"):
        refresh(home)


def test_a_lower_threshold_does_not_take_the_protection_of_a_former_milestone_away(home: Home):
    home = replace(home, settings=replace(home.settings, disclosure_threshold=2))
    send_cases(home, f"{WEST_MIDLANDS}/scores.csv", references("M", 8))

    refresh(home)

    assert asked(home.database, "select milestone_regions, disclosure_threshold from release_info") == [(3, 5)]


def test_a_measure_and_a_unit_that_are_none_any_more_keep_their_rows(home: Home, tmp_path: Path):
    before = [[row[:3] for row in table] for table in shown(home.database)]
    seeds = copied_definitions(tmp_path / "definitions") / "seeds"
    measures = [line for line in (seeds / "measures.csv").read_text("utf-8").splitlines() if "C7b" not in line]
    (seeds / "measures.csv").write_text("\n".join(measures) + "\n", "utf-8")
    phrases = [
        line for line in (seeds / "headline_phrases.csv").read_text("utf-8").splitlines() if "engaged" not in line
    ]
    (seeds / "headline_phrases.csv").write_text("\n".join(phrases) + "\n", "utf-8")
    figures = [
        line for line in (seeds / "published_figures.csv").read_text("utf-8").splitlines() if "engaged" not in line
    ]
    (seeds / "published_figures.csv").write_text("\n".join(figures) + "\n", "utf-8")

    refresh(replace(home, sql_folder=seeds.parent))

    assert [sorted(row[:3] for row in table) for table in shown(home.database)] == [sorted(table) for table in before]
