import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from dipp_pipeline.feedback import copies, layout, marked_up, problems
from dipp_pipeline.feedback.marked_up import mark_up
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.homes import Home
from tests.intake.reading import LIMITS, read_tables, serial, sheets, values_of
from tests.returns import (
    ADJUSTED,
    EVERYTHING,
    NEW_PRACTITIONER,
    NOTHING_MORE,
    SHEET,
    WRITERS,
    CaseReturn,
    FormulaError,
    Unstored,
    edit_part,
    valid_return,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
)
from tests.spreadsheets.looks import filled, rows_of
from tests.validation.test_defects import DEFECTS, EXPECTED

ERROR, WARNING = "medium", "mediumDashed"
"""The borders by which errors and warnings are told apart."""

FORMULA_LIKE = ["=cmd|'/C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1"]


@dataclass(frozen=True)
class MarkedUp:
    """A return, the marked-up copy of it, and what is said of both."""

    original: Path
    copy: Path
    issues: tuple[Issue, ...]
    issues_of_copy: tuple[Issue, ...]


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Mapping[str, MarkedUp]:
    """The sample defects and a broken return in every format, marked up, and what is said of each before and after."""
    folder = tmp_path_factory.mktemp("marked")
    originals = {expected["file"]: DEFECTS / expected["file"] for expected in EXPECTED}
    for name, write in WRITERS.items():
        (folder / name / "wales").mkdir(parents=True)
        originals[name] = write(folder / name / "wales" / name, {SHEET: broken_return().rows(), "Notes": [["a", "b"]]})
    copied = {
        name: folder / name / "copies" / original.parent.name / "copy.xlsx" for name, original in originals.items()
    }
    home = Home(folder / "home")
    checked = check_files(list(originals.values()), None, home)
    for (name, original), found in zip(originals.items(), checked, strict=True):
        copied[name].parent.mkdir(parents=True)
        mark_up(original, copied[name], original.name, "case", found.issues, LIMITS)
    again = check_files(list(copied.values()), None, home)
    return {
        name: MarkedUp(original, copied[name], before.issues, after.issues)
        for (name, original), before, after in zip(originals.items(), checked, again, strict=True)
    }


def broken_return() -> CaseReturn:
    """A return with errors and warnings of many kinds."""
    given = valid_return()
    given.headings["shoe_size"] = "Shoe size"
    for case in given.cases:
        case["shoe_size"] = 42
    given.cases[EVERYTHING] |= {"pdu": "Atlantis", "C2b": FormulaError("#REF!"), "age": "-35", "start_date": "soon"}
    given.cases[NOTHING_MORE] |= {"case_reference": "R12", "C7a": "Yes", "C1": None, "assessed_on": date(2019, 1, 1)}
    given.cases[NEW_PRACTITIONER] |= {"C1": "N/A", "C5": FormulaError("#DIV/0!")}
    given.cases[ADJUSTED] |= {"C2": "Maybe", "sex": None}
    return given


def named_cells(issues: Sequence[Issue]) -> set[tuple[str | None, str]]:
    return {(issue.sheet, issue.cell) for issue in issues if issue.cell}


def one_issue(sheet: str | None = SHEET, cell: str | None = "B2", **changes: object) -> Issue:
    given = {"rule_code": "R07", "severity": "quarantine", "message": "Mend it.", "found": "Maybe", **changes}
    return Issue(sheet=sheet, cell=cell, row=None if cell is None else int(re.sub(r"\D", "", cell)), **given)


def marked_copy(original: Path, *issues: Issue, title: str = "a return") -> openpyxl.Workbook:
    """The marked-up copy of a return, opened."""
    target = original.with_name("copy.xlsx")
    mark_up(original, target, title, "case", issues or [one_issue()], LIMITS)
    assert_nothing_acts(target)
    CalamineWorkbook.from_path(target)
    return openpyxl.load_workbook(target)


def assert_nothing_acts(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry).decode() for entry in archive.infolist()}
    for name, content in parts.items():
        assert not re.search(r"<(\w+:)?f[\s>/]", content), name
        assert not re.search("TargetMode|WEBSERVICE|calculatedColumnFormula|connectionId|macroEnabled", content), name
    others = re.compile("vba|externalLink|connections|pivot|chart|ctrlProps|activeX|custom", re.IGNORECASE)
    assert [name for name in parts if others.search(name)] == []


def kind(issue: Issue) -> str:
    return "Warning" if issue.severity == "warn" else "Error"


def listed(book: openpyxl.Workbook) -> list[tuple[str | None, ...]]:
    """The rows of the list, below its headings."""
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    return rows[rows.index(("Where", "What was found", "What to do")) + 1 :]


