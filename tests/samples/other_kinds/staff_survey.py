"""The staff surveys of five regions: the responses, and the returns in which they arrive.

South West has nine responses, too few to show. Greater Manchester has fourteen, of which few answer some statements.
How many answer what in these two is set so that the nation shows each reason for withholding, and its edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.samples.other_kinds.page import BLANK, HEADINGS_AGAIN, FormulaError, Note, Page, Row, SampleReturn, scattered
from tests.samples.other_kinds.words import SEED, Writer, pdus_of, seed

FOLDER = "staff-survey"
STATEMENTS = tuple(line["question_code"] for line in seed("staff_survey_statements"))
LABELS = {line["question_code"]: line["label"] for line in seed("staff_survey_statements")}
ROLES = (
    ("probation_officer",) * 5
    + ("probation_services_officer",) * 4
    + (
        "senior_probation_officer",
        "senior_probation_officer",
        "trainee",
        "administrator",
        "other",
    )
)
SERVICE = ("under_1_year", "1_to_5_years", "1_to_5_years", "over_5_years", "over_5_years", "")
AGREEING = ("strongly_agree", "agree", "agree")
NOT_AGREEING = ("neither", "disagree", "disagree", "strongly_disagree")
NO_ANSWER = ("", "", "prefer_not_to_say")


@dataclass(frozen=True)
class Response:
    """What one person said, in canonical values; "" for a blank."""

    pdu: str
    role: str
    length_of_service: str
    answers: Mapping[str, str]


SIZES = {
    "kent-surrey-and-sussex": 44,
    "south-central": 38,
    "south-west": 9,
    "greater-manchester": 14,
    "west-midlands": 56,
}

NOT_ASKED = {"south-central": "S6"}
"""A survey that lacks a statement's column."""

FEW: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "south-west": {
        "S1": (8, 5),
        "S2": (7, 3),
        "S3": (9, 2),
        "S4": (8, 1),
        "S5": (9, 4),
        "S6": (8, 3),
        "S7": (9, 6),
        "S8": (6, 4),
        "S9": (8, 0),
        "S10": (9, 7),
    },
    "greater-manchester": {
        "S1": (12, 7),
        "S2": (7, 2),
        "S3": (8, 3),
        "S4": (9, 5),
        "S5": (6, 6),
        "S6": (10, 6),
        "S7": (13, 8),
        "S8": (9, 2),
        "S9": (9, 0),
        "S10": (9, 5),
    },
}
"""How many answer each statement of a small survey, and how many of them agree.

The nation's S1 and S7 are withheld for one region's sake, S9 since none of the withheld agree, S10 since they are nine
in each region and so could not be fewer; for the others two regions are withheld together, and the nation is shown.
"""


def responses() -> dict[str, list[Response]]:
    """The responses of each region that must be accepted, in the order of their rows."""
    return {region_slug: _responses(region_slug, size) for region_slug, size in SIZES.items()}


def _responses(region_slug: str, size: int) -> list[Response]:
    draw = Random(f"{SEED} responses {region_slug}")
    slugs = [pdu["pdu_slug"] for pdu in pdus_of(region_slug)]
    answers = {
        code: [""] * size
        if NOT_ASKED.get(region_slug) == code
        else _set_answers(draw, size, *FEW[region_slug][code])
        if region_slug in FEW
        else _any_answers(draw, size)
        for code in STATEMENTS
    }
    given = [
        Response(
            draw.choice(slugs),
            draw.choice(ROLES),
            draw.choice(SERVICE),
            {code: answers[code][place] for code in STATEMENTS},
        )
        for place in range(size)
    ]
    match region_slug:
        case "west-midlands":
            return [*given[:-1], given[0]]  # equal to the first, and another respondent's
        case "kent-surrey-and-sussex":
            return [*given[:-1], Response(given[-1].pdu, given[-1].role, "", dict.fromkeys(STATEMENTS, ""))]
        case _:
            return given


def _set_answers(draw: Random, size: int, respondents: int, agreeing: int) -> list[str]:
    kinds = [AGREEING] * agreeing + [NOT_AGREEING] * (respondents - agreeing) + [NO_ANSWER] * (size - respondents)
    answers = [draw.choice(kind) for kind in kinds]
    draw.shuffle(answers)
    return answers


