"""How narrowly an attacker can bound what is withheld of a block, and which further counts would shield it."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from math import copysign

import numpy as np

from dipp_pipeline.disclosure.attacker import Knowledge, Quantity
from dipp_pipeline.disclosure.counts import Count
from dipp_pipeline.disclosure.system import Flags, Floats, SolverError, System, two_points

EXACT = 1e-6
"""Values closer than this are the same: HiGHS keeps to its equations within 1e-7."""


class Audit:
    """Of one block against one attacker: whether he can bound a withheld quantity more narrowly than he may.

    He may not bound it to a range narrower than the threshold, but for what he could with nothing of the last content
    published. Every solution of his system that was ever found is kept as a witness: where it agrees with what is
    published, it widens the ranges of all quantities at once, so that most of them need no solving.
    """

    def __init__(self, knowledge: Knowledge, threshold: int):
        self._threshold = threshold
        self._system = knowledge.system
        self._kinds = knowledge.kinds
        self._quantities = [
            (quantity, knowledge.is_withheld_before(quantity), knowledge.last_counts(quantity))
            for quantity in _distinct(knowledge.quantities())
        ]
        self._sums = knowledge.matrix([quantity.terms for quantity, _, _ in self._quantities])
        counts = knowledge.counts(knowledge.last)
        self._counts = tuple(counts)
        self._count_sums = knowledge.matrix(list(counts.values()))
        self._count_values = self._count_sums @ self._system.truth
        self._needs: dict[int, int] = {}
        self._witness_counts = np.empty((0, len(self._counts)))
        self._witness_values = np.empty((0, len(self._quantities)))
        self._add_witness(self._system.truth)

    def unsafe(self, withheld: Set[Count], quickly: bool = False) -> Iterator[int]:
        """The withheld quantities that are not safe, by number, each looked into when it is asked for.

        Quickly looked into, they are those that are not easily shown to be safe.
        """
        published = self._published(withheld)
        known = self._system.with_values(self._count_sums[published])
        widths = self._widths(published)
        for number, (_, before, counts) in enumerate(self._quantities):
            if (before or counts & withheld) and widths[number] < self._need(number):
                if not self._becomes_safe(number, known, published, quickly):
                    yield number
                widths = self._widths(published)

    def shields(self, number: int, withheld: Set[Count], weights: Mapping[Count, float]) -> Collection[Count]:
        """Further counts to withhold so that a quantity is safe, of as little weight as is easily found."""
        published = self._published(withheld)
        candidates = [count for count, shown in zip(self._counts, published, strict=True) if shown]
        weight = np.array([weights[count] for count in candidates])
        for apart in (self._need(number), self._need(number) + 1):  # one more, where fractions make it too narrow
            try:
                changes = self._least_changes(number, published, weight, apart)
            except SolverError:
                break
            if (changes > EXACT).any():
                return [count for count, change in zip(candidates, changes, strict=True) if change > EXACT]
        return candidates

    def _becomes_safe(self, number: int, known: System, published: Flags, quickly: bool) -> bool:
        """Whether a quantity is safe once the least and the most that it can be are found."""
        for free in (self._near(number),) if quickly else (self._near(number), None):
            self._find_range(number, known, free)
            if self._widths(published)[number] >= self._need(number):
                return True
        if number not in self._needs and not quickly:
            self._find_range(number, self._system, None)
            nothing = np.zeros(len(self._counts), dtype=bool)
            self._needs[number] = min(self._threshold, int(self._widths(nothing)[number]))
        return bool(self._widths(published)[number] >= self._need(number))

    def _find_range(self, number: int, system: System, free: Flags | None) -> None:
        costs = self._sums[[number], :].toarray()[0]
        if free is not None:
            system, costs = system.restricted(free), costs[free]
        for sign in (1, -1):
            solution = system.minimum(sign * costs)
            self._add_witness(solution if free is None else self._completed(solution, free))

    def _least_changes(self, number: int, published: Flags, weight: Floats, apart: int) -> Floats:
        """How far each published count would have to give way. Raises SolverError where that is not enough."""
        target, counts = self._sums[[number], :], self._count_sums[published]
        lightest = np.full(len(weight), np.inf)
        costs = weight
        while True:
            first, second, changes = two_points(self._system, target, apart, costs, counts)
            if weight @ (changes > EXACT) >= weight @ (lightest > EXACT):
                return lightest
            self._add_witness(first)
            self._add_witness(second)
            lightest, costs = changes, weight / (changes + 1)

    def _completed(self, solution: Floats, free: Flags) -> Floats:
        completed = self._system.truth.copy()
        completed[free] = solution
        return completed

    def _add_witness(self, solution: Floats) -> None:
        self._witness_counts = np.vstack([self._witness_counts, self._count_sums @ solution])
        self._witness_values = np.vstack([self._witness_values, self._sums @ solution])

    def _widths(self, published: Flags) -> Floats:
        """Of every quantity's range, in whole numbers, as far as witnesses show."""
        agree = (np.abs(self._witness_counts - self._count_values)[:, published] < EXACT).all(axis=1)
        values = self._witness_values[agree]
        widths: Floats = np.floor(values.max(axis=0) + EXACT) - np.ceil(values.min(axis=0) - EXACT)
        return widths

    def _need(self, number: int) -> int:
        return self._needs.get(number, self._threshold)

    def _near(self, number: int) -> Flags:
        """The unknowns of the same kind and measure as those of a quantity: moving these alone is often enough."""
        kinds = {self._kinds[column] for column in self._sums[[number], :].indices}
        return np.array([kind in kinds for kind in self._kinds], dtype=bool)

    def _published(self, withheld: Set[Count]) -> Flags:
        return np.array([count not in withheld for count in self._counts], dtype=bool)


def _distinct(quantities: Iterator[Quantity]) -> Sequence[Quantity]:
    """Those that are not the same sum, or its negative, of the same counts."""
    found: dict[tuple[object, object], Quantity] = {}
    for quantity in quantities:
        sign = copysign(1, next(iter(quantity.terms.values())))
        key = frozenset((unknown, sign * value) for unknown, value in quantity.terms.items())
        found.setdefault((key, quantity.counts), quantity)
    return list(found.values())