def opening(book: openpyxl.Workbook) -> str:
    """What stands above the list."""
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    return "\n".join(row[0] for row in rows[: rows.index(("Where", "What was found", "What to do"))])


def links(sheet: Worksheet) -> Iterator[tuple[str, str]]:
    """Sheet and cell to which each link of the list leads."""
    for row in sheet.iter_rows(max_col=1):
        if row[0].hyperlink:
            name, _, cell = row[0].hyperlink.location.rpartition("!")
            yield name.removeprefix("'").removesuffix("'").replace("''", "'"), cell


def texts(book: openpyxl.Workbook, sheet: str = SHEET) -> list[object]:
    return [cell.value for row in book[sheet].iter_rows() for cell in row if cell.value is not None]


ALL = [*(expected["file"] for expected in EXPECTED), *WRITERS]
READ = [name for name in ALL if name != "wales/F01-1.xlsx"]


@pytest.mark.parametrize("name", ALL)
def test_a_marked_up_return_opens_everywhere_and_nothing_in_it_acts(marked, name):
    copy = marked[name].copy

    assert openpyxl.load_workbook(copy).sheetnames == CalamineWorkbook.from_path(copy).sheet_names
    assert_nothing_acts(copy)


@pytest.mark.parametrize("name", READ)
def test_a_marked_up_return_says_the_same_when_it_is_sent_back(marked, name):
    def said(issues: Sequence[Issue]) -> list[tuple[str | None, ...]]:
        return [(issue.rule_code, issue.sheet, issue.cell, issue.found) for issue in issues]

    assert marked[name].issues
    assert said(marked[name].issues_of_copy) == said(marked[name].issues)


@pytest.mark.parametrize("name", READ)
def test_the_copy_has_the_cells_of_the_return(marked, name):
    before = read_sheets(marked[name].original, LIMITS)
    problems, *after = read_sheets(marked[name].copy, LIMITS)

    assert problems.name == "Problems"
    assert [(sheet.name, sheet.visible) for sheet in after] == [(sheet.name, sheet.visible) for sheet in before]
    assert [filled(sheet) for sheet in after] == [filled(sheet) for sheet in before]


@pytest.mark.parametrize("name", READ)
def test_the_cells_named_and_no_others_are_coloured_and_noted(marked, name):
    book = openpyxl.load_workbook(marked[name].copy)

    noted = {
        (sheet.title, cell.coordinate) for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment
    }
    assert noted == named_cells(marked[name].issues)
    for issue in marked[name].issues:
        if issue.cell:
            cell = book[issue.sheet][issue.cell]
            assert f"{kind(issue)} {issue.rule_code}: {issue.message}" in cell.comment.text
            assert cell.fill.fill_type == "solid"
            assert cell.border.left.style in (ERROR, WARNING)


@pytest.mark.parametrize("name", ALL)
def test_every_problem_is_listed_with_a_link_to_its_cell(marked, name):
    book = openpyxl.load_workbook(marked[name].copy)

    issues = marked[name].issues
    assert sorted((found or "", to_do) for _, found, to_do in listed(book)) == sorted(
        (issue.found or ("(blank)" if issue.cell else ""), f"{kind(issue)} {issue.rule_code}: {issue.message}")
        for issue in issues
    )
    if name in READ:
        assert sorted(links(book.worksheets[0])) == sorted(
            (issue.sheet, issue.cell or "A1") for issue in issues if issue.sheet
        )


def test_errors_come_before_warnings_then_by_sheet_row_and_column(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", {"Second": [["a"] * 4] * 12, "First": [["a"] * 4] * 12})
    given = [("Second", "B10"), ("First", "A1"), ("Second", "B9"), ("Second", "A10"), ("Second", None), (None, None)]
    warnings = [one_issue(*where, severity="warn", rule_code="W04") for where in given]

    book = marked_copy(
        original, *warnings, *(one_issue(*where) for where in given), one_issue(None, None, severity="refuse")
    )

    ordered = [
        "The whole file",
        "Sheet Second",
        "Second, cell B9",
        "Second, cell A10",
        "Second, cell B10",
        "First, cell A1",
    ]
    assert [where for where, _, _ in listed(book)] == ["The whole file", *ordered, *ordered]
    assert [to_do.split()[0] for _, _, to_do in listed(book)] == ["Error"] * 7 + ["Warning"] * 6


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        (["quarantine"], "1 error and 0 warnings. A row with an error is held back until it is mended"),
        (["warn"] * 2, "0 errors and 2 warnings. No row was held back."),
        (["refuse"] * 2 + ["warn"], "2 errors and 1 warning. The return was refused as a whole"),
    ],
)
def test_the_list_opens_with_what_follows_from_the_problems(tmp_path, severities, said):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, *(one_issue(severity=severity) for severity in severities), title="Wales, part 1.xlsx")

    assert opening(book).startswith(f"Problems found in Wales, part 1.xlsx\n{said}")


