"""One case taken out of a file: the file that is left, read and judged beside the file that was."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.intake.table import RecordTable
from dipp_pipeline.privacy.scrub import scrub
from dipp_pipeline.privacy.search import references_within, sheets_of
from dipp_pipeline.programme.case_reference import case_reference, references_anywhere
from dipp_pipeline.reports.check import Checked, check_files
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import FormulaError as ReadError
from dipp_pipeline.spreadsheets.cells import without_blank_end
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.spreadsheets.sheet import Sheet
from tests.homes import DEMO, SAMPLES, Home
from tests.intake.reading import LIMITS, cells_of, expected_cells, read_tables, records, sheets
from tests.returns import (
    PROGRAMME,
    SHEET,
    WRITERS,
    FormulaError,
    Unstored,
    edit_part,
    valid_return,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
)
from tests.spreadsheets.looks import Said, filled, rows_of

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

FOLDERS = (DEMO, SAMPLES / "defects", *(SAMPLES / "story" / f"step-{step}" / "incoming" for step in (1, 2)))
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("*/**/*.*"))]
READ = [file for file in FILES if sheets_of(file, LIMITS)]
REFUSED = [file for file in FILES if file not in READ]


@dataclass(frozen=True)
class Erasure:
    """A sample from which one of its cases is taken."""

    file: Path
    case: str

    def __str__(self) -> str:
        return f"{self.case} of {self.file.name}"


@cache
def read(file: Path) -> list[Sheet]:
    return read_sheets(file, LIMITS)


def texts_in(sheet: Sheet) -> dict[tuple[int, str], str]:
    return {place: said for place, said in filled(sheet).items() if isinstance(said, str)}


def rows_naming(sheet: Sheet, case: str) -> set[int]:
    """The numbers of the rows in which a cell is the case's reference."""
    return {row for (row, _), text in texts_in(sheet).items() if case_reference(text) == case}


def first_and_last_case(file: Path) -> list[Erasure]:
    texts = [text for sheet in read(file) for text in texts_in(sheet).values()]
    cases = [reference for text in texts if (reference := case_reference(text))]
    return [Erasure(file, case) for case in dict.fromkeys([*cases[:1], *cases[-1:]] or ["Z999999"])]


ERASURES = [erasure for file in READ for erasure in first_and_last_case(file)]


@pytest.fixture(scope="module")
def left(tmp_path_factory) -> dict[Erasure, Path]:
    """What each erasure leaves of its file, under the folders of its region."""
    home, found = tmp_path_factory.mktemp("home"), {}
    for number, erasure in enumerate(ERASURES):
        found[erasure] = home / str(number) / "/".join(erasure.file.parts[-3:])
        found[erasure].parent.mkdir(parents=True)
        scrub(erasure.file, found[erasure], frozenset([erasure.case]), [PROGRAMME], LIMITS)
    return found


@pytest.fixture(scope="module")
def checked(left, tmp_path_factory) -> dict[Path, Checked]:
    """What `dipp check` says of every sample and of what is left of it."""
    files = [*READ, *left.values()]
    found = check_files(files, None, Home(tmp_path_factory.mktemp("no home")))
    return dict(zip(files, found, strict=True))


@pytest.mark.parametrize("erasure", ERASURES, ids=str)
def test_of_a_sample_all_is_left_but_the_rows_of_the_case(left, erasure):
    before, after = read(erasure.file), read(left[erasure])

    kept = [(sheet.name, sheet.visible, sheet.epoch_1904) for sheet in before]
    assert [(sheet.name, sheet.visible, sheet.epoch_1904) for sheet in after] == kept
    for sheet, scrubbed in zip(before, after, strict=True):
        rows = rows_naming(sheet, erasure.case)
        assert filled(scrubbed) == {place: text for place, text in filled(sheet).items() if place[0] not in rows}


