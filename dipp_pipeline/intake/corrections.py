"""Reviewed corrections of single cells: applied after reading, before judging, and only where the mistake still stands.

    restricted/originals/corrections.csv: region,return,case,field,from,to,reason,author_role,date

One line corrects one field or question of one record of one return, such as a case. Its column `case` holds the key of
the record: a case reference, or the values of another key with semicolons between, in any spelling. `from` is what
stands there, in any spelling, blank for a blank cell; `to` is what is read in its place, and is judged like any other
value.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import eq
from pathlib import Path

from dipp_pipeline.errors import DippError, reason
from dipp_pipeline.intake.issues import quotable
from dipp_pipeline.intake.normalise import Normaliser, canonical, normaliser_of
from dipp_pipeline.intake.table import RecordTable, ReturnTables
from dipp_pipeline.programme.matching import value_key
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import COLUMN, ROW

HEADINGS = ("region", "return", "case", "field", "from", "to", "reason", "author_role", "date")


class CorrectionError(DippError):
    """A correction cannot be applied; the message names its line, and never a case."""


@dataclass(frozen=True)
class Correction:
    """A line of the file. `line` is its number as a text editor shows it; the key has a canonical value a field."""

    line: int
    region_slug: str
    path: str
    key: tuple[str | None, ...]
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
    places = Counter((entry.region_slug, entry.path, entry.key, entry.column) for entry in corrections)
    for entry in corrections:
        if places[entry.region_slug, entry.path, entry.key, entry.column] > 1:
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
    programme = programme.of_return(values["region"], values["return"])
    if not programme.kind.key:
        raise CorrectionError(
            f"{file}, line {line}: no single {programme.kind.record} of such a return can be corrected, since nothing "
            "tells it from others. Take the line out, or have the return sent again."
        )
    region, key = programme.region_by_slug[values["region"]], values["case"].split(";")
    if len(key) != len(programme.kind.key):
        raise CorrectionError(
            f"{file}, line {line}: case must hold {'; '.join(map(programme.label, programme.kind.key))}. Mend it."
        )
    if not any(map(str.strip, key)):
        raise CorrectionError(f"{file}, line {line}: case is blank. Fill it in.")
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
        key=tuple(
            canonical(text, normaliser_of(name, programme, region.code, epoch_1904=False))
            for name, text in zip(programme.kind.key, key, strict=True)
        ),
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


def _rows(table: RecordTable, correction: Correction, region_code: str, programme: Programme) -> list[int]:
    """The numbers of the table's rows in which the mistake stands."""
    if not table.letters.keys() >= {*programme.kind.key, correction.column}:
        return []
    normalisers = {
        name: normaliser_of(name, programme, region_code, table.epoch_1904)
        for name in (*programme.kind.key, correction.column)
    }
    normalise = normalisers[correction.column]
    errors = {row: text for row, column, text in table.errors.iter_rows() if column == correction.column}

    def is_mistake(row: int, text: str | None) -> bool:
        if row in errors:
            return value_key(errors[row]) == value_key(correction.before)
        return _key(text or "", normalise) == _key(correction.before, normalise)

    def is_key(texts: Sequence[str | None]) -> bool:
        read = (canonical(text or "", normalisers[name]) for name, text in zip(programme.kind.key, texts, strict=True))
        return all(map(eq, read, correction.key))

    columns = (table.cells[name] for name in (ROW, correction.column, *programme.kind.key))
    return [row for row, text, *key in zip(*columns, strict=True) if is_key(key) and is_mistake(row, text)]


def _key(text: str, normalise: Normaliser) -> str | None:
    """What a cell says, however it is spelt; None for a blank."""
    value = canonical(text, normalise)
    return None if value is None else value_key(value)


def _check_question_set(entry: Correction, table: RecordTable, programme: Programme) -> None:
    """Whether the columns of a question set are needed (F04) was judged by the sets that the sheet names."""
    if entry.column != programme.kind.question_set:
        return
    question_set = programme.value_list(entry.column).get(value_key(entry.after))
    for question in programme.questions:
        if question.question_set == question_set and question.code not in table.letters:
            raise CorrectionError(
                f"corrections.csv, line {entry.line}: the sheet of that case has no column for {question.code}, which "
                f"an {question_set} case needs. Take the line out, or have the return sent again with that column."
            )


def _mended(table: RecordTable, row: int, entry: Correction) -> RecordTable:
    """The table with what is read in place of the mistake in that row."""
    column = table.cells[entry.column].scatter(table.cells[ROW].search_sorted(row), entry.after or None)
    elsewhere = (table.errors[ROW] != row) | (table.errors[COLUMN] != entry.column)
    return replace(table, cells=table.cells.with_columns(column), errors=table.errors.filter(elsewhere))