def test_what_was_found_is_taken_from_the_copy_where_it_is_not_stored(tmp_path):
    given = valid_return()
    given.cases[EVERYTHING]["case_reference"] = "R12"
    given.cases[NOTHING_MORE]["case_reference"] = None
    original = write_xlsx(tmp_path / "a.xlsx", sheets(given))

    book = marked_copy(original, *(one_issue(cell=cell, found=None) for cell in ("A2", "A3", None)))

    assert [found for _, found, _ in listed(book)] == [None, "R12", "(blank)"]


def test_warnings_are_told_from_errors_by_more_than_colour(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    sheet = marked_copy(original, one_issue(cell="B2"), one_issue(cell="C2", severity="warn", rule_code="W04"))[SHEET]

    error, warning = sheet["B2"], sheet["C2"]
    assert (error.border.top.style, warning.border.top.style) == (ERROR, WARNING)
    assert (error.comment.text, warning.comment.text) == ("Error R07: Mend it.", "Warning W04: Mend it.")
    assert error.fill.fgColor.rgb != warning.fill.fgColor.rgb


def test_several_problems_of_a_cell_share_a_note_and_the_worst_gives_the_look(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, one_issue(severity="warn", rule_code="W05"), one_issue(rule_code="R08"), one_issue())

    cell = book[SHEET]["B2"]
    assert cell.comment.text == "Error R08: Mend it.\n\nError R07: Mend it.\n\nWarning W05: Mend it."
    assert cell.border.left.style == ERROR
    assert len(listed(book)) == 3


def styled_return(path: Path) -> Path:
    """A workbook with a layout of its own, and much in it that could act."""
    with xlsxwriter.Workbook(path) as book:
        banner = book.add_format({"bold": True, "bg_color": "#DDEBF7", "font_color": "white"})
        day = book.add_format({"num_format": "d mmm yyyy"})
        guidance = book.add_worksheet("Read me")
        guidance.write_url("A1", "https://example.org/", string="Guidance")
        guidance.write_url("A2", "internal:'Bob''s \"cases\"'!B2", string="To the cases")
        guidance.activate()
        sheet = book.add_worksheet('Bob\'s "cases"')
        sheet.merge_range("A1:D1", "Case scores", banner)
        sheet.write_row("A2", ["Case", "Day", "Sum", "Error"], banner)
        sheet.write("A3", "R677931")
        sheet.write_datetime("B3", date(2025, 5, 24), day)
        sheet.write_formula("C3", '=WEBSERVICE("https://example.org/")', None, "Yes")
        sheet.write_formula("D3", "=1/0", None, "#DIV/0!")
        sheet.write_comment("A3", "Is this right?", {"author": "Someone"})
        sheet.set_column("A:A", 33)
        sheet.set_column("E:F", 5, None, {"hidden": True})
        sheet.set_row(3, 40, None, {"hidden": True})
        sheet.freeze_panes(2, 1)
        sheet.autofilter("A2:D4")
        sheet.repeat_rows(1)
        sheet.print_area("A1:D9")
        sheet.conditional_format("A1:D9", {"type": "formula", "criteria": "=$A$3=1", "format": banner})
        sheet.data_validation("C3", {"validate": "list", "source": ["Yes", "No"]})
        sheet.data_validation("C4", {"validate": "list", "source": "=Answers"})
        sheet.data_validation("C5", {"validate": "list", "source": "='Hidden'!$A$1:$A$2"})
        sheet.data_validation("D3", {"validate": "custom", "value": '=WEBSERVICE("https://example.org/")=1'})
        sheet.data_validation("D4", {"validate": "list", "source": "=Service"})
        book.define_name("Answers", "='Bob''s \"cases\"'!$A$1:$A$2")
        book.define_name("Service", '=WEBSERVICE("https://example.org/")')
        hidden = book.add_worksheet("Hidden")
        hidden.hide()
        hidden.write("A1", "kept")
        table = book.add_worksheet("Table")
        columns = [{"header": "a"}, {"header": "b", "formula": "=[@a]+1"}]
        table.add_table("A1:B3", {"name": "Rates", "columns": columns, "data": [[1], [2]]})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Table!$A$2:$A$3"})
        table.insert_chart("E2", chart)
        drawn = book.add_chart({"type": "line"})
        drawn.add_series({"values": "=Table!$A$2:$A$3"})
        book.add_chartsheet("Chart").set_chart(drawn)
    return path


CASES = 'Bob\'s "cases"'


def test_the_senders_layout_stays(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "C3"))

    assert book.sheetnames == ["Problems", "Read me", CASES, "Hidden", "Table"]
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Hidden"]
    sheet = book[CASES]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:D1"]
    assert sheet.column_dimensions["A"].width == pytest.approx(33, abs=1)
    assert (sheet.column_dimensions["E"].hidden, sheet.column_dimensions["E"].max) == (True, 6)
    assert (sheet.row_dimensions[4].hidden, sheet.row_dimensions[4].height) == (True, 39.75)
    assert sheet.freeze_panes == "B3"
    assert (sheet.auto_filter.ref, sheet.print_title_rows) == ("A2:D4", "$2:$2")
    assert sheet.print_area == "'Bob''s \"cases\"'!$A$1:$D$9"
    assert (sheet["A2"].fill.fgColor.rgb, sheet["A2"].font.b) == ("FFDDEBF7", True)
    assert (sheet["B3"].number_format, sheet["B3"].value.date()) == ("d mmm yyyy", date(2025, 5, 24))
    assert [table.tableStyleInfo.name for table in book["Table"].tables.values()] == ["TableStyleMedium9"]


