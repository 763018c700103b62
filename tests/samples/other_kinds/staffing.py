"""The staffing of every PDU of five regions, a row a PDU and grade, and the returns in which it arrives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.samples.other_kinds.page import (
    BLANK,
    HEADINGS_AGAIN,
    FormulaError,
    Note,
    Page,
    Problem,
    Row,
    SampleReturn,
    Sum,
    scattered,
)
from tests.samples.other_kinds.words import SEED, Writer, pdus_of

FOLDER = "staffing"
GRADES = ("probation_officer", "probation_services_officer", "senior_probation_officer")


@dataclass(frozen=True)
class Posts:
    """The posts of a PDU and grade, in canonical values."""

    pdu: str
    grade: str
    as_of: date
    target_fte: Decimal
    in_post_fte: Decimal
    mean_caseload: Decimal | None
    vetting_pending: int


AS_OF = {
    "kent-surrey-and-sussex": date(2025, 10, 31),
    "south-central": date(2025, 11, 30),
    "south-west": date(2025, 12, 31),
    "greater-manchester": date(2026, 1, 31),
    "west-midlands": date(2026, 2, 28),
}

UNUSUAL: Mapping[tuple[str, str], Mapping[str, Decimal | None]] = {
    ("surrey", "senior_probation_officer"): {"target_fte": Decimal(0), "in_post_fte": Decimal("1.5")},
    ("plymouth", "probation_services_officer"): {
        "target_fte": Decimal(0),
        "in_post_fte": Decimal(0),
        "mean_caseload": None,
    },
    ("bolton", "probation_officer"): {"target_fte": Decimal(24), "in_post_fte": Decimal("26.4")},
    ("east-berkshire", "senior_probation_officer"): {"target_fte": Decimal(5), "in_post_fte": Decimal(5)},
    **{("warwickshire", grade): {"mean_caseload": None} for grade in GRADES},
}
"""Posts without a target, and nobody in them; more in post than the target; just the target; no caseloads at all."""


def posts() -> dict[str, list[Posts]]:
    """The posts of each region, in the order of their rows."""
    return {region_slug: list(_posts(region_slug, as_of)) for region_slug, as_of in AS_OF.items()}


def _posts(region_slug: str, as_of: date) -> Sequence[Posts]:
    draw = Random(f"{SEED} posts {region_slug}")
    sizes = dict(zip(GRADES, (50, 40, 12), strict=True))
    given = []
    for pdu in pdus_of(region_slug):
        day = as_of - timedelta(days=draw.choice([0, 0, 0, 7, 14]))
        for grade in GRADES:
            target = Decimal(draw.randrange(sizes[grade] // 3, 2 * sizes[grade])) / 2
            in_post = (target * draw.randrange(62, 101) / 100).quantize(Decimal("0.1"))
            caseload = Decimal(draw.randrange(240, 520)) / 10 if draw.random() < 0.85 else None
            usual = Posts(pdu["pdu_slug"], grade, day, target, in_post, caseload, draw.randrange(6))
            given.append(replace(usual, **UNUSUAL.get((usual.pdu, grade), {})))
    return given


BROKEN: Mapping[str, Mapping[tuple[str, str], str]] = {
    "kent-surrey-and-sussex": {("west-sussex", "probation_services_officer"): "R07"},
    "south-central": {
        ("oxfordshire", "probation_officer"): "R13",
        ("west-berkshire", "senior_probation_officer"): "R08",
        ("east-berkshire", "probation_services_officer"): "R03",
    },
    "south-west": {("dorset", "probation_officer"): "R07", ("somerset", "senior_probation_officer"): "R09"},
    "greater-manchester": {("wigan", "senior_probation_officer"): "R07"},
    "west-midlands": {
        ("coventry", "probation_officer"): "R03",
        ("worcestershire", "probation_services_officer"): "R08",
    },
}
"""The posts whose only row is broken, or whose rows contradict each other, with the rule: not to be published."""


def accepted(given: Mapping[str, Sequence[Posts]]) -> dict[str, list[Posts]]:
    """The posts of each region but for those whose rows are broken."""
    return {
        region_slug: [post for post in posts if (post.pdu, post.grade) not in BROKEN[region_slug]]
        for region_slug, posts in given.items()
    }


def _written(writer: Writer, given: Posts, **more: object) -> dict[str, object]:
    return {
        "pdu": writer.pdu(given.pdu),
        "grade": writer.value("grade", given.grade),
        "as_of": writer.day(given.as_of),
        "target_fte": writer.number(given.target_fte),
        "in_post_fte": writer.number(given.in_post_fte),
        "mean_caseload": writer.number(given.mean_caseload),
        "vetting_pending": writer.number(given.vetting_pending),
        **more,
    }


class _Rows:
    """The rows of a region's posts, to be broken."""

    def __init__(self, writer: Writer, given: Sequence[Posts], **more: object) -> None:
        self.writer, self.given, self.more = writer, given, more
        self.rows = [Row(_written(writer, post, **more)) for post in given]
        self.named: set[tuple[str, str]] = set()

    def place(self, pdu: str, grade: str) -> int:
        return [(post.pdu, post.grade) for post in self.given].index((pdu, grade))

    def spoil(self, pdu: str, grade: str, /, rule: str, column: str, cell: object = None) -> None:
        """Break a cell of the posts' row."""
        place = self.place(pdu, grade)
        self.rows[place] = Row({**self.rows[place].cells, column: cell}, rule, column)
        self.named.add((pdu, grade))

    def clash(self, pdu: str, grade: str, /, **other: object) -> Row:
        """Another row of the same posts with other contents, so that both must be held back."""
        place = self.place(pdu, grade)
        self.rows[place] = Row(self.rows[place].cells, "R03", "grade")
        self.named.add((pdu, grade))
        return Row({**_written(self.writer, self.given[place], **self.more), **other}, "R03", "grade")

    def again(self, pdu: str, grade: str, /, **otherwise: object) -> Row:
        """The row of the posts once more, written in another way, which must be dropped; it must come later."""
        cells = _written(self.writer, self.given[self.place(pdu, grade)], **self.more)
        return Row({**cells, **otherwise}, "W03", "grade")

    def foreign(self, rule: str, column: str, cell: object, pdu: str, grade: str) -> Row:
        """A row more like the posts' but for one cell, which breaks a rule."""
        cells = _written(self.writer, self.given[self.place(pdu, grade)], **self.more)
        return Row({**cells, column: cell}, rule, column)