@pytest.mark.parametrize("erasure", ERASURES, ids=str)
def test_what_is_left_of_a_sample_is_judged_as_before_but_for_the_case(left, checked, erasure):
    before, after = checked[erasure.file], checked[left[erasure]]

    gone = {(sheet.name, row) for sheet in read(erasure.file) for row in rows_naming(sheet, erasure.case)}
    assert after.outcome == before.outcome
    assert after.issues == tuple(issue for issue in before.issues if (issue.sheet, issue.row) not in gone)
    visible = {sheet.name for sheet in read(erasure.file) if sheet.visible}
    received = sum(sheet in visible for sheet, _ in gone) if before.counts.received else 0
    assert after.counts.received == before.counts.received - received


@pytest.mark.parametrize("erasure", ERASURES, ids=str)
def test_the_case_is_nowhere_in_what_is_left_of_a_sample_and_all_others_are(left, erasure):
    assert references_within(left[erasure], LIMITS) == references_within(erasure.file, LIMITS) - {erasure.case}


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.name)
def test_of_a_file_that_is_refused_nothing_is_left(tmp_path, file):
    target = tmp_path / file.name

    scrub(file, target, frozenset(["R677931"]), [PROGRAMME], LIMITS)

    assert target.read_bytes() == b""


ERASED, KEPT = "R677938", "R677931"
"""The second case of a valid return, and its first."""


def scrubbed(source: Path, *references: str) -> Path:
    """What is left of a file without these cases, in a folder beside it."""
    target = source.parent / "scrubbed" / source.name
    target.parent.mkdir(exist_ok=True)
    scrub(source, target, frozenset(references or [ERASED]), [PROGRAMME], LIMITS)
    return target


def texts(sheet: Sheet) -> list[list[Said]]:
    """The rows of a sheet without the blanks at their ends."""
    return [list(without_blank_end(row)) for row in rows_of(sheet)]


def row_of(table: RecordTable, row: int) -> set[str]:
    return {cell for cell in cells_of(table) if cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(row)}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_keeps_its_other_cases_cell_by_cell(tmp_path, name):
    given = valid_return()
    given.cases[0]["mappa_category"] = FormulaError("#REF!")
    path = WRITERS[name](tmp_path / name, sheets(given))

    (before,), (after,) = read_tables(path), read_tables(scrubbed(path))

    assert records(after) == [2, 4, 5]
    assert cells_of(after) == {cell: text for cell, text in cells_of(before).items() if cell not in row_of(before, 3)}
    assert cells_of(after)[given.address(0, "mappa_category")] == ReadError("#REF!")


@pytest.mark.parametrize("name", WRITERS)
def test_of_the_row_of_the_case_no_broken_formula_is_left(tmp_path, name):
    given = valid_return()
    given.cases[1]["mappa_category"] = FormulaError("#REF!")

    (sheet,) = read_sheets(scrubbed(WRITERS[name](tmp_path / name, sheets(given))), LIMITS)

    assert 3 not in {row for row, _ in filled(sheet)}


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", write_xlsx), ("a.xlsm", write_xlsx), ("a.ods", write_ods)])
def test_a_formula_without_a_result_is_left_as_one(tmp_path, name, write):
    given = valid_return()
    given.cases[0]["mappa_category"] = Unstored()
    path = write(tmp_path / name, sheets(given))

    (before,), (after,) = read_tables(path), read_tables(scrubbed(path))

    address = given.address(0, "mappa_category")
    assert cells_of(after)[address] == cells_of(before)[address] != ""


