"""Find the case tables of a file: where each starts, which column is which field, which rows are cases.

Values are not judged here: a cell's text goes on as it stands, with its address. See normalise.py for what it means.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from dipp_pipeline.intake.counts import Contents
from dipp_pipeline.intake.issues import Issue, quotable
from dipp_pipeline.programme.case_reference import case_reference, holds_case_reference
from dipp_pipeline.programme.matching import heading_key, tidy, value_key
from dipp_pipeline.programme.model import CASE_REFERENCE, QUESTION_SET, Programme
from dipp_pipeline.spreadsheets.cells import ERROR_MARK, Column, Refusal, Sheet, column_letters

HEADINGS_OF_A_TABLE = 5
"""How many headings of required fields make a heading row."""

FILLED_CELLS_OF_A_CASE = 3
"""A row with fewer filled cells is a title or a footnote, unless its case reference is well formed."""

WIDEST_NOTE = 3
"""A visible sheet of so few columns without a heading row is a cover or a note, and is not worth a warning."""

_TOTALS = ("total", "grand total")


@dataclass(frozen=True)
class CaseTable:
    """The case rows of a sheet, and under which column each field and question stands."""

    sheet: str
    epoch_1904: bool
    rows: Sequence[int]
    """Each case's row number, as the spreadsheet shows it."""
    letters: Mapping[str, str]
    """Field or question to the letters of its column."""
    columns: Mapping[str, Column]
    """Field or question to its cells, in the order of `rows`."""


@dataclass(frozen=True)
class ReturnTables:
    """What reading a file gave: its case tables and the problems of the file as a whole."""

    tables: tuple[CaseTable, ...]
    issues: tuple[Issue, ...]
    contents: Contents = field(default_factory=Contents)
    for_now: bool = False
    """Whether it is refused for what the machine could not give, and another time might."""

    @property
    def refused(self) -> bool:
        return any(issue.severity == "refuse" for issue in self.issues)

    @property
    def case_rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)


def refused(programme: Programme, refusal: Refusal, for_now: bool = False) -> ReturnTables:
    """The reading of a file that gave nothing but the reason why not."""
    rule = programme.rules[refusal.rule_code]
    issue = Issue(rule.code, rule.severity, rule.says(refusal.situation, refusal.facts))
    return ReturnTables((), (issue,), for_now=for_now)