def returns(given: Mapping[str, Sequence[Posts]]) -> list[SampleReturn]:
    """The staffing as it arrives."""
    return [make(region_slug, given[region_slug]) for region_slug, make in _RETURNS.items()]


def _checked(rows: _Rows) -> _Rows:
    assert rows.named == set(BROKEN[rows.writer.region_slug]), rows.writer.region_slug
    return rows


def _kent_surrey_and_sussex(region_slug: str, given: Sequence[Posts]) -> SampleReturn:
    """Decimals as numbers and as text, dates as cells and as text; a merged title, a total, a footnote of two cells."""
    writer = Writer(FOLDER, region_slug)
    rows = _Rows(writer, given, W01="checked")
    rows.spoil("west-sussex", "probation_services_officer", "R07", "in_post_fte", "about 12")
    other_region = rows.foreign("R06", "pdu", "Oxfordshire", "east-kent", "probation_officer")
    again = rows.again("east-kent", "probation_officer")
    headings = {
        "pdu": "PDU",
        "grade": "Staff grade",
        "W01": "Notes",
        "as_of": "As at",
        "target_fte": "FTE target",
        "in_post_fte": "FTE in post",
        "mean_caseload": "Average caseload",
        "vetting_pending": "Awaiting vetting",
    }
    total = Note(["Total", None, None, None, Sum(sum((post.target_fte for post in given), Decimal(0)))])
    lines = [*scattered(writer.draw, _checked(rows).rows, [BLANK, other_region]), again, total]
    staffing = Page("Staffing").banner(1, 1, 6, "Staffing and workload: Kent, Surrey and Sussex")
    staffing.table(3, 1, headings, [*lines, BLANK, Note(["*", "FTE: full-time equivalent"])])
    return SampleReturn(region_slug, FOLDER, "KSS staffing.ods", [staffing])


