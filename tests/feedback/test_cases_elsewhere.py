"""What the sender of a return is told of cases that another return keeps (rule R04)."""

import openpyxl

from tests.homes import Home
from tests.intake.reading import sheets
from tests.returns import SHEET, CaseReturn, valid_return, write_xlsx


def many_cases(count: int) -> CaseReturn:
    given = valid_return()
    given.cases = [{**given.cases[0], "case_reference": f"R{number:06}"} for number in range(1, count + 1)]
    return given


def test_the_return_that_does_not_keep_its_cases_is_told_once_which_one_does(tmp_path):
    home = Home(tmp_path / "home")
    for place, name in enumerate(("first", "second")):
        home.put(write_xlsx(tmp_path / f"{name}.xlsx", sheets(many_cases(84 - place))), f"wales/{name}.xlsx")
        home.ingest()
    home.build()

    home.give_feedback()

    (copy,) = (home.feedback / "wales").iterdir()
    *_, (where, found, to_do) = openpyxl.load_workbook(copy).worksheets[0].iter_rows(values_only=True)
    assert copy.name.startswith("second")
    assert (where, found) == (f"{SHEET}, cell A2 and 82 more: A3:A84", "R000001 and 82 others")
    assert to_do == (
        "Error R04: This case stands in another return too, which arrived first (Wales: first.xlsx). "
        "Take it out of one."
    )
