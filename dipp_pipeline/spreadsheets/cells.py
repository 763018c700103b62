"""What a cell of a spreadsheet says, whatever format it came from: a text, a formula error or nothing.

How the cells of a sheet lie together is not decided here; see sheet.py.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

Cell = TypeVar("Cell")

ROW, COLUMN, TEXT = "row", "column", "text"
"""What the columns of a frame are called that says where cells stand, and what they say: see sheet.py."""

ERROR_TEXTS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""How far a spreadsheet can reach."""


class Refusal(Exception):
    """The file as a whole cannot be taken: by which rule, in which of its situations, and what to name of the file.

    Whoever catches it has the sentence for that.
    """

    def __init__(self, rule_code: str, situation: str = "", **facts: object) -> None:
        super().__init__(rule_code, situation, facts)
        self.rule_code = rule_code
        self.situation = situation
        self.facts = facts


@dataclass(frozen=True)
class FormulaError:
    """What a reader gives for a cell whose formula has no value."""

    text: str


UNSTORED = FormulaError("a formula whose result was never stored")


def without_blank_end(row: Sequence[Cell]) -> Sequence[Cell]:
    """The row without the blank cells at its end, of which some formats have any number."""
    length = len(row)
    while length and (row[length - 1] is None or row[length - 1] == ""):
        length -= 1
    return row[:length]


def cell_text(cell: object) -> str | None:
    """What a cell says, as text: whole numbers without a point, dates as yyyy-mm-dd, a time of midnight dropped.

    A blank says nothing, and neither does a formula error.
    """
    match cell:
        case str():
            return cell
        case None | FormulaError():
            return None
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return cell.isoformat(" ")
        case datetime.date():
            return cell.isoformat()
        case _:
            return str(cell)


@cache
def column_letters(index: int) -> str:
    """The letters of a column, from 0: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def column_index(letters: str) -> int:
    """The place of a column, from 0, by its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
