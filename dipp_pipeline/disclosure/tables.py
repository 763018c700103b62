"""The tables by characteristic: which counts stand in their rows, and the rows, with None for what is withheld."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from dipp_pipeline.disclosure.counts import NATION, PDU, Content, Count, Milestone
from dipp_pipeline.disclosure.measures import Measure, shared_relevance

FINDINGS = "characteristic_findings"
PROFILE = "sample_profile"
COVERAGE = "sample_coverage"


class FindingRow(NamedTuple):
    """Of `characteristic_findings`. A count is None where it is withheld."""

    characteristic: str
    category: str
    measure_code: str
    cases_inspected: int | None
    relevant_cases: int | None
    counted_cases: int | None


class ProfileRow(NamedTuple):
    """Of `sample_profile`, or of `sample_coverage` where the characteristic is PDU. None is withheld."""

    region: str
    characteristic: str
    category: str
    cases: int | None


def profile_rows(milestone: Milestone) -> Iterator[ProfileRow]:
    """A row for every region and category, and the nation's for every category; the PDUs of the regions among them."""
    for count in _profile_counts(milestone.content):
        value = None if count in milestone.withheld else milestone.content.value(count)
        yield ProfileRow(count.region, count.characteristic, count.category, value)


def finding_rows(milestone: Milestone, measures: Sequence[Measure]) -> Iterator[FindingRow]:
    """A row for every category that occurs, or did, and measure."""
    for row, counts in _finding_counts(milestone.occurring, measures):
        cells = (
            None if count in milestone.withheld else 0 if count is None else milestone.content.value(count)
            for count in counts
        )
        yield FindingRow(*row, *cells)


class Places:
    """Where each count stands: in which rows of the tables, a row named as often as it shows the count."""

    def __init__(self, content: Content, occurring: Set[tuple[str, str]], measures: Sequence[Measure]):
        self._rows: dict[Count, list[tuple[str, ...]]] = defaultdict(list)
        for count in _profile_counts(content):
            table = COVERAGE if count.characteristic == PDU else PROFILE
            self._rows[count].append((table, count.region, count.characteristic, count.category))
        for row, counts in _finding_counts(occurring, measures):
            for count in filter(None, counts):
                self._rows[count].append((FINDINGS, *row))

    def counts(self, table: str) -> Set[Count]:
        """All counts of a table."""
        return {count for count, rows in self._rows.items() if any(row[0] == table for row in rows)}

    def weights(self, withheld: Set[Count]) -> Mapping[Count, float]:
        """What it costs to withhold each count: cells, and rows that are not marked yet, whose percentages go too."""
        marked = {row for count in withheld for row in self._rows[count]}
        return {count: len(rows) + len(set(rows) - marked) for count, rows in self._rows.items()}


def _profile_counts(content: Content) -> Iterator[Count]:
    for region, characteristic, category in sorted(content.cases):
        yield Count("cases", region, characteristic, category)
    for characteristic, categories in content.categories.items():
        if characteristic != PDU:
            yield from (Count("cases", NATION, characteristic, category) for category in categories)


def _finding_counts(
    occurring: Set[tuple[str, str]], measures: Sequence[Measure]
) -> Iterator[tuple[tuple[str, str, str], tuple[Count | None, Count | None, Count | None]]]:
    """Of each row its cases, relevant and counted cases; None for a count that is 0 by definition."""
    relevance = shared_relevance(measures)
    for characteristic, category in sorted(occurring):
        if characteristic == PDU:
            continue
        cases = Count("cases", NATION, characteristic, category)
        for measure in measures:
            holds = measure.relevant_to(characteristic, category)
            shared = cases._replace(kind="relevant", measure=relevance[measure.code])
            counted = cases._replace(kind="counted", measure=measure.code)
            row = (characteristic, category, measure.code)
            if holds is False:
                yield row, (cases, None, None)
            else:
                yield row, (cases, cases if holds else shared, counted)
