"""No count that is withheld can be worked out from all that is published, of every release.

Each rule of the protection is taken away in turn, and the same attack then finds what it is there for.
"""

from collections.abc import Callable, Iterator, Sequence

import pytest

from dipp_pipeline.disclosure import attacker
from dipp_pipeline.disclosure.counts import PDU, Content, Milestone
from dipp_pipeline.disclosure.protect import protect
from dipp_pipeline.disclosure.tables import finding_rows, profile_rows
from tests.disclosure.attack import Attack, Release
from tests.disclosure.programmes import MEASURES, Programme, programme

THRESHOLD = 5
MILESTONES = (2, 4, 5)
SEEDS = range(6)
MORE_SEEDS = range(6, 60)

Publish = Callable[[Programme], Sequence[Milestone]]


def at_milestones(grown: Programme) -> Sequence[Milestone]:
    """What is published of a programme: contents at the milestones, each protected against all former ones."""
    milestones: list[Milestone] = []
    for regions in MILESTONES:
        content = grown.content(regions - 1)
        milestones.append(protect(content, milestones, MEASURES, THRESHOLD).milestone)
    return milestones


def each_by_itself(grown: Programme) -> Sequence[Milestone]:
    """Without milestones: every release has contents of its own."""
    contents = [grown.content(release) for release in range(len(grown.releases))]
    return [protect(content, [], MEASURES, THRESHOLD).milestone for content in contents]


def without_secondary(grown: Programme) -> Sequence[Milestone]:
    milestones: list[Milestone] = []
    for regions in MILESTONES:
        content = grown.content(regions - 1)
        milestones.append(Milestone(content, protect(content, milestones, MEASURES, THRESHOLD).primary))
    return milestones


def disclosed(published: Sequence[Milestone]) -> Sequence[tuple[str, int, float, float]]:
    releases = [release_of(milestone, published) for milestone in published]
    characteristics = published[-1].content.categories
    return [
        found
        for characteristic in characteristics
        for found in Attack(releases, MEASURES, characteristic, THRESHOLD).disclosed()
    ]


def release_of(milestone: Milestone, published: Sequence[Milestone]) -> Release:
    content = milestone.content
    true = Milestone(content, frozenset())
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
    return [{key: value for key, value in counts.items() if key[0] == region} for counts in (content.cases, content.figures)]


def figures_of(content: Content, region: str, measure: str) -> tuple[int, int]:
    figures = [content.figure_of(region, "sex", category, measure) for category in content.categories["sex"]]
    return sum(relevant for relevant, _ in figures), sum(counted for _, counted in figures)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_withheld_is_disclosed(seed: int):
    assert disclosed(at_milestones(grown(seed))) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_nothing_withheld_is_disclosed_of_many_programmes(seed: int):
    assert disclosed(at_milestones(grown(seed))) == []


def grown(seed: int) -> Programme:
    return programme(seed, regions=5, cases=[(3, 9), (10, 20), (30, 60)][seed % 3])


def test_without_secondary_suppression_counts_are_disclosed():
    assert any(disclosed(without_secondary(grown(seed))) for seed in SEEDS)
