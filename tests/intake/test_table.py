import pytest

from dipp_pipeline.intake.counts import Contents
from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.spreadsheets.cells import FormulaError
from dipp_pipeline.spreadsheets.sheet import Sheet
from tests.intake.reading import cells_of, expected_cells, found_in, records, rules_of
from tests.returns import ADJUSTED, EVERYTHING, PROGRAMME, SHEET, CaseReturn, valid_return


@pytest.fixture
def given() -> CaseReturn:
    return valid_return()


def references(read) -> list[str]:
    return [reference for table in read.tables for reference in table.cells["case_reference"]]


# Where the table stands


def test_titles_banners_and_group_headings_above_the_headings_are_no_data(given):
    above = [
        ["Case scores of Wales"],
        [],
        ["Case", None, None, "Dates", None, "PDU", "Question set", "Age", "Sex"],
        ["C1 Assessment", None, "C2 Planning", None, "C3 Delivery", "C4", "C5", "C6a", "C6b", "C7a", "C7b", "A1"],
    ]

    read = found_in([*above, *given.rows()])

    assert read.issues == ()
    assert records(read.tables[0]) == [6, 7, 8, 9]
    assert references(read) == given.references()


@pytest.mark.parametrize("columns_before", [1, 3, 30])
def test_the_table_may_start_in_any_column(given, columns_before):
    (table,) = found_in([[None] * columns_before + row for row in given.rows()]).tables

    assert cells_of(table) == expected_cells(given, columns_before)


def test_columns_come_in_any_order(given):
    given.headings = dict(sorted(given.headings.items(), key=lambda item: item[1][::-1]))

    (table,) = found_in(given.rows()).tables

    assert cells_of(table) == expected_cells(given)


@pytest.mark.parametrize(("headings", "rules"), [(4, ["F03"]), (5, ["F07"])])
def test_five_headings_of_required_fields_make_a_heading_row(headings, rules):
    required = [PROGRAMME.label(field.name) for field in PROGRAMME.fields if field.required]

    read = found_in([[*required[:headings], "MAPPA level", "Assessor", "C1", "C2", "C3"]])

    assert set(rules_of(read)) - {"F04"} == set(rules)


def test_every_visible_sheet_with_a_table_is_read(given):
    others = valid_return("london")

    read = find_tables([Sheet.of("One", given.rows()), Sheet.of("Two", [[], *others.rows()])], PROGRAMME)

    assert [(table.sheet, records(table)) for table in read.tables] == [("One", [2, 3, 4, 5]), ("Two", [3, 4, 5, 6])]
    assert read.issues == ()


# Which rows are cases


def test_blank_rows_totals_footnotes_and_repeated_headings_are_no_cases(given):
    headings, *cases = given.rows()
    total = ["Total", None, None, 4, 5, 6]
    late_total = [None, "  GRAND TOTAL of all", 4, 5, 6]
    footnote = ["Cases as recorded on nDelius.", "See the guidance."]
    blank = [None, " ", "\u00a0"]

    read = found_in([headings, cases[0], blank, headings, cases[1], footnote, cases[2], total, late_total, cases[3]])

    assert records(read.tables[0]) == [2, 5, 7, 10]
    assert references(read) == given.references()
    assert read.contents.rows_skipped == 4


def test_a_total_beside_a_case_is_no_reason_to_skip_the_case(given):
    given.cases[0]["pdu"] = "Total"

    assert references(found_in(given.rows())) == given.references()


def test_a_row_that_repeats_the_headings_in_other_spellings_is_no_case(given):
    headings, *cases = given.rows()
    others = ["CRN", "Probation delivery unit", "Core or adjusted", "Case/sentence type", "Date assessed"]
    repeated = [others[0], others[1], others[2], others[3], None, others[4], *headings[6:]]

    assert records(found_in([headings, repeated, *cases]).tables[0]) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("cells", "is_case"),
    [
        (["R677999"], True),
        ([" r 677 999 "], True),
        (["R67799"], False),
        (["R67799", "Gwent"], False),
        (["R67799", "Gwent", " "], False),
        (["R67799", "Gwent", "Core"], True),
        ([None, "Gwent", "Core"], False),
        ([None, "Gwent", "Core", "Licence"], True),
    ],
)
def test_a_row_of_fewer_than_three_filled_cells_is_a_case_only_by_its_reference(given, cells, is_case):
    read = found_in([*given.rows(), cells])

    assert (6 in records(read.tables[0])) is is_case
    assert read.contents.rows_skipped == (0 if is_case else 1)


