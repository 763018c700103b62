"""Find the tables of a file: where each starts, which column is which field, which rows are records."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property

import polars as pl

from dipp_pipeline.intake.counts import Contents
from dipp_pipeline.intake.issues import Issue, quotable
from dipp_pipeline.intake.table import RecordTable, ReturnTables
from dipp_pipeline.programme.case_reference import case_reference, holds_case_reference
from dipp_pipeline.programme.matching import heading_key, tidy, value_key
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import COLUMN, ROW, TEXT
from dipp_pipeline.spreadsheets.sheet import Sheet, cells_that, texts_of

WIDEST_NOTE = 3
"""A visible sheet of so few columns without a heading row is a cover or a note, and is not worth a warning."""

_TOTALS = ("total", "grand total")

_FILLED, _RECORD = "filled", "record"


def find_tables(sheets: Sequence[Sheet], programme: Programme) -> ReturnTables:
    """The tables of a file's visible sheets that its kind of return has, and what is wrong with headings and sheets.

    Those are F03 to F05 and F07, W01, W02 and W06.
    """
    read = _Finder(programme).find(sheets)
    return replace(read, issues=tuple(_numbered(issue, sheets) for issue in read.issues))


def _numbered(issue: Issue, sheets: Sequence[Sheet]) -> Issue:
    """The issue with the place of its sheet in the file, if that was not read."""
    if issue.rule_code != "W06":
        return issue
    return replace(issue, sheet_number=[sheet.name for sheet in sheets].index(issue.sheet or "") + 1)


@dataclass(frozen=True)
class _Place:
    """Of a problem, as an Issue names it."""

    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    field: str | None = None
    found: str | None = None


@dataclass(frozen=True)
class _HeadingRow:
    """The row of a sheet that its headings stand in."""

    sheet: Sheet
    number: int

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The text under each column's letters, tidied; a formula error is none."""
        texts = self.sheet.cells.row(by_predicate=pl.col(ROW) == self.number, named=True)
        return {letters: tidy(texts[letters] or "") for letters in self.sheet.letters}

    @cached_property
    def said(self) -> Mapping[str, str]:
        """What stands under each column's letters: its text or its formula error."""
        errors = self.sheet.errors.filter(pl.col(ROW) == self.number)
        return {**self.texts, **{letters: tidy(text) for letters, text in errors.select(COLUMN, TEXT).iter_rows()}}

    def place(self, letters: str, field: str | None = None) -> _Place:
        cell = f"{letters}{self.number}"
        return _Place(self.sheet.name, cell, self.number, field, self.said[letters] or None)


class _Finder:
    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.issues: list[Issue] = []
        self.contents: list[Contents] = []

    def find(self, sheets: Sequence[Sheet]) -> ReturnTables:
        tables = [table for sheet in sheets if (table := self._table(sheet)) is not None]
        if not tables:
            self._report("F03")
        elif all(table.cells.is_empty() for table in tables):
            self._report("F07")
        refusals = [issue for issue in self.issues if issue.severity == "refuse"]
        if refusals:
            return ReturnTables((), tuple(refusals))
        return ReturnTables(tuple(tables), tuple(self.issues), Contents.sum(self.contents))

    def _report(self, rule_code: str, situation: str = "", place: _Place | None = None, **facts: object) -> None:
        rule = self.programme.rules[rule_code]
        place, facts = place or _Place(), {**self.programme.kind.words, **facts}
        self.issues.append(Issue(rule_code, rule.severity, rule.says(situation, facts), **asdict(place)))

    def _table(self, sheet: Sheet) -> RecordTable | None:
        headings = heading_row(sheet, self.programme)
        if headings is not None and sheet.visible:
            return self._read_table(sheet, _HeadingRow(sheet, headings))
        filled = _filled_by_column(sheet.filled)
        cells = sum(filled.values())
        self.contents.append(Contents(cells_read=cells, cells_in_other_sheets=cells))
        if headings is not None:
            self._report("W06", "hidden", _Place(sheet.name))
        elif sheet.visible and sum(map(bool, filled.values())) > WIDEST_NOTE:
            self._report("W06", "no_headings", _Place(sheet.name))
        return None

    def _read_table(self, sheet: Sheet, headings: _HeadingRow) -> RecordTable:
        if holds_case_reference(sheet.name):
            self._report("F08", "sheet", _Place(sheet.name))
        named, others = self._columns(headings)
        rows = _rows(sheet, headings.number, named, self.programme)
        filled = _filled_by_column(sheet.filled.filter(rows[_RECORD]))
        ignored = Contents.sum(self._ignored(headings, letters, filled[letters]) for letters in others)
        table = _record_table(sheet, rows, named)
        self._report_missing(table)
        used = sum(filled[letters] for letters in named.values())
        self.contents.append(Contents.sum((_contents(rows, headings.number, used), ignored)))
        return table

    def _columns(self, headings: _HeadingRow) -> tuple[dict[str, str], list[str]]:
        """The letters of columns by field or question, and those of every other column."""
        named: dict[str, str] = {}
        others = []
        for letters, heading in headings.texts.items():
            name = self.programme.column_for_heading(heading)
            if name is None:
                others.append(letters)
            elif name in named:
                first, label = f"{named[name]}{headings.number}", self.programme.label(name)
                self._report(
                    "F05", "", headings.place(letters, name), heading=quotable(heading), name=label, first=first
                )
            else:
                named[name] = letters
        return named, others

    def _ignored(self, headings: _HeadingRow, letters: str, cells: int) -> Contents:
        """Report a column that is not read; how many cells of records that leaves out."""
        heading, place = headings.said[letters], headings.place(letters)
        if heading_key(heading) in self.programme.personal_headings:
            self._report("W02", "", place, heading=quotable(heading))
            return Contents(cells_in_personal_columns=cells)
        if heading:
            self._report("W01", "unknown", place, heading=quotable(heading))
        elif cells:
            self._report("W01", "blank", place)
        return Contents(cells_in_ignored_columns=cells)

    def _report_missing(self, table: RecordTable) -> None:
        needed = [field.name for field in self.programme.fields if field.required]
        if self.programme.kind.answers_required:
            asked = self._question_sets(table)
            needed += [question.code for question in self.programme.questions if question.question_set in asked]
        for name in needed:
            if name not in table.letters:
                self._report("F04", "", _Place(table.sheet, field=name), name=self.programme.label(name))

    def _question_sets(self, table: RecordTable) -> set[str | None]:
        """The question sets that the table must have columns for: the first, and all others that a record names."""
        column = self.programme.kind.question_set
        if column is None:
            return {None}
        spellings = self.programme.value_list(column)
        named = texts_of(table.cells.select(column))[column] if column in table.letters else ()
        return {self.programme.field_by_name[column].allowed[0], *(spellings.get(value_key(text)) for text in named)}


