from datetime import date, datetime, time

import pytest

from dipp_pipeline.intake.cells import ERROR_MARK, Column, FormulaError, Sheet, cell_text, column_letters


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("as it stands ", "as it stands "),
        (True, "TRUE"),
        (False, "FALSE"),
        (3, "3"),
        (3.0, "3"),
        (3.5, "3.5"),
        (date(2025, 5, 24), "2025-05-24"),
        (datetime(2025, 5, 24), "2025-05-24"),
        (datetime(2025, 5, 24, 13), "2025-05-24 13:00:00"),
        (time(13, 30), "13:30:00"),
    ],
)
def test_a_cell_is_the_text_that_means_the_same(cell, text):
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_a_column_has_the_letters_that_the_spreadsheet_shows(index, letters):
    assert column_letters(index) == letters


def test_yes_and_one_stay_apart_in_a_column():
    column = Column.of([True, 1, 1.0, "1", None])

    assert [column[row] for row in range(5)] == ["TRUE", "1", "1", "1", ""]


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0", "\n\t"])
def test_a_cell_of_nothing_but_spaces_is_not_filled(blank):
    assert Column.of([blank]).filled == (False,)


def test_a_column_of_fewer_rows_keeps_their_texts():
    column = Column.of(["a", "b", "c", "b"]).at([3, 0])

    assert [column[0], column[1]] == ["b", "a"]


def test_a_sheet_without_a_cell_has_no_rows():
    assert Sheet.of("Empty", []).row_count == 0


def test_a_formula_error_stays_one_beside_booleans_and_numbers():
    column = Column.of([1, True, 1.0, FormulaError("#REF!"), None])

    assert [column[row] for row in range(5)] == ["1", "TRUE", "1", ERROR_MARK + "#REF!", ""]
