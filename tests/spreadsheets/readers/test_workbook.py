import shutil
from datetime import date, datetime

import pytest

from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import FormulaError as ReadError
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.readers import workbook
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.intake.reading import (
    LIMITS,
    cells_of,
    expected_cells,
    read_tables,
    refusal_of,
    sentence,
    serial,
    sheets,
    values_of,
)
from tests.returns import (
    SHEET,
    WRITERS,
    FormulaError,
    edit_part,
    valid_return,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
    write_xlsx_as_excel,
)
from tests.spreadsheets.looks import rows_of

SPREADSHEETS = [name for name in WRITERS if not name.endswith(".csv")]
ZIPPED = [name for name in SPREADSHEETS if not name.endswith(".xls")]
HIDING_WRITERS = {"a.xlsx": write_xlsx, "a.xls": write_xls, "a.ods": write_ods}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_is_read_to_the_same_cells_at_the_same_addresses(tmp_path, name):
    given = valid_return()

    (table,) = read_tables(WRITERS[name](tmp_path / name, sheets(given)))

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_numbers_booleans_and_dates_become_the_text_that_means_the_same(tmp_path, name):
    given = [[True, False, 12, 12.5, "007", date(2025, 5, 24), datetime(2025, 5, 24), datetime(2025, 5, 24, 13, 30)]]

    (sheet,) = read_sheets(WRITERS[name](tmp_path / name, sheets(given)), LIMITS)

    (read,) = rows_of(sheet)
    assert read == ["TRUE", "FALSE", "12", "12.5", "007", "2025-05-24", "2025-05-24", "2025-05-24 13:30:00"]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_formula_error_is_never_read_as_a_blank_or_a_value(tmp_path, name, error):
    given = valid_return()
    given.cases[1]["mappa_category"] = FormulaError(error)

    (table,) = read_tables(WRITERS[name](tmp_path / name, sheets(given)))

    assert cells_of(table) == expected_cells(given) | {given.address(1, "mappa_category"): ReadError(error)}


@pytest.mark.parametrize("name", HIDING_WRITERS)
def test_a_hidden_sheet_is_known_as_hidden(tmp_path, name):
    rows = [["x"]]

    path = HIDING_WRITERS[name](tmp_path / name, {"First": rows, "Second": rows}, hidden=["Second"])

    assert [(sheet.name, sheet.visible) for sheet in read_sheets(path, LIMITS)] == [("First", True), ("Second", False)]


DAY = date(2025, 5, 24)
DATE_SYSTEMS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
@pytest.mark.parametrize("name", SPREADSHEETS)
def test_date_cells_and_serial_numbers_are_read_in_the_workbooks_own_date_system(tmp_path, name, date_1904):
    given = valid_return()
    number = serial(DAY, DATE_SYSTEMS[date_1904])
    for case, cell in zip(given.cases, [DAY, number, str(number), "24/5/2025"], strict=True):
        case["start_date"] = cell

    (table,) = read_tables(WRITERS[name](tmp_path / name, sheets(given), date_1904=date_1904))

    assert values_of(table, "start_date") == ["2025-05-24"] * 4


@pytest.mark.parametrize("suffix", [".XLSX", ".Xlsm"])
def test_the_ending_of_a_name_may_be_in_capitals(tmp_path, suffix):
    path = shutil.copy(write_xlsx(tmp_path / "a.xlsx", sheets([["x"]])), tmp_path / f"B{suffix}")

    assert [sheet.name for sheet in read_sheets(path, LIMITS)] == [SHEET]


@pytest.mark.parametrize("suffix", ["", ".docx", ".pdf", ".txt", ".xlsb", ".fods", ".zip"])
def test_a_file_of_any_other_ending_is_not_a_workbook(tmp_path, suffix):
    path = shutil.copy(write_xlsx(tmp_path / "a.xlsx", sheets([["x"]])), tmp_path / f"b{suffix}")

    assert refusal_of(path) == "F01"


def test_the_advice_for_a_binary_workbook_is_to_save_it_as_xlsx(tmp_path):
    path = tmp_path / "a.xlsb"
    path.touch()

    with pytest.raises(Refusal) as refusal:
        read_sheets(path, LIMITS)

    assert "save it as .xlsx" in sentence(refusal.value)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods", ".csv"])
