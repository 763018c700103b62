"""One broken cell or heading after the other in a good return of each kind but case scores, and what is said of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.validation.validate import Validated
from tests.homes import add_line, copied_definitions
from tests.other_returns import OTHER_KINDS, OtherReturn, valid_other_return
from tests.returns import PROGRAMME, FormulaError, Unstored
from tests.validation.judging import ARRIVED_ON, judge_other, sheet_of, where

SURVEY, STAFFING, RECOMMENDATIONS = OTHER_KINDS
TOMORROW = ARRIVED_ON + timedelta(days=1)

ROLES = "Probation officer, Probation services officer, Senior probation officer, Trainee, Administrator or Other"
GRADES = "Probation officer, Probation services officer or Senior probation officer"
AGREEMENTS = "Strongly agree, Agree, Neither agree nor disagree, Disagree, Strongly disagree or Prefer not to say"


@dataclass(frozen=True)
class Broken:
    """A cell of the first record of a valid return, what is put there, the one rule that breaks, and what is said."""

    kind: str
    rule: str
    column: str
    cell: object
    says: str
    region: str = "wales"

    def __str__(self) -> str:
        return f"{self.kind} {self.rule} {self.column}={str(self.cell)[:20]}"

    def given(self) -> OtherReturn:
        given = valid_other_return(self.kind, self.region)
        own = [pdu.name for pdu in PROGRAMME.pdus if pdu.region_code == given.region.code]
        for place, record in enumerate(given.records):
            if "pdu" in record and self.region != "wales":
                record["pdu"] = own[place]
        given.records[0][self.column] = self.cell
        return given


def _pdus(kind: str, record: str) -> list[Broken]:
    return [
        Broken(kind, "R05", "pdu", "Atlantis", '"Atlantis" is not a PDU of Wales. Use the name of the PDU.'),
        Broken(
            kind,
            "R05",
            "pdu",
            "North Whales",
            '"North Whales" is not a PDU of Wales. Did you mean North Wales? Use the name of the PDU.',
        ),
        Broken(
            kind,
            "R05",
            "pdu",
            "Salford",
            '"Salford" ceased to be a PDU on 28/4/2025. Use Salford and Trafford.',
            region="greater-manchester",
        ),
        Broken(
            kind,
            "R06",
            "pdu",
            "Bolton",
            f'"Bolton" is a PDU of Greater Manchester, not of Wales. Mend it, or send the {record} with its region.',
        ),
    ]


_VALUES = [
    Broken(SURVEY, "R07", "role", "Director", f'"Director" is not a value of Role. Use {ROLES}.'),
    Broken(SURVEY, "R07", "role", "Traine", f'"Traine" is not a value of Role. Did you mean Trainee? Use {ROLES}.'),
    Broken(
        SURVEY,
        "R07",
        "length_of_service",
        "Forever",
        '"Forever" is not a value of Length of service. Use Under 1 year, 1 to 5 years or Over 5 years.',
    ),
    Broken(SURVEY, "R07", "S1", "Yes", f'"Yes" is not an answer to S1. Use {AGREEMENTS}.'),
    Broken(SURVEY, "R07", "S2", "No", f'"No" is not an answer to S2. Use {AGREEMENTS}.'),
    Broken(SURVEY, "R07", "S10", 5, f'"5" is not an answer to S10. Use {AGREEMENTS}.'),
    Broken(
        SURVEY,
        "R07",
        "S7",
        "Stronly agree",
        f'"Stronly agree" is not an answer to S7. Did you mean Strongly agree? Use {AGREEMENTS}.',
    ),
    Broken(STAFFING, "R07", "grade", "Trainee", f'"Trainee" is not a value of Grade. Use {GRADES}.'),
    Broken(
        STAFFING,
        "R07",
        "grade",
        "Senior probation oficer",
        f'"Senior probation oficer" is not a value of Grade. Did you mean Senior probation officer? Use {GRADES}.',
    ),
    *(
        Broken(
            STAFFING,
            "R07",
            column,
            cell,
            f'"{cell}" is not a number from 0 to 500 for {name}. Mend it.',
        )
        for column, name in (
            ("target_fte", "Target FTE"),
            ("in_post_fte", "In post FTE"),
            ("mean_caseload", "Mean caseload"),
        )
        for cell in (500.1, -1, "-0.5", "12,5", "about 40", "1e999", "NaN", "١٢")
    ),
    *(
        Broken(
            STAFFING,
            "R07",
            "vetting_pending",
            cell,
            f'"{cell}" is not a whole number from 0 to 10000 for Vetting pending. Mend it.',
        )
        for cell in (-1, 10001, 2.5, "two")
    ),
    *(
        Broken(
            RECOMMENDATIONS,
            "R07",
            "number",
            cell,
            f'"{cell}" is not a whole number from 1 to 999 for Number. Mend it.',
        )
        for cell in (0, 1000, 1.5, "1a", "one")
    ),
    Broken(
        RECOMMENDATIONS,
        "R07",
        "addressee",
        "The minister",
        '"The minister" is not a value of Addressee. Use Region or HMPPS.',
    ),
    Broken(
        RECOMMENDATIONS,
        "R07",
        "accepted",
        "Perhaps",
        '"Perhaps" is not a value of Accepted. Use Yes, Partly, No or Awaited.',
    ),
    Broken(
        RECOMMENDATIONS,
        "R07",
        "status",
        "Compleated",
        '"Compleated" is not a value of Status. Did you mean Completed? Use Not started, In progress or Completed.',
    ),
    *(
        Broken(
            RECOMMENDATIONS,
            "R07",
            column,
            "a" * longest + "b",
            f"{name} is longer than {longest} characters. Shorten it.",
        )
        for column, name, longest in (
            ("text", "Recommendation", 1000),
            ("action", "Action", 300),
            ("owner_role", "Owner's role", 300),
        )
    ),
]

_NAMES_A_CASE = [
    Broken(
        RECOMMENDATIONS,
        "R07",
        column,
        written,
        f"{name} holds a case reference, and no case may be told by it. Take the reference out.",
    )
    for column, name in (("text", "Recommendation"), ("action", "Action"), ("owner_role", "Owner's role"))
    for written in ("Learn from X320741.", "x320741", "Look at CRN X 320741 again", "a" * 1000 + " X320741")
]

_BLANKS = [
    Broken(kind, "R08", field.name, None, f"{name} is blank, and every {record} needs it. Fill it in.")
    for kind, record in ((SURVEY, "response"), (STAFFING, "post"), (RECOMMENDATIONS, "recommendation"))
    for field in PROGRAMME.of(kind).fields
    for name in [PROGRAMME.of(kind).label(field.name)]
    if field.required and (kind, field.name) != (RECOMMENDATIONS, "number")
] + [
    Broken(
        RECOMMENDATIONS,
        "R01",
        "number",
        blank,
        "The row has data but no Number. Give it, or clear the row if it is no recommendation.",
    )
    for blank in (None, " ", "\u00a0")
]

_DATES = [
    *(
        Broken(
            kind,
            "R09",
            column,
            day,
            f'"{found}" is not a date from 1/1/2020 to the day of arrival for {name}. Give it as day/month/year.',
        )
        for kind, column, name in ((STAFFING, "as_of", "As of"), (RECOMMENDATIONS, "updated_on", "Updated on"))
        for day, found in (
            (TOMORROW, TOMORROW.isoformat()),
            (date(2019, 12, 31), "2019-12-31"),
            ("31/11/2025", "31/11/2025"),
            ("last week", "last week"),
        )
    ),
    *(
        Broken(
            RECOMMENDATIONS,
            "R09",
            "due_on",
            day,
            f'"{found}" is not a date from 1/1/2020 to 31/12/2099 for Due on. Give it as day/month/year.',
        )
        for day, found in (
            (date(2019, 12, 31), "2019-12-31"),
            (date(2100, 1, 1), "2100-01-01"),
            ("when possible", "when possible"),
        )
    ),
]

_FORMULAS = [
    *(
        Broken(kind, "R13", column, FormulaError("#REF!"), "The cell has no value: it holds #REF!. Type the value in.")
        for kind in OTHER_KINDS
        for column in PROGRAMME.of(kind).column_names
    ),
    *(
        Broken(
            kind,
            "R13",
            column,
            Unstored(),
            "The cell has no value: it holds a formula whose result was never stored. Type the value in.",
        )
        for kind, column in ((SURVEY, "S1"), (STAFFING, "mean_caseload"), (RECOMMENDATIONS, "number"))
    ),
]

BROKEN = [
    *_pdus(SURVEY, "response"),
    *_pdus(STAFFING, "post"),
    *_VALUES,
    *_NAMES_A_CASE,
    *_BLANKS,
    *_DATES,
    *_FORMULAS,
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_cell_is_told_at_its_address_in_words_of_its_kind_and_costs_its_row(broken: Broken) -> None:
    given = broken.given()

    verdict = judge_other(given)

    (issue,) = verdict.issues
    assert (issue.rule_code, issue.severity, issue.message) == (broken.rule, "quarantine", broken.says)
    assert (issue.sheet, issue.cell, issue.row) == (given.sheet, given.address(0, broken.column), 2)
    assert issue.field == broken.column
    assert verdict.rows["row"].to_list() == [3, 4]
    assert (verdict.counts.received, verdict.counts.accepted, verdict.counts.quarantined) == (3, 2, 1)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_return_of_a_kind_without_a_problem_has_nothing_said_of_it(kind: str) -> None:
    verdict = judge_other(valid_other_return(kind))

    assert verdict.issues == ()
    assert verdict.counts.accepted == 3


@dataclass(frozen=True)
class Sound:
    """A cell of the first record of a valid return that is put there without a word being said."""

    kind: str
    column: str
    cell: object

    def __str__(self) -> str:
        return f"{self.kind} {self.column}={str(self.cell)[:20]}"


SOUND = [
    *(Sound(SURVEY, f"S{number}", None) for number in (1, 5, 10)),
    Sound(SURVEY, "S1", "prefer_not_to_say"),
    Sound(SURVEY, "S1", "STRONGLY_AGREE"),
    Sound(SURVEY, "S1", "neither"),
    Sound(SURVEY, "S1", "Prefer_not to_say"),
    Sound(SURVEY, "role", "Case_administrator"),
    Sound(SURVEY, "role", "senior_probation_officer"),
    Sound(SURVEY, "role", "Senior_Probation  officer"),
    Sound(SURVEY, "length_of_service", "1_to_5_years"),
    Sound(SURVEY, "length_of_service", None),
    Sound(SURVEY, "pdu", "WPTGWT"),
    *(
        Sound(STAFFING, column, number)
        for column in ("target_fte", "in_post_fte", "mean_caseload")
        for number in (0, 500, 500.0, "0", "500", "500.0", " 36.25 ", "+1.5", ".5", "3E1")
    ),
    Sound(STAFFING, "mean_caseload", None),
    Sound(STAFFING, "vetting_pending", "10000"),
    Sound(STAFFING, "vetting_pending", 0),
    Sound(STAFFING, "grade", "probation_services_officer"),
    Sound(STAFFING, "as_of", ARRIVED_ON),
    Sound(STAFFING, "as_of", date(2020, 1, 1)),
    *(Sound(RECOMMENDATIONS, column, None) for column in ("action", "owner_role", "due_on")),
    Sound(RECOMMENDATIONS, "number", " 999 "),
    Sound(RECOMMENDATIONS, "status", "not_started"),
    Sound(RECOMMENDATIONS, "accepted", True),
    Sound(RECOMMENDATIONS, "due_on", TOMORROW),
    Sound(RECOMMENDATIONS, "due_on", date(2099, 12, 31)),
    Sound(RECOMMENDATIONS, "updated_on", ARRIVED_ON),
    Sound(RECOMMENDATIONS, "text", "a" * 1000),
    Sound(RECOMMENDATIONS, "text", "ŵ" * 1000),
    Sound(RECOMMENDATIONS, "text", "=1+1 is no formula here; nor is London-202601 a case"),
    Sound(RECOMMENDATIONS, "action", "a" * 300),
    Sound(RECOMMENDATIONS, "owner_role", "a" * 300),
]


@pytest.mark.parametrize("sound", SOUND, ids=str)
def test_what_a_kind_allows_is_accepted_without_a_word(sound: Sound) -> None:
    given = valid_other_return(sound.kind)
    given.records[0][sound.column] = sound.cell

    verdict = judge_other(given)

    assert verdict.issues == ()
    assert verdict.counts.accepted == 3


def test_a_number_without_limits_is_told_without_them(tmp_path: Path) -> None:
    seeds = copied_definitions(tmp_path / "sql") / "seeds"
    for line in ("spare_fte,no,decimal,,,,,", "desks,no,integer,,,,,"):
        add_line(seeds / "staffing_fields.csv", line)
    given = valid_other_return(STAFFING, programme=load_programme(seeds))
    given.records[0] |= {"spare_fte": "none", "desks": "1.5"}
    given.records[1] |= {"spare_fte": -1000.5, "desks": -7}

    verdict = judge_other(given)

    assert [issue.message for issue in verdict.issues] == [
        '"none" is not a number that spare_fte takes. Mend it.',
        '"1.5" is not a whole number that desks takes. Mend it.',
    ]


KEYS = [(STAFFING, ("pdu", "grade"), "post"), (RECOMMENDATIONS, ("number",), "recommendation")]


@pytest.mark.parametrize(("kind", "key", "record"), KEYS)
def test_records_of_one_key_and_different_contents_are_held_back_every_one(
    kind: str, key: tuple[str, ...], record: str
) -> None:
    given = valid_other_return(kind)
    given.records[2] |= {name: given.records[0][name] for name in key}

    verdict = judge_other(given)

    says = f"This {record} stands more than once in this return, with different contents. Keep the right row only."
    assert where(verdict) == [("R03", given.address(0, key[-1])), ("R03", given.address(2, key[-1]))]
    assert {(issue.severity, issue.field, issue.message) for issue in verdict.issues} == {("quarantine", key[-1], says)}
    assert verdict.rows["row"].to_list() == [3]


@pytest.mark.parametrize(("kind", "key", "record"), KEYS)
def test_a_record_that_stands_twice_counts_once_however_it_is_spelt(
    kind: str, key: tuple[str, ...], record: str
) -> None:
    given = valid_other_return(kind)
    given.records.append(
        {
            name: f" {cell} ".upper() if isinstance(cell, str) and name in ("pdu", "grade", "status") else cell
            for name, cell in given.records[0].items()
        }
    )

    verdict = judge_other(given)

    (issue,) = verdict.issues
    assert (issue.rule_code, issue.severity, issue.cell) == ("W03", "warn", given.address(3, key[-1]))
    assert issue.message == "The same row stands twice in this return; one was kept. Take the other out."
    assert (verdict.counts.accepted, verdict.counts.identical_dropped) == (3, 1)


def test_a_record_of_one_pdu_and_another_grade_is_another() -> None:
    given = valid_other_return(STAFFING)

    assert [(record["pdu"], record["grade"]) for record in given.records[:2]] == [
        ("Gwent", "Probation officer"),
        ("Gwent", "Senior probation officer"),
    ]
    assert judge_other(given).issues == ()


def test_two_equal_rows_of_a_survey_are_two_respondents() -> None:
    given = valid_other_return(SURVEY)
    given.records.append(dict(given.records[0]))

    verdict = judge_other(given)

    assert verdict.issues == ()
    assert (verdict.counts.accepted, verdict.counts.identical_dropped) == (4, 0)
    assert verdict.answers.height == 40


TEXT_COLUMNS = ("text", "action", "owner_role")


@pytest.mark.parametrize("column", TEXT_COLUMNS)
def test_a_text_with_a_case_reference_is_not_quoted(column: str) -> None:
    given = valid_other_return(RECOMMENDATIONS)
    given.records[0][column] = "Nobody saw to X320741 in time"

    (issue,) = judge_other(given).issues

    assert issue.found == "a case reference"
    assert "X320741" not in issue.message


def test_a_text_that_is_too_long_is_quoted_no_further_than_any_other() -> None:
    given = valid_other_return(RECOMMENDATIONS)
    given.records[0]["text"] = "word " * 300

    (issue,) = judge_other(given).issues

    assert issue.found == ("word " * 16)
    assert "word" not in issue.message


def headings_of(kind: str) -> list[str]:
    return list(valid_other_return(kind).headings)


@pytest.mark.parametrize(("kind", "column"), [(kind, column) for kind in OTHER_KINDS for column in headings_of(kind)])
def test_a_heading_may_have_underscores_for_its_spaces(kind: str, column: str) -> None:
    given = valid_other_return(kind)
    given.headings[column] = given.headings[column].replace(" ", "_")

    assert judge_other(given).issues == ()


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_headings_may_be_the_names_of_the_fields_and_the_codes_with_their_statements(kind: str) -> None:
    given = valid_other_return(kind)
    programme = given.programme
    given.headings = {field.name: field.name for field in programme.fields} | {
        question.code: f"{question.code}: {question.label}" for question in programme.questions
    }

    assert judge_other(given).issues == ()


def refused(rule: str, message: str, verdict: Validated) -> None:
    (issue,) = verdict.issues
    assert (issue.rule_code, issue.severity, issue.message) == (rule, "refuse", message)
    assert verdict.refused
    assert verdict.rows.is_empty()
    assert (verdict.counts.received, verdict.counts.accepted) == (0, 0)


REQUIRED = [(kind, field.name) for kind in OTHER_KINDS for field in PROGRAMME.of(kind).fields if field.required]
RECORDS = {kind: PROGRAMME.of(kind).kind.record for kind in OTHER_KINDS}


def test_the_word_for_a_record_is_that_of_its_kind() -> None:
    assert RECORDS == {SURVEY: "response", STAFFING: "post", RECOMMENDATIONS: "recommendation"}


@pytest.mark.parametrize(("kind", "column"), REQUIRED)
def test_without_a_required_column_the_file_is_refused(kind: str, column: str) -> None:
    given = valid_other_return(kind)
    name = given.headings.pop(column)

    verdict = judge_other(given)

    refused("F04", f"No column has the heading {name}. Add the column, or mend its heading.", verdict)
    assert (verdict.issues[0].sheet, verdict.issues[0].field) == (given.sheet, column)


def test_a_column_that_is_not_required_may_be_missing() -> None:
    for kind in OTHER_KINDS:
        for column in set(headings_of(kind)) - {column for of, column in REQUIRED if of == kind}:
            given = valid_other_return(kind)
            del given.headings[column]

            assert judge_other(given).issues == (), (kind, column)


def test_a_survey_of_few_statements_is_read() -> None:
    given = valid_other_return(SURVEY)
    for number in range(2, 11):
        del given.headings[f"S{number}"]
    del given.headings["length_of_service"]

    verdict = judge_other(given)

    assert verdict.issues == ()
    assert verdict.answers["question_code"].to_list() == ["S1"] * 3


@pytest.mark.parametrize(
    ("kind", "column", "again"),
    [
        (SURVEY, "S1", "S1 (again)"),
        (SURVEY, "role", "Job role"),
        (STAFFING, "grade", "Staff_grade"),
        (RECOMMENDATIONS, "number", "No."),
    ],
)
def test_a_second_column_of_one_meaning_refuses_the_file(kind: str, column: str, again: str) -> None:
    given = valid_other_return(kind)
    given.headings["again"] = again
    first, name = given.address(-1, column), given.programme.label(column)

    verdict = judge_other(given)

    message = f'"{again}" is a second column for {name}, whose first is at {first}. Keep one of them.'
    refused("F05", message, verdict)
    assert (verdict.issues[0].cell, verdict.issues[0].field) == (given.address(-1, "again"), column)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_headings_with_nothing_under_them_refuse_the_file(kind: str) -> None:
    given = valid_other_return(kind)
    given.records = []

    message = f"The headings were found, but no {RECORDS[kind]} under them. Send the return with its {RECORDS[kind]}s."
    refused("F07", message, judge_other(given))


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_file_without_enough_of_the_headings_of_its_kind_is_refused(kind: str) -> None:
    given = valid_other_return(kind)
    heads = [column for column, heading in given.headings.items() if given.programme.heads_a_table(heading)]
    too_few = heads[: given.programme.kind.headings_of_table - 1]
    given.headings = {column: given.headings[column] for column in too_few}

    message = f"No visible sheet has a row of headings of a {RECORDS[kind]} table. Use the headings of the template."
    refused("F03", message, judge_other(given))


@pytest.mark.parametrize(
    ("kind", "other"), [(kind, other) for kind in OTHER_KINDS for other in PROGRAMME.by_kind if other != kind]
)
def test_a_return_of_another_kind_than_its_folder_is_refused(kind: str, other: str) -> None:
    given = valid_other_return(kind)
    columns = PROGRAMME.of(other).column_names
    given.headings = {column: PROGRAMME.of(other).label(column) for column in columns}
    given.records = [dict.fromkeys(columns, "something")]

    message = f"No visible sheet has a row of headings of a {RECORDS[kind]} table. Use the headings of the template."
    refused("F03", message, judge_other(given))


def warned(rule: str, message: str, verdict: Validated) -> None:
    (issue,) = verdict.issues
    assert (issue.rule_code, issue.severity, issue.message) == (rule, "warn", message)
    assert verdict.counts.accepted == 3


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize(
    ("heading", "rule", "message"),
    [
        ("Colour", "W01", 'The heading "Colour" is not known: its column was not read. Mend it if it counts.'),
        (None, "W01", "A column without a heading was not read. Give it one if it should count."),
        (
            "Surname",
            "W02",
            'The column "Surname" holds personal details and was dropped. Leave it out of the return.',
        ),
    ],
)
def test_a_column_that_is_not_read_is_told_at_its_heading(
    kind: str, heading: str | None, rule: str, message: str
) -> None:
    given = valid_other_return(kind)
    given.headings["more"] = heading
    for record in given.records:
        record["more"] = "blue"

    verdict = judge_other(given)

    warned(rule, message, verdict)
    assert verdict.issues[0].cell == given.address(-1, "more")


def _wide(rows: int) -> list[list[object]]:
    return [["a", "b", "c", "d"]] * rows


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_sheet_without_headings_is_told_by_its_name(kind: str) -> None:
    verdict = judge_other(valid_other_return(kind), sheet_of("Notes", [["a", "b", "c", "d"]]))

    message = f"This sheet has no row of headings and was not read. Check that no {RECORDS[kind]} is on it."
    warned("W06", message, verdict)
    assert (verdict.issues[0].sheet, verdict.issues[0].cell) == ("Notes", None)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_hidden_sheet_with_a_table_is_told_by_its_name(kind: str) -> None:
    given = valid_other_return(kind)

    verdict = judge_other(given, sheet_of("Old", given.rows(), visible=False))

    message = f"This hidden sheet holds a {RECORDS[kind]} table, which was not read. Unhide it if it counts."
    warned("W06", message, verdict)
    assert (verdict.issues[0].sheet, verdict.issues[0].cell) == ("Old", None)


def test_every_rule_that_a_kind_can_break_is_broken_here() -> None:
    told_here = {(broken.kind, broken.rule) for broken in BROKEN}

    everywhere = {"R07", "R08", "R13"}
    assert {rule for kind, rule in told_here if kind == SURVEY} == everywhere | {"R05", "R06"}
    assert {rule for kind, rule in told_here if kind == STAFFING} == everywhere | {"R05", "R06", "R09"}
    assert {rule for kind, rule in told_here if kind == RECOMMENDATIONS} == everywhere | {"R01", "R09"}


def test_no_sentence_on_a_return_of_another_kind_speaks_of_cases() -> None:
    told = {broken.says for broken in BROKEN if broken not in _NAMES_A_CASE}

    assert [says for says in told if " case " in says or " cases" in says] == []
