"""How narrowly an attacker can bound what is withheld of a block, and which further counts would shield it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from math import copysign

import numpy as np

from dipp_pipeline.disclosure.attacker import Knowledge, Quantity
from dipp_pipeline.disclosure.counts import Count
from dipp_pipeline.disclosure.system import Flags, Floats, SolverError, System, two_points

EXACT = 1e-6
"""Values closer than this are the same: HiGHS keeps to its equations within 1e-7."""


LIGHT = 2
"""The weight of a count that stands in one cell: nothing lighter need be looked for."""

_WITNESSES_AT_FIRST = 64
"""There is room for so many, and for twice as many each time that it is not enough."""


class Audit:
    """Of one block against one attacker: whether he can bound a withheld quantity more narrowly than he may.

    He may not bound it to a range narrower than the threshold, but for what he could with nothing of the last content
    published. Every solution of his system that was ever found is kept as a witness: where it agrees with what is
    published, it widens the ranges of all quantities at once, so that most of them need no solving.
    """

    def __init__(self, knowledge: Knowledge, threshold: int):
        self._threshold = threshold
        self._knowledge = knowledge
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
        self._weaker: tuple[Audit, Sequence[int]] | None = None
        self._witnesses = 0
        self._differs = np.empty((_WITNESSES_AT_FIRST, len(self._counts)), dtype=bool)
        self._values = np.empty((_WITNESSES_AT_FIRST, len(self._quantities)))
        self._add_witness(self._system.truth)

    def inform(self, weaker: "Audit") -> None:
        """Hand each witness from now on to the audit against an attacker who knows less: it is one against him too."""
        self._weaker = weaker, weaker._knowledge.columns_in(self._knowledge)

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
        for free in self._stages(number):
            for apart in (self._need(number), self._need(number) + 1):  # one more, where fractions make it too narrow
                try:
                    needed = self._least_changes(number, free, published, weight, apart) > EXACT
                except SolverError:
                    break
                if needed.any() and (weight @ needed <= LIGHT or free.all()):
                    return [count for count, one in zip(candidates, needed, strict=True) if one]
        return candidates

    def _becomes_safe(self, number: int, known: System, published: Flags, quickly: bool) -> bool:
        """Whether a quantity is safe once the least and the most that it can be are found."""
        *easy, everything = self._stages(number)
        if self._range_reaches(self._need(number), number, known, published, easy):
            return True
        if quickly:
            return False
        if number not in self._needs:
            nothing = np.zeros(len(self._counts), dtype=bool)
            self._range_reaches(self._threshold, number, self._system, nothing, (*easy, everything))
            self._needs[number] = min(self._threshold, int(self._widths(nothing)[number]))
        return self._range_reaches(self._need(number), number, known, published, (everything,))

    def _range_reaches(
        self, width: int, number: int, system: System, published: Flags, stages: Iterable[Flags]
    ) -> bool:
        """Whether the range of a quantity is that wide, looked for by stages until it is."""
        for free in stages:
            if self._widths(published)[number] >= width:
                break
            restricted, costs = system.restricted(free), self._sums[[number], :].toarray()[0][free]
            for sign in (1, -1):
                self._add_witness(self._completed(restricted.minimum(sign * costs), free))
        return bool(self._widths(published)[number] >= width)

    def _least_changes(self, number: int, free: Flags, published: Flags, weight: Floats, apart: int) -> Floats:
        """How far each published count would have to give way. Raises SolverError where that is not enough."""
        system = self._system.restricted(free)
        target, counts = self._sums[[number], :][:, free], self._count_sums[published][:, free]
        lightest = np.full(len(weight), np.inf)
        costs = weight
        while True:
            first, second, changes = two_points(system, target, apart, costs, counts)
            if weight @ (changes > EXACT) >= weight @ (lightest > EXACT):
                return lightest
            self._add_witness(self._completed(first, free))
            self._add_witness(self._completed(second, free))
            lightest, costs = changes, weight / (changes + 1)

    def _completed(self, solution: Floats, free: Flags) -> Floats:
        completed = self._system.truth.copy()
        completed[free] = solution
        return completed

    def _add_witness(self, solution: Floats) -> None:
        if self._witnesses == len(self._values):
            self._differs = np.concatenate([self._differs, np.empty_like(self._differs)])
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
        self._differs[self._witnesses] = np.abs(self._count_sums @ solution - self._count_values) >= EXACT
        self._values[self._witnesses] = self._sums @ solution
        self._witnesses += 1
        if self._weaker:
            weaker, columns = self._weaker
            weaker._add_witness(solution[columns])

    def _widths(self, published: Flags) -> Floats:
        """Of every quantity's range, in whole numbers, as far as witnesses show."""
        agree = ~(self._differs[: self._witnesses] & published).any(axis=1)
        values = self._values[: self._witnesses][agree]
        widths: Floats = np.floor(values.max(axis=0) + EXACT) - np.ceil(values.min(axis=0) - EXACT)
        return widths

    def _need(self, number: int) -> int:
        return self._needs.get(number, self._threshold)

    def _stages(self, number: int) -> Sequence[Flags]:
        """Which unknowns to move so that a quantity changes, first few, which is quick and often enough, last all.

        The few are those of the same kind and measure. Around counts of cases few are free to move without the others.
        """
        same = {self._kinds[column] for column in self._sums[[number], :].indices}
        near = np.array([kind in same for kind in self._kinds], dtype=bool)
        everything = np.ones_like(near)
        return (everything,) if near.all() or ("cases", "") in same else (near, everything)

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
