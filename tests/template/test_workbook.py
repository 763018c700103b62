import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.case_reference import case_reference
from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.template.workbook import write_template
from tests.homes import Home
from tests.returns import PROGRAMME
from tests.template.spreadsheet import worked_out

WALES = PROGRAMME.region_by_slug["wales"]
LAST_ROW = 501
TODAY = date.today()


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> openpyxl.Workbook:
    """The template of Wales."""
    return made(tmp_path_factory.mktemp("template"), PROGRAMME, WALES)


@pytest.fixture
def cases(book) -> Worksheet:
    return book["Case scores"]


def made(folder: Path, programme: Programme, region: Region | None) -> openpyxl.Workbook:
    write_template(folder / "template.xlsx", programme, region)
    return openpyxl.load_workbook(folder / "template.xlsx")


def letter(column: str) -> str:
    return get_column_letter(PROGRAMME.column_names.index(column) + 1)


def validation_of(sheet: Worksheet, column: str) -> DataValidation:
    """The one validation of a column's cells."""
    cells = f"{letter(column)}2:{letter(column)}{LAST_ROW}"
    (found,) = [rule for rule in sheet.data_validations.dataValidation if str(rule.sqref) == cells]
    return found


def listed(book: openpyxl.Workbook, column: str) -> list[object]:
    """What the drop-down list of a column offers."""
    rule = validation_of(book["Case scores"], column)
    assert rule.type == "list"
    sheet, _, cells = rule.formula1.partition("!")
    return [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]


def written(column: str) -> list[object]:
    """How the values of a column are written, as a spreadsheet holds them."""
    return [int(text) if text.isdigit() else text for text in PROGRAMME.choices_of(column).values()]


def text_cells(book: openpyxl.Workbook) -> list[str]:
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def accepts(rule: DataValidation, cells: dict[str, object], value: object, address: str) -> bool:
    """Whether a validation with limits takes the value in that cell, in row 2 of a sheet that holds `cells`."""
    cells = {**cells, address: value}
    if rule.type == "custom":
        return worked_out(rule.formula1, cells) is True
    assert rule.operator == "between"
    return bool(worked_out(f"AND({address}>={rule.formula1},{address}<={rule.formula2})", cells))


def test_the_cover_comes_first_then_the_cases_then_the_lists_out_of_sight(book):
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        ("How to fill it in", "visible"),
        ("Case scores", "visible"),
        ("Lists", "hidden"),
    ]
    assert book.active.title == "How to fill it in"


def test_the_headings_are_those_that_the_pipeline_knows(cases):
    headings = {cell.column_letter: cell.value for cell in cases[1]}

    assert {name: PROGRAMME.column_for_heading(headings[letter(name)]) for name in PROGRAMME.column_names} == {
        name: name for name in PROGRAMME.column_names
    }
    assert len(headings) == len(PROGRAMME.column_names)
    assert headings[letter("risk_of_serious_harm")] == "Risk of serious harm"
    assert headings[letter("C2b")] == "C2b: Interventions to manage risk set out"


def test_headings_stay_in_sight_and_are_wrapped_in_a_row_that_is_high_enough(cases):
    assert cases.freeze_panes == "B2"
    assert all(cell.alignment.wrap_text for cell in cases[1])
    for cell in cases[1]:
        lines = len(str(cell.value)) / cases.column_dimensions[cell.column_letter].width
        assert cases.row_dimensions[1].height > 15 * lines


def test_case_references_are_text_and_days_are_day_month_year(cases):
    formats = {name: cases.column_dimensions[letter(name)].number_format for name in PROGRAMME.field_by_name}

    assert formats["case_reference"] == "@"
    assert formats["start_date"] == formats["assessed_on"] == "dd/mm/yyyy"


def test_stages_are_told_apart_by_shade_and_by_a_line(cases):
    def shade(code: str) -> str:
        return cases[f"{letter(code)}1"].fill.fgColor.rgb

    assert len({shade("pdu"), shade("C1"), shade("C2"), shade("A1"), shade("A2")}) == 5
    assert shade("C1") != shade("C1a")
    assert cases[f"{letter('C1')}1"].font.bold
    assert not cases[f"{letter('C1a')}1"].font.bold
    assert cases[f"{letter('assessor_role')}1"].font.italic
    lines = {code: cases.column_dimensions[letter(code)].border.right.style for code in ("C1b", "C1c")}
    assert lines == {"C1b": "thin", "C1c": "medium"}


