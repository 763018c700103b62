import re
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from dipp_pipeline.privacy.search import references_within
from dipp_pipeline.settings import MEGABYTE, Limits
from tests.intake.reading import LIMITS, refusal_of, sheets
from tests.returns import WRITERS, edit_part, valid_return, write_csv, write_ods, write_xls, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

SEEN, HIDDEN = "A135791", "R677931"


def book(path: Path, change) -> Path:
    """An .xlsx with the reference SEEN in its one cell, changed before it is saved."""
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = SEEN
    change(workbook, workbook.active)
    workbook.save(path)
    return path


def with_part(path: Path, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content, compression)
    return path


def zipped(name: str, content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("name", WRITERS)
def test_the_references_of_a_return_are_found_and_no_other(tmp_path, name):
    given = valid_return()

    path = WRITERS[name](tmp_path / name, sheets(given))

    assert references_within(path, LIMITS) == set(given.references())


@pytest.mark.parametrize(
    "cell", ["r677931", " R 677 931 ", "R\xa0677931", "see R677931, closed", "R677\n931", "(R677931)"]
)
@pytest.mark.parametrize("name", WRITERS)
def test_a_reference_is_found_however_it_is_written_in_a_cell(tmp_path, name, cell):
    assert references_within(WRITERS[name](tmp_path / name, sheets([["x", cell]])), LIMITS) == {HIDDEN}


@pytest.mark.parametrize(
    "cell",
    [
        *("CRNR677931", "AR6779312", "R-677931", "R_677931", "R.677.931", "R/677/931", "R\\677931", "R - 677931"),
        *("R\u2013677931", "R\u2212677\u2014931", "R\u200b677\ufeff931", "R\xad677931", "R\u2009677\u202f931"),
        "R·677931",
    ],
)
@pytest.mark.parametrize("name", WRITERS)
def test_a_reference_is_found_in_a_word_and_with_anything_between(tmp_path, name, cell):
    path = WRITERS[name](tmp_path / name, sheets([["x", cell]]))
    renamed = path.with_suffix(".bak")
    renamed.write_bytes(path.read_bytes())

    assert references_within(path, LIMITS) == {HIDDEN}
    assert HIDDEN in references_within(renamed, LIMITS)


@pytest.mark.parametrize("text", ["R67793", "677931", "R:677931", "R67793l", "\u0420677931"])
@pytest.mark.parametrize("name", WRITERS)
def test_what_only_looks_like_a_reference_is_none(tmp_path, name, text):
    assert references_within(WRITERS[name](tmp_path / name, sheets([["x", text]])), LIMITS) == set()


@pytest.mark.parametrize("name", WRITERS)
def test_a_reference_is_not_put_together_from_different_cells(tmp_path, name):
    rows = [["A1", "23456", "N"], ["677931", "R"], ["677938"]]

    assert references_within(WRITERS[name](tmp_path / name, sheets(rows)), LIMITS) == set()


HIDING_PLACES = {
    "header": lambda book, sheet: setattr(sheet.oddHeader.center, "text", HIDDEN),
    "header in a font": lambda book, sheet: setattr(
        sheet.firstHeader.right, "text", f'&"Arial,Bold"&14&KFF0000{HIDDEN}'
    ),
    "footer": lambda book, sheet: setattr(sheet.evenFooter.left, "text", f"Case {HIDDEN}"),
    "comment": lambda book, sheet: setattr(sheet["B2"], "comment", Comment(f"Like {HIDDEN}", "")),
    "author of a comment": lambda book, sheet: setattr(sheet["B2"], "comment", Comment("Hm", HIDDEN)),
    "title": lambda book, sheet: setattr(book.properties, "title", f"Case {HIDDEN}"),
    "keywords": lambda book, sheet: setattr(book.properties, "keywords", HIDDEN),
    "sheet name": lambda book, sheet: setattr(sheet, "title", f"Case {HIDDEN}"),
    "name of a hidden sheet": lambda book, sheet: setattr(book.create_sheet(HIDDEN), "sheet_state", "veryHidden"),
    "cell of a hidden sheet": lambda book, sheet: (
        setattr(book.create_sheet("Lists"), "sheet_state", "hidden"),
        book["Lists"].append([HIDDEN]),
    ),
    "defined name": lambda book, sheet: book.defined_names.add(DefinedName("Old", attr_text=f'"{HIDDEN}"')),
    "list of a validation": lambda book, sheet: sheet.add_data_validation(
        DataValidation("list", formula1=f'"Yes,{HIDDEN}"', sqref="B2")
    ),
    "prompt of a validation": lambda book, sheet: sheet.add_data_validation(
        DataValidation("list", formula1='"Yes,No"', prompt=f"Not for {HIDDEN}", sqref="B2")
    ),
    "text of a formula": lambda book, sheet: sheet.append([f'=IF(A1="{HIDDEN}",1,0)']),
    "link": lambda book, sheet: setattr(sheet["B2"], "hyperlink", f"https://localhost/cases/{HIDDEN}"),
    "runs of different fonts": lambda book, sheet: sheet.append(
        [CellRichText("see R67", TextBlock(InlineFont(b=True, color="FF00FF00"), "79"), "31")]
    ),
}


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_a_reference_is_found_wherever_a_workbook_keeps_it(tmp_path, place):
    path = book(tmp_path / "a.xlsx", HIDING_PLACES[place])

    assert references_within(path, LIMITS) == {SEEN, HIDDEN}


DRAWING = '<a:p><a:r><a:t>see R67</a:t></a:r><a:r><a:rPr lang="en-GB" b="1"/><a:t>7931</a:t></a:r></a:p>'
PARTS = {
    "pivot cache": f'<sharedItems><s v="{HIDDEN}"/></sharedItems>'.encode(),
    "drawing": DRAWING.encode(),
    "drawing, in UTF-16": f"<x>{DRAWING}</x>".encode("utf-16"),
    "drawing, in big-endian UTF-16": f"\ufeff<x>{DRAWING}</x>".encode("utf-16-be"),
    "string no longer used": b"<sst><si><t>R</t></si><si><r><t>R677</t></r><r><rPr/><t>931</t></r></si></sst>",
    "spelled character": b"<x>R&#54;77931</x>",
    "spelled character of a name": b'<x name="R&#54;77931"/>',
    "other space": "<x>R\u2009677\u2009931</x>".encode(),
    "printer settings": b"\1\0" + f"Case {HIDDEN}".encode("utf-16-le"),
    "printer settings, at an odd place": b"\1" + f"Case {HIDDEN}".encode("utf-16-le"),
    "embedded object": b"\xd0\xcf\x11\xe0" + bytes(600) + HIDDEN.encode() + bytes(600),
    "embedded document": zipped("word/document.xml", f"<w:t>{HIDDEN}</w:t>".encode()),
    "drawing, with a dash in big-endian UTF-16": "\ufeff<x>R\u2013677931</x>".encode("utf-16-be"),
    "other dash": "<x>R\u2013677\u200b931</x>".encode(),
    "dash of Windows-1252": b"Case R\x96677931",
    "later than one window": b"x" * (2**22 - 3) + b" " + HIDDEN.encode(),
}


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED], ids=["deflated", "stored"])
@pytest.mark.parametrize("part", PARTS)
def test_a_reference_is_found_in_any_part_of_a_zip(tmp_path, part, compression):
    path = with_part(write_ods(tmp_path / "a.ods", sheets([[SEEN]])), "any/part", PARTS[part], compression)

    assert references_within(path, LIMITS) == {SEEN, HIDDEN}


