"""Small returns of as many cases as a test likes, sent to a home as CSV; what they hold is known without reading."""

from collections.abc import Sequence
from pathlib import Path

from tests.homes import Home
from tests.returns import SHEET, CaseReturn, valid_return, write_csv


def references(letter: str, count: int, first: int = 1) -> list[str]:
    """Case references that no other letter has."""
    return [f"{letter}{number:06}" for number in range(first, first + count)]


def return_of(case_references: Sequence[str], region_slug: str = "wales") -> CaseReturn:
    """A return of these cases without a single problem, of every kind of case in turn."""
    given = valid_return(region_slug)
    kinds = given.cases
    given.cases = [
        kinds[place % len(kinds)] | {"case_reference": reference} for place, reference in enumerate(case_references)
    ]
    return given


def send(home: Home, path: str, given: CaseReturn) -> Path:
    """Put a return into the drop folder, under a path that begins with its region's slug."""
    file = home.incoming / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_csv(file, {SHEET: given.rows()})


def send_cases(home: Home, path: str, case_references: Sequence[str]) -> Path:
    """Send a return of these cases without a single problem."""
    return send(home, path, return_of(case_references, path.partition("/")[0]))
