from datetime import date

import pytest

from dipp_pipeline.spreadsheets.cells import UNSTORED, FormulaError
from dipp_pipeline.spreadsheets.limits import MOST_SPACES
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.intake.reading import LIMITS, cells_of, expected_cells, read_tables, refusal_of, sheets
from tests.returns import SHEET, Unstored, edit_part, valid_return, write_ods
from tests.spreadsheets.looks import Said, rows_of


def texts(path) -> list[list[Said]]:
    (sheet,) = read_sheets(path, LIMITS)
    return rows_of(sheet)


def test_a_formula_whose_result_was_never_stored_is_not_read_as_a_blank(tmp_path):
    given = valid_return()
    given.cases[1]["mappa_category"] = Unstored()

    (table,) = read_tables(write_ods(tmp_path / "a.ods", sheets(given)))

    assert cells_of(table) == expected_cells(given) | {given.address(1, "mappa_category"): UNSTORED}


def test_a_formula_whose_stored_result_is_empty_text_is_a_blank(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["x", Unstored(), "z"]]))

    edit_part(path, "content.xml", lambda xml: xml.replace("1+1", '&quot;&quot;" office:value-type="string'))

    assert texts(path) == [["x", "", "z"]]


def test_an_error_of_libreoffices_own_is_an_error(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["x"]]))

    edit_part(
        path,
        "content.xml",
        lambda xml: xml.replace('calcext:value-type="string"', 'calcext:value-type="error"').replace(
            ">x<", ">Err:502<"
        ),
    )

    assert texts(path) == [[FormulaError("Err:502")]]


@pytest.mark.parametrize(
    ("repeated", "expected"),
    [
        ('<table:table-cell table:number-columns-repeated="2"', [["Yes", "Yes", "end"], ["below", "", ""]]),
        ("<table:covered-table-cell/><table:table-cell", [["", "Yes", "end"], ["below", "", ""]]),
        (
            "<table:covered-table-cell><text:p>left</text:p></table:covered-table-cell><table:table-cell",
            [["", "Yes", "end"], ["below", "", ""]],
        ),
    ],
    ids=["repeated cell", "cell covered by a merged one", "what is left in a covered cell"],
)
def test_repeated_and_covered_cells_keep_the_others_at_their_addresses(tmp_path, repeated, expected):
    path = write_ods(tmp_path / "a.ods", sheets([["Yes", "end"], ["below"]]))

    edit_part(path, "content.xml", lambda xml: xml.replace("<table:table-cell", repeated, 1))

    assert texts(path) == expected


def test_repeated_rows_are_as_many_rows(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["first"], [None], ["last"]]))

    edit_part(
        path,
        "content.xml",
        lambda xml: xml.replace(
            "<table:table-row><table:table-cell/>",
            '<table:table-row table:number-rows-repeated="3"><table:table-cell/>',
        ),
    )

    assert texts(path) == [["first"], [""], [""], [""], ["last"]]


def test_the_note_of_a_cell_is_not_part_of_its_text(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["Yes"]]))
    note = "<office:annotation><text:p>Spoke to the manager</text:p></office:annotation>"

    edit_part(path, "content.xml", lambda xml: xml.replace("<text:p>Yes", f"{note}<text:p>Y<text:s/>{note}es"))

    assert texts(path) == [["Y es"]]


@pytest.mark.parametrize(("written", "spaces"), [("7", 7), (str(10**10), MOST_SPACES)])
def test_spaces_are_written_out_as_far_as_anyone_can_mean_them(tmp_path, written, spaces):
    path = write_ods(tmp_path / "a.ods", sheets([["Yes"]]))

    edit_part(path, "content.xml", lambda xml: xml.replace("<text:p>Yes", f'<text:p>Y<text:s text:c="{written}"/>es'))

    assert texts(path) == [[f"Y{' ' * spaces}es"]]


def test_a_password_protected_workbook_is_not_a_workbook_to_be_read(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["x"]]))

    encrypted = '"text/xml"><manifest:encryption-data/></manifest:file-entry>'
    edit_part(path, "manifest.xml", lambda xml: xml.replace('"text/xml"/>', encrypted))

    assert refusal_of(path) == "F01"


@pytest.mark.parametrize(
    ("blank_rows", "rule"), [(1_048_574, None), (1_048_575, "F02"), (10**9, "F02")], ids=["last", "beyond", "far"]
)
def test_blank_rows_may_reach_to_the_last_row_that_a_sheet_can_have(tmp_path, blank_rows, rule):
    path = write_ods(tmp_path / "a.ods", sheets([["first"], [None], ["last"]]))

    edit_part(
        path,
        "content.xml",
        lambda xml: xml.replace(
            "<table:table-row><table:table-cell/>",
            f'<table:table-row table:number-rows-repeated="{blank_rows}"><table:table-cell/>',
        ),
    )

    assert refusal_of(path) == rule


@pytest.mark.parametrize("times", ["-1", "0", "x", "", "1e3", "²"])
def test_a_repetition_that_is_no_number_is_damage(tmp_path, times):
    path = write_ods(tmp_path / "a.ods", sheets([["first"], ["last"]]))

    edit_part(path, "content.xml", lambda xml: xml.replace("16200", times, 1))

    assert refusal_of(path) == "F01"


def test_a_date_is_read_as_written_whatever_its_zone_and_the_cells_above_it(tmp_path):
    written = ["2025-11-08T00:00:00+01:00", "2025-11-07T23:00:00Z"]  # the same moment
    days = [[date(2025, 11, 8)], [date(2025, 11, 7)]]
    path = write_ods(tmp_path / "a.ods", sheets(days))

    edit_part(
        path,
        "content.xml",
        lambda xml: xml.replace('"2025-11-08"', f'"{written[0]}"').replace('"2025-11-07"', f'"{written[1]}"'),
    )

    assert texts(path) == [["2025-11-08"], ["2025-11-07 23:00:00"]]


def test_a_number_that_is_none_costs_its_cell_alone(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([[35, "x"]]))

    edit_part(path, "content.xml", lambda xml: xml.replace('office:value="35"', 'office:value="many"'))

    assert texts(path) == [["many", "x"]]


def test_a_table_within_a_cell_is_not_part_of_the_sheet(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["Yes", "end"], ["below"]]))
    cell = "<table:table-cell><text:p>within</text:p></table:table-cell>"
    table = f"<table:table><table:table-row>{cell}</table:table-row></table:table>"

    edit_part(path, "content.xml", lambda xml: xml.replace("<text:p>Yes</text:p>", f"{table}<text:p>Yes</text:p>"))

    assert texts(path) == [["Yes", "end"], ["below", ""]]


def test_the_cells_of_another_workbook_that_the_links_keep_are_no_sheet(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["x"]]))
    link = '<table:dde-links><table:dde-link><table:table table:name="elsewhere"/></table:dde-link></table:dde-links>'

    edit_part(path, "content.xml", lambda xml: xml.replace("</office:spreadsheet>", f"{link}</office:spreadsheet>"))

    assert [sheet.name for sheet in read_sheets(path, LIMITS)] == [SHEET]
