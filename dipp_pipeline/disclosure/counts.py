"""The counts of one milestone: what the tables by characteristic are made of, and which of them are withheld.

A *count* is a number of cases, however many cells of the tables show it: `cases_inspected` of a category stands in a
row of every measure, and in the nation's row of the sample profile. It is withheld from all of them or from none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from dipp_pipeline.errors import DippError

NATION = ""
"""In place of a region: all regions of the milestone."""

PDU = "pdu"
"""The characteristic whose categories are the PDUs of a region: the counts of `sample_coverage`."""

Kind = Literal["cases", "relevant", "counted"]


class DisclosureError(DippError):
    """The counts cannot be protected, such as those that contradict each other or the definitions of measures."""


class Count(NamedTuple):
    """Names one count. `region` is NATION unless it is of one region, `measure` is empty for cases.

    Measures that are relevant to the same cases share one count of these, under the first one's code; where that is
    every case, it is the count of cases (see measures.py).
    """

    kind: Kind
    region: str
    characteristic: str
    category: str
    measure: str = ""


@dataclass(frozen=True)
class Content:
    """The true counts of one milestone, each region by itself."""

    cases: Mapping[tuple[str, str, str], int]
    """Region, characteristic and category to cases, 0 too. PDU is one of the characteristics."""
    figures: Mapping[tuple[str, str, str, str], tuple[int, int]]
    """Region, characteristic, category and measure to relevant cases, and of these those that count; absent: 0, 0."""
    at_least: Mapping[tuple[str, str, str], int]
    """Region, characteristic and category to the fewest cases that the exempt tables prove; absent: 0.

    A prompt has no adjusted equivalent: its relevant cases in `regional_question_findings` are core cases.
    """

    @cached_property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({region for region, _, _ in self.cases}))

    @cached_property
    def categories(self) -> Mapping[str, tuple[str, ...]]:
        """Characteristic to its categories, those without cases too."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, characteristic, category in self.cases:
            found[characteristic].add(category)
        return {characteristic: tuple(sorted(found[characteristic])) for characteristic in sorted(found)}

    def cases_of(self, region: str, characteristic: str, category: str) -> int:
        """Cases of a category in a region, or in the NATION."""
        return sum(self.cases.get((one, characteristic, category), 0) for one in self._regions(region))

    def figure_of(self, region: str, characteristic: str, category: str, measure: str) -> tuple[int, int]:
        """Relevant and counted cases of a category in a region, or in the NATION."""
        figures = [self.figures.get((one, characteristic, category, measure), (0, 0)) for one in self._regions(region)]
        return sum(relevant for relevant, _ in figures), sum(counted for _, counted in figures)

    def value(self, count: Count) -> int:
        """The true value of a count."""
        if count.kind == "cases":
            return self.cases_of(count.region, count.characteristic, count.category)
        relevant, counted = self.figure_of(count.region, count.characteristic, count.category, count.measure)
        return relevant if count.kind == "relevant" else counted

    def inspected(self, region: str, characteristic: str) -> int:
        """Cases of a region, or of the NATION: the sum over the categories of any characteristic."""
        return sum(
            self.cases_of(region, characteristic, category) for category in self.categories.get(characteristic, ())
        )

    def _regions(self, region: str) -> Iterator[str]:
        return iter(self.regions if region == NATION else (region,))


@dataclass(frozen=True)
class Milestone:
    """A content as it was published: its true counts, and which of them were withheld."""

    content: Content
    withheld: frozenset[Count]
    occurring: frozenset[tuple[str, str]]
    """Characteristic and category that findings have rows of: it has cases, or had some at a former milestone.

    Without the latter, the row that is no longer there would tell that a case was corrected.
    """


@dataclass(frozen=True)
class Protection:
    """A milestone, and how it came about."""

    milestone: Milestone
    primary: frozenset[Count]
    """Withheld for themselves: they, their complements or what they differ by from former contents are small."""
    secondary: frozenset[Count]
    """Withheld to shield these."""
    unsafe: Mapping[str, str]
    """Name of a table that cannot be published to a sentence that says why. All its counts are withheld."""


def occurring(content: Content, formers: Iterable[Milestone]) -> frozenset[tuple[str, str]]:
    """What has rows of findings at a milestone that follows on former ones."""
    present = {(characteristic, category) for (_, characteristic, category), cases in content.cases.items() if cases}
    return frozenset(present.union(*(former.occurring for former in formers)))