@pytest.mark.parametrize("field", [field.name for field in PROGRAMME.fields if field.type in ("choice", "boolean")])
def test_a_field_with_values_has_a_list_of_them(book, field):
    assert listed(book, field) == written(field)


@pytest.mark.parametrize("question", PROGRAMME.questions, ids=lambda question: question.code)
def test_a_question_has_a_list_of_its_answers_and_a_summary_cannot_be_not_applicable(book, question):
    answers = written(question.code)

    assert "Not applicable" in answers
    assert listed(book, question.code) == [
        answer for answer in answers if question.kind == "prompt" or answer != "Not applicable"
    ]


@pytest.mark.parametrize("region", PROGRAMME.regions, ids=lambda region: region.slug)
def test_a_regions_template_lists_its_pdus_and_no_other(tmp_path, region):
    pdus = [pdu.name for pdu in PROGRAMME.pdus if pdu.region_code == region.code]

    assert listed(made(tmp_path, PROGRAMME, region), "pdu") == sorted(pdus)


def test_a_template_of_no_region_lists_all_pdus(tmp_path):
    book = made(tmp_path, PROGRAMME, None)

    assert listed(book, "pdu") == sorted(pdu.name for pdu in PROGRAMME.pdus)
    assert book["How to fill it in"]["A2"].value == "Any region"


def test_every_column_has_one_validation_that_stops_and_says_why(cases):
    rules = cases.data_validations.dataValidation

    assert len(rules) == len(PROGRAMME.column_names)
    for name in PROGRAMME.column_names:
        rule = validation_of(cases, name)
        assert rule.showErrorMessage
        assert rule.errorStyle in (None, "stop")
        assert not rule.hide_drop_down
        assert rule.errorTitle == PROGRAMME.label(name)
        assert rule.error.endswith(".")


def test_no_validation_is_passed_over_since_a_cell_that_it_looks_at_is_blank(cases):
    looking_at_cells = [
        rule for rule in cases.data_validations.dataValidation if "$" in f"{rule.formula1} {rule.formula2}"
    ]

    assert {rule.type for rule in looking_at_cells if not rule.allow_blank} == {"custom", "date"}
    assert {rule.type for rule in looking_at_cells if rule.allow_blank} == {"list"}


def test_prompts_say_what_a_heading_does_not(cases):
    prompts = {name: validation_of(cases, name).prompt for name in PROGRAMME.column_names}

    assert prompts["case_reference"] == "A letter and six digits, such as X320741. Each case in one row only."
    assert prompts["age"] == "Age in whole years at assessment. A whole number from 18 to 110."
    assert prompts["start_date"].endswith("Day/month/year, from 01/01/2015 to today, and not after Assessed on.")
    assert prompts["mappa_level"] == "May be left empty."
    assert prompts["C5"] == (
        "Whether it applies depends on Risk of serious harm and Practitioner inexperienced. "
        "Leave it empty where it is grey and hatched."
    )
    assert prompts["C1"] is None


def test_a_description_with_its_full_stop_does_not_get_a_second(tmp_path):
    described = tuple(replace(field, description="What it is.") for field in PROGRAMME.fields)

    book = made(tmp_path, replace(PROGRAMME, fields=described), None)

    prompts = [rule.prompt for rule in book["Case scores"].data_validations.dataValidation if rule.prompt]
    assert "What it is. Day/month/year, from 01/10/2025 to today, and not before Start date." in prompts
    assert [text for text in (*prompts, *text_cells(book)) if ".." in text] == []


def test_no_text_of_a_validation_is_longer_than_excel_takes(tmp_path):
    wordy = replace(
        PROGRAMME,
        fields=tuple(replace(field, description="long " * 100) for field in PROGRAMME.fields),
        headings={name: f"{heading} that goes on and on and on" for name, heading in PROGRAMME.headings.items()},
    )

    rules = made(tmp_path, wordy, None)["Case scores"].data_validations.dataValidation

    assert max(len(rule.errorTitle) for rule in rules) == 32
    assert max(len(rule.error) for rule in rules) == 225
    assert max(len(rule.promptTitle or "") for rule in rules) == 32
    assert max(len(rule.prompt or "") for rule in rules) == 255
    assert max(len(rule.formula1) for rule in rules) <= 255


