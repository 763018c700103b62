"""A system of linear equations and inequalities, and the least and the most that a sum of its unknowns can be.

Nothing is known here of cases and tables (see attacker.py). Everything is solved by HiGHS, through scipy.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from dipp_pipeline.disclosure.counts import DisclosureError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Name = TypeVar("Name", bound=Hashable)
"""What the unknowns are called. A sum of them is a mapping of unknown to coefficient."""


class SolverError(DisclosureError):
    """HiGHS found no optimum."""


@dataclass(frozen=True)
class System:
    """unknowns >= 0, least <= rows @ unknowns <= most, and the true values, which fulfil all of it."""

    truth: Floats
    rows: csr_array
    least: Floats
    most: Floats

    def restricted(self, free: Flags) -> "System":
        """The same with all other unknowns at their true values: smaller, and what is possible in it is possible."""
        columns = np.flatnonzero(free)
        fixed = self.rows @ np.where(free, 0.0, self.truth)
        rows = self.rows[:, columns]
        used = np.diff(rows.indptr) > 0
        return System(
            self.truth[columns],
            rows[used],
            (self.least - fixed)[used],
            (self.most - fixed)[used],
        )

    def with_values(self, sums: csr_array) -> "System":
        """The same where the values of some sums are known too."""
        values = sums @ self.truth
        return System(
            self.truth,
            vstack([self.rows, sums], format="csr"),
            np.concatenate([self.least, values]),
            np.concatenate([self.most, values]),
        )

    def minimum(self, costs: Floats) -> Floats:
        """Unknowns at which costs @ unknowns is least. Raises SolverError."""
        found = milp(
            costs,
            constraints=LinearConstraint(self.rows, self.least, self.most),
            bounds=Bounds(0, np.inf),
        )
        if found.x is None or found.status != 0:
            raise SolverError(f"HiGHS did not solve what shows whether counts are safe to publish: {found.message}.")
        solution: Floats = found.x
        return solution


@dataclass
class Builder(Generic[Name]):
    """Collects unknowns by name, with their true values, and what is known of them."""

    _columns: dict[Name, int] = field(default_factory=dict)
    _truth: list[float] = field(default_factory=list)
    _known: dict[tuple[Hashable, float, float], Mapping[Name, float]] = field(default_factory=dict)

    def unknown(self, name: Name, truth: float) -> None:
        """An unknown that is not negative. Said twice, it is kept once."""
        if name not in self._columns:
            self._columns[name] = len(self._columns)
            self._truth.append(truth)

    def known(self, terms: Mapping[Name, float], least: float = -np.inf, most: float = np.inf) -> None:
        """A sum lies between two values. Said twice, it is kept once."""
        self._known[frozenset(terms.items()), least, most] = terms

    def matrix(self, sums: Sequence[Mapping[Name, float]]) -> csr_array:
        """A row for each sum."""
        lengths = [len(terms) for terms in sums]
        columns = [self._columns[name] for terms in sums for name in terms]
        data = np.array([value for terms in sums for value in terms.values()], dtype=np.float64)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return csr_array((data, np.array(columns, dtype=np.int32), indptr), shape=(len(sums), len(self._columns)))

    def names(self) -> list[Name]:
        """Of the unknowns, in the order of the columns."""
        return list(self._columns)

    def system(self) -> System:
        return System(
            np.array(self._truth, dtype=np.float64),
            self.matrix(list(self._known.values())),
            np.array([least for _, least, _ in self._known]),
            np.array([most for _, _, most in self._known]),
        )


def two_points(
    system: System, target: csr_array, apart: float, costs: Floats, costly: csr_array
) -> tuple[Floats, Floats, Floats]:
    """How far each costly sum must leave its true value so that the target can be two values so far apart.

    That is, the two cheapest solutions of the system, and then the distances. Raises SolverError where it has none.
    """
    n, m = len(system.truth), costly.shape[0]
    nothing, unit = csr_array((m, n)), csr_array(np.eye(m))
    values = costly @ system.truth
    none = csr_array((system.rows.shape[0], n))
    no_distance = csr_array((system.rows.shape[0], m))
    rows = vstack(
        [
            hstack([system.rows, none, no_distance]),
            hstack([none, system.rows, no_distance]),
            hstack([target, -target, csr_array((1, m))]),
            hstack([costly, nothing, -unit]),
            hstack([costly, nothing, unit]),
            hstack([nothing, costly, -unit]),
            hstack([nothing, costly, unit]),
        ],
        format="csr",
    )
    anything = np.full(m, np.inf)
    doubled = System(
        np.concatenate([system.truth, system.truth, np.zeros(m)]),
        rows,
        np.concatenate([system.least, system.least, [apart], -anything, values, -anything, values]),
        np.concatenate([system.most, system.most, [np.inf], values, anything, values, anything]),
    )
    found = doubled.minimum(np.concatenate([np.zeros(2 * n), costs]))
    return found[:n], found[n : 2 * n], found[2 * n :]