def _any_answers(draw: Random, size: int) -> list[str]:
    share = 0.3 + 0.45 * draw.random()
    return [
        draw.choice(NO_ANSWER if draw.random() < 0.09 else AGREEING if draw.random() < share else NOT_AGREEING)
        for _ in range(size)
    ]


def returns(surveys: Mapping[str, Sequence[Response]]) -> list[SampleReturn]:
    """The surveys as they arrive."""
    return [make(surveys[region_slug]) for region_slug, make in _RETURNS.items()]


def _written(writer: Writer, response: Response, **more: object) -> dict[str, object]:
    return {
        "pdu": writer.pdu(response.pdu),
        "role": writer.value("role", response.role),
        "length_of_service": writer.value("length_of_service", response.length_of_service),
        **{code: writer.value("agreement", answer) for code, answer in response.answers.items()},
        **more,
    }


def _broken(writer: Writer, like: Response, rule: str, column: str, cell: object, **more: object) -> Row:
    """A row like a response, but for one cell that breaks a rule."""
    return Row({**_written(writer, like, **more), column: cell}, rule, column)


def _kent_surrey_and_sussex(given: Sequence[Response]) -> SampleReturn:
    """A cover sheet; a title and merged banners over the table, which starts in column B; formula errors."""
    writer = Writer(FOLDER, "kent-surrey-and-sussex")
    headings = {
        "W01": "Response ID",
        "pdu": "Probation\ndelivery unit",
        "W02": "Name",
        "role": "JOB ROLE",
        "length_of_service": "Time in service:",
        **{code: f"{code}: {LABELS[code]}" for code in STATEMENTS},
        "W01 check": "Check",
    }
    more = {"W02": "withheld", "W01 check": FormulaError("#REF!")}
    rows = [Row(_written(writer, response, W01=number, **more)) for number, response in enumerate(given, 1)]
    broken = [
        _broken(writer, given[3], "R07", "S4", "Maybe", **more),
        _broken(writer, given[7], "R08", "role", None, **more),
        _broken(writer, given[9], "R13", "S2", FormulaError("#REF!"), **more),
        _broken(writer, given[12], "R06", "pdu", "Oxfordshire", **more),
    ]
    about = Page("About")
    for row, text in enumerate(("Staff survey", "Kent, Surrey and Sussex", "Answers come from a form."), 1):
        about.put(row, 1, text)
    about.put(5, 1, "Closed on", None, "12/12/2025")
    survey = Page("Responses")
    survey.banner(1, 2, 8, "Staff survey: public protection")
    survey.banner(3, 3, 4, "Who answers").banner(3, 7, 10, "What they say")
    survey.table(5, 2, headings, [*scattered(writer.draw, rows, [*broken, BLANK, BLANK]), BLANK, Note(["Ends here"])])
    survey.hidden_rows.append(9)
    return SampleReturn(writer.region_slug, FOLDER, "KSS staff survey.xlsx", [about, survey])


def _south_central(given: Sequence[Response]) -> SampleReturn:
    """Statements first, in another order, with dashes; one of them not asked; the headings repeated half-way."""
    writer = Writer(FOLDER, "south-central")
    asked = [code for code in reversed(STATEMENTS) if code != NOT_ASKED["south-central"]]
    headings = {
        **{code: f"{code} {dash} {LABELS[code]}" for code, dash in zip(asked, "-–—-–-–-—", strict=True)},
        "length_of_service": "Years in probation",
        "W01": "Submitted at",
        "role": "Role of respondent",
        "pdu": "pdu",
    }
    more = {"W01": "form"}
    rows = [Row(_written(writer, response, **more)) for response in given]
    broken = [
        _broken(writer, given[2], "R06", "pdu", "West Kent", **more),
        _broken(writer, given[5], "R07", "role", "Governor", **more),
    ]
    survey = (
        Page("Survey").put(1, 1, "South Central: staff survey, spring").put(2, 1, "S1 to S10 were asked, but for S6")
    )
    lines = [*scattered(writer.draw, rows, broken), BLANK, Note(["* closed early in one office"])]
    lines.insert(20, HEADINGS_AGAIN)
    survey.table(4, 1, headings, lines)
    return SampleReturn(writer.region_slug, FOLDER, "South Central survey.ods", [survey])


