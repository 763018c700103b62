"""Take cases out of a file: a copy of what was read of it, without their rows and without their references."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import polars as pl

from dipp_pipeline.intake.find_tables import heading_row
from dipp_pipeline.privacy.search import sheets_of
from dipp_pipeline.programme.case_reference import (
    CASE_REFERENCE_STRUCK,
    references_anywhere,
    without_references,
)
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import COLUMN, ROW, TEXT
from dipp_pipeline.spreadsheets.sheet import Sheet, cells_as, cells_that
from dipp_pipeline.spreadsheets.writers.workbook import write_sheets

_LONGEST_NAME = 31
"""Characters of a sheet's name that Excel takes."""


def scrub(
    source: Path, target: Path, references: frozenset[str], programmes: Sequence[Programme], limits: Limits
) -> None:
    """Write a copy of a file, in its format, without these cases; of a file that is refused, an empty one.

    `programmes` are as the kinds of the returns see them that the file was sent as: its content may lie in several.

    The copy has the values of the cells and nothing else. A case's row in a case table is blanked, and so is every row
    that names it on a sheet without a table; wherever else it is named, the reference alone is struck, so in the table
    of another kind of return.
    """
    sheets = sheets_of(source, limits)
    if sheets is None:
        target.write_bytes(b"")
        return
    names = _names([sheet.name for sheet in sheets], references)
    scrubbed = [_scrubbed(sheet, references, programmes) for sheet in sheets]
    write_sheets(target, [replace(sheet, name=name) for sheet, name in zip(scrubbed, names, strict=True)])


def _scrubbed(sheet: Sheet, references: frozenset[str], programmes: Sequence[Programme]) -> Sheet:
    def struck(_: str, text: str) -> str:
        return without_references(text, references)

    blanked = pl.col(ROW).is_in(_rows_of_cases(sheet, references, programmes))
    cells = sheet.cells.with_columns(cells_as(sheet.cells.drop(ROW), struck))
    errors = sheet.errors.with_columns(cells_as(sheet.errors.select(TEXT), struck))
    return replace(
        sheet, cells=cells.with_columns(pl.when(~blanked).then(pl.exclude(ROW))), errors=errors.filter(~blanked)
    )


def _rows_of_cases(sheet: Sheet, references: frozenset[str], programmes: Sequence[Programme]) -> list[int]:
    """The numbers of the rows that are about one of the cases."""
    tables = [(headings, of_kind) for of_kind in programmes if (headings := heading_row(sheet, of_kind)) is not None]
    if not tables:
        return _rows_naming(sheet, sheet.letters, references)
    return [row for headings, of_kind in tables for row in _rows_in_table(sheet, headings, references, of_kind)]


def _rows_in_table(sheet: Sheet, headings: int, references: frozenset[str], programme: Programme) -> list[int]:
    """The numbers of the rows of a table with that heading row that are about one of the cases: none, if no row is."""
    if programme.kind.case_reference is None:
        return []
    row_of_headings = sheet.cells.row(by_predicate=pl.col(ROW) == headings, named=True)
    own = [letters for letters in sheet.letters if _names_cases(row_of_headings[letters], programme)]
    return [row for row in _rows_naming(sheet, own or sheet.letters, references) if row > headings]


def _rows_naming(sheet: Sheet, columns: Sequence[str], references: frozenset[str]) -> list[int]:
    """The numbers of the rows in which a cell of these columns names one of the cases."""

    def names_one(_: str, text: str) -> bool:
        return not references.isdisjoint(references_anywhere(text))

    cells = sheet.cells.filter(pl.any_horizontal(False, *cells_that(sheet.cells.select(columns), names_one)))
    errors = sheet.errors.filter(cells_that(sheet.errors.select(TEXT), names_one).to_series())
    return [*cells[ROW], *errors.filter(pl.col(COLUMN).is_in(columns))[ROW]]


def _names_cases(heading: str | None, programme: Programme) -> bool:
    return programme.column_for_heading(heading or "") == programme.kind.case_reference


def _names(names: Sequence[str], references: frozenset[str]) -> list[str]:
    """The sheets' names without the references: still different, and no longer than Excel takes."""
    taken = {name.casefold() for name in names}
    struck = []
    for name in names:
        if references_anywhere(name) & references:
            numbered = (f"{CASE_REFERENCE_STRUCK} ({number})" for number in count(2))
            others = chain([without_references(name, references), CASE_REFERENCE_STRUCK], numbered)
            name = next(other for other in others if len(other) <= _LONGEST_NAME and other.casefold() not in taken)
            taken.add(name.casefold())
        struck.append(name)
    return struck
