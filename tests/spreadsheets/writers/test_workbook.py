import re
import time
import zipfile

import openpyxl
import pytest
import xlrd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dipp_pipeline.spreadsheets.cells import ERROR_TEXTS, UNSTORED, FormulaError
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.spreadsheets.sheet import Sheet
from dipp_pipeline.spreadsheets.writers.workbook import write_sheets
from tests.intake.reading import LIMITS
from tests.spreadsheets.looks import filled, rows_of

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
WORKBOOKS = ENDINGS[:-1]

ODD_TEXTS = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "007",
        "12.50",
        "1e5",
        "TRUE",
        "2025-05-24",
        "24/5/2025",
        "45801",
        "  two  ",
        " ",
    ),
    *(
        "a\nb",
        "\n",
        "\t",
        "a\rb",
        "a\r\nb",
        "a,b;c",
        '"quoted"',
        "it's",
        "<b>&amp;</b>",
        "]]>",
        "_x0041_",
        "_x000D_x0041_",
    ),
    *("é – ’", "😀", "\ufeff", "\x85", "\xa0", "#N/A here", "x" * 9000, "é–" * 9000),
)


def written(path, *sheets: Sheet) -> list[Sheet]:
    """The sheets as they are read from the file that they were written to."""
    write_sheets(path, sheets)
    return read_sheets(path, LIMITS)


