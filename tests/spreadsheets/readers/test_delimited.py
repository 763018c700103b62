import os

import pytest

from dipp_pipeline.spreadsheets.cells import FormulaError, Refusal
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.intake.reading import LIMITS, cells_of, expected_cells, read_tables, refusal_of, sentence, sheets, values_of
from tests.returns import EVERYTHING, valid_return, write_csv
from tests.spreadsheets.looks import rows_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_utf_8_with_or_without_a_mark_and_windows_1252_are_read_alike(tmp_path, encoding):
    given = valid_return()
    given.headings["C1"] = "C1 – the person’s risk"
    given.cases[EVERYTHING]["C5"] = "No – absent"

    (table,) = read_tables(write_csv(tmp_path / "a.csv", sheets(given), encoding))

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_text_in_another_encoding_is_not_a_workbook(tmp_path, encoding):
    assert refusal_of(write_csv(tmp_path / "a.csv", sheets(valid_return()), encoding)) == "F01"


def test_quotation_marks_that_do_not_match_are_no_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('Case reference,PDU\nR677931,"Gwent\nR677938,Gwent\n', "utf-8")

    assert refusal_of(path) == "F01"


def test_a_line_break_within_a_cell_begins_no_row(tmp_path):
    given = valid_return()
    given.headings["risk_of_serious_harm"] = "Risk of\nserious harm"
    given.cases[0]["pdu"] = "Cardiff and\nthe Vale"

    (table,) = read_tables(write_csv(tmp_path / "a.csv", sheets(given)))

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("written", [" #REF! ", "#ref!", "#N/A", "#n/a"])
def test_the_text_of_an_error_is_an_error_whatever_its_case_and_spaces(tmp_path, written):
    (sheet,) = read_sheets(write_csv(tmp_path / "a.csv", sheets([[written, "N/A", "REF!"]])), LIMITS)

    assert rows_of(sheet) == [[FormulaError(written.strip()), "N/A", "REF!"]]


def test_rows_may_be_of_different_lengths(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n\nb,c,d\n", "utf-8")

    (sheet,) = read_sheets(path, LIMITS)

    assert rows_of(sheet) == [["a", "", ""], ["", "", ""], ["b", "c", "d"]]


@pytest.mark.parametrize("columns", [1_000, 20_000])
def test_commas_without_end_after_the_last_column_are_blanks(tmp_path, columns):
    path = tmp_path / "a.csv"
    path.write_text("a,b" + "," * columns + "\n", "utf-8")

    assert refusal_of(path) is None


def test_serial_numbers_count_from_1900(tmp_path):
    given = valid_return()
    given.cases[EVERYTHING]["start_date"] = "45801"

    (table,) = read_tables(write_csv(tmp_path / "a.csv", sheets(given)))

    assert values_of(table, "start_date")[EVERYTHING] == "2025-05-24"


def test_the_sheet_of_a_file_whose_name_is_no_text_has_a_name_that_is(tmp_path):
    path = write_csv(tmp_path / "a.csv", sheets([["x"]])).rename(tmp_path / os.fsdecode(b"bad\xff.csv"))

    assert [sheet.name for sheet in read_sheets(path, LIMITS)] == ["bad\ufffd"]


def test_a_row_that_is_too_wide_is_named(tmp_path):
    path = write_csv(tmp_path / "a.csv", sheets([["x"], [], ["x"] * 501]))

    with pytest.raises(Refusal) as refusal:
        read_sheets(path, LIMITS)

    assert refusal.value.rule_code == "F02"
    assert "Row 3 has more than 500 columns" in sentence(refusal.value)
