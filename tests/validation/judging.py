"""Returns to verdicts without a file in between, as the tests of validation look at them."""

from collections.abc import Mapping
from datetime import date

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.spreadsheets.cells import UNSTORED
from dipp_pipeline.spreadsheets.cells import FormulaError as ReadError
from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Validated, validate
from tests.other_returns import OtherReturn
from tests.returns import PROGRAMME, SHEET, CaseReturn, FormulaError, Rows, Unstored

ARRIVED_ON = date(2026, 1, 15)


def arrived(given: CaseReturn, *more_sheets: Rows, received_on: date = ARRIVED_ON) -> Received:
    """A return as read; more sheets are named Sheet 2 and so on."""
    sheets = [sheet_of(SHEET, given.rows()), *(sheet_of(f"Sheet {n}", rows) for n, rows in enumerate(more_sheets, 2))]
    return Received(given.region.code, received_on, find_tables(sheets, PROGRAMME))


def judge(given: CaseReturn, *more_sheets: Rows, received_on: date = ARRIVED_ON) -> Validated:
    """The verdict on one return."""
    return validate([arrived(given, *more_sheets, received_on=received_on)], PROGRAMME)[0]


def judge_together(returns: Mapping[str, CaseReturn]) -> dict[str, Validated]:
    """The verdicts on returns by name, judged at once: a schema takes as long for one as for a hundred."""
    return dict(zip(returns, validate([arrived(given) for given in returns.values()], PROGRAMME), strict=True))


def judge_other(given: OtherReturn, *more_sheets: Sheet, received_on: date = ARRIVED_ON) -> Validated:
    """The verdict on a return of another kind than case scores."""
    read = find_tables([sheet_of(given.sheet, given.rows()), *more_sheets], given.programme)
    return validate([Received(given.region.code, received_on, read)], given.programme)[0]


def where(verdict: Validated) -> list[tuple[str, str | None]]:
    """Rule and cell of every problem."""
    return [(issue.rule_code, issue.cell) for issue in verdict.issues]


def accepted(verdict: Validated) -> list[str]:
    """The case references of the accepted cases, in the order of the rows."""
    return verdict.rows["row_key"].to_list()


def answers(verdict: Validated, reference: str) -> dict[str, str]:
    """The answers of an accepted case, by question."""
    rows = verdict.answers.select("row_key", "question_code", "answer").iter_rows()
    return {code: answer for case, code, answer in rows if case == reference}


def sheet_of(name: str, rows: Rows, visible: bool = True) -> Sheet:
    """A sheet as it is read."""
    return Sheet.of(name, [[_text(cell) for cell in cells] for cells in rows], visible)


def _text(cell: object) -> object:
    match cell:
        case FormulaError():
            return ReadError(cell.text)
        case Unstored():
            return UNSTORED
        case _:
            return cell
