"""What the measures have in common, as anybody can read in their definitions: relevant cases, parts, complements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Measure:
    """A measure and how it hangs together with others."""

    code: str
    conditions: frozenset[str]
    """The `applies_when` of all its questions, in either set; blank ones left out. All hold for its relevant cases."""
    parts: tuple[str, ...] = ()
    """Of a composite: the measures of its questions, one each. It counts the cases that all of them count."""
    complement_of: str | None = None
    """The measure that counts exactly its other relevant cases."""

    def relevant_to(self, characteristic: str, category: str) -> bool | None:
        """Whether it is relevant to all cases of a category (True), to none (False), or to some (None)."""
        known = [_holds(condition, characteristic, category) for condition in self.conditions]
        if False in known:
            return False
        return None if None in known else True


def measures_of(measures: Iterable[Row], questions: Iterable[Row]) -> Sequence[Measure]:
    """The measures, in their order, from the rows of measures.csv and questions.csv."""
    conditions: dict[str, set[str]] = {}
    for question in questions:
        of_core = conditions.setdefault(question["core_equivalent"] or "", set())
        of_core.update(filter(None, (question["applies_when"],)))
    rows = list(measures)
    single = {(row["question_code"], row["counted_answers"]): row["measure_code"] or "" for row in rows}
    found = []
    for row in rows:
        codes = (row["question_code"] or "").split()
        parts = [single[code, row["counted_answers"]] for code in codes if (code, row["counted_answers"]) in single]
        found.append(
            Measure(
                code=row["measure_code"] or "",
                conditions=frozenset().union(*(conditions[code] for code in codes)),
                parts=tuple(parts) if 1 < len(codes) == len(parts) else (),
                complement_of=row["complement_of"] or None,
            )
        )
    return found


def shared_relevance(measures: Sequence[Measure]) -> Mapping[str, str]:
    """Measure to the first one with the same conditions, hence the same relevant cases; to "" where there are none."""
    first: dict[frozenset[str], str] = {frozenset(): ""}
    return {measure.code: first.setdefault(measure.conditions, measure.code) for measure in measures}


@cache
def _holds(condition: str, characteristic: str, category: str) -> bool | None:
    """Whether a condition is true, or false, of a category whatever else is so of a case: three-valued logic."""
    import polars as pl  # only now: every command imports this module, and few ask

    expression = pl.sql_expr(condition)
    unknown = {name: pl.Series(name, [None]) for name in expression.meta.root_names()}
    known = {characteristic: pl.Series(characteristic, [category])} if characteristic in unknown else {}
    holds: bool | None = pl.DataFrame({**unknown, **known}).select(expression.cast(pl.Boolean)).item()
    return holds
