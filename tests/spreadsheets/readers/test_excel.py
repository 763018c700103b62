import os
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from dipp_pipeline.spreadsheets.cells import UNSTORED, Refusal
from dipp_pipeline.spreadsheets.cells import FormulaError as ReadError
from dipp_pipeline.spreadsheets.readers.excel_sheet import scan, special_cells
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.intake.reading import (
    LIMITS,
    cells_of,
    expected_cells,
    read_tables,
    records,
    refusal_of,
    serial,
    sheets,
    values_of,
)
from tests.returns import SHEET, FormulaError, Unstored, edit_part, valid_return, write_xlsx, write_xlsx_as_excel
from tests.spreadsheets.looks import filled

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
    assert cells_of(table) == expected_cells(given) | {given.address(1, "mappa_category"): UNSTORED}


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
    assert cells_of(table)[given.address(1, "C2b")] == ReadError("#REF!")


def test_an_error_below_and_beside_everything_else_keeps_its_address(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([["x"], [], [None, None, "#N/A"]]))

    (sheet,) = read_sheets(path, LIMITS)

    assert filled(sheet) == {(1, "A"): "x", (3, "C"): ReadError("#N/A")}


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
    assert cells_of(table)[given.address(1, "C2b")] == "Maybe"


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
        given.address(0, "C2b"): ReadError(error),
        given.address(1, "C2b"): ReadError("#REF!"),
    }


def renamed_parts(path: Path, names: Mapping[str, str]) -> Path:
    """Call parts of a workbook something else."""
    with zipfile.ZipFile(path) as archive:
        parts = {names.get(name, name): archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "target",
    [
        "/xl/worksheets/sheet1.xml",
        "./worksheets/sheet1.xml",
        "../xl/worksheets/sheet1.xml",
        "worksheets\\sheet1.xml",
        "\\xl\\worksheets\\sheet1.xml",
        "Worksheets/Sheet1.XML",
        "worksheets/sheet%31.xml",
    ],
)
def test_a_sheet_is_found_however_its_place_is_written(tmp_path, target):
    given = valid_return()
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given))

    edit_part(path, "workbook.xml.rels", lambda xml: xml.replace("worksheets/sheet1.xml", target))

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given)


def test_parts_may_be_called_anything(tmp_path):
    given = valid_return()
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given))
    names = {
        "xl/workbook.xml": "book/main.xml",
        "xl/_rels/workbook.xml.rels": "book/_rels/main.xml.rels",
        "xl/worksheets/sheet1.xml": "book/one.xml",
        "xl/sharedStrings.xml": "book/texts.xml",
        "xl/styles.xml": "book/looks.xml",
    }
    for old, new in (
        ("worksheets/sheet1.xml", "one.xml"),
        ("sharedStrings.xml", "texts.xml"),
        ("styles.xml", "looks.xml"),
    ):
        edit_part(path, "workbook.xml.rels", lambda xml, old=old, new=new: xml.replace(old, new))
    edit_part(path, "_rels/.rels", lambda xml: xml.replace("xl/workbook.xml", "book/main.xml"))

    (table,) = read_tables(renamed_parts(path, names))

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("called", [str.upper, lambda name: name.replace("/", "\\")], ids=["capitals", "backslashes"])
def test_parts_are_known_in_capitals_and_with_backslashes(tmp_path, called):
    given = valid_return()
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given))
    with zipfile.ZipFile(path) as archive:
        names = {name: called(name) for name in archive.namelist()}

    (table,) = read_tables(renamed_parts(path, names))

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("part", ["sheet1.xml", "sharedStrings.xml", "workbook.xml", "workbook.xml.rels", "styles.xml"])
def test_a_part_may_be_in_another_encoding_than_utf_8(tmp_path, part, encoding):
    given = valid_return()
    given.headings["C1"] = "C1: what Siôn did"
    writer = write_xlsx if part == "sheet1.xml" else write_xlsx_as_excel
    path = writer(tmp_path / "a.xlsx", {"Sgôr": given.rows()})
    declared = encoding if not encoding.startswith("utf-16") else "utf-16"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if name.endswith(f"/{part}"):
                bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", content.decode())
                content = f'<?xml version="1.0" encoding="{declared}"?>{bare}'.encode(encoding)
            archive.writestr(name, content)

    (table,) = read_tables(path)

    assert table.sheet == "Sgôr"
    assert cells_of(table) == expected_cells(given)
    assert values_of(table, "start_date") == ["2025-05-24"] * 4


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-05-24", "2025-05-24"),
        ("2025-05-24T00:00:00", "2025-05-24"),
        ("2025-05-24T00:00:00.000Z", "2025-05-24"),
        ("2025-05-24T00:00:00+01:00", "2025-05-24"),
        ("2025-05-24T13:30:00Z", "2025-05-24 13:30:00"),
        ("soon", "soon"),
    ],
)
def test_a_date_written_as_text_with_a_type_is_that_day_whatever_its_zone(tmp_path, written, day, date_1904):
    given = valid_return()
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", sheets(given), date_1904=date_1904)
    cell = given.address(1, "start_date")

    edit_part(
        path,
        "sheet1.xml",
        lambda xml: re.sub(rf'<c r="{cell}"[^>]*>.*?</c>', f'<c r="{cell}" t="d"><v>{written}</v></c>', xml),
    )

    (table,) = read_tables(path)
    assert cells_of(table) == expected_cells(given) | {cell: day}


