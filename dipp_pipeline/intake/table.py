"""What reading a file gives: its tables of records, or the one reason why it is refused.

How they are found is in find_tables.py. Values are not judged here: a cell's text goes on as it stands, with its
address. See normalise.py for what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dipp_pipeline.intake.counts import Contents
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import Refusal

if TYPE_CHECKING:
    import polars as pl  # whoever only asks how a file was refused does not wait for it


@dataclass(frozen=True, eq=False)
class RecordTable:
    """The records of a sheet, such as cases, and under which column each field and question stands."""

    sheet: str
    epoch_1904: bool
    letters: Mapping[str, str]
    """Field or question to the letters of its column."""
    cells: pl.DataFrame
    """One row a record: ROW, its number as the spreadsheet shows it, and the text under each field and question."""
    errors: pl.DataFrame
    """The formula errors by ROW and COLUMN, here a field or question, in whose places `cells` has null."""


@dataclass(frozen=True)
class ReturnTables:
    """What reading a file gave: its tables and the problems of the file as a whole."""

    tables: tuple[RecordTable, ...]
    issues: tuple[Issue, ...]
    contents: Contents = field(default_factory=Contents)
    for_now: bool = False
    """Whether it is refused for what the machine could not give, and another time might."""

    @property
    def refused(self) -> bool:
        return any(issue.severity == "refuse" for issue in self.issues)

    @property
    def records(self) -> int:
        return sum(table.cells.height for table in self.tables)


def refused(programme: Programme, refusal: Refusal, for_now: bool = False) -> ReturnTables:
    """The reading of a file that gave nothing but the reason why not."""
    rule = programme.rules[refusal.rule_code]
    message = rule.says(refusal.situation, {**programme.kind.words, **refusal.facts})
    issue = Issue(rule.code, rule.severity, message)
    return ReturnTables((), (issue,), for_now=for_now)