def test_only_the_list_is_selected_so_that_typing_reaches_no_other_sheet(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "C3"))

    assert book.active.title == "Problems"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["Problems"]


def test_values_stand_in_place_of_formulas(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "C3"))

    assert [book[CASES][cell].value for cell in ("C3", "D3")] == ["Yes", "#DIV/0!"]
    assert book[CASES]["D3"].data_type == "e"


@pytest.mark.parametrize("text", ["#N/A", "=1+1"])
def test_a_text_that_looks_like_something_else_stays_a_text(tmp_path, text):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet(SHEET).write_string("B2", text)

    cell = marked_copy(tmp_path / "a.xlsx")[SHEET]["B2"]

    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("number", ["99999999", "-1", "45801.123456789", "0.1"])
def test_a_number_stays_as_it_is_even_where_it_is_no_day(tmp_path, number):
    original = write_xlsx(tmp_path / "a.xlsx", {SHEET: [["a"], ["b", date(2025, 5, 24)]]})
    edit_part(original, "sheet1.xml", lambda xml: xml.replace("<v>45801</v>", f"<v>{number}</v>"))

    mark_up(original, tmp_path / "copy.xlsx", "a return", "case", [one_issue()], LIMITS)

    assert f"<v>{number}</v>" in part(tmp_path / "copy.xlsx", "sheet2.xml")


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return next(archive.read(entry).decode() for entry in archive.namelist() if entry.endswith(name))


def test_a_formula_whose_result_was_never_stored_is_a_blank_cell(tmp_path):
    given = valid_return()
    given.cases[EVERYTHING]["pdu"] = Unstored()
    given.cases[NOTHING_MORE]["pdu"] = "=1+1"

    for write in (write_xlsx, write_ods):
        original = write(tmp_path / f"a{write.__name__.replace('write_', '.')}", sheets(given))
        copy = marked_copy(original, one_issue(cell="B2", rule_code="R13"))
        assert copy[SHEET]["B2"].value is None
        assert copy[SHEET]["B2"].comment


def test_of_names_links_and_drop_down_lists_only_those_stay_that_cannot_act(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "C3"))

    assert set(book.defined_names) == {"Answers"}
    kept = {str(rule.sqref): rule.formula1 for rule in book[CASES].data_validations.dataValidation}
    assert kept == {"C3": '"Yes,No"', "C4": "Answers", "C5": "'Hidden'!$A$1:$A$2"}
    assert [book["Read me"][cell].hyperlink is None for cell in ("A1", "A2")] == [True, False]
    assert [len(sheet.conditional_formatting) for sheet in book] == [0] * 5


