"""What an attacker knows of one characteristic, as a system of linear equations and inequalities.

The unknowns are the cases, relevant cases and counted cases of every category in every region: finer than the tables,
so that what the exempt tables say of a region is knowledge too. Known are

- of the exempt tables: cases, relevant and counted cases of every region, that is, of all its categories together;
- which categories occur at all, or did, since the others have no row in `characteristic_findings`;
- counted <= relevant <= cases, and what measures.py says;
- the former contents: what was published of them, and that a region's counts are the same unless the region changed.

A region *changed* where any of its counts is another than in the latest former content that has the region. Two
attackers are held off. One knows which regions changed, and nothing of how. The other knows besides which counts
stayed, by how many cases the others changed in all, and whether a region only gained cases or only lost some
(`bounded`). He knows more; but where that alone tells him a
count, it is exempt against him, and may not be against the first.

Not assumed: that an attacker knows single cases; or that a withheld count is small, since most of them are withheld to
shield others, and the marker is the same.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal, NamedTuple, TypeAlias

from scipy.sparse import csr_array

from dipp_pipeline.disclosure.counts import NATION, PDU, Content, Count, DisclosureError, Kind, Milestone, occurring
from dipp_pipeline.disclosure.measures import Measure, shared_relevance
from dipp_pipeline.disclosure.system import Builder, System


class Unknown(NamedTuple):
    """Cases of a category in a region; `since` is the number of the first content that they are of."""

    kind: Kind
    measure: str
    region: str
    category: str
    since: int
    change: Literal["", "more", "fewer"] = ""
    """Or by how much they are more, or fewer, than in the content before."""


Sum: TypeAlias = Mapping[Unknown, float]


@dataclass(frozen=True)
class Quantity:
    """A number of people that tables tell: a count, its complement, or what either differs by between two contents."""

    terms: Sum
    value: int
    counts: frozenset[tuple[int, Count]]
    """What it is worked out from: the number of a content and a count of it. It is withheld where one of these is."""
    keeper: Count
    """The count of the last content that is withheld first of all where this is small."""


@dataclass(frozen=True)
class Block:
    """A characteristic in all regions, or the PDUs of one: protected by itself, since all totals are known."""

    characteristic: str
    region: str = NATION


def blocks(content: Content) -> Iterator[Block]:
    """All of a content."""
    for characteristic in content.categories:
        if characteristic == PDU:
            yield from (Block(PDU, region) for region in content.regions)
        else:
            yield Block(characteristic)


class Knowledge:
    """What is known of a block after the last of some contents, before anything of that one is published."""

    def __init__(
        self, block: Block, formers: Sequence[Milestone], content: Content, measures: Sequence[Measure], bounded: bool
    ):
        self._block = block
        self._contents = [*(former.content for former in formers), content]
        self._measures = {measure.code: measure for measure in measures} if block.characteristic != PDU else {}
        self._relevance = shared_relevance(measures)
        self._formers = formers
        self._present = [*(former.occurring for former in formers), occurring(content, formers)]
        self._bounded = bounded
        self._since: dict[tuple[int, str, Kind, str], int] = {}
        self._changed: dict[tuple[int, int, str], bool] = {}
        self._all_categories = sorted({name for number in range(len(self._contents)) for name in self._listed(number)})
        self._builder: Builder[Unknown] = Builder()
        for number in range(len(self._contents)):
            for region in self._regions(number):
                self._know_region(number, region)
                if bounded:
                    self._know_cases_that_came_or_went(number, region)
            self._know_nation(number)
        self._counts = [self._counts_of(number) for number in range(len(self._contents))]
        for number, former in enumerate(formers):
            for count, terms in self.counts(number).items():
                if count not in former.withheld:
                    self._know(terms, former.content.value(count), former.content.value(count))

    @cached_property
    def system(self) -> System:
        """All of it. Raises DisclosureError where the true counts contradict it."""
        system = self._builder.system()
        sums = system.rows @ system.truth
        if (sums < system.least - 1e-6).any() or (sums > system.most + 1e-6).any():
            raise DisclosureError(
                f"The counts by {self._block.characteristic} contradict each other, or what measures.csv and "
                "questions.csv say of the measures, so nothing shows whether they are safe to publish."
            )
        return system

    def matrix(self, sums: Sequence[Sum]) -> csr_array:
        """A row for each sum, with a column for each unknown of the system."""
        return self._builder.matrix(sums)

    @property
    def kinds(self) -> Sequence[tuple[Kind, str]]:
        """Kind and measure of every unknown of the system."""
        return [(unknown.kind, unknown.measure) for unknown in self._builder.names()]

    def columns_in(self, stronger: "Knowledge") -> Sequence[int]:
        """For every unknown of the system, its column in that of an attacker who knows more unknowns to be the same."""
        columns = {unknown: column for column, unknown in enumerate(stronger._builder.names())}
        return [
            columns[
                unknown._replace(
                    since=stronger._same_since(unknown.since, unknown.region, unknown.kind, unknown.measure)
                )
            ]
            for unknown in self._builder.names()
        ]

    @property
    def last(self) -> int:
        """The number of the content that is to be protected."""
        return len(self._contents) - 1

    def counts(self, number: int) -> Mapping[Count, Sum]:
        """The counts of a content that are published or withheld, each as a sum of unknowns."""
        return self._counts[number]

    def _counts_of(self, number: int) -> Mapping[Count, Sum]:
        characteristic = self._block.characteristic
        found: dict[Count, Sum] = {}
        present = self._categories(number)
        for category in self._listed(number):
            for region in self._regions(number):
                found[Count("cases", region, characteristic, category)] = self._cases(number, region, category)
            if characteristic == PDU:
                continue
            found[Count("cases", NATION, characteristic, category)] = self._nation("cases", number, category)
            if category not in present:
                continue
            for measure in self._measures.values():
                holds = measure.relevant_to(characteristic, category)
                if holds is False:
                    continue
                if holds is None:
                    shared = self._relevance[measure.code]
                    relevant = Count("relevant", NATION, characteristic, category, shared)
                    found[relevant] = self._nation("relevant", number, category, measure.code)
                counted = Count("counted", NATION, characteristic, category, measure.code)
                found[counted] = self._nation("counted", number, category, measure.code)
        return found

    def quantities(self) -> Iterator[Quantity]:
        """All that must not be told where it is small, and not be bounded narrowly where it is withheld."""
        of_contents = [dict(self._quantities(number)) for number in range(len(self._contents))]
        for quantities in of_contents:
            yield from quantities.values()
        for former, later in combinations(of_contents, 2):
            for name in (name for name in former if name in later):
                terms = _sum((1, later[name].terms), (-1, former[name].terms))
                value = later[name].value - former[name].value
                if terms:
                    yield Quantity(terms, value, later[name].counts | former[name].counts, later[name].keeper)

    def small(self, threshold: int) -> Set[Count]:
        """Counts of the last content that are withheld first of all.

        That is, where it or its complement is small; where it is known to be the same as one that was withheld before;
        or where what it differs by from a former content is small, and nothing else withholds that.
        """
        latest = self.counts(self.last)
        withheld = {
            count
            for number, former in enumerate(self._formers)
            for count, terms in self.counts(number).items()
            if count in former.withheld and latest.get(count) == terms
        }
        for quantity in sorted(self.quantities(), key=lambda quantity: len(quantity.counts)):
            if 0 < abs(quantity.value) < threshold and (self.last, quantity.keeper) in quantity.counts:
                of_this_alone = all(number == self.last for number, _ in quantity.counts)
                if of_this_alone or not (self.is_withheld_before(quantity) or self.last_counts(quantity) & withheld):
                    withheld.add(quantity.keeper)
        return withheld

    def is_withheld_before(self, quantity: Quantity) -> bool:
        """Whether a former content already withholds something of what a quantity is worked out from."""
        return any(number < self.last and count in self._formers[number].withheld for number, count in quantity.counts)

    def last_counts(self, quantity: Quantity) -> Set[Count]:
        """The counts of the last content that a quantity is worked out from."""
        return {count for number, count in quantity.counts if number == self.last}

    def _quantities(self, number: int) -> Iterator[tuple[Hashable, Quantity]]:
        content = self._contents[number]
        counts = self.counts(number)
        for count, terms in counts.items():
            itself = frozenset({(number, count)})
            value = content.value(count)
            yield count, Quantity(terms, value, itself, count)
            if count.kind == "cases":
                others = content.inspected(count.region, self._block.characteristic) - value
                yield ("others", count), Quantity(_sum((-1, terms)), others, itself, count)
            else:
                whole = self._whole(count)
                others = content.value(whole) - value
                both = frozenset({(number, count), (number, whole)})
                yield ("others", count), Quantity(_sum((1, counts[whole]), (-1, terms)), others, both, count)

    def _whole(self, count: Count) -> Count:
        """What a count is a part of: relevant cases of all cases, counted ones of the relevant."""
        if count.kind == "counted":
            measure = self._measures[count.measure]
            if measure.relevant_to(count.characteristic, count.category) is None:
                return count._replace(kind="relevant", measure=self._relevance[count.measure])
        return count._replace(kind="cases", measure="")

    def _know_region(self, number: int, region: str) -> None:
        content, characteristic = self._contents[number], self._block.characteristic
        categories = self._all_categories
        for category in categories:
            least = content.at_least.get((region, characteristic, category), 0)
            cases = self._cases(number, region, category)
            self._know(cases, least=least)
            for measure in self._measures.values():
                relevant = self._relevant(number, region, category, measure)
                counted = self._counted(number, region, category, measure)
                self._know(_sum((1, cases), (-1, relevant)), least=0)
                self._know(_sum((1, relevant), (-1, counted)), least=0)
                self._know(counted, least=0)
                parts = [self._counted(number, region, category, self._measures[part]) for part in measure.parts]
                for part in parts:
                    self._know(_sum((1, part), (-1, counted)), least=0)
                if parts:
                    missing = _sum((1, counted), *((-1, part) for part in parts), (len(parts) - 1, relevant))
                    self._know(missing, least=0)
        inspected = content.inspected(region, characteristic)
        self._know(_sum(*((1, self._cases(number, region, category)) for category in categories)), inspected, inspected)
        for measure in self._measures.values():
            figures = [content.figure_of(region, characteristic, category, measure.code) for category in categories]
            relevant_cases, counted_cases = (sum(column) for column in zip(*figures, strict=True))
            relevant = _sum(*((1, self._relevant(number, region, category, measure)) for category in categories))
            counted = _sum(*((1, self._counted(number, region, category, measure)) for category in categories))
            self._know(relevant, relevant_cases, relevant_cases)
            self._know(counted, counted_cases, counted_cases)

    def _know_nation(self, number: int) -> None:
        if self._block.characteristic != PDU:
            now, before = self._categories(number), self._categories(number - 1) if number else ()
            for category in self._all_categories:
                cases = self._nation("cases", number, category)
                if category not in now:
                    self._know(cases, 0, 0)
                elif category not in before:
                    self._know(cases, least=1)

    def _know(self, terms: Sum, least: float = -float("inf"), most: float = float("inf")) -> None:
        if terms:
            self._builder.known(terms, least, most)

    def _nation(self, kind: Kind, number: int, category: str, measure: str = "") -> Sum:
        of_regions = (self._terms(kind, number, region, category, measure) for region in self._regions(number))
        return _sum(*((1, terms) for terms in of_regions))

    def _terms(self, kind: Kind, number: int, region: str, category: str, measure: str) -> Sum:
        if kind == "cases":
            return self._cases(number, region, category)
        if kind == "relevant":
            return self._relevant(number, region, category, self._measures[measure])
        return self._counted(number, region, category, self._measures[measure])

    def _cases(self, number: int, region: str, category: str) -> Sum:
        return {self._unknown(number, "cases", "", region, category): 1}

    def _relevant(self, number: int, region: str, category: str, measure: Measure) -> Sum:
        holds = measure.relevant_to(self._block.characteristic, category)
        if holds is None:
            return {self._unknown(number, "relevant", self._relevance[measure.code], region, category): 1}
        return self._cases(number, region, category) if holds else {}

    def _counted(self, number: int, region: str, category: str, measure: Measure) -> Sum:
        if measure.relevant_to(self._block.characteristic, category) is False:
            return {}
        if measure.complement_of:
            others = self._counted(number, region, category, self._measures[measure.complement_of])
            return _sum((1, self._relevant(number, region, category, measure)), (-1, others))
        return {self._unknown(number, "counted", measure.code, region, category): 1}

    def _unknown(self, number: int, kind: Kind, measure: str, region: str, category: str) -> Unknown:
        since = self._same_since(number, region, kind, measure)
        unknown = Unknown(kind, measure, region, category, since)
        self._builder.unknown(unknown, self._value(number, unknown))
        return unknown

    def _same_since(self, number: int, region: str, kind: Kind, measure: str) -> int:
        """The number of the first content since which the counts of that kind are the same in a region."""
        key = (number, region, kind, measure)
        if key not in self._since:
            before = self._before(number, region)
            if before is None:
                self._since[key] = number
            elif self._differs(before, number, region, kind, measure):
                self._since[key] = number
                if self._bounded:
                    self._know_change(before, number, region, kind, measure)
            else:
                self._since[key] = self._same_since(before, region, kind, measure)
        return self._since[key]

    def _differs(self, before: int, number: int, region: str, kind: Kind, measure: str) -> bool:
        if not self._bounded:
            key = (before, number, region)
            if key not in self._changed:
                self._changed[key] = changed(self._contents[before], self._contents[number], region)
            return self._changed[key]
        return bool(self._changes(before, number, region, kind, measure))

    def _changes(self, before: int, number: int, region: str, kind: Kind, measure: str) -> Mapping[str, int]:
        """Category to how many more cases it has, where it has more or fewer."""
        changes = {}
        for category in self._all_categories:
            unknown = Unknown(kind, measure, region, category, number)
            change = self._value(number, unknown) - self._value(before, unknown)
            if change:
                changes[category] = change
        return changes

    def _know_change(self, before: int, number: int, region: str, kind: Kind, measure: str) -> None:
        changes = self._changes(before, number, region, kind, measure)
        changed_by: list[tuple[float, Sum]] = []
        for category in self._all_categories:
            former = self._unknown(before, kind, measure, region, category)
            later = self._unknown(number, kind, measure, region, category)
            more, fewer = later._replace(change="more"), later._replace(change="fewer")
            self._builder.unknown(more, max(changes.get(category, 0), 0))
            self._builder.unknown(fewer, max(-changes.get(category, 0), 0))
            self._know({later: 1, former: -1, more: -1, fewer: 1}, 0, 0)
            changed_by += [(1, {more: 1}), (1, {fewer: 1})]
        self._know(_sum(*changed_by), most=sum(map(abs, changes.values())))

    def _know_cases_that_came_or_went(self, number: int, region: str) -> None:
        """Where a region only gained cases, or only lost some, each is of one category, whatever measure it is of.

        A case that counted was a relevant one, so that of no category more relevant cases are gone than cases.
        """
        before = self._before(number, region)
        if before is None:
            return
        now, then = list(self._nested(number, region)), list(self._nested(before, region))
        gains = [
            (_sum((1, later), (-1, former)), self._total(number, later) - self._total(before, former))
            for later, former in zip(now, then, strict=True)
        ]
        for sign in (1, -1):
            if all(sign * value >= 0 for _, value in gains):
                for terms, _ in gains:
                    self._know(_sum((sign, terms)), least=0)

    def _nested(self, number: int, region: str) -> Iterator[Sum]:
        """Of each category its cases and, by measure, those not relevant, those that do not count, and those that do.

        All that came or went is among them.
        """
        for category in self._all_categories:
            cases = self._cases(number, region, category)
            yield cases
            for measure in self._measures.values():
                relevant = self._relevant(number, region, category, measure)
                counted = self._counted(number, region, category, measure)
                yield from (_sum((1, cases), (-1, relevant)), _sum((1, relevant), (-1, counted)), counted)

    def _total(self, number: int, terms: Sum) -> float:
        """The true value of a sum in a content."""
        return sum(coefficient * self._value(number, unknown) for unknown, coefficient in terms.items())

    def _before(self, number: int, region: str) -> int | None:
        """The number of the latest content before one that has a region too."""
        return next((one for one in range(number - 1, -1, -1) if region in self._contents[one].regions), None)

    def _value(self, number: int, unknown: Unknown) -> int:
        count = Count(unknown.kind, unknown.region, self._block.characteristic, unknown.category, unknown.measure)
        return self._contents[number].value(count)

    def _regions(self, number: int) -> Sequence[str]:
        return [region for region in self._contents[number].regions if self._block.region in (region, NATION)]

    def _listed(self, number: int) -> Sequence[str]:
        """Those whose cases are published or withheld, even where none occurs yet, if they occur at all."""
        content, characteristic = self._contents[number], self._block.characteristic
        categories = content.categories.get(characteristic, ())
        if characteristic == PDU:
            return [category for category in categories if (self._block.region, PDU, category) in content.cases]
        return [category for category in categories if (characteristic, category) in self._present[-1]]

    def _categories(self, number: int) -> Sequence[str]:
        """Those of them that findings have rows of."""
        return [
            category
            for category in self._listed(number)
            if (self._block.characteristic, category) in self._present[number]
        ]


def changed(former: Content, later: Content, region: str) -> bool:
    """Whether any count of a region is another in the later content."""
    return any(
        {key: value for key, value in getattr(former, name).items() if key[0] == region and value not in (0, (0, 0))}
        != {key: value for key, value in getattr(later, name).items() if key[0] == region and value not in (0, (0, 0))}
        for name in ("cases", "figures")
    )


def _sum(*parts: tuple[float, Sum]) -> Sum:
    """Sums, each with its factor, added up; what cancels out is left out."""
    total: dict[Unknown, float] = {}
    for factor, terms in parts:
        for unknown, coefficient in terms.items():
            total[unknown] = total.get(unknown, 0) + factor * coefficient
    return {unknown: coefficient for unknown, coefficient in total.items() if coefficient}
