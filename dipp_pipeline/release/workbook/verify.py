"""Whether a written workbook says what it was to say, by calamine, which wrote neither format."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.workbook.sheets import Link, Sheet, Value, Workbook

_AS_GOOD_AS_EQUAL = timedelta(milliseconds=1)
"""Excel keeps a time as a number of days, and readers round it."""

_SIXTEEN_DIGITS = 1e-15
"""What openpyxl writes of a number, and one more than Excel shows."""


def verify(file: Path, workbook: Workbook) -> None:
    """Compare every cell of the file. Raises PublicationError where one is not what it was to be."""
    with CalamineWorkbook.from_path(str(file)) as book:
        names = [sheet.name for sheet in workbook.sheets]
        if book.sheet_names != names:
            raise PublicationError(
                f"The release is of no use: {file.name} does not have the sheets that it was to have."
            )
        for sheet in workbook.sheets:
            found = book.get_sheet_by_name(sheet.name).to_python()
            wrong = next(_wrong_rows(found, sheet), None)
            if wrong:
                raise PublicationError(
                    f"The release is of no use: row {wrong} of the sheet {sheet.name} in {file.name} is not what was "
                    "to be written there."
                )


def rows(sheet: Sheet) -> Iterator[Sequence[Value]]:
    """All rows of a sheet, from the first, each with the cells that it has."""
    yield from ([line.value] for line in sheet.lines)
    if sheet.table:
        yield [column.heading for column in sheet.table.columns]
        yield from sheet.table.rows


def _wrong_rows(found: Sequence[Sequence[Any]], sheet: Sheet) -> Iterator[int]:
    for number, (written, meant) in enumerate(zip_longest(found, rows(sheet), fillvalue=()), 1):
        blank = [""] * (len(written) - len(meant))
        if len(meant) > len(written) or not all(map(_is, written, [*meant, *blank])):
            yield number


def _is(written: Any, meant: Value) -> bool:
    match meant:
        case Link():
            return bool(written == meant.text)
        case datetime():
            return isinstance(written, date) and abs(_time(written) - meant) < _AS_GOOD_AS_EQUAL
        case bool() | str():
            return type(written) is type(meant) and written == meant
        case int() | float():
            return type(written) in (int, float) and isclose(written, meant, rel_tol=_SIXTEEN_DIGITS)
        case _:
            return bool(written == meant)


def _time(written: date) -> datetime:
    """A time at midnight is read as a day."""
    return written if isinstance(written, datetime) else datetime.combine(written, time())