WORKBOOKS = {"a.xlsx": write_xlsx, "a.xlsm": write_xlsx, "a.xls": write_xls, "a.ods": write_ods}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_date_system_and_what_is_hidden_stay(tmp_path, name):
    given = {SHEET: valid_return().rows(), "Old scores": valid_return().rows(), "Lists": [["Yes"], ["No"]]}
    path = WORKBOOKS[name](tmp_path / name, given, hidden=["Old scores", "Lists"], date_1904=True)

    after = read_sheets(scrubbed(path), LIMITS)

    assert [(sheet.name, sheet.visible, sheet.epoch_1904) for sheet in after] == [
        (SHEET, True, True),
        ("Old scores", False, True),
        ("Lists", False, True),
    ]
    assert texts(after[1]) == texts(after[0])
    assert ERASED not in texts(after[0])[2]
    assert texts(after[2]) == [["Yes"], ["No"]]


@pytest.mark.parametrize(
    "written", ["R677938", " r 677 938 ", "R677938 (moved)", "was R677938", "CRNR677938", "R-677938", "XR6779380"]
)
def test_a_row_whose_reference_names_the_case_is_blanked_however_it_does(tmp_path, written):
    given = valid_return()
    given.cases[1]["case_reference"] = written

    (sheet,) = read_sheets(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(given))), LIMITS)

    assert [bool(row) for row in texts(sheet)] == [True, True, False, True, True]


def test_where_another_case_mentions_it_the_reference_alone_is_struck(tmp_path):
    given = valid_return()
    given.cases[0]["pdu"] = f"Gwent, with r 677938 and {KEPT}; R67793 is none"
    rows = [[f"Wales, of which {ERASED} is old"], *given.rows(), [None, f"* {ERASED} was left out"]]

    (sheet,) = read_sheets(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(rows))), LIMITS)

    left = texts(sheet)
    assert left[0] == ["Wales, of which a case reference is old"]
    assert left[2][1] == f"Gwent, with a case reference and {KEPT}; R67793 is none"
    assert left[3] == []
    assert left[6] == ["", "* a case reference was left out"]
    assert sum(map(len, left[2:6:3])) > 90


def test_a_heading_that_names_the_case_stays_a_heading(tmp_path):
    given = valid_return()
    given.headings["C1"] = f"C1 as for {ERASED}"

    (table,) = read_tables(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(given))))

    assert records(table) == [2, 4, 5]
    assert "C1" in table.letters


def test_of_two_columns_of_references_either_names_the_case_of_a_row(tmp_path):
    given = valid_return()
    rows = [
        [*row, place and (KEPT if place == 1 else ERASED if place == 3 else "")]
        for place, row in enumerate(given.rows())
    ]
    rows[0][-1] = given.headings["case_reference"]

    (sheet,) = read_sheets(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(rows))), LIMITS)

    assert [bool(row) for row in texts(sheet)] == [True, True, False, False, True]


def test_without_a_column_of_references_every_row_that_names_the_case_is_blanked(tmp_path):
    given = valid_return()
    given.headings["case_reference"] = "Number"
    given.headings["C1"] = f"C1 as for {ERASED}"

    (sheet,) = read_sheets(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(given))), LIMITS)

    assert [bool(row) for row in texts(sheet)] == [True, True, False, True, True]


def test_on_a_sheet_without_a_case_table_every_row_that_names_the_case_is_blanked(tmp_path):
    notes = [["Notes", KEPT], ["Spoke to", "someone", f"about {ERASED}"], ["12", "=1+1 is text"], [ERASED]]
    path = write_xls(tmp_path / "a.xls", {SHEET: valid_return().rows(), "Notes": notes})

    _, sheet = read_sheets(scrubbed(path), LIMITS)

    assert texts(sheet) == [["Notes", KEPT], [], ["12", "=1+1 is text"]]


@pytest.mark.parametrize("name", WORKBOOKS)
def test_sheets_that_were_named_after_cases_have_different_names_without_them(tmp_path, name):
    names = ["R677938", "r 677 938", "A case reference", f"All the notes on {ERASED}, old", f"{KEPT} {ERASED}", KEPT]
    path = WORKBOOKS[name](tmp_path / name, {sheet: [[sheet[::-1]]] for sheet in names})

    after = read_sheets(scrubbed(path), LIMITS)

    assert [sheet.name for sheet in after] == [
        "a case reference (2)",
        "a case reference (3)",
        "A case reference",
        "a case reference (4)",
        f"{KEPT} a case reference",
        KEPT,
    ]
    assert [texts(sheet) for sheet in after] == [[[sheet[::-1]]] for sheet in names]


