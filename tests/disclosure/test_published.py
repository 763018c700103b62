"""No count that is withheld can be worked out from the databases that a home publishes, of either edition.

The attacker reads nothing but these: all that are kept, former ones too. What is true he is told only to be judged.
"""

import random
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.disclosure.measures import measures_of
from dipp_pipeline.disclosure.tables import FindingRow, ProfileRow
from tests.disclosure.attack import Attack, Release
from tests.disclosure.invented import (
    CHARACTERISTICS,
    MEASURES,
    QUESTIONS,
    Case,
    cases_of,
    judged_otherwise,
    region_of,
    true_counts,
    true_figures,
    write_return,
)
from tests.homes import TEST_SETTINGS, Home
from tests.release.editions import approve, hours, refresh
from tests.returns import PROGRAMME

TABLES = ("characteristic_findings", "sample_profile", "sample_coverage")
THRESHOLD = 5
REGIONS = tuple(region.slug for region in PROGRAMME.regions)

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Truth:
    """The counts of all cases at a release."""

    cases: Mapping[tuple[str, str, str], int]
    """Region, "" of the nation, characteristic and category to cases."""
    figures: Mapping[tuple[str, str, str], tuple[int, int]]
    """Characteristic, category and measure to relevant and counted cases of the nation."""


@dataclass
class Grown:
    """A home, and which cases each region had when a release was published."""

    home: Home
    cases: dict[str, list[Case]] = field(default_factory=dict)
    releases: list[Truth] = field(default_factory=list)

    def put(self, region_slug: str, cases: list[Case]) -> None:
        self.cases[region_slug] = cases
        write_return(self.home.incoming / region_slug / "scores.csv", cases)

    def publish(self, *approved: str) -> None:
        """Refresh, and approve regions, and refresh what they are public in."""
        now = self.home.at(hours(len(self.releases)))
        refresh(now)
        for region_slug in approved:
            approve(now, region_slug)
        if approved:
            now.publish_public()
        self.releases.append(Truth(true_counts(self.cases), true_figures(self.cases)))


def grown(
    path: Path,
    milestones: tuple[int, ...],
    sizes: Sequence[int],
    changes: Mapping[int, tuple[int, str]],
    public_lags: int,
) -> Grown:
    """Regions of so many cases join one by one.

    `changes` has the number of a release to a region that is there, by its number, and what changes of it then. The
    public edition has each region so many releases later, as it is then.
    """
    chance = random.Random(f"{milestones} {sizes}")
    settings = replace(TEST_SETTINGS, releases_kept=1000, held_above_percent=100, milestones=milestones)
    programme = Grown(Home(path, settings=settings))
    for number in range(len(sizes) + public_lags):
        if number in changes:
            region, how = changes[number]
            programme.put(REGIONS[region], changed(programme.cases[REGIONS[region]], how, number, chance))
        if number < len(sizes):
            programme.put(REGIONS[number], cases_of(REGIONS[number], sizes[number], chance))
        programme.publish(*REGIONS[max(number - public_lags, 0) : max(number - public_lags + 1, 0)])
    return programme


def changed(cases: Sequence[Case], how: str, number: int, chance: random.Random) -> list[Case]:
    """A case more, a case fewer, a case judged otherwise, or other cases altogether."""
    first, *others = cases
    region_slug = region_of(first)
    match how:
        case "more":
            return [*cases, *cases_of(region_slug, 1, chance, first=100 * number)]
        case "fewer":
            return others
        case "otherwise":
            return [judged_otherwise(first, chance), *others]
        case _:
            return cases_of(region_slug, len(cases), chance, first=100 * number)


def published(releases: Path, former: Path) -> Sequence[Tables]:
    """All kept databases of an edition, in their order, as rows with names."""
    folders = sorted([*releases.iterdir(), *former.iterdir()], key=lambda folder: folder.name)
    return [read(folder / "dipp_findings.duckdb") for folder in folders]


def read(database: Path) -> Tables:
    with duckdb.connect(str(database), read_only=True) as opened:
        names = [name for (name,) in opened.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: rows(opened.execute(f"from {name}")) for name in names}


