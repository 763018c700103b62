"""Files and rows to sheets and case tables, as the tests of intake look at them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.intake.normalise import canonical, normaliser_of
from dipp_pipeline.intake.table import RecordTable, ReturnTables, refused
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import ROW, Refusal
from dipp_pipeline.spreadsheets.cells import FormulaError as ReadError
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.spreadsheets.sheet import Sheet
from tests.returns import PROGRAMME, SHEET, CaseReturn, Rows

LIMITS = Limits()


def read_tables(path: Path) -> tuple[RecordTable, ...]:
    """The case tables of a file that is read without a problem."""
    read = find_tables(read_sheets(path, LIMITS), PROGRAMME)
    assert read.issues == ()
    return read.tables


def found_in(rows: Rows, visible: bool = True) -> ReturnTables:
    """What is found on one sheet of these rows."""
    return find_tables([Sheet.of(SHEET, rows, visible)], PROGRAMME)


def cells_of(table: RecordTable) -> dict[str, str | ReadError]:
    """What every cell of a case says, by its address."""
    texts = {
        f"{table.letters[name]}{row}": text or ""
        for name in table.letters
        for row, text in zip(records(table), table.cells[name], strict=True)
    }
    errors = {f"{table.letters[name]}{row}": ReadError(text) for row, name, text in table.errors.iter_rows()}
    assert not any(texts[address] for address in errors)
    return texts | errors


def records(table: RecordTable) -> list[int]:
    """The numbers of the rows of cases."""
    return table.cells[ROW].to_list()


def expected_cells(given: CaseReturn, columns_before: int = 0) -> dict[str, str]:
    """The text that every cell of a return should read, by its address."""
    return {
        given.address(place, name, columns_before): "" if case[name] is None else str(case[name])
        for place, case in enumerate(given.cases)
        for name in given.headings
    }


def values_of(table: RecordTable, name: str, region_code: str = "N03") -> list[str | None]:
    """The canonical values of a column."""
    reading = normaliser_of(name, PROGRAMME, region_code, table.epoch_1904)
    return [canonical(text or "", reading) for text in table.cells[name]]


def rules_of(read: ReturnTables) -> list[str]:
    return [issue.rule_code for issue in read.issues]


def refusal_of(path: Path, limits: Limits = LIMITS) -> str | None:
    """The rule by which a file is refused before any table is looked for, or None."""
    try:
        read_sheets(path, limits)
    except Refusal as refusal:
        return refusal.rule_code
    return None


def sentence(refusal: Refusal) -> str:
    """What is said of a file that is refused so."""
    (issue,) = refused(PROGRAMME, refusal).issues
    return issue.message


def serial(day: date, day_0: date) -> int:
    return (day - day_0).days


def sheets(rows: Sequence[Sequence[object]] | CaseReturn) -> Mapping[str, Rows]:
    """The rows on one sheet, as writers take them."""
    return {SHEET: rows.rows() if isinstance(rows, CaseReturn) else rows}