def test_a_value_left_behind_by_merged_cells_is_found(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([["x", HIDDEN]]))
    merged = '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'

    edit_part(path, "sheet1.xml", lambda xml: xml.replace("</sheetData>", merged))

    assert references_within(path, LIMITS) == {HIDDEN}


def test_the_name_of_a_part_and_a_note_at_the_end_of_a_zip_are_searched(tmp_path):
    path = with_part(write_ods(tmp_path / "a.ods", sheets([["x"]])), f"Pictures/{SEEN}.png", b"")
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = HIDDEN.encode()

    assert references_within(path, LIMITS) == {SEEN, HIDDEN}


def test_the_address_of_a_cell_is_no_reference(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets([[1, "x", "=1+1"]]))

    edit_part(path, "sheet1.xml", lambda xml: re.sub(r'(<row r="|<c r="[A-C])1"', r'\g<1>135791"', xml))

    assert references_within(path, LIMITS) == set()


def test_the_note_of_a_cell_is_searched_in_an_ods(tmp_path):
    path = write_ods(tmp_path / "a.ods", sheets([["R"]]))
    note = "<office:annotation><text:p>see R<text:span>677</text:span>931</text:p></office:annotation>"

    edit_part(path, "content.xml", lambda xml: xml.replace("<text:p>R", f"{note}<text:p>R"))

    assert references_within(path, LIMITS) == {HIDDEN}