@pytest.mark.parametrize(
    ("field", "day", "taken"),
    [
        ("start_date", date(2014, 12, 31), False),
        ("start_date", date(2015, 1, 1), True),
        ("start_date", TODAY, True),
        ("start_date", TODAY + timedelta(1), False),
        ("assessed_on", date(2025, 9, 30), False),
        ("assessed_on", date(2025, 10, 1), True),
        ("assessed_on", TODAY, True),
        ("assessed_on", TODAY + timedelta(1), False),
    ],
)
def test_a_day_is_taken_from_the_fields_first_day_to_today(cases, field, day, taken):
    assert accepts(validation_of(cases, field), {}, day, f"{letter(field)}2") is taken


@pytest.mark.parametrize(
    ("field", "other", "taken"),
    [
        ("start_date", {"assessed_on": date(2025, 10, 20)}, True),
        ("start_date", {"assessed_on": date(2025, 10, 19)}, False),
        ("assessed_on", {"start_date": date(2025, 10, 20)}, True),
        ("assessed_on", {"start_date": date(2025, 10, 21)}, False),
    ],
)
def test_a_case_is_not_taken_as_assessed_before_it_started(cases, field, other, taken):
    beside = {f"{letter(name)}2": day for name, day in other.items()}

    assert accepts(validation_of(cases, field), beside, date(2025, 10, 20), f"{letter(field)}2") is taken


def test_another_pair_of_dates_in_order_is_a_line_of_the_seeds(tmp_path, third_date):
    programme = load_programme(third_date)
    cases = made(tmp_path, programme, None)["Case scores"]
    start, assessed, ordered = (
        f"{get_column_letter(programme.column_names.index(name) + 1)}2"
        for name in ("start_date", "assessed_on", "ordered_on")
    )
    rules = {str(rule.sqref).split(":")[0]: rule for rule in cases.data_validations.dataValidation}
    day, next_day = date(2025, 10, 20), date(2025, 10, 21)

    assert accepts(rules[ordered], {start: day}, day, ordered)
    assert not accepts(rules[ordered], {start: day}, next_day, ordered)
    assert accepts(rules[start], {ordered: day, assessed: day}, day, start)
    assert not accepts(rules[start], {ordered: next_day, assessed: next_day}, day, start)
    assert not accepts(rules[start], {ordered: day, assessed: day}, next_day, start)
    assert rules[ordered].prompt == "May be left empty. Day/month/year, to today, and not after Start date."
    assert rules[start].prompt.endswith("to today, and not before Ordered on, and not after Assessed on.")


def test_a_field_with_a_last_day_takes_it_and_no_later_one(tmp_path):
    fields = [
        replace(field, minimum=None, maximum="2025-12-31") if field.name == "assessed_on" else field
        for field in PROGRAMME.fields
    ]
    cases = made(tmp_path, replace(PROGRAMME, fields=tuple(fields)), None)["Case scores"]

    rule = validation_of(cases, "assessed_on")

    assert accepts(rule, {}, date(2025, 12, 31), f"{letter('assessed_on')}2")
    assert not accepts(rule, {}, date(2026, 1, 1), f"{letter('assessed_on')}2")
    assert rule.error.endswith("Day/month/year, to 31/12/2025, and not before Start date.")


@pytest.mark.parametrize(("age", "taken"), [(17, False), (18, True), (110, True), (111, False)])
def test_a_whole_number_is_taken_within_its_limits(cases, age, taken):
    rule = validation_of(cases, "age")

    assert rule.type == "whole"
    assert accepts(rule, {}, age, f"{letter('age')}2") is taken


def test_a_whole_number_without_limits_is_taken_as_it_is(tmp_path):
    fields = [
        replace(field, minimum=None, maximum=None) if field.name == "age" else field for field in PROGRAMME.fields
    ]
    cases = made(tmp_path, replace(PROGRAMME, fields=tuple(fields)), None)["Case scores"]

    rule = validation_of(cases, "age")

    assert accepts(rule, {}, -1, f"{letter('age')}2")
    assert accepts(rule, {}, 10**9, f"{letter('age')}2")
    assert rule.error.endswith("A whole number.")


@pytest.mark.parametrize(
    "text",
    [
        *("X320741", "x320741", "X000000", "X32074", "X3207411", "3207411", "XX20741", "X32074A", "X320 41", " X32074"),
        *("X1E+003", "X1E0003", "X-32074", "X+32074", "X3.2074", "X32/1/1", "X1:2:30", "?320741", "*320741", "É320741"),
        *("X１２３４５６", "", 1234567),
    ],
)
def test_a_case_reference_is_taken_just_where_the_pipeline_takes_it_as_well_formed(cases, text):
    well_formed = case_reference(str(text)) is not None

    assert accepts(validation_of(cases, "case_reference"), {}, text, "A2") is well_formed


