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
    changed,
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
Cases = Mapping[str, Sequence[Case]]


@dataclass
class Grown:
    """A home, and which cases each region had when a release was published."""

    home: Home
    cases: dict[str, list[Case]] = field(default_factory=dict)
    releases: list[Cases] = field(default_factory=list)

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
        self.releases.append({region_slug: list(cases) for region_slug, cases in self.cases.items()})


def grown(path: Path, milestones: tuple[int, ...], sizes: Mapping[str, int], seed: int, public_lags: int) -> Grown:
    """Regions join one by one. Before each but the first, one that is there has a case corrected, or all are replaced.

    The public edition has each region so many releases later, as it is then.
    """
    chance = random.Random(seed)
    settings = replace(TEST_SETTINGS, releases_kept=1000, held_above_percent=100, milestones=milestones)
    programme = Grown(Home(path, settings=settings))
    for number, (region_slug, size) in enumerate(sizes.items()):
        if programme.cases:
            change(programme, chance.choice(list(programme.cases)), chance)
        programme.put(region_slug, cases_of(region_slug, size, chance))
        programme.publish(*list(sizes)[number - public_lags : number - public_lags + 1] if number >= public_lags else ())
    for region_slug in list(sizes)[len(sizes) - public_lags :]:
        programme.publish(region_slug)
    return programme


def change(programme: Grown, region_slug: str, chance: random.Random) -> None:
    """A case more, a case fewer, a case judged otherwise, or other cases altogether."""
    first, *others = programme.cases[region_slug]
    more = cases_of(region_slug, 1, chance, first=500 + len(programme.releases))
    replaced = cases_of(region_slug, len(others) + 1, chance, first=1000 + 100 * len(programme.releases))
    programme.put(
        region_slug,
        chance.choice(([first, *others, *more], others or more, [changed(first, chance), *others], replaced)),
    )


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
    releases: Sequence[Tables], true: Sequence[Cases], characteristics: Sequence[str]
) -> Iterator[tuple[str, int, float, float]]:
    """What an attacker who has all these releases can work out, of what must not be."""
    known = [
        release_of(releases[number], true[number] if true else {}) for number in first_shown(releases).values()
    ]
    for characteristic in characteristics:
        yield from Attack(known, measures_of(MEASURES, QUESTIONS), characteristic, THRESHOLD).disclosed()


def release_of(tables: Tables, true: Cases) -> Release:
    """What a release says, and what is true of it."""
    regional = tables["regional_findings"]
    findings, profile = list(finding_rows(tables)), list(profile_rows(tables))
    counts, figures = true_counts(true), true_figures(true)
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
                counts["", row.characteristic, row.category],
                *figures.get((row.characteristic, row.category, row.measure_code), (0, 0)),
            )
            for row in findings
        ],
        true_profile=[
            ProfileRow(*row[:3], counts[row.region, row.characteristic, row.category]) for row in profile
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
    """Five regions of a few cases, with milestones at two, three and five."""
    sizes = dict(zip(REGIONS, (9, 14, 11, 16, 12), strict=False))
    return grown(tmp_path_factory.mktemp("published") / "small", (2, 3, 5), sizes, seed=3, public_lags=2)


@pytest.fixture(scope="module")
def whole_programme(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Twelve regions, at the milestones that are set without further ado."""
    sizes = {region_slug: 12 + 3 * (number % 4) for number, region_slug in enumerate(REGIONS)}
    return grown(tmp_path_factory.mktemp("published") / "whole", (4, 8, 12), sizes, seed=5, public_lags=3)


PROGRAMMES = ("small", pytest.param("whole_programme"))


@pytest.fixture(params=PROGRAMMES)
def programme(request: pytest.FixtureRequest) -> Grown:
    of_that_name: Grown = request.getfixturevalue(request.param)
    return of_that_name


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("characteristic", [*CHARACTERISTICS, "pdu"])
def test_nothing_withheld_can_be_worked_out_from_what_is_published(programme: Grown, characteristic: str):
    releases = internal(programme.home)

    assert len(first_shown(releases)) == 3
    assert list(disclosed(releases, programme.releases, [characteristic])) == []


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_every_published_count_is_the_true_one(programme: Grown):
    releases = internal(programme.home)

    for number in first_shown(releases).values():
        release = release_of(releases[number], programme.releases[number])
        for shown, true in ((release.findings, release.true_findings), (release.profile, release.true_profile)):
            assert any(None not in row for row in true) and any(None in row for row in shown)
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


def test_nothing_withheld_of_the_sample_can_be_worked_out(published_demo: Home):
    releases = internal(published_demo)

    assert list(first_shown(releases)) == [5]
    assert list(disclosed(releases, [true_sample(published_demo)], ["age_band", "risk_of_serious_harm", "pdu"])) == []
