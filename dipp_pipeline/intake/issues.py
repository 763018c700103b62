"""The one record of a problem in a return, whichever stage finds it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import CASE_REFERENCE, Severity

LONGEST_QUOTE = 80
"""Of a cell's text, no more is quoted: what is longer is prose, and prose about a case is not kept."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A broken rule: where, what stood there and what to do. The file is known to whoever holds the issue."""

    rule_code: str
    severity: Severity
    message: str
    """One plain sentence or two: what is wrong, what to do. It never quotes a case reference."""
    sheet: str | None = None
    cell: str | None = None
    """A1 address."""
    row: int | None = None
    """The row's number as the spreadsheet shows it."""
    field: str | None = None
    """The field or question."""
    found: str | None = None
    """What stood in the cell, tidied."""


def alike(issue: Issue) -> tuple[str | None, ...]:
    """What issues have in common that are told together: rule, sheet and message."""
    return issue.rule_code, issue.sheet, issue.message


def grouped(issues: Iterable[Issue]) -> Mapping[tuple[str | None, ...], Sequence[Issue]]:
    """Those that are alike together, in the order of the first of each."""
    groups: dict[tuple[str | None, ...], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[alike(issue)].append(issue)
    return groups


def quotable(found: str) -> str:
    """What was found, as far as a message quotes it: no case reference, and no prose."""
    found = without_case_references(found)
    return found if len(found) <= LONGEST_QUOTE else found[:LONGEST_QUOTE] + "…"


def to_be_kept(issue: Issue) -> Issue:
    """The issue as it is stored: without case references, be it in their own column or in a wrong place."""
    return replace(
        issue,
        message=without_case_references(issue.message),
        sheet=issue.sheet and without_case_references(issue.sheet),
        found=None if issue.found is None or issue.field == CASE_REFERENCE else without_case_references(issue.found),
    )