def test_a_case_reference_is_taken_once(cases):
    rule = validation_of(cases, "case_reference")

    assert not accepts(rule, {"A501": "x320741"}, "X320741", "A2")
    assert accepts(rule, {"A501": "X320742"}, "X320741", "A2")


def test_what_does_not_apply_is_hatched_and_not_only_grey(cases):
    formats = {str(cells.sqref): rules for cells, rules in cases.conditional_formatting._cf_rules.items()}

    assert set(formats) == {f"{letter(code)}2:{letter(code)}{LAST_ROW}" for code in PROGRAMME.question_by_code}
    for (rule,) in formats.values():
        assert rule.dxf.fill.patternType == "lightUp"
        assert rule.dxf.font.strike


def test_the_cover_tells_of_every_column_what_it_takes_and_what_it_is(book):
    cover = {row[0].value: (row[1].value, row[2].value) for row in book["How to fill it in"].iter_rows()}

    assert cover["Case reference"] == ("Each case in one row only.", "A letter and six digits, such as X320741.")
    assert cover["Risk of serious harm"] == ("One of: Low; Medium; High; Very high.", None)
    assert cover["PDU"][0].startswith("One of: Cardiff and the Vale; ")
    assert cover["Assessor"][1] == "May be left empty."
    assert cover["C1: Assessment focuses on keeping others safe"] == (
        "One of: Yes; No.",
        "Asked where Question set is Core.",
    )
    assert cover["C6a: Child safeguarding information available"][1] == (
        "Asked where Question set is Core. Whether it applies depends on Child safeguarding concern."
    )
    assert {cell.value for cell in book["Case scores"][1]} <= cover.keys()
    assert {"The case", "Core: Implementation and delivery", "Adjusted: Domestic abuse"} <= cover.keys()


def test_the_cover_is_of_three_columns(book):
    assert book["How to fill it in"].max_column == 3


def test_a_template_without_a_case_is_told_so_and_nothing_else(tmp_path):
    write_template(tmp_path / "template.xlsx", PROGRAMME, WALES)

    (checked,) = check_files([tmp_path / "template.xlsx"], "wales", Home(tmp_path))

    assert [issue.rule_code for issue in checked.issues] == ["F07"]


def test_the_same_programme_gives_the_same_bytes(tmp_path):
    for name in ("one.xlsx", "other.xlsx"):
        write_template(tmp_path / name, PROGRAMME, None)

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()


def test_nothing_tells_who_wrote_it_or_when(tmp_path):
    book = made(tmp_path, PROGRAMME, None)

    with zipfile.ZipFile(tmp_path / "template.xlsx") as archive:
        days = {entry.date_time[:3] for entry in archive.infolist()}
        properties = archive.read("docProps/core.xml").decode()
    assert days == {(1980, 1, 1)}
    assert book.properties.created == book.properties.modified == datetime(1980, 1, 1)
    assert "creator" not in properties
    assert "lastModifiedBy" not in properties


def test_there_is_no_macro_no_link_and_no_formula_in_a_cell(book, tmp_path):
    write_template(tmp_path / "template.xlsx", PROGRAMME, None)

    with zipfile.ZipFile(tmp_path / "template.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name in parts if re.search("vba|external|embed", name, re.IGNORECASE)]
    assert not [name for name, xml in parts.items() if 'TargetMode="External"' in xml]
    assert not [name for name, xml in parts.items() if re.search("<f[ >]", xml)]
    assert not [text for text in text_cells(book) if text.startswith("=")]


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x")', "#N/A", "+1", "@SUM(A1)"])
def test_no_text_of_the_programme_acts_as_a_formula(tmp_path, text):
    programme = replace(
        PROGRAMME,
        headings={**PROGRAMME.headings, "sex": text},
        choices={**PROGRAMME.choices, "sex": {"female": text}},
        fields=tuple(replace(field, description=text) for field in PROGRAMME.fields),
    )

    book = made(tmp_path, programme, None)

    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == text}
    with zipfile.ZipFile(tmp_path / "template.xlsx") as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert 't="e"' not in sheets
    assert kinds
    assert text in text_cells(book)


def test_a_new_stage_and_a_question_without_a_label_stand_as_the_programme_has_them(tmp_path):
    questions = [replace(question, label="", stage="looking_back") for question in PROGRAMME.questions]

    texts = text_cells(made(tmp_path, replace(PROGRAMME, questions=tuple(questions)), None))

    assert {*PROGRAMME.question_by_code, "Core: Looking back", "Adjusted: Looking back"} <= set(texts)
