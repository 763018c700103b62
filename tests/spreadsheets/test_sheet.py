import pytest

from dipp_pipeline.spreadsheets.cells import FormulaError, Refusal
from dipp_pipeline.spreadsheets.sheet import Sheet, SheetBuilder, cells_as, cells_that, texts_of
from tests.spreadsheets.looks import filled, rows_of


def test_yes_and_one_stay_apart_in_a_column():
    sheet = Sheet.of("One", [[True], [1], [1.0], ["1"], [None], [0], [False]])

    assert sheet.cells.rows() == [(1, "TRUE"), (2, "1"), (3, "1"), (4, "1"), (6, "0"), (7, "FALSE")]


@pytest.mark.parametrize("spaces", ["  ", "\u00a0", "\n\t", "\x1c\x1f", "\u3000"])
def test_a_cell_of_nothing_but_spaces_is_kept_and_not_filled(spaces):
    sheet = Sheet.of("One", [[spaces, "x"]])

    assert rows_of(sheet) == [[spaces, "x"]]
    assert sheet.filled.row(0) == (1, False, True)


@pytest.mark.parametrize("text", ["x", " x ", "0", "\u200b", "\x1b", "\ufeff"])
def test_a_cell_of_more_than_spaces_is_filled(text):
    assert Sheet.of("One", [[text]]).filled.row(0) == (1, True)


def test_a_sheet_without_a_cell_has_no_rows_and_no_columns():
    sheet = Sheet.of("Empty", [[], [None, ""]])

    assert (sheet.cells.shape, sheet.filled.shape, sheet.letters, sheet.farthest_cells) == ((0, 1), (0, 1), [], 0)


def test_a_formula_error_stands_beside_booleans_and_numbers_and_is_filled():
    sheet = Sheet.of("One", [[1], [True], [FormulaError("#REF!")], [None], [1.0]])

    assert sheet.cells.rows() == [(1, "1"), (2, "TRUE"), (3, None), (5, "1")]
    assert sheet.errors.rows() == [(3, "A", "#REF!")]
    assert sheet.filled["A"].all()


def test_a_column_of_nothing_but_errors_is_one():
    sheet = Sheet.of("One", [["x", FormulaError("#N/A")], ["y", FormulaError("#REF!")]])

    assert rows_of(sheet) == [["x", FormulaError("#N/A")], ["y", FormulaError("#REF!")]]
    assert sheet.filled.rows() == [(1, True, True), (2, True, True)]


def test_the_text_of_an_error_is_a_text():
    assert Sheet.of("One", [["#REF!"]]).errors.is_empty()


def test_no_text_holds_a_nul():
    assert rows_of(Sheet.of("One", [["a\0b", "\0"]])) == [["ab", ""]]


def test_a_sheet_of_many_rows_keeps_every_cell_at_its_address():
    rows = [[number, None, "x" if number % 7 else None][: 1 + number % 3] for number in range(100_000)]

    read = filled(Sheet.of("Long", rows))

    assert read == {
        (number, letters): str(cell)
        for number, row in enumerate(rows, 1)
        for letters, cell in zip("ABC", row, strict=False)
        if cell is not None
    }


def test_columns_stand_in_their_order_whichever_is_filled_first():
    sheet = Sheet.of("Wide", [[None] * 27 + ["first"], *[["x"] * 26] * 20_000, ["second", None, "third"]])

    assert sheet.letters == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AB"]


def test_only_rows_and_columns_that_hold_something_are_there():
    sheet = Sheet.of("Gaps", [[], ["a"], [None, ""], [], ["b", None, "c"], [""], []])

    assert sheet.cells.rows() == [(2, "a", None), (5, "b", "c")]
    assert sheet.letters == ["A", "C"]


@pytest.mark.parametrize("cell", [0, 0.0, False, " "])
def test_nothing_but_a_blank_is_blank(cell):
    assert Sheet.of("One", [[None], [cell]]).cells["row"].to_list() == [2]


@pytest.mark.parametrize("gap", [1, 9_999, 10_000, 500_000])
def test_cells_are_found_on_both_sides_of_a_gap(gap):
    builder = SheetBuilder("Gap")
    builder.add(["a", "b"])
    builder.add([], gap)
    builder.add(["b"])

    assert filled(builder.sheet(visible=True, epoch_1904=False)) == {(1, "A"): "a", (1, "B"): "b", (gap + 2, "A"): "b"}


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


def test_a_sheet_of_more_cells_than_a_worker_can_hold_is_unsafe():
    builder = SheetBuilder("Full")

    with pytest.raises(Refusal) as refusal:
        builder.add([None] * 499 + ["x"], 80_001)

    assert refusal.value.rule_code == "F02"


def test_blank_rows_may_go_on_for_ever_where_nothing_follows_them():
    builder = SheetBuilder("Endless")
    builder.add(["x"])
    builder.add([], 10**12)

    assert builder.sheet(visible=True, epoch_1904=False).cells.height == 1


def test_a_sheet_has_no_name_without_end():
    assert len(Sheet.of("x" * 10_000_000, [["x"]]).name) == 255


def test_equal_texts_of_a_column_are_put_to_a_test_once():
    cells = Sheet.of("One", [["a", "b"], ["b", None], ["a", "a"]]).cells.drop("row")
    asked = []

    passed = cells_that(cells, lambda letters, text: asked.append(letters + text) or text == "a")

    assert asked == ["Aa", "Ab", "Bb", "Ba"]
    assert passed.rows() == [(True, False), (False, False), (True, True)]


def test_what_texts_become_leaves_blanks_alone():
    cells = Sheet.of("One", [["a", "b"], ["b", None]]).cells.drop("row")

    changed = cells_as(cells, lambda letters, text: None if text == "a" else letters + text)

    assert changed.rows() == [(None, "Bb"), ("Ab", None)]
    assert texts_of(cells) == {"A": ["a", "b"], "B": ["b"]}
