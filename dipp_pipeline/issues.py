"""The one record of a problem in a return, whichever stage finds it."""

from dataclasses import dataclass

from dipp_pipeline.programme.model import CASE_REFERENCE, Severity
from dipp_pipeline.programme.text import case_reference


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


def may_be_kept(issue: Issue) -> bool:
    """Whether what was found may be stored: it is no case reference, neither in its own column nor in a wrong one."""
    return issue.field != CASE_REFERENCE and case_reference(issue.found or "") is None
