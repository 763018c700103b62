"""The recommendations made to five regions, and the returns in which their follow-up arrives.

The wording is this project's own, and none of the published reports'.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tests.samples.other_kinds.page import BLANK, HEADINGS_AGAIN, FormulaError, Note, Page, Row, SampleReturn, scattered
from tests.samples.other_kinds.words import Writer

FOLDER = "recommendations"


@dataclass(frozen=True)
class Recommendation:
    """A recommendation and how far it has come, in canonical values; None for a blank."""

    number: int
    addressee: Literal["region", "hmpps"]
    text: str
    accepted: Literal["yes", "partly", "no", "awaited"]
    action: str | None
    owner_role: str | None
    due_on: date | None
    status: Literal["not_started", "in_progress", "completed"]
    updated_on: date


LONGEST_ACTION = (
    "Each team names one senior probation officer who reads every referral to the public protection panel, "
    "records what was decided and by when, tells the practitioner the same day, and brings what was not done to the "
    "next meeting of heads of unit, who keep a list of what is late and see that it is done."
)
assert len(LONGEST_ACTION) == 300

KENT = (
    Recommendation(
        1,
        "region",
        "Make sure that every assessment draws on what police and children's services know of the people at risk",
        "yes",
        "Weekly request to each police force – answered within five days",
        "Head of public protection",
        date(2026, 1, 30),
        "completed",
        date(2026, 1, 28),
    ),
    Recommendation(
        2,
        "region",
        "See that managers look at each case of high risk within four weeks of its start",
        "yes",
        LONGEST_ACTION,
        "Heads of delivery units",
        date(2026, 2, 27),
        "in_progress",
        date(2026, 3, 20),
    ),
    Recommendation(
        3,
        "region",
        "Keep a record of home visits, with what was seen and what follows from it",
        "partly",
        "Record added to the weekly return",
        "Performance manager",
        date(2026, 3, 27),
        "in_progress",
        date(2026, 3, 13),
    ),
    Recommendation(
        4,
        "region",
        "Give staff time for training in child safeguarding – at least two days a year",
        "yes",
        None,
        None,
        None,
        "not_started",
        date(2026, 2, 6),
    ),
    Recommendation(
        5,
        "hmpps",
        "Shorten the time that vetting of new staff takes",
        "awaited",
        None,
        "Director of workforce",
        date(2026, 9, 30),
        "not_started",
        date(2026, 1, 29),
    ),
)

SOUTH_CENTRAL = (
    Recommendation(
        1,
        "region",
        "Plan for the safety of each known adult and child at risk, by name of the risk and not in general terms",
        "yes",
        "New planning prompts in all teams",
        "Head of operations",
        date(2026, 3, 28),
        "in_progress",
        date(2026, 3, 18),
    ),
    Recommendation(
        2,
        "region",
        "Check with the police, before release, whether there were call-outs for domestic abuse",
        "partly",
        "Agreed with one of two forces",
        "Head of public protection",
        date(2026, 2, 13),
        "in_progress",
        date(2026, 2, 27),
    ),
    Recommendation(
        3,
        "region",
        "Fill the posts of practitioners in the units with most vacancies first",
        "no",
        "Posts are filled across the region in turn",
        "Head of people",
        None,
        "not_started",
        date(2026, 3, 6),
    ),
    Recommendation(
        4,
        "hmpps",
        "Give practitioners one place in which to see what other agencies have told",
        "awaited",
        None,
        None,
        date(2026, 3, 2),
        "not_started",
        date(2026, 2, 20),
    ),
)

SOUTH_WEST = (
    Recommendation(
        1,
        "region",
        "Review a case whenever circumstances change, and write down what was reviewed",
        "yes",
        "Reviews sampled each month",
        "Heads of delivery units",
        date(2026, 3, 31),
        "in_progress",
        date(2026, 3, 27),
    ),
    Recommendation(
        2,
        "region",
        "Tell practitioners which cases are to be discussed with a manager before a decision",
        "yes",
        "List issued to all teams",
        "Head of operations",
        date(2026, 1, 16),
        "completed",
        date(2026, 1, 12),
    ),
    Recommendation(
        3,
        "region",
        "Use the accredited programmes for people who have harmed a partner, and tell those who wait how long",
        "partly",
        "Waiting list published to staff",
        "Head of interventions",
        date(2026, 2, 20),
        "not_started",
        date(2026, 3, 3),
    ),
    Recommendation(
        4,
        "region",
        "Make sure that children who live with or visit the person are recorded",
        "yes",
        "Field made part of the first appointment",
        "Head of public protection",
        date(2026, 3, 26),
        "completed",
        date(2026, 3, 26),
    ),
    Recommendation(
        5,
        "hmpps",
        "Keep enough places on programmes for the number of people who are sentenced to them",
        "awaited",
        None,
        None,
        None,
        "not_started",
        date(2025, 12, 15),
    ),
    Recommendation(
        6,
        "hmpps",
        "Set out what work with people of low risk may stop, so that time is there for those of high risk",
        "yes",
        "Guidance drafted",
        "Director of probation operations",
        date(2026, 6, 30),
        "in_progress",
        date(2026, 3, 10),
    ),
)

GREATER_MANCHESTER = (
    Recommendation(
        1,
        "region",
        "Carry out the checks with children's services that each case needs, and chase the answers",
        "yes",
        "Two administrators send and chase the checks",
        "Head of public protection",
        date(2026, 3, 13),
        "completed",
        date(2026, 3, 12),
    ),
    Recommendation(
        2,
        "region",
        "Spread cases among practitioners by what they need as well as by number",
        "partly",
        "Trial in two units",
        "Heads of delivery units",
        date(2026, 3, 20),
        "in_progress",
        date(2026, 3, 16),
    ),
    Recommendation(
        3,
        "hmpps",
        "Agree nationally what police forces tell about domestic abuse, and how soon",
        "no",
        None,
        None,
        None,
        "not_started",
        date(2026, 2, 24),
    ),
)

WEST_MIDLANDS = (
    Recommendation(
        1,
        "region",
        "Make sure that those who supervise people have what they need to know about risk to children",
        "yes",
        "Daily exchange with the seven children's services",
        "Head of public protection",
        date(2026, 3, 6),
        "completed",
        date(2026, 3, 5),
    ),
    Recommendation(
        2,
        "region",
        "See that oversight by managers is recorded, and that it changes what is done where it has to",
        "yes",
        "Template for oversight in use in nine units",
        "Heads of delivery units",
        date(2026, 3, 13),
        "in_progress",
        date(2026, 3, 24),
    ),
    Recommendation(
        3,
        "region",
        "Analyse what other agencies tell, rather than only filing it",
        "partly",
        "Workshops for all practitioners",
        "Head of quality",
        date(2026, 5, 29),
        "in_progress",
        date(2026, 3, 24),
    ),
    Recommendation(
        4,
        "region",
        "Train and support practitioners who hold cases of high risk in their first year",
        "yes",
        None,
        "Head of learning",
        None,
        "not_started",
        date(2026, 3, 2),
    ),
    Recommendation(
        5,
        "hmpps",
        "Bring the number of staff in the region to its target, and vet those who were chosen without delay",
        "awaited",
        None,
        None,
        date(2026, 3, 27),
        "not_started",
        date(2026, 2, 26),
    ),
    Recommendation(
        6,
        "hmpps",
        "Give the region systems that show at a glance whom a person may harm",
        "partly",
        "Part of the next release of the case system",
        "Director of digital services",
        date(2026, 12, 31),
        "not_started",
        date(2026, 3, 17),
    ),
    Recommendation(
        7,
        "hmpps",
        "Agree with other departments how agencies share what they know of children at risk",
        "yes",
        "Meeting of the departments held",
        "Director of public protection policy",
        date(2026, 3, 10),
        "in_progress",
        date(2026, 3, 11),
    ),
)


def recommendations() -> dict[str, Sequence[Recommendation]]:
    """The recommendations of each region that must be accepted.

    The latest update of them is of 27 March 2026: what is due on that day is not late. A row that is held back says
    31 March, which must not count.
    """
    return {
        "kent-surrey-and-sussex": KENT,
        "south-central": SOUTH_CENTRAL,
        "south-west": SOUTH_WEST,
        "greater-manchester": GREATER_MANCHESTER,
        "west-midlands": WEST_MIDLANDS,
    }


def returns(given: Mapping[str, Sequence[Recommendation]]) -> list[SampleReturn]:
    """The recommendations as they arrive."""
    return [make(region_slug, given[region_slug]) for region_slug, make in _RETURNS.items()]


def _written(writer: Writer, given: Recommendation, **more: object) -> dict[str, object]:
    return {
        "number": writer.number(given.number),
        "addressee": writer.value("addressee", given.addressee),
        "text": _spaced(writer, given.text),
        "accepted": writer.value("accepted", given.accepted),
        "action": given.action and _spaced(writer, given.action),
        "owner_role": given.owner_role,
        "due_on": writer.day(given.due_on),
        "status": writer.value("status", given.status),
        "updated_on": writer.day(given.updated_on),
        **more,
    }


def _spaced(writer: Writer, text: str) -> str:
    """The text with other spaces now and then, never with other capitals: it is published as it stands."""
    match writer.draw.randrange(6):
        case 0:
            return f" {text} "
        case 1:
            return text.replace(" ", "  ", 2)
        case 2:
            return text.replace(" ", "\N{NO-BREAK SPACE}", 3)
        case 3:
            return text.replace(", ", ",\n", 1)
        case _:
            return text


def _broken(writer: Writer, like: Recommendation, number: object, rule: str, column: str, **cells: object) -> Row:
    """A row more, like a recommendation but for its number and what breaks a rule."""
    return Row({**_written(writer, like), "number": number, **cells}, rule, column)


def _kent_surrey_and_sussex(region_slug: str, given: Sequence[Recommendation]) -> SampleReturn:
    """CSV in Windows-1252; an action one character too long; an identical row."""
    writer = Writer(FOLDER, region_slug)
    rows = [Row(_written(writer, one)) for one in given]
    broken = [
        _broken(writer, given[2], 6, "R07", "action", action=f"{LONGEST_ACTION[:-1]}s."),
        _broken(writer, given[3], 7, "R08", "accepted", accepted=None),
    ]
    again = Row(_written(writer, given[4]), "W03", "number")
    headings = {
        "number": "Rec. no",
        "addressee": "Made to",
        "text": "Recommendation text",
        "accepted": "Accepted or not",
        "action": "action planned",
        "owner_role": "Role of owner",
        "due_on": "Due date",
        "status": "Progress",
        "updated_on": "Last updated",
    }
    page = Page("KSS recommendations").put(1, 1, "Kent, Surrey & Sussex – recommendations and progress")
    lines = [*scattered(writer.draw, rows, [BLANK]), *broken, again, Note(["Total", "7 recommendations"])]
    page.table(3, 1, headings, lines)
    return SampleReturn(region_slug, FOLDER, "KSS recommendations.csv", [page], "cp1252")


def _south_central(region_slug: str, given: Sequence[Recommendation]) -> SampleReturn:
    """An old workbook; a day that never was; a text too long; a status of its own."""
    writer = Writer(FOLDER, region_slug)
    rows = [Row(_written(writer, one)) for one in given]
    broken = [
        _broken(writer, given[0], 5, "R09", "due_on", due_on="30/02/2026"),
        _broken(writer, given[1], 6, "R07", "text", text=" ".join([given[1].text] * 12)),
        _broken(writer, given[2], 7, "R07", "status", status="Nearly there", updated_on=date(2026, 3, 31)),
    ]
    headings = {
        "updated_on": "Updated on",
        "number": "No",
        "text": "Text",
        "addressee": "Addressed to",
        "accepted": "Acceptance",
        "status": "Status",
        "due_on": "Due",
        "owner_role": "Owner's role",
        "action": "Action",
    }
    page = Page("Follow-up").banner(1, 2, 9, "SOUTH CENTRAL").put(2, 2, "Recommendation", "Progress")
    page.table(4, 2, headings, scattered(writer.draw, rows, [*broken, HEADINGS_AGAIN]))
    return SampleReturn(region_slug, FOLDER, "South Central recommendations.xls", [page])


def _south_west(region_slug: str, given: Sequence[Recommendation]) -> SampleReturn:
    """A cover; a personal and an unknown column; the same number twice with different contents."""
    writer = Writer(FOLDER, region_slug)
    more = {"W02": "withheld", "W01": "A"}
    rows = [Row(_written(writer, one, **more)) for one in given]
    pair = [
        _broken(writer, given[0], 7, "R03", "number", **more),
        _broken(writer, given[1], " 7", "R03", "number", **more),
    ]
    headings = {
        "number": "RECOMMENDATION NUMBER",
        "W02": "Responsible officer",
        "text": "Recommendation",
        "action": "Action",
        "owner_role": "Owner_role",
        "addressee": "addressee",
        "W01": "Folder",
        "accepted": "Accepted?",
        "due_on": "due_on",
        "status": "status",
        "updated_on": "updated_on",
    }
    cover = Page("Cover").put(1, 1, "South West").put(2, 1, "Recommendations", None, "Quarter 4")
    page = Page("Recommendations").banner(2, 3, 9, "Recommendations of the inspection, and what was done")
    page.table(4, 3, headings, [*scattered(writer.draw, rows, [*pair, BLANK]), Note(["Ends", "here"])])
    page.hidden_columns.append(3 + list(headings).index("action"))
    return SampleReturn(region_slug, FOLDER, "South West recommendations.xlsx", [cover, page])


def _greater_manchester(region_slug: str, given: Sequence[Recommendation]) -> SampleReturn:
    """A formula error, a number that is none, a status left blank."""
    writer = Writer(FOLDER, region_slug)
    rows = [Row(_written(writer, one)) for one in given]
    broken = [
        _broken(writer, given[0], 4, "R13", "due_on", due_on=FormulaError("#REF!")),
        _broken(writer, given[1], "4a", "R07", "number"),
        _broken(writer, given[2], 5, "R08", "status", status=None),
    ]
    headings = {
        "text": "recommendation\ntext",
        "number": "Number.",
        "addressee": "Made  to",
        "accepted": "ACCEPTED",
        "status": "Progress",
        "updated_on": "Date updated",
        "due_on": "Due\N{NO-BREAK SPACE}date",
        "action": "Action planned",
        "owner_role": "owner's role",
    }
    page = Page("Progress").put(1, 1, "Greater Manchester: progress with recommendations")
    page.table(2, 1, headings, [*scattered(writer.draw, rows, broken), BLANK, Note(["Total made", 6])])
    return SampleReturn(region_slug, FOLDER, "GM recommendations.ods", [page])


def _west_midlands(region_slug: str, given: Sequence[Recommendation]) -> SampleReturn:
    """A workbook that counts days from 1904; a Boolean; a blank number; a text with a made-up case reference in it."""
    writer = Writer(FOLDER, region_slug)
    rows = [Row(_written(writer, one, W01="on file")) for one in given]
    rows[0] = Row({**rows[0].cells, "accepted": True, "due_on": given[0].due_on})
    broken = [
        _broken(writer, given[3], None, "R01", "number"),
        _broken(writer, given[4], 8, "R07", "text", text="Look again at how the case X000000 was allocated"),
    ]
    headings = {
        "number": "Number",
        "addressee": "Addressed to",
        "text": "Recommendation",
        "accepted": "Accepted",
        "action": "Action",
        "owner_role": "Owner role",
        "due_on": "Due on",
        "status": "Status",
        "updated_on": "Updated on",
        "W01": "Evidence seen",
    }
    page = Page("Recommendations").banner(1, 1, 9, "West Midlands: recommendations").banner(2, 4, 3, "The answer")
    page.put(2, 7, "Follow-up")
    lines = [*rows[:4], BLANK, *rows[4:], *broken, Note(["Total", "seven"])]
    page.table(3, 1, headings, lines)
    return SampleReturn(region_slug, FOLDER, "West Midlands recommendations.xlsx", [page], date_1904=True)


_RETURNS: Mapping[str, Callable[[str, Sequence[Recommendation]], SampleReturn]] = {
    "kent-surrey-and-sussex": _kent_surrey_and_sussex,
    "south-central": _south_central,
    "south-west": _south_west,
    "greater-manchester": _greater_manchester,
    "west-midlands": _west_midlands,
}
