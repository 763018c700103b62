"""Take cases out of a file: a copy of what was read of it, without their rows and without their references."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from dipp_pipeline.intake.table import heading_row
from dipp_pipeline.privacy.search import sheets_of
from dipp_pipeline.programme.case_reference import (
    CASE_REFERENCE_STRUCK,
    references_anywhere,
    without_references,
)
from dipp_pipeline.programme.model import CASE_REFERENCE, Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import Column, Sheet
from dipp_pipeline.spreadsheets.writers.workbook import write_sheets

_LONGEST_NAME = 31
"""Characters of a sheet's name that Excel takes."""


def scrub(source: Path, target: Path, references: frozenset[str], programme: Programme, limits: Limits) -> None:
    """Write a copy of a file, in its format, without these cases; of a file that is refused, an empty one.

    The copy has the values of the cells and nothing else. A case's row in a case table is blanked, and so is every row
    that names it on a sheet without one; wherever else it is named, the reference alone is struck.
    """
    sheets = sheets_of(source, limits)
    if sheets is None:
        target.write_bytes(b"")
        return
    names = _names([sheet.name for sheet in sheets], references)
    scrubbed = [_scrubbed(sheet, references, programme) for sheet in sheets]
    write_sheets(target, [replace(sheet, name=name) for sheet, name in zip(scrubbed, names, strict=True)])


def _scrubbed(sheet: Sheet, references: frozenset[str], programme: Programme) -> Sheet:
    blanked = _rows_of_cases(sheet, references, programme)
    return replace(sheet, columns=tuple(_without(column, blanked, references) for column in sheet.columns))


def _rows_of_cases(sheet: Sheet, references: frozenset[str], programme: Programme) -> set[int]:
    """The rows, from 0, that are about one of the cases."""
    headings = heading_row(sheet, programme.required_headings)
    if headings is None:
        return _rows_naming(sheet.columns, references)
    own = [column for column in sheet.columns if _names_cases(column[headings], programme)]
    return {row for row in _rows_naming(own or sheet.columns, references) if row > headings}


def _rows_naming(columns: Sequence[Column], references: frozenset[str]) -> set[int]:
    rows: set[int] = set()
    for column in columns:
        naming = {code for code, text in enumerate(column.texts) if references_anywhere(text) & references}
        rows.update(column.rows_of(naming))
    return rows


def _names_cases(heading: str, programme: Programme) -> bool:
    return programme.column_for_heading(heading) == CASE_REFERENCE


def _without(column: Column, blanked: set[int], references: frozenset[str]) -> Column:
    texts = (*(without_references(text, references) for text in column.texts), "")
    codes = array("i", column.codes)
    for row in blanked:
        codes[row] = len(column.texts)
    return Column(texts, codes)


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
