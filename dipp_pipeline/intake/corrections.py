"""Reviewed corrections of single cells: applied after reading, before judging, and only where the mistake still stands.

    restricted/originals/corrections.csv: region,return,case,field,from,to,reason,author_role,date

One line corrects one field or question of one case of one return. `from` is what stands there, in any spelling, blank
for a blank cell; `to` is what is read in its place, and is judged like any other value.
"""

import csv
from array import array
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
from dipp_pipeline.programme.matching import tidy, value_key
from dipp_pipeline.programme.model import CASE_REFERENCE, QUESTION_SET, Programme
from dipp_pipeline.spreadsheets.cells import ERROR_MARK, Column

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
        places = [
            (correction, place)
            for correction in corrections
            for place in _places(table, correction, region_code, programme)
        ]
        for entry, _ in places:
            _check_question_set(entry, table, programme)
        tables.append(_with_texts(table, [(entry.column, place, entry.after) for entry, place in places]))
        applied += [Applied(entry, table.sheet, table.rows[place]) for entry, place in places]
    return replace(read, tables=tuple(tables)), applied


def _places(table: CaseTable, correction: Correction, region_code: str, programme: Programme) -> list[int]:
    """Where in the table's rows the mistake stands."""
    references, column = table.columns.get(CASE_REFERENCE), table.columns.get(correction.column)
    if references is None or column is None:
        return []
    normalise = normaliser_of(correction.column, programme, region_code, table.epoch_1904)
    mistakes = {_key(correction.before, normalise), _key(ERROR_MARK + tidy(correction.before), normalise)}
    return [
        place
        for place in range(len(table.rows))
        if without_spaces(references[place]) == correction.case_reference and _key(column[place], normalise) in mistakes
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
        if question.question_set == question_set and question.code not in table.columns:
            raise CorrectionError(
                f"corrections.csv, line {entry.line}: the sheet of that case has no column for {question.code}, which "
                f"an {question_set} case needs. Take the line out, or have the return sent again with that column."
            )


def _with_texts(table: CaseTable, mended: Sequence[tuple[str, int, str]]) -> CaseTable:
    columns = dict(table.columns)
    for name, place, text in mended:
        column = columns[name]
        codes = array("i", column.codes)
        codes[place] = len(column.texts)
        columns[name] = Column((*column.texts, text), codes)
    return replace(table, columns=columns)
