"""How a cell with a problem looks, and the note on it that says what to do."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import ceil

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.feedback.workbook import AUTHOR, LONGEST_TEXT, cut, excel_text
from dipp_pipeline.intake.issues import Issue

Place = tuple[int, int]

_NOTE_WIDTH = 320  # pixels
_NOTE_LETTERS = 45  # of a line of a note
_NOTE_LINES = 25


@dataclass(frozen=True)
class Look:
    """How problems of a kind are told: by a word, by the style of a border, and by colours."""

    kind: str
    border: str
    ink: str
    paper: str

    def border_around(self) -> Border:
        side = Side(self.border, color=self.ink)
        return Border(left=side, right=side, top=side, bottom=side)


ERROR = Look("Error", border="medium", ink="9C0006", paper="FFC7CE")
WARNING = Look("Warning", border="mediumDashed", ink="7F6000", paper="FFEB9C")


def look_of(issue: Issue) -> Look:
    """A warning's, or an error's: rows and whole files are held back alike."""
    return WARNING if issue.severity == "warn" else ERROR


def advice(issue: Issue) -> str:
    """The issue's message, with its kind and rule."""
    return f"{look_of(issue).kind} {issue.rule_code}: {issue.message}"


class Painter:
    """Gives cells a look. For cells that looked alike before, openpyxl is asked but once, since it takes its time."""

    def __init__(self) -> None:
        self._painted: dict[tuple[Look, int], array[int]] = {}

    def paint(self, cell: Cell, look: Look) -> None:
        before = (look, cell.style_id)
        if before not in self._painted:
            cell._style = copy(cell._style)  # which other cells may share
            cell.fill = PatternFill("solid", fgColor=look.paper)
            cell.border = look.border_around()
            cell.font = _inked(cell.font, look)
            self._painted[before] = cell._style
        cell._style = copy(self._painted[before])


def mark_cells(worksheet: Worksheet, issues: Iterable[Issue], painter: Painter) -> None:
    """Colour and note the cells that these issues of the sheet name. A cell of several takes the look of its first."""
    merged = {place: area for area in worksheet.merged_cells.ranges for place in area.cells}
    by_place = defaultdict(list)
    for issue in issues:
        if issue.cell is not None:
            place = coordinate_to_tuple(issue.cell)
            by_place[_shown_at(place, merged)].append(issue)
    for place, found in by_place.items():
        _add_note(worksheet.cell(*place), found)
        for row, column in merged[place].cells if place in merged else [place]:
            painter.paint(worksheet.cell(row, column), look_of(found[0]))


def fit_note(note: Comment) -> None:
    """Make the note as large as its text needs, within reason."""
    lines = sum(max(1, ceil(len(line) / _NOTE_LETTERS)) for line in note.text.split("\n"))
    note.width, note.height = _NOTE_WIDTH, 20 + 18 * min(lines, _NOTE_LINES)


def _shown_at(place: Place, merged: Mapping[Place, CellRange]) -> Place:
    """Where Excel shows what stands at a place: of merged cells at the first."""
    return (merged[place].min_row, merged[place].min_col) if place in merged else place


def _add_note(cell: Cell, issues: Sequence[Issue]) -> None:
    text = excel_text("\n\n".join(map(advice, issues)))
    if cell.comment is not None:
        text = cut(f"{cell.comment.text}\n\n{text}", LONGEST_TEXT)
    cell.comment = Comment(text, AUTHOR)
    fit_note(cell.comment)


def _inked(font: Font, look: Look) -> Font:
    inked = copy(font)
    inked.color = look.ink
    return inked
