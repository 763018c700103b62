"""Small returns of the other kinds, sent to a home as CSV; a test gives only the cells that it is about."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.homes import Home
from tests.returns import PROGRAMME, write_csv

Row = Mapping[str, object]

POST: Row = {
    "pdu": "Gwent",
    "grade": "PO",
    "as_of": "30/09/2025",
    "target_fte": 20,
    "in_post_fte": 15.5,
    "mean_caseload": 40,
    "vetting_pending": 2,
}

RECOMMENDATION: Row = {
    "number": 1,
    "addressee": "Region",
    "text": "Check every address",
    "accepted": "Yes",
    "action": None,
    "owner_role": None,
    "due_on": "31/03/2026",
    "status": "Not started",
    "updated_on": "30/09/2025",
}

RESPONSE: Row = {"pdu": "Gwent", "role": "PO", "length_of_service": "over 5 years", "S1": "agree", "S2": "disagree"}

_USUAL = {"staffing": POST, "recommendations": RECOMMENDATION, "staff-survey": RESPONSE}


def posts(*changed: Row) -> list[Row]:
    """A row of each grade of Gwent, the first of them with these cells changed."""
    grades = ("PO", "PSO", "SPO")
    return [POST | {"grade": grade} | cells for grade, cells in zip(grades, (*changed, {}, {}, {}), strict=False)]


def recommendations(*changed: Row, count: int = 5) -> list[Row]:
    """Recommendations of these numbers from 1, the first of them with these cells changed."""
    given = (*changed, *([{}] * (count - len(changed))))
    return [RECOMMENDATION | {"number": number} | cells for number, cells in enumerate(given, 1)]


def responses(count: int, *changed: Row) -> list[Row]:
    """So many responses, the first of them with these cells changed."""
    given = (*changed, *([{}] * (count - len(changed))))
    return [RESPONSE | cells for cells in given]


def table_of(kind: str, rows: Sequence[Row]) -> list[list[object]]:
    """The headings of a kind of return, and its rows; a cell that the headings of the kind lack has its own."""
    own = PROGRAMME.of(kind)
    columns = list(dict.fromkeys([*_USUAL[kind], *(column for row in rows for column in row)]))
    return [[own.label(column) for column in columns], *([row.get(column) for column in columns] for row in rows)]


def send_rows(home: Home, path: str, rows: Sequence[Row], kind: str | None = None) -> Path:
    """Put a return into the drop folder: one of the kind whose folder is the second of its path, or of that kind."""
    file = home.incoming / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_csv(file, {"rows": table_of(kind or path.split("/")[1], rows)})
