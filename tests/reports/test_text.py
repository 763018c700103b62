from collections.abc import Iterable, Sequence

import pytest

from dipp_pipeline.intake.counts import Counts
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.reports.check import Checked
from dipp_pipeline.reports.text import show_checked

pytestmark = pytest.mark.thorough

SAID = "Mend it."


def issues(cells: Iterable[str | None], sheet: str | None = "Case scores", message: str = SAID) -> list[Issue]:
    return [Issue("R04", "quarantine", message, sheet, cell) for cell in cells]


@pytest.fixture
def shown(capsys):
    """The lines that a person sees below the first."""

    def show(found: Sequence[Issue]) -> list[str]:
        show_checked(Checked("a.xlsx", Counts(), tuple(found), None))
        return capsys.readouterr().out.splitlines()[1:]

    return show


def test_a_problem_that_many_rows_share_is_told_once_with_its_rows(shown):
    assert shown(issues(f"A{row}" for row in range(2, 86))) == [
        f"  R04 quarantine  Case scores!A2:A85 (84 cells): {SAID}"
    ]


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        (["A2"], "Case scores!A2"),
        (["A2", "A5"], "Case scores!A2, A5 (2 cells)"),
        ([f"A{row}" for row in range(2, 30, 2)], "Case scores!A2, A4, A6, A8, A10 and 9 more (14 cells)"),
        ([None], "Case scores"),
    ],
)
def test_a_problem_names_its_cells_as_far_as_they_can_be_read(shown, cells, where):
    assert shown(issues(cells)) == [f"  R04 quarantine  {where}: {SAID}"]


def test_a_problem_of_the_file_names_no_place(shown):
    assert shown(issues([None], sheet=None)) == [f"  R04 quarantine  {SAID}"]


def test_problems_of_other_sheets_or_words_are_told_apart_each_where_its_first_stands(shown):
    found = [*issues(["A2"]), *issues(["A3"], message="Or mend this."), *issues(["A4"]), *issues(["A5"], "Other")]

    assert shown(found) == [
        f"  R04 quarantine  Case scores!A2, A4 (2 cells): {SAID}",
        "  R04 quarantine  Case scores!A3: Or mend this.",
        f"  R04 quarantine  Other!A5: {SAID}",
    ]


def test_a_problem_that_many_rows_share_is_an_object_each_in_json():
    checked = Checked("a.xlsx", Counts(), tuple(issues(["A2", "A3"])), None)

    assert [issue["cell"] for issue in checked.as_json()["issues"]] == ["A2", "A3"]