@pytest.mark.parametrize("kind", ["sheet.macroEnabled", "template", "template.macroEnabled"])
def test_the_copy_is_a_plain_workbook_whatever_kind_the_return_is(tmp_path, kind):
    original = styled_return(tmp_path / "a.xlsm")
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    namespace = "ms-excel" if "macro" in kind else "openxmlformats-officedocument.spreadsheetml"
    edit_part(
        original, "[Content_Types].xml", lambda xml: xml.replace(plain, f"application/vnd.{namespace}.{kind}.main+xml")
    )
    with zipfile.ZipFile(original, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")

    book = marked_copy(original, one_issue(CASES, "C3"))

    assert "with values in place of formulas" in opening(book)
    assert plain in part(tmp_path / "copy.xlsx", "[Content_Types].xml")


def test_the_list_is_in_view_however_the_return_was_left(tmp_path):
    original = styled_return(tmp_path / "a.xlsx")
    edit_part(
        original,
        "xl/workbook.xml",
        lambda xml: xml.replace("<workbookView", '<workbookView visibility="hidden" firstSheet="3"'),
    )

    (view,) = marked_copy(original, one_issue(CASES, "C3")).views

    assert (view.visibility, view.firstSheet, view.activeTab) == ("visible", 0, 0)


def test_the_senders_own_note_is_kept_above(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "A3"))

    assert book[CASES]["A3"].comment.text == "Is this right?\n\nError R07: Mend it."


def test_notes_are_as_large_as_their_text(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_comment("A1", "Short.")
        sheet.write_comment("A2", "A long note. " * 50)

    marked_copy(tmp_path / "a.xlsx", one_issue(cell="A3"))

    short, long, ours = map(int, re.findall(r"height:(\d+)px", part(tmp_path / "copy.xlsx", ".vml")))
    assert short == ours < 79 < long


def test_a_marked_cell_keeps_its_format_and_is_readable_on_any_ground(tmp_path):
    book = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, "A2"), one_issue(CASES, "B3"))

    assert book[CASES]["B3"].number_format == "d mmm yyyy"
    assert (book[CASES]["A2"].font.b, book[CASES]["A2"].font.color.rgb) == (True, "009C0006")
    assert book[CASES]["B2"].font.color.rgb == "FFFFFFFF"


@pytest.mark.parametrize("cell", ["A1", "C1"])
def test_a_problem_in_merged_cells_is_marked_where_it_shows(tmp_path, cell):
    sheet = marked_copy(styled_return(tmp_path / "a.xlsx"), one_issue(CASES, cell))[CASES]

    assert sheet["A1"].comment.text == "Error R07: Mend it."
    assert (sheet["A1"].fill.fill_type, sheet["D1"].border.right.style) == ("solid", ERROR)


def test_the_list_says_which_cells_are_hidden(tmp_path):
    hidden = [(CASES, "A4"), (CASES, "F3"), ("Hidden", "A1"), ("Hidden", None)]

    book = marked_copy(styled_return(tmp_path / "a.xlsx"), *(one_issue(*where) for where in [*hidden, (CASES, "A3")]))

    said = {where: where.endswith("(hidden)") for where, _, _ in listed(book)}
    assert sum(said.values()) == 4
    assert not said[f"{CASES}, cell A3"]