def _south_central(region_slug: str, given: Sequence[Posts]) -> SampleReturn:
    """A table on each of two sheets, in other columns and another order; a pair of rows that clash between them."""
    writer = Writer(FOLDER, region_slug)
    rows = _Rows(writer, given)
    rows.spoil("oxfordshire", "probation_officer", "R13", "in_post_fte", FormulaError("#DIV/0!"))
    rows.spoil("west-berkshire", "senior_probation_officer", "R08", "target_fte")
    clash = rows.clash("east-berkshire", "probation_services_officer", vetting_pending=17)
    headings = {
        "pdu": "Probation delivery unit",
        "grade": "Grade",
        "as_of": "Date of figures",
        "target_fte": "Target staffing (FTE)",
        "in_post_fte": "Staff in post (FTE)",
        "mean_caseload": "Mean caseload",
        "vetting_pending": "Pending vetting",
    }
    half = 12
    first = Page("Staffing 1").put(1, 2, "South Central staffing (1 of 2)")
    first.table(3, 2, headings, _checked(rows).rows[:half])
    in_post = sum((post.in_post_fte for post in given[half:]), Decimal(0))
    second = Page("Staffing 2").put(2, 1, "South Central staffing", None, "2 of 2")
    others = [*rows.rows[half:], clash, Note(["Grand total", Sum(in_post)], 3)]
    second.table(4, 1, dict(reversed(headings.items())), others)
    second.hidden_rows.append(6)
    about = Page("Read me").put(1, 1, "Two sheets of figures").put(2, 1, "Owner", "Performance team")
    return SampleReturn(region_slug, FOLDER, "South Central staffing.xlsx", [about, first, second])


def _south_west(region_slug: str, given: Sequence[Posts]) -> SampleReturn:
    """An old workbook; serial numbers for dates; canonical names in headings; a personal column."""
    writer = Writer(FOLDER, region_slug, ("cell", "d/m/yyyy", "yyyy-mm-dd", "serial"))
    rows = _Rows(writer, given, W02="withheld")
    rows.spoil("dorset", "probation_officer", "R07", "target_fte", 600)
    rows.spoil("somerset", "senior_probation_officer", "R09", "as_of", "31/02/2026")
    again = rows.again("devon-and-torbay", "senior_probation_officer")
    headings = {
        "as_of": "as_of",
        "pdu": "pdu",
        "grade": "grade",
        "target_fte": "target_fte",
        "W02": "Manager",
        "in_post_fte": "IN_POST_FTE",
        "vetting_pending": "vetting_pending",
        "mean_caseload": "Mean\N{NO-BREAK SPACE} caseload *",
    }
    lines = [*_checked(rows).rows, again, Note(["Total posts", Sum(Decimal(9 * 3))])]
    lines.insert(9, HEADINGS_AGAIN)
    lines.insert(20, BLANK)
    staffing = Page("Staffing").put(1, 4, "Staffing, South West").put(2, 4, "Grade", "all three")
    staffing.table(4, 4, headings, lines)
    return SampleReturn(region_slug, FOLDER, "SW staffing.xls", [staffing])


