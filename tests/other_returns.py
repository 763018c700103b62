"""A valid return of each kind but case scores, as data; returns.py writes such rows in every format that is taken.

Nothing here reads or judges. Cells are what a person types.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date

from openpyxl.utils import get_column_letter

from dipp_pipeline.programme.model import Programme, Region
from tests.returns import PROGRAMME

Record = Mapping[str, object]

OTHER_KINDS = tuple(PROGRAMME.by_kind)[1:]


@dataclass
class OtherReturn:
    """A region's return of a kind: a heading a column, a cell a record and column. Tests break its cells in place."""

    programme: Programme
    """As its kind of return sees it."""
    region: Region
    headings: dict[str, str]
    """Column to its heading, in the order of the columns; a column that is no field or question has any name."""
    records: list[dict[str, object]]
    """Column to what the cell says, one a row."""

    @property
    def sheet(self) -> str:
        return self.programme.kind.title

    def rows(self) -> list[list[object]]:
        """The heading row and the rows of records."""
        records = [[record.get(name) for name in self.headings] for record in self.records]
        return [list(self.headings.values()), *records]

    def address(self, record: int, column: str) -> str:
        """Where a cell stands when the headings are in row 1; of the headings that is record -1."""
        return f"{get_column_letter(list(self.headings).index(column) + 1)}{record + 2}"


_AGREEMENTS = ("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree")


def _answers(first: int) -> Record:
    """An answer to each statement, each other than the one before."""
    return {f"S{number}": _AGREEMENTS[(first + number) % len(_AGREEMENTS)] for number in range(1, 11)}


_RECORDS: Mapping[str, tuple[Record, ...]] = {
    "staff-survey": (
        {"pdu": "Gwent", "role": "Probation officer", "length_of_service": "1 to 5 years", **_answers(0)},
        {"pdu": "North Wales", "role": "SPO", "length_of_service": "Over 5 years", **_answers(1)},
        {"pdu": "Dyfed Powys", "role": "Administrator", "length_of_service": "Under 1 year", **_answers(2)},
    ),
    "staffing": (
        {
            "pdu": "Gwent",
            "grade": "Probation officer",
            "as_of": date(2025, 12, 31),
            "target_fte": 40.5,
            "in_post_fte": 36.25,
            "mean_caseload": 34.2,
            "vetting_pending": 3,
        },
        {
            "pdu": "Gwent",
            "grade": "Senior probation officer",
            "as_of": date(2025, 12, 31),
            "target_fte": 6,
            "in_post_fte": 7.5,
            "mean_caseload": None,
            "vetting_pending": 0,
        },
        {
            "pdu": "North Wales",
            "grade": "PSO",
            "as_of": "30/11/2025",
            "target_fte": 30,
            "in_post_fte": 28,
            "mean_caseload": 41,
            "vetting_pending": 5,
        },
    ),
    "recommendations": (
        {
            "number": 1,
            "addressee": "Region",
            "text": "Make sure that every assessment draws on what the police know.",
            "accepted": "Yes",
            "action": "Ask for it at the start of each assessment",
            "owner_role": "Head of public protection",
            "due_on": date(2027, 3, 31),
            "status": "In progress",
            "updated_on": date(2026, 1, 5),
        },
        {
            "number": 2,
            "addressee": "HMPPS",
            "text": "Fill the vacancies of the region.",
            "accepted": "Awaited",
            "action": None,
            "owner_role": None,
            "due_on": None,
            "status": "Not started",
            "updated_on": date(2026, 1, 5),
        },
        {
            "number": 3,
            "addressee": "The region",
            "text": "Look at the work of managers once a quarter.",
            "accepted": "In part",
            "action": "An audit a quarter",
            "owner_role": "Head of operations",
            "due_on": date(2026, 1, 1),
            "status": "Completed",
            "updated_on": "05/01/2026",
        },
    ),
}


def valid_other_return(kind: str, region_slug: str = "wales", programme: Programme = PROGRAMME) -> OtherReturn:
    """A return of three records without a single problem, to be changed as a test likes."""
    own = programme.of(kind)
    return OtherReturn(
        programme=own,
        region=own.region_by_slug[region_slug],
        headings={name: own.label(name) for name in own.column_names},
        records=[dict(record) for record in deepcopy(_RECORDS[kind])],
    )