def test_a_workbook_that_has_a_sheet_of_problems_keeps_it(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", {"problems": [["mine"]], "Problems 2": [["mine"]]})

    book = marked_copy(original, one_issue("problems", "A1"))

    assert book.sheetnames == ["Problems 3", "problems", "Problems 2"]
    assert texts(book, "problems") == ["mine"]


def test_links_follow_sheets_whose_names_excel_refuses(tmp_path):
    long, clashing = "Case scores of the whole of Wales", "case scores of the whole of WALES, too"
    names = [long, clashing, "a/b:c*d?[e]\\", "'quoted' it's", "History", "😀" * 20, ""]
    original = write_ods(tmp_path / "a.ods", {name: [["a", "b"], ["c", "d"]] for name in names})

    book = marked_copy(original, *(one_issue(name, "B2") for name in names))

    assert book.sheetnames[1:4] == [long[:31], "case scores of the whole of W 2", "a-b-c-d--e--"]
    assert book.sheetnames[4:] == ["quoted' it's", "History 2", "😀" * 15, "Sheet"]
    assert [name for name, _ in links(book.worksheets[0])] == book.sheetnames[1:]
    assert all(book[name][cell].comment for name, cell in links(book.worksheets[0]))


def test_a_name_that_excel_refuses_is_mended_in_the_layout_too(tmp_path):
    long = "Case scores of the whole of Wales"
    original = write_xlsx(tmp_path / "a.xlsx", {"NAME": [["a"]]})
    edit_part(original, "xl/workbook.xml", lambda xml: xml.replace("NAME", long))

    book = marked_copy(original, one_issue(long, "A1"))

    assert "with values in place of formulas" in opening(book)
    assert list(links(book.worksheets[0])) == [(book.sheetnames[1], "A1")] == [(long[:31], "A1")]


def write_strings(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    """An .xlsx whose every cell is text, whatever it begins with."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, text)
    return path


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.xlsx", write_strings), ("a.csv", write_csv), ("a.ods", write_ods), ("a.xls", write_xls)],
)
def test_no_text_can_act_as_a_formula(tmp_path, name, write):
    original = write(tmp_path / name, {"a": [[text] for text in FORMULA_LIKE]})

    found = [one_issue("a", f"A{row}", found=text, message=text) for row, text in enumerate(FORMULA_LIKE, 1)]
    book = marked_copy(original, *found, title="=1+1")

    assert [cell.data_type for cell in book["a"]["A"]] == ["s"] * len(FORMULA_LIKE)
    assert [filled(sheet) for sheet in read_sheets(tmp_path / "copy.xlsx", LIMITS)[1:]] == [
        filled(sheet) for sheet in read_sheets(original, LIMITS)
    ]
    assert [found.strip() for _, found, _ in listed(book)] == [text.strip() for text in FORMULA_LIKE]
    assert opening(book).startswith("Problems found in =1+1")


def test_text_that_a_workbook_cannot_hold_is_replaced_cut_or_escaped(tmp_path):
    original = write_ods(tmp_path / "a.ods", {"a": [["x" * 40_000, "_x0041_", "😀" * 20_000]]})

    book = marked_copy(original, one_issue("a", "A1", found="a\x01b\udc80\ufffe", message="\x02"), title="\0")

    (_, cells) = read_sheets(tmp_path / "copy.xlsx", LIMITS)
    assert rows_of(cells) == [["x" * 32_767, "_x0041_", "😀" * 16_383]]
    assert listed(book)[0][1:] == ("a\ufffdb\ufffd\ufffd", "Error R07: \ufffd")
    assert opening(book).startswith("Problems found in \ufffd")


def test_text_too_long_for_excel_is_cut_in_the_layout_too(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", {"a": [["LONG"]]})
    edit_part(original, "sheet1.xml", lambda xml: xml.replace("LONG", "x" * 40_000))

    book = marked_copy(original, one_issue("a", "A1"))

    assert texts(book, "a") == ["x" * 32_767]


def test_an_error_that_excel_does_not_know_is_shown_as_its_text_in_the_layout_too(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", {"a": [[FormulaError("#N/A"), FormulaError("#REF!")]]})
    edit_part(original, "sheet1.xml", lambda xml: xml.replace("#REF!", "#BUSY!"))

    sheet = marked_copy(original, one_issue("a", "A1"))["a"]

    assert [(cell.value, cell.data_type) for cell in sheet[1]] == [("#N/A", "e"), ("#BUSY!", "s")]


def test_an_error_that_was_found_is_listed_as_text(tmp_path):
    book = marked_copy(tmp_path / "a.xlsx", one_issue(found="#REF!"))

    cell = book.worksheets[0]["B"][-1]
    assert (cell.value, cell.data_type) == ("#REF!", "s")


def test_an_error_that_excel_does_not_know_is_shown_as_its_text(tmp_path):
    original = write_ods(tmp_path / "a.ods", {"a": [[FormulaError("#N/A"), FormulaError("Err:502")]]})

    sheet = marked_copy(original, one_issue("a", "A1"))["a"]

    assert [(cell.value, cell.data_type) for cell in sheet[1]] == [("#N/A", "e"), ("Err:502", "s")]


@pytest.mark.parametrize(("name", "write"), [("a.xls", write_xls), ("a.ods", write_ods)])
def test_where_there_is_no_layout_to_copy_the_list_says_so_and_columns_are_as_wide_as_their_text(tmp_path, name, write):
    rows = [["a", "b" * 20, "c" * 200]]
    original = write(tmp_path / name, {"Seen": rows, "Hidden": rows}, hidden={"Hidden"})

    book = marked_copy(original, one_issue("Seen", "A1"))

    assert "its layout, because only an .xlsx workbook can be copied as it looks" in opening(book)
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Hidden"]
    assert [book["Seen"].column_dimensions[letter].width for letter in "ABC"] == [8, 22, 40]


def test_numbers_and_days_are_not_copied_as_text(tmp_path):
    rows = [["35", "2025-05-24", "0035", "-35", "1234567890123456", "2025-13-01"]]
    original = write_csv(tmp_path / "a.csv", {"a": rows})

    sheet = marked_copy(original, one_issue("a", "A1"))["a"]

    assert [cell.data_type for cell in sheet[1]] == ["n", "d", "s", "s", "s", "s"]
    assert (sheet["A1"].value, sheet["B1"].value.date()) == (35, date(2025, 5, 24))


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_days_count_from_where_the_return_counts_them(tmp_path, name):
    given = valid_return()
    day = date(2025, 5, 24)
    for case, cell in zip(given.cases, [day, str(serial(day, date(1904, 1, 1))), "24/5/2025", day], strict=True):
        case["start_date"] = cell
    write = {"a.xlsx": write_xlsx, "a.xls": write_xls, "a.ods": write_ods}[name]

    marked_copy(write(tmp_path / name, sheets(given), date_1904=True))

    (table,) = read_tables(tmp_path / "copy.xlsx")
    assert values_of(table, "start_date") == ["2025-05-24"] * 4


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    original = styled_return(tmp_path / "a.xlsx")
    shutil.copy(original, tmp_path / "b.xlsx")

    for name in ("a.xlsx", "b.xlsx"):
        mark_up(tmp_path / name, tmp_path / f"copy of {name}", "a return", "case", [one_issue(CASES, "A3")], LIMITS)

    copy = tmp_path / "copy of a.xlsx"
    assert copy.read_bytes() == (tmp_path / "copy of b.xlsx").read_bytes()
    with zipfile.ZipFile(copy) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(copy).properties
    assert (properties.created.year, properties.modified.year, properties.creator) == (1980, 1980, "DIPP pipeline")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", None), ("a.xlsx", b"no workbook"), ("a.pdf", b"no workbook"), ("a.csv", b"\xff\xfe\x00")],
)
def test_where_the_return_cannot_be_read_the_list_stands_alone(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    book = marked_copy(tmp_path / name, one_issue(None, None, rule_code="F01", severity="refuse", found=None))

    assert book.sheetnames == ["Problems"]
    assert listed(book) == [("The whole file", None, "Error F01: Mend it.")]
    assert "There is no copy of its sheets here, because the file could not be read." in opening(book)


def test_a_file_that_was_refused_as_unsafe_is_not_opened_again(tmp_path, monkeypatch):
    monkeypatch.setattr(marked_up, "read_sheets", lambda *_: pytest.fail("It was opened."))
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, one_issue(None, None, rule_code="F02", severity="refuse"))

    assert book.sheetnames == ["Problems"]


def test_a_sheet_that_is_not_in_the_copy_is_named_without_a_link(tmp_path):
    book = marked_copy(tmp_path / "a.xlsx", one_issue())

    assert listed(book)[0][0] == f"{SHEET}, cell B2"
    assert list(links(book.worksheets[0])) == []


NOT_FOR_OPENPYXL = {
    "a style that does not exist": ("sheet1.xml", lambda xml: xml.replace('r="A2"', 'r="A2" s="9999"')),
    "a theme of entities": (
        "theme1.xml",
        lambda xml: re.sub("<a:theme", '<!DOCTYPE x [<!ENTITY a "a">]><a:theme', xml, count=1),
    ),
}


@pytest.mark.parametrize("broken", NOT_FOR_OPENPYXL)
def test_what_openpyxl_does_not_take_is_copied_cell_by_cell(tmp_path, broken):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))
    edit_part(original, *NOT_FOR_OPENPYXL[broken])

    book = marked_copy(original)

    assert "its layout, because it could not be copied" in opening(book)
    assert texts(book)[0] == "Case reference"
    assert book[SHEET]["B2"].comment


def test_cells_that_openpyxl_loses_are_not_lost(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))
    edit_part(original, "sheet1.xml", lambda xml: xml.replace("schemas.openxmlformats.org", "purl.oclc.org"))

    book = marked_copy(original)

    assert "its layout, because it could not be copied whole" in opening(book)
    assert texts(book)[0] == "Case reference"


@pytest.mark.parametrize(
    "more",
    [
        "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(10, 1010)) + "</sheetData>",
        '</sheetData><mergeCells count="1"><mergeCell ref="A9:XFD1048576"/></mergeCells>',
        '</sheetData><hyperlinks><hyperlink location="A1" ref="A9:XFD1048576"/></hyperlinks>',
    ],
    ids=["formatted rows", "merged cells", "linked cells"],
)
def test_a_workbook_too_large_for_its_layout_is_copied_cell_by_cell(tmp_path, monkeypatch, more):
    monkeypatch.setattr(layout, "CELLS_AT_MOST", 1000)
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))
    edit_part(original, "sheet1.xml", lambda xml: xml.replace("</sheetData>", more))

    book = marked_copy(original)

    assert "because it has more than 1,000 cells and rows" in opening(book)
    assert book[SHEET]["B2"].comment


def test_a_return_of_more_cells_than_can_be_copied_gets_the_list_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "CELLS_AT_MOST", 100)
    original = write_csv(tmp_path / "a.csv", sheets(valid_return()))

    book = marked_copy(original, one_issue("a", "B2"))

    assert book.sheetnames == ["Problems"]
    assert "no copy of its sheets here, because it has more than 100 cells" in opening(book)
    assert listed(book)[0][0] == "a, cell B2"


def test_a_file_that_ends_the_process_leaves_the_list(tmp_path, monkeypatch):
    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(marked_up, "read_sheets", die)
    target = tmp_path / "copy.xlsx"

    with pytest.raises(SystemExit):
        mark_up(write_xlsx(tmp_path / "a.xlsx", sheets(valid_return())), target, "a", "case", [one_issue()], LIMITS)

    assert listed(openpyxl.load_workbook(target)) == [(f"{SHEET}, cell B2", "Maybe", "Error R07: Mend it.")]


def test_of_very_many_problems_the_first_are_listed_and_marked(tmp_path, monkeypatch):
    monkeypatch.setattr(problems, "LISTED_AT_MOST", 2)
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, *(one_issue(cell=cell) for cell in ("B4", "B3", "B2")))

    assert [where for where, _, _ in listed(book)] == [f"{SHEET}, cell B2", f"{SHEET}, cell B3"]
    assert book[SHEET]["B4"].comment is None
    assert "3 errors and 0 warnings." in opening(book)
    assert "Only the first 2 are listed and marked." in opening(book)


def test_a_problem_that_many_cells_share_is_listed_once_and_marked_in_each(tmp_path):
    references = [f"R{number:06}" for number in range(1, 26)]
    original = write_xlsx(
        tmp_path / "a.xlsx", {SHEET: [["Case reference", "Sex"], *([text, "7"] for text in references)]}
    )
    shared = [one_issue(cell=f"A{row}", rule_code="R04", found=None) for row in range(2, 27)]
    values = [one_issue(cell=f"B{row}", found="7") for row in range(2, 27) if row != 9]

    book = marked_copy(original, *shared, *values, one_issue(cell="B9", message="Mend another."))

    assert listed(book) == [
        (f"{SHEET}, cell A2 and 24 more: A3:A26", "R000001 and 24 others", "Error R04: Mend it."),
        (f"{SHEET}, cell B2 and 23 more: B3:B8, B10:B26", "7", "Error R07: Mend it."),
        (f"{SHEET}, cell B9", "Maybe", "Error R07: Mend another."),
    ]
    assert list(links(book.worksheets[0])) == [(SHEET, "A2"), (SHEET, "B2"), (SHEET, "B9")]
    assert {book[SHEET][f"A{row}"].comment.text for row in range(2, 27)} == {"Error R04: Mend it."}
    assert {book[SHEET][f"A{row}"].border.top.style for row in range(2, 27)} == {ERROR}
    assert opening(book).startswith("Problems found in a return\n50 errors and 0 warnings.")


def test_a_problem_of_twenty_cells_has_a_line_for_each(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, *(one_issue(cell=f"B{row}") for row in range(2, 22)))

    assert [where for where, _, _ in listed(book)] == [f"{SHEET}, cell B{row}" for row in range(2, 22)]


def test_a_problem_of_many_scattered_cells_stays_on_the_screen(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    book = marked_copy(original, *(one_issue(cell=f"B{row}") for row in range(2, 1000, 2)))

    ((where, _, _),) = listed(book)
    assert where.startswith(f"{SHEET}, cell B2 and 498 more: B4, B6, ")
    assert where.endswith(", B42, …")


def test_the_list_can_be_read_on_screen_and_on_paper(tmp_path):
    found, message = "a long story " * 20, "Tell it in a word. " * 10
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    sheet = marked_copy(original, one_issue(found=found, message=message)).worksheets[0]

    heading_row = next(cell.row for cell in sheet["A"] if cell.value == "Where")
    assert sheet.freeze_panes == f"A{heading_row + 1}"
    assert sheet.print_title_rows == f"${heading_row}:${heading_row}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert all(cell.alignment.wrap_text for cell in sheet[heading_row + 1])
    assert sheet.row_dimensions[heading_row + 1].height > 100


def test_only_its_owner_may_read_a_marked_up_return_and_nothing_is_left_beside_it(tmp_path):
    original = write_xlsx(tmp_path / "a.xlsx", sheets(valid_return()))

    marked_copy(original)

    assert (tmp_path / "copy.xlsx").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "copy.xlsx"]


def test_no_case_passes_through_the_temporary_folder_of_the_system(tmp_path, monkeypatch):
    originals = [write_xlsx(tmp_path / "a.xlsx", sheets(valid_return())), write_csv(tmp_path / "a.csv", {"a": [["a"]]})]
    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", lambda **_: pytest.fail("It did."))

    for original in originals:
        marked_copy(original)
