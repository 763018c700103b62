"""How the template looks: colours, fonts, and the hatched grey of what does not apply.

Nothing is told by colour alone: what leads is dark and bold, what is optional in italics, what does not apply hatched.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.template.columns import TemplateColumn

_INK, _FAINT, _WHITE = "1F2933", "5F6B76", "FFFFFF"


@dataclass(frozen=True)
class Shades:
    """A dark shade to stand under white, and a light one to stand under ink, each with a contrast of 7 to 1."""

    dark: str
    light: str


BASE = Shades("1F3A5F", "DCE4EE")
_PALETTES = (
    (BASE,),
    (Shades("0B4F4F", "D8ECEA"), Shades("2A4B7C", "DFE8F4")),
    (Shades("523A6B", "E8E0F0"), Shades("75324F", "F3E1E8")),
)
"""A section's groups take turns with the shades of its palette."""

PLAIN = Font(name="Calibri", size=11, color=_INK)
BOLD = Font(name="Calibri", size=11, color=_INK, bold=True)
TITLE = Font(name="Calibri", size=22, color=BASE.dark, bold=True)
SUBTITLE = Font(name="Calibri", size=14, color=_FAINT)
HEADING = Font(name="Calibri", size=14, color=BASE.dark, bold=True)

WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
UNWRAPPED = Alignment(horizontal="left", vertical="center")
CENTRED = Alignment(horizontal="center", vertical="center")
_OF_HEADINGS = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)

_HAIRLINE, _DIVIDER = Side("thin", color="BFC7CF"), Side("medium", color=_FAINT)
UNDERLINED = Border(bottom=_HAIRLINE)
BOXED = Border(left=_HAIRLINE, right=_HAIRLINE, top=_HAIRLINE, bottom=_HAIRLINE)
ENDS_GROUP = Border(left=_HAIRLINE, right=_DIVIDER, top=_HAIRLINE, bottom=_HAIRLINE)

GREY = PatternFill("lightUp", fgColor="7F7F7F", bgColor="D9D9D9")
GREY_EDGE = Border(top=Side("dotted", color="A6A6A6"), bottom=Side("dotted", color="A6A6A6"))
NOT_APPLICABLE = DifferentialStyle(fill=GREY, border=GREY_EDGE, font=Font(color=_INK, strike=True))
"""An answer that stands in such a cell all the same is struck through."""

# A unit of a column's width holds about a character, in a substitute font too.
_INDENT = 2

_LEADING, _ROOM_BETWEEN_ROWS = 1.36, 4


def solid(shade: str) -> PatternFill:
    """A fill of one colour."""
    return PatternFill("solid", fgColor=shade)


def shades(columns: Sequence[TemplateColumn]) -> Iterator[Shades]:
    """The shades of each column's heading."""
    for place, (_, members) in enumerate(groupby(columns, lambda column: column.section)):
        palette = _PALETTES[place % len(_PALETTES)]
        for turn, (_, group) in enumerate(groupby(members, lambda column: column.group)):
            yield from [palette[turn % len(palette)]] * len(list(group))


def write(cell: Cell, text: str, font: Font = PLAIN, place: Alignment = WRAPPED) -> None:
    """Write a text that stays a text, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"  # openpyxl takes "=1+1" for a formula and "#N/A" for an error
    cell.font, cell.alignment = font, place


def fit_height(sheet: Worksheet, row: int) -> None:
    """Make a row as high as its texts need, since not every spreadsheet does so by itself."""
    heights = [_height(cell, sheet.column_dimensions[cell.column_letter].width) for cell in sheet[row]]
    sheet.row_dimensions[row].height = max(heights) + _ROOM_BETWEEN_ROWS


def _height(cell: Cell, width: float) -> float:
    """The height, in points, of a cell's text in a column of that width."""
    lines = len(textwrap.wrap(str(cell.value or ""), int(width) - _INDENT)) if cell.alignment.wrap_text else 1
    return lines * float(cell.font.size) * _LEADING


def write_heading(cell: Cell, text: str, own: Shades, leads: bool, optional: bool) -> None:
    """Write a column's heading, or a sample of one."""
    font = Font(name="Calibri", size=11, bold=leads, italic=optional, color=_WHITE if leads else _INK)
    write(cell, text, font, _OF_HEADINGS)
    cell.fill = solid(own.dark if leads else own.light)
    cell.border = Border(left=_HAIRLINE, right=_HAIRLINE)