def moved_down(path: Path, rows: int) -> Path:
    """All rows but the first so many rows further down, with formatted cells above them that hold nothing."""

    def edit(xml: str) -> str:
        headings, *cases = re.findall(r"<row.*?</row>", xml)
        blank = f'<row r="{rows}" s="1"><c r="A{rows}" s="1"/></row>'
        moved = [re.sub(r'r="([A-Z]*)(\d+)"', lambda ref: f'r="{ref[1]}{int(ref[2]) + rows}"', case) for case in cases]
        return re.sub("<sheetData>.*</sheetData>", f"<sheetData>{headings}{blank}{''.join(moved)}</sheetData>", xml)

    return edit_part(path, "sheet1.xml", edit)


@pytest.mark.parametrize("writer", [write_xlsx, write_xlsx_as_excel], ids=["openpyxl", "xlsxwriter"])
def test_cases_far_down_a_sheet_are_read_at_their_addresses(tmp_path, writer):
    given = valid_return()
    given.cases[2]["C2b"], given.cases[0]["age"] = FormulaError("#REF!"), 35

    (table,) = read_tables(moved_down(writer(tmp_path / "a.xlsx", sheets(given)), 1_000_000))

    assert records(table) == [1_000_002, 1_000_003, 1_000_004, 1_000_005]
    assert cells_of(table)[f"{table.letters['C2b']}1000004"] == ReadError("#REF!")
    assert list(table.cells.row(0)[1:]) == [None if cell is None else str(cell) for cell in given.cases[0].values()]


def test_far_down_a_sheet_too_only_the_first_of_merged_cells_holds_the_value(tmp_path):
    given = valid_return()
    path = moved_down(write_xlsx(tmp_path / "a.xlsx", sheets(given)), 300_000)
    first, covered = given.address(1, "C1"), given.address(1, "C1a")
    merged = "".join(f'<mergeCell ref="{first[:-1]}300003:{covered[:-1]}300003"/>')

    edit_part(
        path, "sheet1.xml", lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>")
    )

    (table,) = read_tables(path)
    assert (table.cells["C1"][1], table.cells["C1a"][1]) == ("Yes", None)


def test_rich_text_far_down_a_sheet_is_its_text_without_the_guide_to_its_sounds(tmp_path):
    given = valid_return()
    path = moved_down(write_xlsx(tmp_path / "a.xlsx", sheets(given)), 300_000)
    rich = "<is><r><t>Cardiff</t></r><r><t> and the Vale</t></r><rPh><t>kaa</t></rPh></is>"

    edit_part(
        path,
        "sheet1.xml",
        lambda xml: re.sub(r'<c r="B300002"[^>]*>.*?</c>', f'<c r="B300002" t="inlineStr">{rich}</c>', xml),
    )

    (table,) = read_tables(path)
    assert table.cells["pdu"][0] == "Cardiff and the Vale"


def test_far_down_a_sheet_a_cell_without_an_address_stands_after_the_format_before_it(tmp_path):
    path = moved_down(write_xlsx(tmp_path / "a.xlsx", sheets(valid_return())), 300_000)
    blank, nameless = '<c r="A300000" s="1"/>', '<c t="inlineStr"><is><t>note</t></is></c>'

    edit_part(path, "sheet1.xml", lambda xml: xml.replace(blank, blank + nameless))

    (sheet,) = read_sheets(path, LIMITS)
    assert {place: said for place, said in filled(sheet).items() if place[0] == 300_000} == {(300_000, "B"): "note"}


def test_an_error_beyond_the_last_column_is_not_put_elsewhere(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([["x"], ["#REF!"]]))

    edit_part(path, "sheet1.xml", lambda xml: xml.replace('r="A2"', 'r="XFE2"'))

    assert refusal_of(path) == "F01"


def test_an_error_whose_type_stands_in_single_quotes_is_an_error(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([["x"], ["#REF!"]]))

    edit_part(path, "sheet1.xml", lambda xml: xml.replace('t="e"', "t='e'"))

    (sheet,) = read_sheets(path, LIMITS)
    assert filled(sheet)[2, "A"] == ReadError("#REF!")


@pytest.mark.parametrize("size", [1, 7, 60, 10_000])
@pytest.mark.parametrize(
    ("rows", "last_row"),
    [
        ('<row r="7"><c r="A7"><v>1</v></c></row><row r="9" s="1"><c r="A9" s="1"/></row>', 7),
        ("<row spans='1:1' r='7'><c><v>1</v></c></row>", 7),
        ('<x:row r="7"><x:c r="A7"><x:v>1</x:v></x:c></x:row>', 7),
        ('<row r="7" s="1"/>', 0),
    ],
)
def test_the_last_row_that_holds_a_value_is_seen_whatever_pieces_come(rows, last_row, size):
    xml = rows.encode()

    assert scan(xml[place : place + size] for place in range(0, len(xml), size)).last_row == last_row


