"""The rows of a release as pages ask for them: of a region, of a measure, of the nation.

A table that is not there is empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dipp_pipeline.release.contents import Contents

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Findings:
    """What is published, looked up by region and by measure."""

    contents: Contents

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[Row]]:
        return {mart: self.contents.rows(mart) for mart in self.contents.tables}

    def rows(self, mart: str, **values: Any) -> Sequence[Row]:
        """The rows of a mart in their order, of those that have these values in these columns."""
        return [
            row for row in self._rows.get(mart, []) if all(row.get(column) == value for column, value in values.items())
        ]

    def row(self, mart: str, **values: Any) -> Row | None:
        """The one row of a mart with these values, or None."""
        found = self.rows(mart, **values)
        return found[0] if found else None

    @cached_property
    def regions(self) -> Sequence[Row]:
        """The row of `programme_progress` of every region, by name, which is no order of performance."""
        return sorted(self.rows("programme_progress"), key=lambda region: region["region_name"])

    @cached_property
    def measures(self) -> Sequence[Row]:
        """The row of `national_findings` of every measure, in the order of publication."""
        return self.rows("national_findings")

    @cached_property
    def steps(self) -> Sequence[Row]:
        """A row of each step of the programme: which region joined, and how many there were then."""
        return list({row["step"]: row for row in self.rows("findings_over_time")}.values())

    def questions_behind(self, measure: Row) -> Sequence[Row]:
        """The nation's findings of the questions that a measure is of, and of the prompts that lead to them.

        Those that `measures` names; where that table is not published, all of its stage or theme.
        """
        described = self.row("measures", measure_code=measure["measure_code"])
        if described is None:
            return self.rows("national_question_findings", stage=measure["stage"])
        named = set(described["question_codes"].split())
        if len(named) == 1:  # of several it would be all prompts of all stages
            prompts = self.rows("questions", parent_code=described["question_codes"])
            named.update(question["question_code"] for question in prompts)
        return [row for row in self.rows("national_question_findings") if row["question_code"] in named]