@pytest.mark.parametrize("name", ["openpyxl.xlsx", "xlwt.xls", "libreoffice.ods", "export.csv"])
def test_a_renamed_file_is_not_a_workbook(tmp_path, name, suffix):
    written = WRITERS[name](tmp_path / name, sheets(valid_return()))

    renamed = written.rename(tmp_path / f"renamed{suffix}")

    assert refusal_of(renamed) == (None if name.endswith(suffix) else "F01")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.98])
@pytest.mark.parametrize("name", SPREADSHEETS)
def test_a_truncated_file_is_not_a_workbook(tmp_path, name, kept):
    path = WRITERS[name](tmp_path / name, sheets(valid_return()))
    content = path.read_bytes()

    path.write_bytes(content[: int(len(content) * kept)])

    assert refusal_of(path) == "F01"


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_an_empty_file_is_not_a_workbook(tmp_path, name):
    path = tmp_path / name
    path.touch()

    assert refusal_of(path) == "F01"


@pytest.mark.parametrize("part", ["sheet1.xml", "workbook.xml", "workbook.xml.rels", "_rels/.rels"])
def test_a_workbook_with_a_damaged_part_is_not_a_workbook(tmp_path, part):
    path = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    edit_part(path, part, lambda xml: xml[: len(xml) // 2])

    assert refusal_of(path) == "F01"


def test_a_password_protected_workbook_is_not_a_workbook_to_be_read(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048))

    with pytest.raises(Refusal) as refusal:
        read_sheets(path, LIMITS)

    assert "without a password" in sentence(refusal.value)


def test_a_file_over_its_limit_of_size_is_unsafe(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x," * 600_000)

    assert refusal_of(path, Limits(file_megabytes=1)) == "F02"


@pytest.mark.parametrize("name", ZIPPED)
def test_a_file_that_expands_too_far_is_unsafe(tmp_path, name):
    path = WRITERS[name](tmp_path / name, sheets(valid_return()))

    edit_part(path, "sheet1.xml" if "xlsx" in name or "xlsm" in name else "content.xml", lambda xml: xml + " " * 2**20)

    assert refusal_of(path, Limits(expanded_megabytes=1)) == "F02"


@pytest.mark.parametrize("limits", [Limits(rows=3), Limits(columns=10)], ids=["rows", "columns"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_sheet_over_a_limit_is_unsafe(tmp_path, name, limits):
    path = WRITERS[name](tmp_path / name, sheets(valid_return()))

    assert refusal_of(path, limits) == "F02"


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_a_workbook_with_too_many_sheets_is_unsafe(tmp_path, name):
    path = WRITERS[name](tmp_path / name, {"First": [["x"]], "Second": [["x"]]})

    assert refusal_of(path, Limits(sheets=1)) == "F02"
    assert refusal_of(path, Limits(sheets=2)) is None


@pytest.mark.parametrize(("limit", "most"), [("FARTHEST_CELLS", 39), ("MOST_CELLS", 7)])
def test_sheets_that_together_reach_too_far_or_hold_too_much_are_unsafe(tmp_path, monkeypatch, limit, most):
    rows = [["a", "b"], *[[]] * 8, ["a", "b"]]
    path = write_ods(tmp_path / "a.ods", {"First": rows, "Second": rows})
    assert refusal_of(path) is None

    monkeypatch.setattr(workbook, limit, most)

    assert refusal_of(path) == "F02"


@pytest.mark.parametrize(
    ("write", "name", "part", "root"),
    [
        (write_xlsx_as_excel, "a.xlsx", "xl/workbook.xml", "<workbook"),
        (write_ods, "a.ods", "content.xml", "<office:document-content"),
    ],
)
def test_xml_that_expands_itself_is_unsafe(tmp_path, write, name, part, root):
    bomb = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'

    path = edit_part(write(tmp_path / name, sheets([["x"]])), part, lambda xml: xml.replace(root, bomb + root, 1))

    assert refusal_of(path) == "F02"


def test_a_csv_has_one_sheet_named_after_the_file(tmp_path):
    path = write_csv(tmp_path / "part 2.csv", sheets([["x"]]))

    assert [sheet.name for sheet in read_sheets(path, LIMITS)] == ["part 2"]
