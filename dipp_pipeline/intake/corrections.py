"""Reviewed corrections of single cells: applied after reading, before judging, and only where the mistake still stands.

    restricted/originals/corrections.csv: region,return,case,field,from,to,reason,author_role,date

One line corrects one field or question of one case of one return. `from` is what stands there, in any spelling, blank
for a blank cell; `to` is what is read in its place, and is judged like any other value.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dipp_pipeline.errors import DippError, reason
from dipp_pipeline.intake.issues import quotable
from dipp_pipeline.intake.normalise import Normaliser, canonical, normaliser_of
from dipp_pipeline.intake.table import CaseTable, ReturnTables
from dipp_pipeline.programme.case_reference import without_spaces
from dipp_pipeline.programme.matching import value_key
from dipp_pipeline.programme.model import CASE_REFERENCE, QUESTION_SET, Programme
from dipp_pipeline.spreadsheets.cells import COLUMN, ROW

HEADINGS = ("region", "return", "case", "field", "from", "to", "reason", "author_role", "date")


class CorrectionError(DippError):
    """A correction cannot be applied; the message names its line, and never a case."""


@dataclass(frozen=True)
class Correction:
    """A line of the file. `line` is its number as a text editor shows it; the case is as its reference is compared."""

    line: int
    region_slug: str
    path: str
    case_reference: str
    column: str
    before: str
    after: str
    author_role: str
    corrected_on: date


@dataclass(frozen=True)
class Applied:
    """A correction and the cell that it mended."""

    correction: Correction
    sheet: str
    row: int


def read_corrections(file: Path, programme: Programme) -> tuple[Correction, ...]:
    """The corrections of a file, none where there is no file. Raises CorrectionError."""
    if not file.exists():
        return ()
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text, strict=True)
        try:
            if tuple(lines.fieldnames or ()) != HEADINGS:
                raise CorrectionError(f"{file.name}: the first line must be {','.join(HEADINGS)}. Mend it.")
            corrections = tuple(_correction(row, lines.line_num, file.name, programme) for row in lines)
        except (csv.Error, UnicodeDecodeError) as error:
            raise CorrectionError(f"{file.name} cannot be read as CSV in UTF-8: {reason(error)}. Mend it.") from None
    places = Counter((entry.region_slug, entry.path, entry.case_reference, entry.column) for entry in corrections)
    for entry in corrections:
        if places[entry.region_slug, entry.path, entry.case_reference, entry.column] > 1:
            raise CorrectionError(f"{file.name}, line {entry.line}: another line corrects the same cell. Keep one.")
    return corrections


def _correction(row: dict[str | None, str | None], line: int, file: str, programme: Programme) -> Correction:
    values = {heading: (row.get(heading) or "").strip() for heading in HEADINGS}
    for needed in ("region", "return", "case", "field", "reason", "author_role", "date"):
        if not values[needed]:
            raise CorrectionError(f"{file}, line {line}: {needed} is blank. Fill it in.")
    if None in row:
        raise CorrectionError(f"{file}, line {line} has more than {len(HEADINGS)} columns. Mend it.")
    if values["region"] not in programme.region_by_slug:
        raise CorrectionError(
            f'{file}, line {line}: "{quotable(values["region"])}" is no region. Use its folder\'s name.'
        )
    if values["field"] not in programme.column_names:
        raise CorrectionError(f'{file}, line {line}: "{quotable(values["field"])}" is no field or question. Mend it.')
    try:
        corrected_on = date.fromisoformat(values["date"])
    except ValueError:
        raise CorrectionError(f"{file}, line {line}: the date must be given as yyyy-mm-dd. Mend it.") from None
    return Correction(
        line=line,
        region_slug=values["region"],
        path=values["return"],
        case_reference=without_spaces(values["case"]),
        column=values["field"],
        before=values["from"],
        after=values["to"],
        author_role=values["author_role"],
        corrected_on=corrected_on,
    )


def correct(
    read: ReturnTables, corrections: Sequence[Correction], region_code: str, programme: Programme
) -> tuple[ReturnTables, list[Applied]]:
    """The return with its corrections applied, and which were. One whose `from` does not stand there is not.

    Raises CorrectionError where a case is moved to a question set that its sheet has no columns for.
    """
    if not corrections:
        return read, []
    tables, applied = [], []
    for table in read.tables:
        rows = [
            (correction, row) for correction in corrections for row in _rows(table, correction, region_code, programme)
        ]
        for entry, _ in rows:
            _check_question_set(entry, table, programme)
        for entry, row in rows:
            table = _mended(table, row, entry)
        tables.append(table)
        applied += [Applied(entry, table.sheet, row) for entry, row in rows]
    return replace(read, tables=tuple(tables)), applied


def _rows(table: CaseTable, correction: Correction, region_code: str, programme: Programme) -> list[int]:
    """The numbers of the table's rows in which the mistake stands."""
    if not table.letters.keys() >= {CASE_REFERENCE, correction.column}:
        return []
    normalise = normaliser_of(correction.column, programme, region_code, table.epoch_1904)
    errors = {row: text for row, column, text in table.errors.iter_rows() if column == correction.column}

    def is_mistake(row: int, text: str | None) -> bool:
        if row in errors:
            return value_key(errors[row]) == value_key(correction.before)
        return _key(text or "", normalise) == _key(correction.before, normalise)

    cases = zip(table.cells[ROW], table.cells[CASE_REFERENCE], table.cells[correction.column], strict=True)
    return [
        row
        for row, reference, text in cases
        if reference and without_spaces(reference) == correction.case_reference and is_mistake(row, text)
    ]


def _key(text: str, normalise: Normaliser) -> str | None:
    """What a cell says, however it is spelt; None for a blank."""
    value = canonical(text, normalise)
    return None if value is None else value_key(value)


def _check_question_set(entry: Correction, table: CaseTable, programme: Programme) -> None:
    """Whether the columns of a question set are needed (F04) was judged by the sets that the sheet names."""
    if entry.column != QUESTION_SET:
        return
    question_set = programme.value_list(QUESTION_SET).get(value_key(entry.after))
    for question in programme.questions:
        if question.question_set == question_set and question.code not in table.letters:
            raise CorrectionError(
                f"corrections.csv, line {entry.line}: the sheet of that case has no column for {question.code}, which "
                f"an {question_set} case needs. Take the line out, or have the return sent again with that column."
            )


def _mended(table: CaseTable, row: int, entry: Correction) -> CaseTable:
    """The table with what is read in place of the mistake in that row."""
    column = table.cells[entry.column].scatter(table.cells[ROW].search_sorted(row), entry.after or None)
    elsewhere = (table.errors[ROW] != row) | (table.errors[COLUMN] != entry.column)
    return replace(table, cells=table.cells.with_columns(column), errors=table.errors.filter(elsewhere))