def test_filled_cells_count_over_the_whole_row(given):
    read = found_in([*given.rows(), [None] * 60 + ["a", "b", "c"]])

    assert records(read.tables[0]) == [2, 3, 4, 5, 6]


def test_a_formula_error_counts_as_a_filled_cell(given):
    read = found_in([*given.rows(), [FormulaError("#REF!")] * 3])

    assert 6 in records(read.tables[0])


# Columns that are not read


def test_an_unknown_heading_is_reported_at_its_place(given):
    given.headings["mood"] = "Favourite  colour"
    for case in given.cases:
        case["mood"] = "blue"

    read = found_in(given.rows())

    (issue,) = read.issues
    assert (issue.rule_code, issue.sheet, issue.row) == ("W01", SHEET, 1)
    assert f"{issue.cell[:-1]}2" == given.address(0, "mood")
    assert '"Favourite colour"' in issue.message


def test_a_column_without_a_heading_is_reported_only_if_a_case_has_data_in_it(given):
    headings, first, *others = [[*row, None, None] for row in given.rows()]
    first[-1] = "blue"

    read = found_in([headings, first, *others])

    assert [(issue.rule_code, issue.cell, issue.found) for issue in read.issues] == [("W01", "AZ1", None)]


def test_notes_above_and_below_a_table_in_a_column_without_heading_are_no_data(given):
    beside = [None] * 55

    read = found_in([[*beside, "Confidential"], *given.rows(), [*beside, "End"]])

    assert read.issues == ()


@pytest.mark.parametrize("heading", ["Surname", "DoB", "First name(s)", "DATE OF\nBIRTH:", "Name"])
def test_a_column_of_personal_details_is_dropped_and_nothing_of_it_kept(given, heading):
    given.headings = {"secret": heading, **given.headings}
    for case in given.cases:
        case["secret"] = "Blodeuwedd"

    read = found_in(given.rows())

    assert [(issue.rule_code, issue.cell) for issue in read.issues] == [("W02", "A1")]
    assert "Blodeuwedd" not in repr(read)


def test_a_broken_formula_as_heading_is_reported(given):
    given.headings["mood"] = FormulaError("#REF!")
    for case in given.cases:
        case["mood"] = "blue"

    (issue,) = found_in(given.rows()).issues

    assert (issue.rule_code, issue.found) == ("W01", "#REF!")
    assert '"#REF!"' in issue.message


# Sheets that are not read


def test_a_hidden_sheet_with_a_table_is_reported_and_not_read(given):
    read = find_tables([Sheet.of("One", given.rows()), Sheet.of("Old", given.rows(), visible=False)], PROGRAMME)

    assert [(issue.rule_code, issue.sheet, issue.cell) for issue in read.issues] == [("W06", "Old", None)]
    assert [table.sheet for table in read.tables] == ["One"]


@pytest.mark.parametrize(("columns", "rules"), [(3, []), (4, ["W06"])])
def test_a_visible_sheet_without_headings_is_reported_if_it_has_more_than_three_columns(given, columns, rules):
    notes = Sheet.of("Notes", [[None, *["word"] * columns]])

    assert rules_of(find_tables([Sheet.of("One", given.rows()), notes], PROGRAMME)) == rules


def test_a_hidden_sheet_without_a_table_is_not_worth_a_word(given):
    lists = Sheet.of("Lists", [["word"] * 20], visible=False)

    assert find_tables([Sheet.of("One", given.rows()), lists], PROGRAMME).issues == ()


# What refuses a file


@pytest.mark.parametrize("rows", [[], [["Dear inspector"]], [["word"] * 20] * 20], ids=["nothing", "note", "words"])
def test_a_file_without_a_heading_row_has_no_case_table(rows):
    assert rules_of(found_in(rows)) == ["F03"]


def test_a_file_whose_only_table_is_hidden_has_no_case_table(given):
    assert rules_of(found_in(given.rows(), visible=False)) == ["F03"]