def _greater_manchester(region_slug: str, given: Sequence[Posts]) -> SampleReturn:
    """A hidden sheet with last quarter's table, which must not be read."""
    writer = Writer(FOLDER, region_slug)
    rows = _Rows(writer, given, W01=3)
    rows.spoil("wigan", "senior_probation_officer", "R07", "vetting_pending", "2.5")
    superseded = rows.foreign("R05", "pdu", "Stockport and Trafford", "oldham", "probation_officer")
    headings = {
        "grade": "GRADE:",
        "pdu": "PDU",
        "as_of": "As of",
        "vetting_pending": "Vetting pending",
        "target_fte": "Target FTE",
        "in_post_fte": "In post\nFTE",
        "mean_caseload": "Mean caseload",
        "W01": "Leavers this quarter",
    }
    staffing = Page("Quarter 4").banner(1, 3, 4, "Greater Manchester").banner(2, 6, 3, "Full-time equivalent")
    lines = scattered(writer.draw, _checked(rows).rows, [superseded, BLANK])
    totals = [sum((getattr(post, name) for post in given), Decimal(0)) for name in ("target_fte", "in_post_fte")]
    staffing.table(3, 2, headings, [*lines, Note(["Total", None, None, None, *map(Sum, totals)])])
    former = Page("Quarter 3", is_hidden=True).table(1, 1, headings, [])
    former.problems = []
    for number, post in enumerate(given, 2):
        earlier = replace(post, as_of=post.as_of - timedelta(days=92), vetting_pending=post.vetting_pending + 1)
        former.put(number, 1, *(_written(writer, earlier, W01=0)[name] for name in headings))
    former.problems.append(Problem("W06", former.name, None))
    return SampleReturn(region_slug, FOLDER, "GM staffing.xlsx", [staffing, former])


def _west_midlands(region_slug: str, given: Sequence[Posts]) -> SampleReturn:
    """CSV: all is text. A row that is the same but for how it is written, and a pair that clash."""
    writer = Writer(FOLDER, region_slug)
    rows = _Rows(writer, given)
    rows.spoil("worcestershire", "probation_services_officer", "R08", "vetting_pending")
    clash = rows.clash("coventry", "probation_officer", pdu="N52CSW", target_fte=Decimal("99.5"))
    place = rows.place("staffordshire-north", "probation_officer")
    same = given[place]
    rows.rows[place] = Row({**rows.rows[place].cells, "pdu": "Staffordshire North", "as_of": same.as_of.isoformat()})
    again = rows.again(
        "staffordshire-north",
        "probation_officer",
        pdu="n52stf",
        grade="PO",
        as_of=f"{same.as_of:%d/%m/%Y}",
        in_post_fte=f"{same.in_post_fte:.2f}",
        target_fte=f"{same.target_fte:.2f}",
    )
    others = [
        rows.foreign("R07", "grade", "Trainee", "warwickshire", "probation_officer"),
        rows.foreign("R06", "pdu", "N50BOLT", "warwickshire", "senior_probation_officer"),
        BLANK,
    ]
    headings = {
        "pdu": "Probation Delivery Unit",
        "grade": "staff grade",
        "target_fte": "TARGET FTE",
        "in_post_fte": "in_post fte",
        "vetting_pending": "Awaiting  vetting",
        "mean_caseload": "mean caseload",
        "as_of": "as of",
    }
    staffing = Page("West Midlands staffing").put(1, 1, "West Midlands: posts, caseloads and vetting")
    lines = [*scattered(writer.draw, _checked(rows).rows, others), clash, again]
    total = Note(["Total", "all grades", Sum(sum((post.target_fte for post in given), Decimal(0)))])
    staffing.table(3, 1, headings, [*lines, total, BLANK, Note(["Figures are provisional.", "FTE"])])
    return SampleReturn(region_slug, FOLDER, "West Midlands staffing.csv", [staffing])


_RETURNS: Mapping[str, Callable[[str, Sequence[Posts]], SampleReturn]] = {
    "kent-surrey-and-sussex": _kent_surrey_and_sussex,
    "south-central": _south_central,
    "south-west": _south_west,
    "greater-manchester": _greater_manchester,
    "west-midlands": _west_midlands,
}