def heading_row(sheet: Sheet, programme: Programme) -> int | None:
    """The number of the first row with enough of the headings that a heading row is known by."""
    is_heading = cache(lambda text: programme.heads_a_table(text) is not None)
    for number, *texts in sheet.cells.iter_rows():
        if sum(map(is_heading, filter(None, texts))) >= programme.kind.headings_of_table:
            return int(number)
    return None


def _record_table(sheet: Sheet, rows: pl.DataFrame, named: Mapping[str, str]) -> RecordTable:
    names = {letters: name for name, letters in named.items()}
    errors = sheet.errors.filter(pl.col(COLUMN).is_in(list(names))).join(rows.filter(_RECORD), ROW, "semi")
    return RecordTable(
        sheet=sheet.name,
        epoch_1904=sheet.epoch_1904,
        letters=named,
        cells=sheet.cells.filter(rows[_RECORD]).select(ROW, **named),
        errors=errors.with_columns(pl.col(COLUMN).replace(names)),
    )


def _rows(sheet: Sheet, heading_row: int, named: Mapping[str, str], programme: Programme) -> pl.DataFrame:
    """Of each row of the sheet ROW, how many cells are _FILLED, and whether it is a _RECORD."""
    kind = programme.kind
    heads = named.keys() if kind.questions_head_table else programme.field_by_name.keys() & named.keys()
    heading = {name: letters for name, letters in named.items() if name in heads}
    repeated = cells_that(sheet.cells.select(**heading), lambda name, text: programme.heads_a_table(text) == name)
    rows = sheet.filled.select(ROW, pl.sum_horizontal(pl.exclude(ROW)).alias(_FILLED))
    enough = rows[_FILLED] >= kind.cells_of_row
    if kind.case_reference is not None and kind.case_reference in named:
        few = sheet.cells.select(pl.when(~enough).then(named[kind.case_reference]))
        enough |= cells_that(few, lambda _, text: case_reference(text) is not None).to_series()
    others = (repeated.sum_horizontal() >= kind.headings_of_table) | _totals(sheet)
    return rows.with_columns(((rows[ROW] > heading_row) & enough & ~others).alias(_RECORD))


def _totals(sheet: Sheet) -> pl.Series:
    """Of each row, whether its first filled cell begins with "Total" or "Grand total"."""
    filled_texts = (pl.when(sheet.filled[letters]).then(pl.col(letters).fill_null("")) for letters in sheet.letters)
    first = sheet.cells.select(pl.coalesce(filled_texts))
    return cells_that(first, lambda _, text: value_key(text).startswith(_TOTALS)).to_series()


def _contents(rows: pl.DataFrame, heading_row: int, used: int) -> Contents:
    """What the sheet of a table held, but for the columns that were not read."""
    below = rows.filter(pl.col(ROW) > heading_row, pl.col(_FILLED) > 0)
    skipped = below.filter(~pl.col(_RECORD))
    return Contents(
        rows_read=below.height,
        rows_skipped=skipped.height,
        cells_read=_total(rows),
        cells_used=used,
        cells_in_headings=_total(rows.filter(pl.col(ROW) <= heading_row)),
        cells_in_skipped_rows=_total(skipped),
    )


def _total(rows: pl.DataFrame) -> int:
    return int(rows[_FILLED].sum())


def _filled_by_column(filled: pl.DataFrame) -> dict[str, int]:
    """How many cells are filled under each column's letters."""
    return {column.name: int(column.sum()) for column in filled.drop(ROW)}