@pytest.mark.parametrize("name", WRITERS)
def test_several_cases_go_at_once(tmp_path, name):
    given = valid_return()

    path = scrubbed(WRITERS[name](tmp_path / name, sheets(given)), *given.references()[1:3])

    assert references_within(path, LIMITS) == {given.references()[0], given.references()[3]}


def test_what_stands_around_the_cells_goes_too(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))
    header = f"</sheetData><headerFooter><oddHeader>Case {ERASED}</oddHeader></headerFooter>"
    edit_part(path, "sheet1.xml", lambda xml: xml.replace("</sheetData>", header))
    edit_part(path, "core.xml", lambda xml: xml.replace("openpyxl", f"Someone of {ERASED}"))

    left = scrubbed(path)

    assert references_within(left, LIMITS) == set(valid_return().references()) - {ERASED}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_of_any_encoding_keeps_its_texts(tmp_path, encoding):
    given = valid_return()
    given.headings["C1"] = "C1 – the person’s risk"
    path = write_csv(tmp_path / "a.csv", sheets(given), encoding)

    (table,) = read_tables(scrubbed(path))

    assert cells_of(table) == {cell: text for cell, text in expected_cells(given).items() if not cell.endswith("3")}
    assert scrubbed(path).read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_file_leaves_the_same_bytes(tmp_path, name):
    path = WRITERS[name](tmp_path / name, sheets(valid_return()))

    assert scrubbed(path).read_bytes() == scrubbed(path).read_bytes()


def test_a_file_over_a_limit_is_refused_and_leaves_nothing(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    scrub(path, tmp_path / "b.xlsx", frozenset([ERASED]), [PROGRAMME], Limits(rows=2))

    assert (tmp_path / "b.xlsx").read_bytes() == b""


def test_the_only_case_of_a_return_leaves_its_headings(tmp_path):
    given = valid_return()
    del given.cases[2:], given.cases[0]

    left = read_sheets(scrubbed(write_xlsx(tmp_path / "a.xlsx", sheets(given))), LIMITS)

    assert [issue.rule_code for issue in find_tables(left, PROGRAMME).issues] == ["F07"]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["Yes", "12", "=A1", "R", "677938", ERASED, f"on {ERASED}.", "R 677\n938", f"x{ERASED}", KEPT]),
    st.sampled_from([f"{ERASED}1", "R-677.938", "R\u200b67\u2013 7938"]),
    st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=6),
)


@pytest.mark.parametrize("name", WRITERS)
@settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=8)
@given(extra=st.lists(st.lists(CELLS, min_size=1, max_size=3), min_size=1, max_size=3), below=st.booleans())
def test_wherever_a_case_is_named_it_is_gone_and_every_other_cell_is_there(tmp_path, name, extra, below):
    table = valid_return().rows()
    beside = [[*row, *(extra[place % len(extra)] if place else [])] for place, row in enumerate(table)]
    path = WRITERS[name](tmp_path / name, sheets([*beside, *([None] * 60 + row for row in extra)] if below else beside))
    (before,) = read_sheets(path, LIMITS)

    left = scrubbed(path)

    (after,) = read_sheets(left, LIMITS)
    assert ERASED not in references_within(left, LIMITS)
    assert {place for place, text in filled(before).items() if place[0] != 3} == set(filled(after))
    untouched = {place: text for place, text in texts_in(before).items() if ERASED not in references_anywhere(text)}
    assert {place: text for place, text in untouched.items() if place[0] != 3}.items() <= filled(after).items()