def rows(asked: duckdb.DuckDBPyConnection) -> Sequence[Row]:
    names = [column for column, *_ in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def internal(home: Home) -> Sequence[Tables]:
    return published(home.internal.releases, home.internal.former_releases)


def public(home: Home) -> Sequence[Tables]:
    return published(home.public.releases, home.public.former_releases)


def by_characteristic(tables: Tables) -> Mapping[str, Sequence[Row]]:
    return {name: tables[name] for name in TABLES}


def regions_of(tables: Tables) -> int:
    return next((int(str(row["regions_included"])) for row in tables["sample_profile"]), 0)


def first_shown(releases: Sequence[Tables]) -> Mapping[int, int]:
    """Number of regions of each content of the tables by characteristic to the first release that shows it."""
    found: dict[int, int] = {}
    for number, tables in enumerate(releases):
        found.setdefault(regions_of(tables), number)
    return {regions: number for regions, number in found.items() if regions}


def disclosed(
    releases: Sequence[Tables], true: Sequence[Truth], characteristics: Sequence[str]
) -> Iterator[tuple[str, int, float, float]]:
    """What an attacker who has all these releases can work out, of what must not be."""
    known = [release_of(releases[number], true[number]) for number in first_shown(releases).values()]
    for characteristic in characteristics:
        yield from Attack(known, measures_of(MEASURES, QUESTIONS), characteristic, THRESHOLD).disclosed()


def release_of(tables: Tables, true: Truth) -> Release:
    """What a release says, and what is true of it."""
    regional = tables["regional_findings"]
    findings, profile = list(finding_rows(tables)), list(profile_rows(tables))
    return Release(
        versions={region: version(tables, region) for region in sorted({str(row["region_code"]) for row in regional})},
        cases={str(row["region_code"]): whole(row["cases_inspected"]) for row in regional},
        figures={
            (str(row["region_code"]), str(row["measure_code"])): (
                whole(row["relevant_cases"]),
                whole(row["counted_cases"]),
            )
            for row in regional
        },
        findings=findings,
        profile=profile,
        true_findings=[
            FindingRow(
                *row[:3],
                true.cases.get(("", row.characteristic, row.category), 0),
                *true.figures.get((row.characteristic, row.category, row.measure_code), (0, 0)),
            )
            for row in findings
        ],
        true_profile=[
            ProfileRow(*row[:3], true.cases.get((row.region, row.characteristic, row.category), 0)) for row in profile
        ],
        core_cases=core_cases(tables),
    )


def version(tables: Tables, region: str) -> Hashable:
    """What is published of a region's cases and of nothing else: where this is the same, so are its cases."""
    told = (
        ("programme_progress", ("last_received_at", "cases_accepted")),
        ("regional_findings", ("relevant_cases", "counted_cases")),
        ("regional_question_findings", ("relevant_cases", "counted_cases")),
    )
    return tuple(
        tuple(row[column] for column in columns)
        for name, columns in told
        for row in tables[name]
        if row["region_code"] == region
    )


def core_cases(tables: Tables) -> Mapping[str, int]:
    most: dict[str, int] = defaultdict(int)
    for row in tables["regional_question_findings"]:
        if row["kind"] == "prompt":
            region = str(row["region_code"])
            most[region] = max(most[region], whole(row["relevant_cases"]))
    return most


def finding_rows(tables: Tables) -> Iterator[FindingRow]:
    for row in tables["characteristic_findings"]:
        names = (str(row[name]) for name in ("characteristic", "category", "measure_code"))
        yield FindingRow(*names, *(count(row[name]) for name in ("cases_inspected", "relevant_cases", "counted_cases")))


def profile_rows(tables: Tables) -> Iterator[ProfileRow]:
    for row in tables["sample_profile"]:
        region = str(row["region_code"] or "")
        yield ProfileRow(region, str(row["characteristic"]), str(row["category"]), count(row["cases"]))
    for row in tables["sample_coverage"]:
        yield ProfileRow(str(row["region_code"]), "pdu", str(row["pdu_slug"]), count(row["cases_accepted"]))


def count(cell: object) -> int | None:
    return None if cell is None else whole(cell)


def whole(cell: object) -> int:
    assert isinstance(cell, int)
    return cell


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Three regions of a few cases, all of which change sooner or later."""
    changes = {2: (0, "fewer"), 3: (1, "otherwise"), 4: (2, "more")}
    return grown(tmp_path_factory.mktemp("published") / "small", (2, 3), (14, 19, 12), changes, public_lags=2)


@pytest.fixture(scope="module")
def whole_programme(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Twelve regions like those of the sample."""
    sizes = (56, 60, 64, 72, 84, 56, 60, 64, 72, 84, 56, 60)
    changes = {2: (0, "replaced"), 5: (1, "otherwise"), 10: (6, "replaced")}
    return grown(tmp_path_factory.mktemp("published") / "whole", (4, 8, 12), sizes, changes, public_lags=3)


PROGRAMMES = ("small", "whole_programme")


@pytest.fixture(params=PROGRAMMES)
def programme(request: pytest.FixtureRequest) -> Grown:
    of_that_name: Grown = request.getfixturevalue(request.param)
    return of_that_name


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("characteristic", [*CHARACTERISTICS, "pdu"])
def test_nothing_withheld_can_be_worked_out_from_what_is_published(programme: Grown, characteristic: str):
    releases = internal(programme.home)

    assert list(first_shown(releases)) == list(programme.home.settings.milestones)
    assert list(disclosed(releases, programme.releases, [characteristic])) == []


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_every_published_count_is_the_true_one(programme: Grown):
    releases = internal(programme.home)

    for number in first_shown(releases).values():
        release = release_of(releases[number], programme.releases[number])
        for shown, true in ((release.findings, release.true_findings), (release.profile, release.true_profile)):
            assert any(None in row for row in shown)
            for row, true_row in zip(shown, true, strict=True):
                assert all(cell in (true_cell, None) for cell, true_cell in zip(row, true_row, strict=True))


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_the_tables_are_the_same_from_a_milestone_to_the_next(programme: Grown):
    milestones = programme.home.settings.milestones
    releases = internal(programme.home)

    assert [regions_of(tables) for tables in releases] == [
        max((number for number in milestones if number <= len(tables["regional_findings"]) // len(MEASURES)), default=0)
        for tables in releases
    ]
    for former, later in pairwise(releases):
        if regions_of(former) == regions_of(later):
            assert by_characteristic(former) == by_characteristic(later)


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_both_editions_show_the_same_tables_and_the_public_one_none_before_its_regions_are_approved(programme: Grown):
    shown = {regions_of(tables): by_characteristic(tables) for tables in internal(programme.home)}
    releases = public(programme.home)

    assert regions_of(releases[-1]) == programme.home.settings.milestones[-1]
    for tables in releases:
        approved = {row["region_code"] for row in tables["regional_findings"]}
        assert by_characteristic(tables) == shown[regions_of(tables)]
        assert {row["region_code"] for row in tables["sample_coverage"]} <= approved


@pytest.mark.exhaustive
def test_nothing_withheld_of_the_sample_can_be_worked_out(published_demo: Home):
    releases = internal(published_demo)

    assert list(first_shown(releases)) == [5]
    assert list(disclosed(releases, [true_sample(published_demo)], ["age_band", "risk_of_serious_harm", "pdu"])) == []


def true_sample(home: Home) -> Truth:
    """The counts of a warehouse."""
    with duckdb.connect(str(home.warehouse), read_only=True) as opened:
        regions = opened.execute("select * from int_category_cases").fetchall()
        nation = opened.execute(
            "select '', characteristic, category, sum(cases)::integer from int_category_cases group by all"
        ).fetchall()
        figures = opened.execute(
            "select characteristic, category, measure_code, sum(relevant_cases)::integer, sum(counted_cases)::integer "
            "from int_category_figures group by all"
        ).fetchall()
    return Truth(
        {(region, name, category): cases for region, name, category, cases in [*regions, *nation]},
        {(name, category, measure): (relevant, counted) for name, category, measure, relevant, counted in figures},
    )
