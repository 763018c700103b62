"""An attacker on the tables by characteristic, written from what issue 12 says that he knows.

He has every published table of every release that is kept, and knows which regions changed between two releases. He
writes down all that, and finds by linear programming the least and the most that each count can be. Nothing of
dipp_pipeline/disclosure is used here but the rows of its tables and the definitions of the measures.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, lil_array

from dipp_pipeline.disclosure.measures import Measure
from dipp_pipeline.disclosure.tables import FindingRow, ProfileRow

Sum = Mapping[Hashable, float]
Key = tuple[str, ...]
"""What a count is of: its kind, region ("" of the nation), characteristic, category and measure."""


@dataclass(frozen=True)
class Release:
    """What is published at a milestone, and the true counts, to tell which of them are small."""

    versions: Mapping[str, Hashable]
    """Region to what its cases are: the same where nothing changed."""
    cases: Mapping[str, int]
    figures: Mapping[tuple[str, str], tuple[int, int]]
    """Region and measure to relevant and counted cases, from the exempt table."""
    findings: Sequence[FindingRow]
    profile: Sequence[ProfileRow]
    true_findings: Sequence[FindingRow]
    true_profile: Sequence[ProfileRow]
    core_cases: Mapping[str, int] = field(default_factory=dict)
    """Region to the core cases that its prompts prove, which no adjusted case answers; from the exempt table."""


@dataclass(frozen=True)
class Quantity:
    """A number of people that tables tell: its sum of unknowns, true value, and the cells that give it away."""

    terms: Sum
    value: int
    is_withheld: bool
    last: int
    """The latest release that it is of."""
    constant: int = 0
    """What is to be added to the sum."""


@dataclass
class Attack:
    """On one characteristic."""

    releases: Sequence[Release]
    measures: Sequence[Measure]
    characteristic: str
    threshold: int
    unknowns: dict[Hashable, int] = field(default_factory=dict)
    equal: list[tuple[Sum, float, int]] = field(default_factory=list)
    """Sum, value, and the release whose tables by characteristic say so; -1 where other things do."""
    at_least: list[tuple[Sum, float]] = field(default_factory=list)
    systems: dict[int, Any] = field(default_factory=dict)
    """What is known by the tables of the releases before a number, for the solver."""
    possible: list[NDArray[np.float64]] = field(default_factory=list)
    """What agrees with everything that is known. Where two of these differ widely enough, nothing is to be solved."""

    def disclosed(self) -> Iterator[tuple[str, int, float, float]]:
        """Quantities that are small or withheld, and can be bounded to a range narrower than the threshold.

        Left out is what could be bounded as narrowly with nothing published of the release that it is of. Gives the
        name, true value, least and most.
        """
        self.learn()
        for name, quantity in self.quantities():
            if not quantity.is_withheld and not 0 < abs(quantity.value) < self.threshold:
                continue
            if self.range_seen(quantity) >= self.threshold:
                continue
            least, most = self.bounds(quantity, len(self.releases))
            assert least - 1e-6 <= quantity.value <= most + 1e-6
            if most - least < self.threshold - 1e-6:
                least_before, most_before = self.bounds(quantity, quantity.last)
                if most - least < min(self.threshold, most_before - least_before) - 1e-6:
                    yield str(name), quantity.value, least, most

    def learn(self) -> None:
        for number, release in enumerate(self.releases):
            for region in release.versions:
                self.learn_region(number, region)
            self.learn_tables(number)

    def learn_region(self, number: int, region: str) -> None:
        release = self.releases[number]
        categories = self.categories(region)
        if self.characteristic == "question_set":
            self.at_least.append((self.cases(number, region, "core"), release.core_cases.get(region, 0)))
        for category in categories:
            cases = self.cases(number, region, category)
            for measure in self.measures_here():
                relevant = self.relevant(number, region, category, measure.code)
                counted = self.counted(number, region, category, measure.code)
                self.at_least += [(minus(cases, relevant), 0), (minus(relevant, counted), 0)]
                if self.all_relevant(measure, category):
                    self.equal.append((minus(cases, relevant), 0, -1))
                for other in self.measures_here():
                    if other.conditions == measure.conditions and other.code < measure.code:
                        same = self.relevant(number, region, category, other.code)
                        self.equal.append((minus(relevant, same), 0, -1))
                if measure.complement_of:
                    others = self.counted(number, region, category, measure.complement_of)
                    self.equal.append((minus(minus(relevant, counted), others), 0, -1))
                parts = [self.counted(number, region, category, part) for part in measure.parts]
                self.at_least += [(minus(part, counted), 0) for part in parts]
                if parts:
                    others = total([relevant] * (len(parts) - 1))
                    self.at_least.append((minus(total([counted, others]), total(parts)), 0))
        self.equal.append((total(self.cases(number, region, one) for one in categories), release.cases[region], -1))
        for measure in self.measures_here():
            relevant_cases, counted_cases = release.figures[region, measure.code]
            code = measure.code
            relevant = total(self.relevant(number, region, category, code) for category in categories)
            counted = total(self.counted(number, region, category, code) for category in categories)
            self.equal += [(relevant, relevant_cases, -1), (counted, counted_cases, -1)]

    def learn_tables(self, number: int) -> None:
        release = self.releases[number]
        for key, value in cells(release.findings, release.profile, self.characteristic):
            if value is not None:
                self.equal.append((self.terms(number, key), value, number))
        if self.characteristic != "pdu":
            occurring, before = self.occurring(number), self.occurring(number - 1)
            for category in self.categories(""):
                cases = self.terms(number, ("cases", "", self.characteristic, category, ""))
                if category not in occurring:
                    self.equal.append((cases, 0, -1))
                elif category not in before:
                    self.at_least.append((cases, 1))

    def occurring(self, number: int) -> Collection[str]:
        """Categories that have rows of findings."""
        findings = self.releases[number].findings if number >= 0 else ()
        return {row.category for row in findings if row.characteristic == self.characteristic}

    def quantities(self) -> Iterator[tuple[object, Quantity]]:
        of_releases = [dict(self.of_release(number)) for number in range(len(self.releases))]
        for number, quantities in enumerate(of_releases):
            yield from (((number, key), quantity) for key, quantity in quantities.items())
        for (former, before), (later, after) in combinations(enumerate(of_releases), 2):
            for key in before.keys() & after.keys():
                terms = minus(after[key].terms, before[key].terms)
                if any(terms.values()):
                    value = after[key].value - before[key].value
                    withheld = before[key].is_withheld or after[key].is_withheld
                    constant = after[key].constant - before[key].constant
                    yield (former, later, key), Quantity(terms, value, withheld, later, constant)

    def of_release(self, number: int) -> Iterator[tuple[Key, Quantity]]:
        release = self.releases[number]
        shown = dict(cells(release.findings, release.profile, self.characteristic))
        true = dict(cells(release.true_findings, release.true_profile, self.characteristic))
        for key, value in true.items():
            assert value is not None
            withheld = shown[key] is None
            terms = self.terms(number, key)
            yield key, Quantity(terms, value, withheld, number)
            kind, region, characteristic, category, measure = key
            if kind == "cases":
                inspected = sum(release.cases[one] for one in release.cases if region in (one, ""))
                yield ("others", *key), Quantity(minus({}, terms), inspected - value, withheld, number, inspected)
            if kind == "counted":
                whole = ("relevant", region, characteristic, category, measure)
                others = (true[whole] or 0) - value
                either = withheld or shown[whole] is None
                yield ("others", *key), Quantity(minus(self.terms(number, whole), terms), others, either, number)

    def bounds(self, quantity: Quantity, until: int) -> tuple[float, float]:
        """The least and the most that it can be, by the tables of the releases before that one."""
        if until not in self.systems:
            known = [(terms, value) for terms, value, number in self.equal if number < until]
            self.systems[until] = {
                "A_ub": -self.matrix([terms for terms, _ in self.at_least]),
                "b_ub": [-value for _, value in self.at_least],
                "A_eq": self.matrix([terms for terms, _ in known]),
                "b_eq": [value for _, value in known],
            }
        costs = self.matrix([quantity.terms]).toarray()[0]
        found = []
        for sign in (1, -1):
            solved = linprog(sign * costs, **self.systems[until])
            assert solved.status == 0, solved.message
            if until == len(self.releases):
                self.possible.append(solved.x)
            found.append(quantity.constant + sign * solved.fun)
        least, most = found
        return least, most

    def range_seen(self, quantity: Quantity) -> float:
        """How far apart the values are that a quantity has in what is known to be possible."""
        if not self.possible:
            return 0
        values = np.array(self.possible) @ self.matrix([quantity.terms]).toarray()[0]
        return float(values.max() - values.min())

    def matrix(self, sums: Sequence[Sum]) -> csr_array:
        entries = [
            (row, self.unknowns[name], factor) for row, terms in enumerate(sums) for name, factor in terms.items()
        ]
        matrix = lil_array((len(sums), len(self.unknowns)))
        for row, column, factor in entries:
            matrix[row, column] = factor
        return matrix.tocsr()

    def terms(self, number: int, key: Key) -> Sum:
        """A count as a sum of unknowns, of one region or of all."""
        kind, region, _, category, measure = key
        regions = [one for one in self.releases[number].versions if region in (one, "")]
        if kind == "cases":
            return total(self.cases(number, one, category) for one in regions)
        if kind == "relevant":
            return total(self.relevant(number, one, category, measure) for one in regions)
        return total(self.counted(number, one, category, measure) for one in regions)

    def cases(self, number: int, region: str, category: str) -> Sum:
        return self.unknown(number, "cases", region, category, "")

    def relevant(self, number: int, region: str, category: str, measure: str) -> Sum:
        return self.unknown(number, "relevant", region, category, measure)

    def counted(self, number: int, region: str, category: str, measure: str) -> Sum:
        return self.unknown(number, "counted", region, category, measure)

    def unknown(self, number: int, *name: str) -> Sum:
        _, region, *_ = name
        key = (self.releases[number].versions[region], *name)
        self.unknowns.setdefault(key, len(self.unknowns))
        return {key: 1}

    def categories(self, region: str) -> Sequence[str]:
        """All that a region, or the nation, has a row for."""
        rows = (row for release in self.releases for row in release.true_profile)
        return sorted(
            {row.category for row in rows if row.characteristic == self.characteristic and row.region == region}
        )

    def measures_here(self) -> Sequence[Measure]:
        return () if self.characteristic == "pdu" else self.measures

    def all_relevant(self, measure: Measure, category: str) -> bool:
        risky = self.characteristic == "risk_of_serious_harm" and category in ("high", "very_high")
        return all(risky and "risk_of_serious_harm in" in condition for condition in measure.conditions)


def cells(
    findings: Sequence[FindingRow], profile: Sequence[ProfileRow], characteristic: str
) -> Iterator[tuple[Key, int | None]]:
    """What each published cell is of, and what it says."""
    for row in profile:
        if row.characteristic == characteristic:
            yield ("cases", row.region, characteristic, row.category, ""), row.cases
    for finding in findings:
        if finding.characteristic == characteristic:
            key = ("", characteristic, finding.category, finding.measure_code)
            yield ("relevant", *key), finding.relevant_cases
            yield ("counted", *key), finding.counted_cases


def total(sums: Iterable[Sum]) -> Sum:
    added: Counter[Hashable] = Counter()
    for terms in sums:
        added.update(terms)
    return added


def minus(whole: Sum, part: Sum) -> Sum:
    names = {*whole, *part}
    return {name: whole.get(name, 0) - part.get(name, 0) for name in names if whole.get(name, 0) != part.get(name, 0)}