PLAIN_CELLS = [
    '<c r="{}"><v>1</v></c>',
    '<c r="{}" s="2" t="s"><v>3</v></c>',
    '<c r="{}" t="inlineStr"><is><t>é, as typed</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>&amp;</t></is></c>',
    '<c r="{}" t="str"><f>A1&lt;3</f><v>Yes</v></c>',
    '<c r="{}"><f t="shared" ref="A1:A9" si="0"/><v>7</v></c>',
    '<c r="{}" s="1"/>',
]
SPECIAL_CELLS = {
    '<c r="{}" t="e"><v>#REF!</v></c>': ReadError("#REF!"),
    '<c r="{}" t="e"><f>A1</f><v>#N/A</v></c>': ReadError("#N/A"),
    '<c r="{}"><f>A1</f></c>': UNSTORED,
    '<c r="{}" s="1"><f>A1</f><v></v></c>': UNSTORED,
    '<c r="{}"><f t="shared" si="0"/></c>': UNSTORED,
    '<c r="{}" t="d"><v>2025-05-24</v></c>': datetime(2025, 5, 24),
}


@pytest.mark.parametrize("size", [40, 333, 4_000, 1_000_000])
def test_special_cells_are_found_among_others_whatever_pieces_come(size):
    rows, expected = [], []
    for number in range(1, 200):
        cells = []
        for place, letters in enumerate("ABCDEFG"):
            special = list(SPECIAL_CELLS)[number % len(SPECIAL_CELLS)]
            if number % 5 == 0 and place == number % 7:
                expected.append((number - 1, place, SPECIAL_CELLS[special]))
            cell = special if number % 5 == 0 and place == number % 7 else PLAIN_CELLS[(number + place) % 7]
            cells.append(cell.format(f"{letters}{number}"))
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    xml = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()

    found = special_cells(xml[start : start + size] for start in range(0, len(xml), size))

    assert list(found.by_row()) == expected


@pytest.mark.parametrize(
    ("row", "cell", "place"),
    [
        ('<row r="9"><c r="B9"><v>1</v></c></row>', "<row>{}</row>", (9, 0)),
        ('<row r="7"><c r="B9"><v>1</v></c></row>', "<row>{}</row>", (9, 0)),
        ('<row r="9"><c r="B9"><v>1</v></c>', "{}</row>", (8, 2)),
    ],
    ids=["in the next row", "in the row after that of the cell", "in the same row"],
)
def test_an_error_without_an_address_stands_after_what_the_piece_before_ended_with(row, cell, place):
    plain = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(1, 7))
    error = cell.format('<c t="e"><v>#REF!</v></c>')

    found = special_cells([f"<worksheet>{plain}{row}".encode(), f"{error}</worksheet>".encode()])

    assert list(found.by_row()) == [(*place, ReadError("#REF!"))]


def test_an_error_without_an_address_stands_after_the_row_before_wherever_that_says_its_cells_are():
    rows = '<row r="1"><c r="A9"><v>1</v></c></row><row><c t="e"><v>#REF!</v></c></row><row r="20"><c r="A20"/></row>'

    found = special_cells([f"<worksheet>{rows}</worksheet>".encode()])

    assert list(found.by_row()) == [(9, 0, ReadError("#REF!"))]


@pytest.mark.parametrize("broken", ["&none;", "\x01", "<v>", "\ufffe"])
def test_xml_that_is_broken_beside_an_error_is_damaged(broken):
    error, cell = '<c r="A1" t="e"><v>#REF!</v></c>', f'<c r="B1" t="inlineStr"><is><t>{broken}</t></is></c>'
    rows = f'<row r="1">{error}{cell}</row><row r="2"><c r="A2"/></row>'

    with pytest.raises(Refusal) as refusal:
        special_cells([f"<worksheet>{rows}</worksheet>".encode()])

    assert refusal.value.rule_code == "F01"


def test_rows_without_a_number_are_counted():
    assert scan([b"<row><c><v>1</v></c></row>" * 500 + b"<row/>"]).last_row == 500


def test_a_sheet_of_a_chart_is_no_sheet_of_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "pie"})
        chart.add_series({"values": f"='{SHEET}'!$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)
        book.add_worksheet(SHEET).write(0, 0, "x")

    assert [sheet.name for sheet in read_sheets(path, LIMITS)] == [SHEET]


@pytest.mark.parametrize("identity", ["rId99", "rId1", "rId3"], ids=["nowhere", "to the other one", "to the theme"])
def test_a_sheet_that_cannot_be_found_is_never_passed_over(tmp_path, identity):
    path = write_xlsx_as_excel(tmp_path / "a.xlsx", {"One": [["x"]], "Two": [["x"]]})

    edit_part(path, "xl/workbook.xml", lambda xml: xml.replace('r:id="rId2"', f'r:id="{identity}"'))

    assert refusal_of(path) == "F01"
