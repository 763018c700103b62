from datetime import date, datetime, time

import pytest

from dipp_pipeline.spreadsheets.cells import FormulaError, cell_text, column_index, column_letters


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        (FormulaError("#REF!"), None),
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


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_letters_lead_back_to_their_column(index, letters):
    assert column_index(letters) == index
