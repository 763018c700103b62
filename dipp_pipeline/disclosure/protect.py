"""Which counts of a milestone are withheld: small ones, and as few others as shield them.

What is withheld is decided from the counts, the former milestones and the definitions alone, and always the same.
"""

from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor

from dipp_pipeline.disclosure.attacker import Block, Knowledge, blocks, changed
from dipp_pipeline.disclosure.audit import Audit
from dipp_pipeline.disclosure.counts import PDU, Content, Count, DisclosureError, Milestone, Protection, occurring
from dipp_pipeline.disclosure.measures import Measure
from dipp_pipeline.disclosure.tables import COVERAGE, FINDINGS, PROFILE, Places

THREADS = 2
"""HiGHS works outside of Python's lock, so that two blocks at a time take little more than half as long."""

TOLD_BY_THE_RULE = 2
"""By how much wider than the threshold ranges must be.

That any of some counts is withheld tells that one of them is small, and none of them all: were two withheld of which
nothing but their sum, 5, is known, each would be 1 to 4.
"""


def protect(content: Content, formers: Sequence[Milestone], measures: Sequence[Measure], threshold: int) -> Protection:
    """Withhold what must be, of a content that follows on former ones, in their order.

    No withheld count, complement or difference between contents can then be bounded to a range narrower than the
    threshold by an attacker who knows what attacker.py says, unless it could be with nothing of this content published.
    """
    present = occurring(content, formers)
    places = Places(content, present, measures)

    def protected(block: Block) -> tuple[Set[Count], Set[Count]] | DisclosureError:
        try:
            return _protected(block, content, formers, measures, threshold, places)
        except DisclosureError as error:
            return error

    primary: set[Count] = set()
    withheld: set[Count] = set()
    unsafe: dict[str, str] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        for block, found in zip(blocks(content), pool.map(protected, blocks(content)), strict=True):
            if isinstance(found, DisclosureError):
                tables = (COVERAGE,) if block.characteristic == PDU else (FINDINGS, PROFILE)
                unsafe |= dict.fromkeys(tables, str(found))
            else:
                primary |= found[0]
                withheld |= found[1]
    for table in unsafe:
        withheld |= places.counts(table)
    secondary = frozenset(withheld - primary)
    return Protection(Milestone(content, frozenset(withheld), present), frozenset(primary), secondary, unsafe)


def _protected(
    block: Block,
    content: Content,
    formers: Sequence[Milestone],
    measures: Sequence[Measure],
    threshold: int,
    places: Places,
) -> tuple[Set[Count], Set[Count]]:
    """The counts of a block that are withheld for themselves, and all that are. Raises DisclosureError."""
    weaker, stronger = (Knowledge(block, formers, content, measures, bounded=bounded) for bounded in (False, True))
    small = stronger.small(threshold) | weaker.small(threshold)
    width = threshold + TOLD_BY_THE_RULE
    audits = [Audit(stronger, width)]
    if _any_changed(formers, content):
        audits.append(Audit(weaker, width))
        audits[0].inform(audits[1])
    return small, _without_excess(audits, small, _shielded(audits, small, places), places)


def _shielded(audits: Sequence[Audit], small: Set[Count], places: Places) -> Set[Count]:
    """The counts to withhold so that all is safe."""
    withheld = set(small)
    while found := next(((audit, number) for audit in audits for number in audit.unsafe(withheld)), None):
        audit, number = found
        withheld |= set(audit.shields(number, withheld, places.weights(withheld)))
    return withheld


def _without_excess(audits: Sequence[Audit], small: Set[Count], withheld: Set[Count], places: Places) -> Set[Count]:
    """What is left of them when each that is seen not to be needed is published again, the heaviest first."""
    weights = places.weights(small)
    for count in sorted(withheld - small, key=lambda count: (-weights[count], count)):
        if not any(True for audit in audits for _ in audit.unsafe(withheld - {count}, quickly=True)):
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
