"""No count that is withheld can be worked out from all that is published, of every release.

Each rule of the protection is taken away in turn, and the same attack then finds what it is there for.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipp_pipeline.disclosure import attacker
from dipp_pipeline.disclosure.counts import Content, Count, Milestone
from dipp_pipeline.disclosure.protect import protect
from dipp_pipeline.disclosure.tables import finding_rows, profile_rows
from tests.disclosure.attack import Attack, Release
from tests.disclosure.programmes import MEASURES, Programme, programme

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

THRESHOLD = 5
MILESTONES = (2, 3, 4)
SEEDS = range(2)


def contents(grown: Programme) -> Iterator[Content]:
    """At the milestones that it reaches."""
    return (grown.content(regions - 1) for regions in MILESTONES if regions <= len(grown.releases))


def at_milestones(grown: Programme) -> Sequence[Milestone]:
    """What is published of a programme: contents at the milestones, each protected against all former ones."""
    milestones: list[Milestone] = []
    for content in contents(grown):
        milestones.append(protect(content, milestones, MEASURES, THRESHOLD).milestone)
    return milestones


def each_by_itself(grown: Programme) -> Sequence[Milestone]:
    """Without milestones: every release has contents of its own."""
    return [
        protect(grown.content(release), [], MEASURES, THRESHOLD).milestone for release in range(len(grown.releases))
    ]


def without_secondary(grown: Programme) -> Sequence[Milestone]:
    milestones: list[Milestone] = []
    for content in contents(grown):
        protection = protect(content, milestones, MEASURES, THRESHOLD)
        milestones.append(replace(protection.milestone, withheld=protection.primary))
    return milestones


def disclosed(published: Sequence[Milestone]) -> Iterator[tuple[str, int, float, float]]:
    """Quantities with their true value and the range that they can be bounded to."""
    releases = [release_of(milestone, published) for milestone in published]
    characteristics = published[-1].content.categories
    for characteristic in characteristics:
        yield from Attack(releases, MEASURES, characteristic, THRESHOLD).disclosed()


def release_of(milestone: Milestone, published: Sequence[Milestone]) -> Release:
    content = milestone.content
    true = replace(milestone, withheld=frozenset())
    return Release(
        versions={region: version(region, content, published) for region in content.regions},
        cases={region: content.inspected(region, "sex") for region in content.regions},
        figures={
            (region, measure.code): figures_of(content, region, measure.code)
            for region in content.regions
            for measure in MEASURES
        },
        findings=list(finding_rows(milestone, MEASURES)),
        profile=list(profile_rows(milestone)),
        true_findings=list(finding_rows(true, MEASURES)),
        true_profile=list(profile_rows(true)),
    )


def version(region: str, content: Content, published: Sequence[Milestone]) -> int:
    """The number of the first content that has the region as it is in this one."""
    contents = [milestone.content for milestone in published]
    return next(number for number, one in enumerate(contents) if counts_of(one, region) == counts_of(content, region))


def counts_of(content: Content, region: str) -> object:
    return [
        {key: value for key, value in counts.items() if key[0] == region} for counts in (content.cases, content.figures)
    ]


def figures_of(content: Content, region: str, measure: str) -> tuple[int, int]:
    figures = [content.figure_of(region, "sex", category, measure) for category in content.categories["sex"]]
    return sum(relevant for relevant, _ in figures), sum(counted for _, counted in figures)


def grown(seed: int) -> Programme:
    """Small and middling regions in turn, where little is exempt and where much is."""
    return programme(seed, regions=4, cases=[(8, 15), (20, 50)][seed % 2])


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_withheld_is_disclosed(seed: int):
    assert list(disclosed(at_milestones(grown(seed)))) == []


@settings(max_examples=8, derandomize=True, database=None, deadline=None)
@given(seed=st.integers(100, 10**6), regions=st.integers(3, 5), fewest=st.integers(1, 40), more=st.integers(0, 30))
def test_nothing_withheld_is_disclosed_of_any_programme(seed: int, regions: int, fewest: int, more: int):
    assert list(disclosed(at_milestones(programme(seed, regions, (fewest, fewest + more))))) == []


def test_without_secondary_suppression_counts_are_disclosed():
    assert any(disclosed(without_secondary(grown(1))))


def test_without_milestones_counts_are_disclosed():
    assert any(disclosed(each_by_itself(grown(1))))


def test_without_the_complement_rule_counts_are_disclosed(monkeypatch: pytest.MonkeyPatch):
    quantities = attacker.Knowledge._quantities

    def counts_alone(knowledge: attacker.Knowledge, number: int) -> Iterator[tuple[Hashable, attacker.Quantity]]:
        return ((name, quantity) for name, quantity in quantities(knowledge, number) if isinstance(name, Count))

    monkeypatch.setattr(attacker.Knowledge, "_quantities", counts_alone)

    assert any(disclosed(at_milestones(grown(1))))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_published_count_is_the_true_one(seed: int):
    for milestone in at_milestones(grown(seed)):
        release = release_of(milestone, [milestone])
        for published, true in (
            (release.findings, release.true_findings),
            (release.profile, release.true_profile),
        ):
            assert len(published) == len(true)
            for row, true_row in zip(published, true, strict=True):
                assert all(cell in (true_cell, None) for cell, true_cell in zip(row, true_row, strict=True))
