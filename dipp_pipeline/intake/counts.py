"""How the rows and cells of a return fared: what went in, and where each of them ended."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Counts:
    """The case rows of a return: every one received is accepted, quarantined or dropped as identical."""

    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    identical_dropped: int = 0


@dataclass(frozen=True)
class Contents:
    """What a file held as it was read: every filled row is a case or skipped, every filled cell used or ignored."""

    rows_read: int = 0
    """Filled rows under the headings of case tables."""
    rows_skipped: int = 0
    """Of these, the ones that are no case: totals, footnotes, repeated headings."""
    cells_read: int = 0
    """Filled cells of all sheets."""
    cells_used: int = 0
    """Of these, the values of fields and questions of cases."""
    cells_in_headings: int = 0
    """Headings and what stands above them."""
    cells_in_skipped_rows: int = 0
    cells_in_ignored_columns: int = 0
    """Under a blank or unknown heading (W01)."""
    cells_in_personal_columns: int = 0
    """Dropped and never stored (W02)."""
    cells_in_other_sheets: int = 0
    """Covers, notes and sheets that were not read (W06)."""

    @classmethod
    def sum(cls, parts: Iterable["Contents"]) -> "Contents":
        """The contents of all the parts together."""
        return cls(*map(sum, zip(*map(astuple, (cls(), *parts)), strict=True)))