CORE = [question.code for question in PROGRAMME.questions if question.question_set == "core"]
OWN_TO_ADJUSTED = [question.code for question in PROGRAMME.questions if question.question_set == "adjusted"]
REQUIRED = [field.name for field in PROGRAMME.fields if field.required]
OPTIONAL = [field.name for field in PROGRAMME.fields if not field.required]


@pytest.mark.parametrize("column", [*REQUIRED, *CORE, *OWN_TO_ADJUSTED])
def test_a_missing_column_of_a_required_field_or_question_refuses_the_file(given, column):
    del given.headings[column]

    read = found_in(given.rows())

    assert [(issue.rule_code, issue.sheet, issue.cell, issue.field) for issue in read.issues] == [
        ("F04", SHEET, None, column)
    ]
    assert PROGRAMME.label(column) in read.issues[0].message


def test_adjusted_questions_need_no_column_where_no_case_is_adjusted(given):
    del given.cases[ADJUSTED]
    for column in OWN_TO_ADJUSTED:
        del given.headings[column]

    assert found_in(given.rows()).issues == ()


@pytest.mark.parametrize("column", OPTIONAL)
def test_an_optional_field_needs_no_column(given, column):
    del given.headings[column]

    assert found_in(given.rows()).issues == ()


@pytest.mark.parametrize(
    ("second", "field"),
    [("RoSH", "risk_of_serious_harm"), ("C1 (a) again", "C1a"), ("Case reference", "case_reference")],
)
def test_a_second_column_of_the_same_meaning_refuses_the_file(given, second, field):
    headings, *cases = given.rows()

    read = found_in([[*headings, second], *cases])

    (issue,) = read.issues
    assert (issue.rule_code, issue.cell, issue.field) == ("F05", "AY1", field)
    assert f'"{second}"' in issue.message


def test_headings_without_a_case_under_them_refuse_the_file(given):
    read = found_in([*given.rows()[:1], ["No cases this month"], ["Total", 0, 0, 0, 0]])

    assert rules_of(read) == ["F07"]


def test_one_sheet_of_cases_is_enough(given):
    empty = Sheet.of("Empty", given.rows()[:1])

    read = find_tables([empty, Sheet.of(SHEET, given.rows())], PROGRAMME)

    assert read.issues == ()
    assert references(read) == given.references()


def test_a_refused_file_reports_what_refuses_it_only(given):
    del given.headings["sex"]
    given.headings |= {"mood": "Mood", "secret": "Surname"}
    given.cases[EVERYTHING] |= {"mood": "blue", "secret": "Blodeuwedd"}
    for case in given.cases[1:]:
        case |= {"mood": None, "secret": None}

    read = found_in(given.rows())

    assert rules_of(read) == ["F04"]
    assert read.tables == ()
    assert read.refused


def test_every_filled_cell_is_used_or_ignored_for_a_reason(given):
    given.headings["surname"], given.headings["remarks"] = "Surname", "Remarks"
    for case in given.cases:
        case["surname"], case["remarks"] = "-", "see the file"
    headings, *cases = given.rows()
    banner, footnote, total = ["Case scores", None, "C1 and more"], ["As on the day."], [None, "Total", 4, " "]
    cover = [["Read me"], [None, "first"]]
    sheets = [
        Sheet.of("Cover", cover),
        Sheet.of(SHEET, [banner, headings, cases[0], footnote, *cases[1:], total]),
        Sheet.of("Old", given.rows(), visible=False),
    ]

    read = find_tables(sheets, PROGRAMME)

    used = sum(case[name] is not None for case in given.cases for name in PROGRAMME.column_names)
    table = used + len(headings) + 4 + 4
    assert read.contents == Contents(
        rows_read=4 + 2,
        rows_skipped=2,
        cells_read=table + 2 + 1 + 2 + (2 + table),
        cells_used=used,
        cells_in_headings=len(headings) + 2,
        cells_in_skipped_rows=1 + 2,
        cells_in_ignored_columns=4,
        cells_in_personal_columns=4,
        cells_in_other_sheets=2 + table,
    )


def test_a_refused_file_has_no_contents():
    assert found_in([["nothing", "here"]]).contents == Contents()
