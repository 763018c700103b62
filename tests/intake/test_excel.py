import os
import re
from datetime import date

import pytest

from dipp_pipeline.intake.cells import ERROR_MARK, UNSTORED_FORMULA
from dipp_pipeline.intake.workbook import read_sheets
from tests.intake.reading import LIMITS, cells_of, expected_cells, read_tables, serial, sheets, values_of
from tests.returns import SHEET, FormulaError, Unstored, edit_part, valid_return, write_xlsx, write_xlsx_as_excel

X15 = (
    '<extLst><ext xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main" '
    'uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}"><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>'
)


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
def test_the_workbook_properties_that_recent_excel_adds_say_nothing_of_dates(tmp_path, date_1904):
    given = valid_return()
    day = date(2025, 5, 24)
    number = serial(day, date(1904, 1, 1) if date_1904 else date(1899, 12, 30))
    for case, cell in zip(given.cases, [day, number, str(number), "2025-05-24"], strict=True):
        case["start_date"] = cell
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given), date_1904=date_1904)

    edit_part(path, "xl/workbook.xml", lambda xml: xml.replace("</workbook>", X15))

    (table,) = read_tables(path)
    assert values_of(table, "start_date") == ["2025-05-24"] * 4


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param("", id="no v"),
        pytest.param("<v />", id="empty v, as openpyxl writes it"),
        pytest.param("<v></v>", id="empty v, as xlsxwriter writes it"),
    ],
)
def test_a_formula_whose_result_was_never_stored_is_not_read_as_a_blank(tmp_path, stored):
    given = valid_return()
    given.cases[1]["mappa_category"] = Unstored()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))

    edit_part(path, "sheet1.xml", lambda xml: re.sub(r"<f>1\+1</f><v ?/>", f"<f>1+1</f>{stored}", xml))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {given.address(1, "mappa_category"): UNSTORED_FORMULA}


@pytest.mark.parametrize("result", ["<v></v>", "<v/>"])
def test_a_formula_whose_stored_result_is_empty_text_is_a_blank(tmp_path, result):
    given = valid_return()
    given.cases[1]["mappa_category"] = Unstored()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))
    cell = given.address(1, "mappa_category")

    edit_part(
        path,
        "sheet1.xml",
        lambda xml: re.sub(f'<c r="{cell}"><f>.*?</f><v ?/>', f'<c r="{cell}" t="str"><f>A1</f>{result}', xml),
    )

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {cell: ""}


def test_a_formula_is_read_as_its_stored_result(tmp_path):
    given = valid_return()
    given.cases[1]["C2b"] = Unstored()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))
    cell = given.address(1, "C2b")

    edit_part(
        path,
        "sheet1.xml",
        lambda xml: re.sub(f'<c r="{cell}"><f>.*?</f><v ?/>', f'<c r="{cell}" t="str"><f>A1</f><v>Yes</v>', xml),
    )

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {cell: "Yes"}


def test_cells_and_rows_without_an_address_stand_after_the_ones_before(tmp_path):
    given = valid_return()
    given.cases[1]["C2b"] = Unstored()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))

    edit_part(
        path,
        "sheet1.xml",
        lambda xml: re.sub(r' r="[A-Z]*\d+"', "", xml).replace("<c><f>1+1</f><v />", '<c t="e"><v>#REF!</v>'),
    )

    (table,) = read_tables(path)
    assert cells_of(table)[given.address(1, "C2b")] == ERROR_MARK + "#REF!"


def test_an_error_below_and_beside_everything_else_keeps_its_address(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([["x"], [], [None, None, "#N/A"]]))

    (sheet,) = read_sheets(path, LIMITS)

    assert sheet.columns[2][2] == ERROR_MARK + "#N/A"
    assert sheet.columns[0][0] == "x"
    assert sheet.row_count == 3


def test_a_sheet_that_is_hidden_from_the_menu_too_is_hidden(tmp_path):
    rows = {SHEET: [["x"]], "Lists": [["x"]]}
    path = write_xlsx(tmp_path / "a.xlsx", rows, hidden={"Lists": "veryHidden"})

    assert [sheet.visible for sheet in read_sheets(path, LIMITS)] == [True, False]


def test_hidden_rows_and_columns_are_read_like_others(tmp_path):
    given = valid_return()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))

    edit_part(path, "sheet1.xml", lambda xml: xml.replace('<row r="3"', '<row hidden="1" r="3"'))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given)


def test_text_that_spells_a_control_character_is_text_and_no_formula_error(tmp_path):
    given = valid_return()
    given.cases[1]["C2b"] = "Maybe"
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))

    edit_part(path, "sheet1.xml", lambda xml: xml.replace("Maybe", "_x0000_Maybe"))

    (table,) = read_tables(path)
    assert not cells_of(table)[given.address(1, "C2b")].startswith(ERROR_MARK)


def test_of_merged_cells_only_the_first_holds_the_value(tmp_path):
    given = valid_return()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))
    first, covered = given.address(1, "C1"), given.address(1, "C1a")
    merged = f'</sheetData><mergeCells><mergeCell ref="{first}:{covered}"/></mergeCells>'

    edit_part(path, "sheet1.xml", lambda xml: xml.replace("</sheetData>", merged))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {covered: ""}


def test_a_formula_whose_result_is_text_in_place_is_that_text(tmp_path):
    given = valid_return()
    given.cases[1]["mappa_category"] = Unstored()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given))
    cell = given.address(1, "mappa_category")
    in_place = f'<c r="{cell}" t="inlineStr"><f>"M1"</f><is><t>M1</t></is></c>'

    edit_part(path, "sheet1.xml", lambda xml: re.sub(rf'<c r="{cell}"[^>]*>.*?</c>', in_place, xml))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {cell: "M1"}


def test_a_workbook_whose_name_is_no_text_is_read(tmp_path):
    given = valid_return()
    path = write_xlsx(tmp_path / "a.xlsx", sheets(given)).rename(tmp_path / os.fsdecode(b"bad\xff.xlsx"))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("error", ["#SPILL!", "#GETTING_DATA", "Err:508"])
def test_an_error_of_whatever_name_costs_its_cell_alone(tmp_path, error):
    given = valid_return()
    given.cases[0]["C2b"], given.cases[1]["C2b"] = FormulaError("#N/A"), FormulaError("#REF!")
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given))

    edit_part(path, "sheet1.xml", lambda xml: xml.replace("<v>#N/A</v>", f"<v>{error}</v>"))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {
        given.address(0, "C2b"): ERROR_MARK + error,
        given.address(1, "C2b"): ERROR_MARK + "#REF!",
    }
