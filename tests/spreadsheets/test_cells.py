from datetime import date, datetime, time

import pytest

from dipp_pipeline.spreadsheets.cells import (
    ERROR_MARK,
    Column,
    FormulaError,
    Refusal,
    Sheet,
    SheetBuilder,
    cell_text,
    column_letters,
)


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


def test_a_sheet_of_many_rows_keeps_every_cell_at_its_address():
    rows = [[number, None, "x" if number % 7 else None][: 1 + number % 3] for number in range(100_000)]

    sheet = Sheet.of("Long", rows)

    read = [[column[row] for column in sheet.columns] for row in (0, 1, 2, 50_000, 99_998)]
    assert read == [["0", "", ""], ["1", "", ""], ["2", "", "x"], ["50000", "", "x"], ["99998", "", "x"]]
    assert {len(column.codes) for column in sheet.columns} == {100_000}


def test_blank_rows_are_kept_between_others_and_left_out_at_the_end():
    sheet = Sheet.of("Gaps", [[], ["a"], [None, ""], [], ["b", "c"], [""], []])

    assert [[column[row] for column in sheet.columns] for row in range(sheet.row_count)] == [
        ["", ""],
        ["a", ""],
        ["", ""],
        ["", ""],
        ["b", "c"],
    ]


@pytest.mark.parametrize("cell", [0, 0.0, False, " "])
def test_nothing_but_a_blank_is_blank(cell):
    assert Sheet.of("One", [[None], [cell]]).row_count == 2


def long_gap(rows: int) -> Sheet:
    builder = SheetBuilder("Gap")
    builder.add(["a", "b"])
    builder.add([], rows)
    builder.add(["b"])
    return builder.sheet(visible=True, epoch_1904=False)


@pytest.mark.parametrize("gap", [1, 9_999, 10_000, 500_000])
def test_cells_are_found_and_counted_on_both_sides_of_a_gap(gap):
    first, second = long_gap(gap).columns

    assert (first[0], first[1], first[gap], first[gap + 1]) == ("a", "", "", "b")
    assert first.rows_of({code for code, text in enumerate(first.texts) if text in ("a", "b")}) == [0, gap + 1]
    assert first.rows_of({first.texts.index("")}) == list(range(1, gap + 1))
    assert (first.count_filled(), second.count_filled()) == (2, 1)


@pytest.mark.parametrize(
    ("rows_before", "row"),
    [(1_048_576, ["x"]), (999_999, [None] * 200 + ["x"]), (0, [None] * 16_384 + ["x"])],
    ids=["below the last row", "far below and beside", "right of the last column"],
)
def test_a_sheet_that_reaches_too_far_is_unsafe(rows_before, row):
    builder = SheetBuilder("Far")
    builder.add([], rows_before)

    with pytest.raises(Refusal) as refusal:
        builder.add(row)

    assert refusal.value.rule_code == "F02"


def test_blank_rows_may_go_on_for_ever_where_nothing_follows_them():
    builder = SheetBuilder("Endless")
    builder.add(["x"])
    builder.add([], 10**12)

    assert builder.sheet(visible=True, epoch_1904=False).row_count == 1


def test_a_sheet_has_no_name_without_end():
    assert len(Sheet.of("x" * 10_000_000, [["x"]]).name) == 255