def _south_west(given: Sequence[Response]) -> SampleReturn:
    """CSV with a byte order mark; bare codes; canonical names in headings; an error in its text."""
    writer = Writer(FOLDER, "south-west")
    headings = {
        "role": "role",
        "pdu": "PDU (as recorded on nDelius)",
        **{code: code for code in STATEMENTS},
        "W02": "Manager",
        "length_of_service": "length_of_service",
    }
    more = {"W02": "withheld"}
    rows = [Row(_written(writer, response, **more)) for response in given]
    broken = [
        _broken(writer, given[1], "R08", "pdu", None, **more),
        _broken(writer, given[4], "R13", "S5", FormulaError("#N/A"), **more),
        _broken(writer, given[6], "R07", "length_of_service", "Ten years", **more),
    ]
    survey = Page("staff survey").put(1, 1, "Staff survey: South West").put(2, 1, "Region", "South West")
    survey.table(4, 1, headings, scattered(writer.draw, rows, [*broken, BLANK]))
    return SampleReturn(writer.region_slug, FOLDER, "staff survey.csv", [survey], "utf-8-sig")


def _greater_manchester(given: Sequence[Response]) -> SampleReturn:
    """An old workbook; codes in small letters, labels without a sign between; a total in the row at the end."""
    writer = Writer(FOLDER, "greater-manchester")
    headings = {
        "pdu": "Probation  delivery unit ",
        "role": "Role",
        "length_of_service": "Length\N{NO-BREAK SPACE}of service",
        **{code: f"{code.lower()} {LABELS[code]}" for code in STATEMENTS},
        "W01": "Entered by",
    }
    more = {"W01": "form"}
    rows = [Row(_written(writer, response, **more)) for response in given]
    broken = [
        _broken(writer, given[0], "R05", "pdu", "Tameside", **more),
        _broken(writer, given[8], "R05", "pdu", "Greater Westshire", **more),
        _broken(writer, given[11], "R07", "S7", 6, **more),
    ]
    total = Note(["Total", "responses", len(rows) + len(broken)])
    survey = Page("Staff survey").banner(1, 1, 6, "Greater Manchester staff survey")
    survey.table(3, 3, headings, [*scattered(writer.draw, rows, broken), total])
    return SampleReturn(writer.region_slug, FOLDER, "GM staff survey.xls", [survey])


def _west_midlands(given: Sequence[Response]) -> SampleReturn:
    """A workbook for macros; every style of heading; two equal rows, which are two respondents."""
    writer = Writer(FOLDER, "west-midlands")
    styles = [
        "{}",
        "{}: {}",
        "{} - {}",
        "{} {}",
        "{}. {}",
        "{}_{}",
        "{}:\n{}",
        "{} – {}",
        "{}, {}",
        "{}\N{NO-BREAK SPACE}{}",
    ]
    headings = {
        "W01": "Batch",
        "role": "Role ",
        **{code: style.format(code, LABELS[code]) for code, style in zip(STATEMENTS, styles, strict=True)},
        "pdu": "PDU:",
        "length_of_service": "LENGTH_OF_SERVICE",
        "W02": "Surname",
    }
    more = {"W01": "A", "W02": "withheld"}
    rows = [Row(_written(writer, response, **more)) for response in given[:-1]]
    rows.append(Row(dict(rows[0].cells)))
    broken = [
        _broken(writer, given[6], "R05", "pdu", "Staffordshire and Stoke", **more),
        _broken(writer, given[10], "R07", "S10", "Agree / disagree", **more),
    ]
    survey = Page("Sheet1").banner(2, 2, 12, "STAFF SURVEY").put(3, 2, "Region:", "West Midlands")
    others = [*broken, HEADINGS_AGAIN, BLANK]
    survey.table(6, 4, headings, [*scattered(writer.draw, rows, others), Note(["Grand total", None, None, 58])])
    survey.hidden_columns.append(4 + list(headings).index("S3"))
    notes = Page("Notes").put(1, 1, "Reminders were sent twice.").put(2, 1, "Paper forms:", 4)
    return SampleReturn(writer.region_slug, FOLDER, "West Midlands staff survey.xlsm", [survey, notes])


_RETURNS = {
    "kent-surrey-and-sussex": _kent_surrey_and_sussex,
    "south-central": _south_central,
    "south-west": _south_west,
    "greater-manchester": _greater_manchester,
    "west-midlands": _west_midlands,
}