def unpacked(path) -> str:
    """All text of a zip."""
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(entry).decode() for entry in archive.infolist())


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_text_reads_back_the_same_whatever_it_looks_like(tmp_path, ending):
    neighbours = ["Yes", "Yes", None, None, "Yes"]
    given = Sheet.of("Notes", [ODD_TEXTS, [], [], neighbours, neighbours, *([text] for text in ODD_TEXTS)])

    (sheet,) = written(tmp_path / f"Notes{ending}", given)

    assert filled(sheet) == filled(given)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What an .ods cannot hold, so that none is ever read from one."""


@pytest.mark.parametrize("ending", ENDINGS)
@settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=25)
@given(rows=st.lists(st.lists(st.one_of(TEXTS, st.none()), max_size=4), max_size=6))
def test_any_cells_read_back_the_same(tmp_path, ending, rows):
    if ending == ".ods":
        rows = [[text and CONTROLS.sub("", text) for text in row] for row in rows]
    given = Sheet.of("Notes", rows)

    (sheet,) = written(tmp_path / f"Notes{ending}", given)

    assert filled(sheet) == filled(given)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_formula_error_stays_one(tmp_path, ending):
    errors = sorted(ERROR_TEXTS)

    (sheet,) = written(tmp_path / f"a{ending}", Sheet.of("a", [[FormulaError(text) for text in errors]]))

    assert rows_of(sheet) == [[FormulaError(text) for text in errors]]


@pytest.mark.parametrize("ending", [".xlsx", ".xlsm", ".ods"])
def test_an_error_of_an_odd_name_keeps_it(tmp_path, ending):
    (sheet,) = written(tmp_path / f"a{ending}", Sheet.of("a", [[FormulaError("Err:<508>"), "x"]]))

    assert rows_of(sheet) == [[FormulaError("Err:<508>"), "x"]]


def test_an_error_without_a_code_stays_an_error_in_an_xls(tmp_path):
    (sheet,) = written(tmp_path / "a.xls", Sheet.of("a", [[FormulaError("#ERROR!"), "x"]]))

    assert rows_of(sheet) == [[FormulaError("#N/A"), "x"]]


@pytest.mark.parametrize("ending", [".xlsx", ".xlsm", ".ods"])
def test_a_formula_whose_result_was_never_stored_stays_one(tmp_path, ending):
    path = tmp_path / f"a{ending}"

    (sheet,) = written(path, Sheet.of("a", [["x", UNSTORED]]))

    assert rows_of(sheet) == [["x", UNSTORED]]
    assert "NA()" in unpacked(path)
    assert UNSTORED.text not in unpacked(path)


@pytest.mark.parametrize("epoch_1904", [False, True], ids=["1900", "1904"])
@pytest.mark.parametrize("ending", WORKBOOKS)
def test_sheets_keep_name_order_visibility_and_date_system(tmp_path, ending, epoch_1904):
    names = ["Lists & <notes>", "Case scores", 'The "old" ones', "Empty"]
    given = [Sheet.of(name, [["x"]], visible=name in names[1:3], epoch_1904=epoch_1904) for name in names[:3]]
    given.append(Sheet.of("Empty", [], epoch_1904=epoch_1904))

    sheets = written(tmp_path / f"a{ending}", *given)

    kept = [(sheet.name, sheet.visible, sheet.epoch_1904, filled(sheet)) for sheet in sheets]
    assert kept == [(sheet.name, sheet.visible, sheet.epoch_1904, filled(sheet)) for sheet in given]


@pytest.mark.parametrize("ending", WORKBOOKS)
def test_a_workbook_without_sheets_becomes_one_that_opens(tmp_path, ending):
    (sheet,) = written(tmp_path / f"a{ending}")

    assert filled(sheet) == {}


def test_an_xls_may_have_sheets_of_names_that_excel_would_not_give(tmp_path):
    names = ["2025/26", "'quoted", "scores", "SCORES", "x" * 40]

    sheets = written(tmp_path / "a.xls", *(Sheet.of(name, [["x"]]) for name in names))

    assert [sheet.name for sheet in sheets] == names


@pytest.mark.parametrize(("ending", "kind"), [(".xlsx", "sheet.main"), (".xlsm", "sheet.macroEnabled.main")])
def test_a_workbook_opens_elsewhere_as_what_its_ending_says(tmp_path, ending, kind):
    path = tmp_path / f"a{ending}"
    write_sheets(path, [Sheet.of("Hidden", [["x"]], visible=False), Sheet.of("Case scores", [["=1+1", "007"]])])

    book = openpyxl.load_workbook(path)

    assert kind in zipfile.ZipFile(path).read("[Content_Types].xml").decode()
    assert book.active.title == "Case scores"
    assert [(cell.value, cell.data_type) for cell in book.active[1]] == [("=1+1", "s"), ("007", "s")]


def test_an_xls_opens_at_its_first_visible_sheet(tmp_path):
    sheets = [Sheet.of("Hidden", [["x"]], visible=False), Sheet.of("Case scores", [["x"]])]

    write_sheets(tmp_path / "a.xls", sheets)

    assert [sheet.sheet_selected for sheet in xlrd.open_workbook(tmp_path / "a.xls")] == [0, 1]


def test_the_lines_of_a_text_are_paragraphs_in_an_ods(tmp_path):
    write_sheets(tmp_path / "a.ods", [Sheet.of("a", [["one\ntwo"]])])

    assert "<text:p>one</text:p><text:p>two</text:p>" in unpacked(tmp_path / "a.ods")


def test_blank_rows_and_cells_take_no_room(tmp_path):
    sheet = Sheet.of("a", [["x"] * 200, *([None] for _ in range(2000)), ["x"]])

    for ending in (".xlsx", ".ods", ".xls"):
        write_sheets(tmp_path / f"a{ending}", [sheet])

    assert unpacked(tmp_path / "a.xlsx").count("<row") == 2
    assert unpacked(tmp_path / "a.ods").count("<table:table-cell") < 210
    assert (tmp_path / "a.xls").stat().st_size < 50_000


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_sheets_give_the_same_bytes_at_any_time(tmp_path, monkeypatch, ending):
    sheet = Sheet.of("a", [["x", "y"], ["z"]])
    now, later = tmp_path / f"now{ending}", tmp_path / f"later{ending}"

    write_sheets(now, [sheet])
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    write_sheets(later, [sheet])

    assert now.read_bytes() == later.read_bytes()


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8(tmp_path):
    write_sheets(tmp_path / "a.csv", [Sheet.of("a", [["é", "x"], [], ["–"]])])

    assert (tmp_path / "a.csv").read_bytes() == "\ufeffé,x\r\n,\r\n–,\r\n".encode()