XLS_PLACES = {
    "sheet name": lambda sheet: setattr(sheet, "name", f"Case {HIDDEN}"),
    "name in another script": lambda sheet: setattr(sheet, "name", f"Łódź {HIDDEN}"),
    "header": lambda sheet: setattr(sheet, "header_str", f"&C&12{HIDDEN}".encode()),
    "footer": lambda sheet: setattr(sheet, "footer_str", f"Page of {HIDDEN}".encode()),
    "text of a formula": lambda sheet: sheet.write(1, 0, xlwt.Formula(f'IF(A1="{HIDDEN}",1,0)')),
    "hidden sheet": lambda sheet: (sheet.write(1, 0, HIDDEN), setattr(sheet, "visibility", 2)),
}


@pytest.mark.parametrize("place", XLS_PLACES)
def test_a_reference_is_found_wherever_an_xls_keeps_it(tmp_path, place):
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Scores")
    sheet.write(0, 0, SEEN)
    XLS_PLACES[place](sheet)
    workbook.save(str(tmp_path / "a.xls"))

    assert references_within(tmp_path / "a.xls", LIMITS) == {SEEN, HIDDEN}


@pytest.mark.parametrize("ending", [".bak", ".pdf", ".xlsb", ""])
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_an_ending_that_is_not_taken_is_searched_all_the_same(tmp_path, name, ending):
    given = valid_return()

    path = WRITERS[name](tmp_path / name, sheets(given)).rename(tmp_path / f"a{ending}")

    assert references_within(path, LIMITS) == set(given.references())


def test_the_length_of_the_next_text_is_no_digit_of_a_reference(tmp_path):
    rows = [[f"R67793{place}", "x" * length] for place, length in enumerate(range(0x30, 0x3A))]

    path = write_xls(tmp_path / "a.xls", sheets(rows)).rename(tmp_path / "a.bak")

    assert references_within(path, LIMITS) >= {reference for reference, _ in rows}


@pytest.mark.parametrize("name", ["openpyxl.xlsx", "xlsxwriter.xlsx", "libreoffice.ods", "xlwt.xls"])
def test_a_file_that_was_cut_off_is_searched_as_far_as_it_goes(tmp_path, name):
    given = valid_return()
    path = WRITERS[name](tmp_path / name, sheets(given))
    content = path.read_bytes()

    path.write_bytes(content[: len(content) - 30])

    assert refusal_of(path) == "F01"
    assert references_within(path, LIMITS) == set(given.references())


def test_a_part_that_is_damaged_is_searched_up_to_the_damage(tmp_path):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packing.compress(f" {HIDDEN} {list(range(9999))}".encode()) + packing.flush(zlib.Z_FULL_FLUSH)
    header = b"PK\3\4" + bytes(4) + b"\x08" + bytes(21)
    impossible_block = b"\x07"

    (tmp_path / "a.ods").write_bytes(header + packed + impossible_block + bytes(99))

    assert references_within(tmp_path / "a.ods", LIMITS) == {HIDDEN}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
def test_a_text_file_is_searched_in_whatever_encoding_it_is(tmp_path, encoding):
    path = write_csv(tmp_path / "a.csv", sheets([["é", f"see {SEEN}"], [HIDDEN]]), encoding)

    assert references_within(path, LIMITS) == {SEEN, HIDDEN}


def test_a_file_is_unpacked_up_to_its_limit_only(tmp_path):
    path = with_part(write_ods(tmp_path / "a.ods", sheets([["x"]])), "a", f" {SEEN} ".encode() + bytes(MEGABYTE))
    with_part(path, "b", f" {HIDDEN} ".encode())

    assert references_within(path, Limits(expanded_megabytes=2)) == {SEEN, HIDDEN}
    assert references_within(path, Limits(expanded_megabytes=1)) == {SEEN}


def test_the_name_of_a_file_is_not_in_it(tmp_path):
    assert references_within(write_csv(tmp_path / f"{HIDDEN}.csv", sheets([[SEEN]])), LIMITS) == {SEEN}


def test_an_empty_file_holds_nothing(tmp_path):
    (tmp_path / "a.xlsx").touch()

    assert references_within(tmp_path / "a.xlsx", LIMITS) == set()