def find_case_tables(sheets: Sequence[Sheet], programme: Programme) -> ReturnTables:
    """The case tables of a file's visible sheets, and what is wrong with headings and sheets.

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


def _heading_place(sheet: Sheet, row: int, column: int, field: str | None = None) -> _Place:
    found = _heading(sheet.columns[column], row) or None
    return _Place(sheet.name, f"{column_letters(column)}{row + 1}", row + 1, field, found)


class _Finder:
    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.issues: list[Issue] = []
        self.contents: list[Contents] = []

    def find(self, sheets: Sequence[Sheet]) -> ReturnTables:
        tables = [table for sheet in sheets if (table := self._table(sheet)) is not None]
        if not tables:
            self._report("F03")
        elif not any(table.rows for table in tables):
            self._report("F07")
        refusals = [issue for issue in self.issues if issue.severity == "refuse"]
        if refusals:
            return ReturnTables((), tuple(refusals))
        return ReturnTables(tuple(tables), tuple(self.issues), Contents.sum(self.contents))

    def _report(self, rule_code: str, situation: str = "", place: _Place | None = None, **facts: object) -> None:
        rule = self.programme.rules[rule_code]
        place = place or _Place()
        self.issues.append(Issue(rule_code, rule.severity, rule.says(situation, facts), **asdict(place)))

    def _table(self, sheet: Sheet) -> CaseTable | None:
        headings = heading_row(sheet, self.programme.required_headings)
        if headings is not None and sheet.visible:
            return self._read_table(sheet, headings)
        cells = sum(column.count_filled() for column in sheet.columns)
        self.contents.append(Contents(cells_read=cells, cells_in_other_sheets=cells))
        if headings is None:
            if sheet.visible and sum(any(column.filled) for column in sheet.columns) > WIDEST_NOTE:
                self._report("W06", "no_headings", _Place(sheet.name))
        else:
            self._report("W06", "hidden", _Place(sheet.name))
        return None

    def _read_table(self, sheet: Sheet, heading_row: int) -> CaseTable:
        if holds_case_reference(sheet.name):
            self._report("F08", "sheet", _Place(sheet.name))
        named, others = self._columns(sheet, heading_row)
        filled_cells = _filled_cells(sheet)
        rows, skipped = _case_rows(sheet, heading_row, filled_cells, named, self.programme)
        ignored = Contents.sum(self._ignored(sheet, heading_row, index, rows) for index in others)
        table = CaseTable(
            sheet=sheet.name,
            epoch_1904=sheet.epoch_1904,
            rows=array("i", [row + 1 for row in rows]),
            letters={name: column_letters(index) for name, index in named.items()},
            columns={name: sheet.columns[index].at(rows) for name, index in named.items()},
        )
        self._report_missing(sheet, table)
        read = Contents(
            rows_read=sum(map(bool, filled_cells[heading_row + 1 :])),
            rows_skipped=len(skipped),
            cells_read=sum(column.count_filled() for column in sheet.columns),
            cells_used=sum(column.count_filled() for column in table.columns.values()),
            cells_in_headings=sum(filled_cells[: heading_row + 1]),
            cells_in_skipped_rows=sum(filled_cells[row] for row in skipped),
        )
        self.contents.append(Contents.sum((read, ignored)))
        return table

    def _columns(self, sheet: Sheet, heading_row: int) -> tuple[dict[str, int], list[int]]:
        """Column indices by field or question, and those of every other column."""
        named: dict[str, int] = {}
        others = []
        for index, column in enumerate(sheet.columns):
            heading = column[heading_row]
            name = self.programme.column_for_heading(heading)
            if name is None:
                others.append(index)
            elif name in named:
                place = _heading_place(sheet, heading_row, index, name)
                first = f"{column_letters(named[name])}{heading_row + 1}"
                label = self.programme.label(name)
                self._report("F05", "", place, heading=quotable(tidy(heading)), name=label, first=first)
            else:
                named[name] = index
        return named, others

    def _ignored(self, sheet: Sheet, heading_row: int, index: int, rows: Sequence[int]) -> Contents:
        """Report a column that is not read; how many cells of cases that leaves out."""
        column = sheet.columns[index]
        heading, cells = _heading(column, heading_row), column.at(rows).count_filled()
        place = _heading_place(sheet, heading_row, index)
        if heading_key(heading) in self.programme.personal_headings:
            self._report("W02", "", place, heading=quotable(heading))
            return Contents(cells_in_personal_columns=cells)
        if heading:
            self._report("W01", "unknown", place, heading=quotable(heading))
        elif cells:
            self._report("W01", "blank", place)
        return Contents(cells_in_ignored_columns=cells)

    def _report_missing(self, sheet: Sheet, table: CaseTable) -> None:
        needed = [field.name for field in self.programme.fields if field.required]
        sets = {"core"} | ({"adjusted"} if self._any_adjusted(table) else set())
        needed += [question.code for question in self.programme.questions if question.question_set in sets]
        for name in needed:
            if name not in table.columns:
                self._report("F04", "", _Place(sheet.name, field=name), name=self.programme.label(name))

    def _any_adjusted(self, table: CaseTable) -> bool:
        column = table.columns.get(QUESTION_SET)
        spellings = self.programme.value_list(QUESTION_SET)
        return column is not None and any(
            spellings.get(value_key(column.texts[code])) == "adjusted" for code in set(column.codes)
        )


def _heading(column: Column, row: int) -> str:
    return tidy(column[row].removeprefix(ERROR_MARK))


def heading_row(sheet: Sheet, required_headings: Mapping[str, str]) -> int | None:
    """The first row, from 0, with enough headings of required fields."""
    return min(_rows_with_headings(sheet.columns, lambda _, key: key in required_headings), default=None)


def _rows_with_headings(columns: Sequence[Column], is_heading: Callable[[int, str], bool]) -> Iterator[int]:
    """The rows in which enough cells are headings; the test is given a column's place and a heading key."""
    found: Counter[int] = Counter()
    for index, column in enumerate(columns):
        codes = {code for code, text in enumerate(column.texts) if is_heading(index, heading_key(text))}
        found.update(column.rows_of(codes))
    return (row for row, headings in found.items() if headings >= HEADINGS_OF_A_TABLE)


def _case_rows(
    sheet: Sheet, heading_row: int, filled_cells: Sequence[int], named: Mapping[str, int], programme: Programme
) -> tuple[list[int], list[int]]:
    """The rows, from 0, that hold a case, and the others below the headings that hold something."""
    required = {index: name for name, index in named.items() if name in programme.field_by_name}
    headings = programme.required_headings
    repeated = set(
        _rows_with_headings(
            sheet.columns, lambda index, key: index in required and headings.get(key) == required[index]
        )
    )
    totals = set(_total_rows(sheet))
    references = sheet.columns[named[CASE_REFERENCE]] if CASE_REFERENCE in named else None
    cases, skipped = [], []
    for row in range(heading_row + 1, sheet.row_count):
        if not filled_cells[row]:
            continue
        enough = filled_cells[row] >= FILLED_CELLS_OF_A_CASE or (
            references is not None and case_reference(references[row]) is not None
        )
        if enough and row not in repeated and row not in totals:
            cases.append(row)
        else:
            skipped.append(row)
    return cases, skipped


def _filled_cells(sheet: Sheet) -> list[int]:
    """How many cells of each row are filled."""
    counts = [0] * sheet.row_count
    for column in sheet.columns:
        filled = column.filled
        counts = [count + filled[code] for count, code in zip(counts, column.codes, strict=True)]
    return counts


def _total_rows(sheet: Sheet) -> Iterator[int]:
    """The rows whose first filled cell begins with "Total" or "Grand total"."""
    for index, column in enumerate(sheet.columns):
        totals = {code for code, text in enumerate(column.texts) if value_key(text).startswith(_TOTALS)}
        for row in column.rows_of(totals):
            if not any(before.filled[before.codes[row]] for before in sheet.columns[:index]):
                yield row
