"""Which counts of a milestone are withheld: small ones, and as few others as shield them."""

from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dipp_pipeline.disclosure.attacker import Block, Knowledge, blocks, changed
from dipp_pipeline.disclosure.audit import Audit
from dipp_pipeline.disclosure.counts import Content, Count, Milestone
from dipp_pipeline.disclosure.measures import Measure
from dipp_pipeline.disclosure.tables import Places

THREADS = 2
"""HiGHS works outside of Python's lock, so that two blocks at a time take little more than half as long."""


@dataclass(frozen=True)
class Protection:
    """A milestone, and how it came about."""

    milestone: Milestone
    primary: frozenset[Count]
    """Withheld for themselves: they, their complements or what they add to former contents are small."""


def protect(content: Content, formers: Sequence[Milestone], measures: Sequence[Measure], threshold: int) -> Protection:
    """Withhold what must be, of a content that follows on former ones.

    Raises DisclosureError where the counts contradict each other or the definitions.
    """
    places = Places(content, measures)

    def protected(block: Block) -> tuple[Set[Count], Set[Count]]:
        return _protected(block, content, formers, measures, threshold, places)

    with ThreadPoolExecutor(THREADS) as pool:
        of_blocks = list(pool.map(protected, blocks(content)))
    primary = frozenset(count for small, _ in of_blocks for count in small)
    withheld = frozenset(count for _, withheld in of_blocks for count in withheld)
    return Protection(Milestone(content, withheld), primary)


def _protected(
    block: Block,
    content: Content,
    formers: Sequence[Milestone],
    measures: Sequence[Measure],
    threshold: int,
    places: Places,
) -> tuple[Set[Count], Set[Count]]:
    """The counts of a block that are withheld for themselves, and all that are."""
    attackers = [
        Knowledge(block, formers, content, measures, bounded=bounded)
        for bounded in ((True, False) if _any_changed(formers, content) else (True,))
    ]
    small = {count for attacker in attackers for count in attacker.small(threshold)}
    audits = [Audit(attacker, threshold) for attacker in attackers]
    return small, _without_excess(audits, small, _shielded(audits, small, places), places)


def _shielded(audits: Sequence[Audit], small: Set[Count], places: Places) -> Set[Count]:
    """The counts to withhold so that all is safe."""
    withheld = set(small)
    while found := _first_unsafe(audits, withheld):
        audit, number = found
        withheld |= set(audit.shields(number, withheld, places.weights(withheld)))
    return withheld


def _first_unsafe(audits: Sequence[Audit], withheld: Set[Count]) -> tuple[Audit, int] | None:
    return next(((audit, number) for audit in audits for number in audit.unsafe(withheld)), None)


def _without_excess(audits: Sequence[Audit], small: Set[Count], withheld: Set[Count], places: Places) -> Set[Count]:
    """What is left of them when each that is not needed after all is published again, the heaviest first."""
    weights = places.weights(small)
    for count in sorted(withheld - small, key=lambda count: (-weights[count], count)):
        if _first_unsafe(audits, withheld - {count}) is None:
            withheld = withheld - {count}
    return withheld


def _any_changed(formers: Sequence[Milestone], content: Content) -> bool:
    """Whether a region's counts are other than in a former content."""
    return any(
        changed(former.content, content, region)
        for former in formers
        for region in former.content.regions
        if region in content.regions
    )
