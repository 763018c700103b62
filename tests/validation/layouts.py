"""Valid returns of any content, in any layout that the contract allows, written to files.

All of it is worked out from the contract and the seeds' rows, never by the pipeline's code, so that the two can be held
against each other. Hypothesis draws the layout; what fills it (spellings, noise, order) comes from one seeded Random.
"""

import csv
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from tests.homes import SEEDS
from tests.returns import WRITERS, FormulaError, Unstored
from tests.validation.judging import ARRIVED_ON

Row = dict[str, str]


@cache
def seed_rows(name: str) -> list[Row]:
    """The rows of a seed, not to be changed."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIELDS = {row["field"]: row for row in seed_rows("fields")}
QUESTIONS = {row["question_code"]: row for row in seed_rows("questions")}
COLUMNS = [*FIELDS, *QUESTIONS]
OPTIONAL = [name for name, row in FIELDS.items() if row["required"] == "no"]
CONDITIONAL = [code for code, row in QUESTIONS.items() if row["applies_when"]]
SEVERITY = {row["rule_code"]: row["severity"] for row in seed_rows("rules")}
_PERSONAL = [row["heading"] for row in seed_rows("personal_headings")]


@dataclass(frozen=True)
class Typed:
    """A cell that is typed as it stands, whatever it means."""

    cell: object


Case = dict[str, object]
"""Field or question to its canonical text, None for a blank, or Typed."""


def list_of(column: str) -> str:
    """The name of a column's list of values."""
    if column in QUESTIONS:
        return QUESTIONS[column]["answer_type"]
    return "boolean" if FIELDS[column]["type"] == "boolean" else column


@cache
def spellings(column: str) -> Mapping[str, Sequence[str]]:
    """Canonical value to the ways in which it may be written, itself among them."""
    values = FIELDS[column]["values"].split() if column in FIELDS else []
    written: dict[str, list[str]] = {value: [value] for value in values}
    for row in seed_rows("value_spellings"):
        if row["field"] == list_of(column):
            written.setdefault(row["value"], [row["value"]]).append(row["spelling"])
    return written


@cache
def pdu_spellings() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Region code to PDU to its name, code and aliases."""
    written: dict[str, dict[str, list[str]]] = {}
    for row in seed_rows("pdus"):
        names = [name for name in (row["pdu_name"], row["ndelius_code"]) if name]
        written.setdefault(row["region_code"], {})[row["pdu_slug"]] = names
    for row in seed_rows("pdu_aliases"):
        written[row["region_code"]][row["pdu_slug"]].append(row["recorded_name"])
    return written


def pdu_key(name: str) -> str:
    return " ".join(name.replace("&", " and ").split()).lower()


def known_pdus(region: str) -> set[str]:
    """The keys of all that a region's PDUs are called."""
    return {pdu_key(name) for names in pdu_spellings()[region].values() for name in names}


def spelled(random: Random, column: str, value: object, date_1904: bool) -> object:
    """A cell that says a canonical value, or is typed as it stands."""
    if isinstance(value, Typed):
        return value.cell
    if value is None:
        return random.choice([None, None, None, "", " ", "\u00a0"])
    text = str(value)
    if column == "case_reference":
        return noisy(
            random, random.choice([text, text.lower(), f"{text[0]} {text[1:]}", f"{text[:4]}\u00a0{text[4:]}"])
        )
    if column == "pdu":
        name = random.choice(next(names[text] for names in pdu_spellings().values() if text in names))
        return noisy(random, random.choice([name, name.replace(" and ", " & "), name.replace(" & ", " and ")]))
    if column == "age":
        return random.choice([int(text), float(text), text, f" {text}\u00a0"])
    if column in FIELDS and FIELDS[column]["type"] == "date":
        return spelled_date(random, date.fromisoformat(text), date_1904)
    ways: list[object] = [noisy(random, way) for way in spellings(column)[text]]
    if "TRUE" in spellings(column)[text]:
        ways.append(True)
    if "FALSE" in spellings(column)[text]:
        ways.append(False)
    if text.isdigit():
        ways.append(int(text))
    return random.choice(ways)


def spelled_date(random: Random, day: date, date_1904: bool) -> object:
    serial = (day - (date(1904, 1, 1) if date_1904 else date(1899, 12, 30))).days
    texts = [f"{day.day}/{day.month}/{day.year}", f"{day:%d/%m/%Y}", day.isoformat(), str(serial)]
    return random.choice(
        [day, datetime.combine(day, time()), serial, float(serial), noisy(random, random.choice(texts))]
    )


def noisy(random: Random, text: str) -> str:
    """The same text as people type it: other capitals, dashes and spaces, none of which count."""
    text = random.choice([str, str.upper, str.lower, str.title])(text)
    text = text.replace("-", random.choice("-–—"))
    text = "".join(random.choice([" ", " ", "  ", "\u00a0"]) if letter == " " else letter for letter in text)
    return random.choice(["", "", " ", "\u00a0"]) + text + random.choice(["", "", " ", "\u00a0 "])


_LABELS = ["A judgement of the case", "a clear plan", "(see the guidance)", "B - second thoughts", "Yes / No / NA"]
_ENDS = ["", "", "", ":", " :", "*", " *", "?", "…", ".", " -", " –", "!!", " .)"]


def spelled_heading(random: Random, column: str) -> str:
    if column in QUESTIONS:
        return noisy_heading(random, _question_heading(random, column))
    written = [row["heading"] for row in seed_rows("heading_spellings") if row["field"] == column]
    return noisy_heading(random, random.choice([column, *written]))


def noisy_heading(random: Random, heading: str) -> str:
    spaced = noisy(random, heading).replace(" ", random.choice([" ", "\n", " \n"]))
    return spaced + random.choice(_ENDS)


def _question_heading(random: Random, code: str) -> str:
    stem, letter = code[:2], code[2:]
    written = random.choice([code, f"{stem}({letter})", f"{stem} ({letter})", f"{stem} {letter})"]) if letter else stem
    label = random.choice([QUESTIONS[code]["label"], *_LABELS])
    return random.choice([written, f"{written}: {label}", f"{written} - {label}", f"{written} {label}"])


@dataclass
class Return:
    """A region's cases, and what was broken in them."""

    region: str
    cases: list[Case]
    place: int
    """The case that is as it was wanted."""
    headings: dict[str, str] = field(default_factory=dict)
    """Column to what stands over it, where that is not a heading of it."""
    breaches: list[tuple[str, int | None, str]] = field(default_factory=list)
    """Rule, case (None for the heading) and column of everything that was broken."""


def valid_return(random: Random, size: int, wanted: Mapping[str, str]) -> Return:
    """So many cases of one region, one of them with the values that are wanted."""
    region = random.choice(sorted(pdu_spellings()))
    only_core = random.random() < 0.4 and "adjusted" not in wanted.values()
    never = {name for name in OPTIONAL if random.random() < 0.3}
    given = Return(region, [], random.randrange(size))
    for place, number in enumerate(random.sample(range(1_000_000), size)):
        values = ({"question_set": "core"} if only_core else {}) | (wanted if place == given.place else {})
        given.cases.append(_valid_case(random, region, f"{random.choice('ABRXZ')}{number:06}", values, never))
    return given


def _valid_case(random: Random, region: str, reference: str, wanted: Mapping[str, str], never: set[str]) -> Case:
    assessed = ARRIVED_ON - timedelta(days=random.randint(0, 106))
    start = random.choice([assessed, date(2015, 1, 1), assessed - timedelta(days=random.randint(0, 3000))])
    case: Case = {
        name: random.choice(sorted(spellings(name)))
        for name, row in FIELDS.items()
        if row["type"] in ("choice", "boolean")
    }
    case |= {
        "case_reference": reference,
        "pdu": random.choice(sorted(pdu_spellings()[region])),
        "start_date": start.isoformat(),
        "assessed_on": assessed.isoformat(),
        "age": str(random.choice([18, 110, random.randint(18, 110)])),
        **{name: None for name in OPTIONAL if name in never or random.random() < 0.2},
        **wanted,
    }
    case |= {code: _answer(random, code, case) for code in QUESTIONS}
    for code in QUESTIONS:
        if case[code] == "yes" and prompts_of(code):  # or all prompts might be no, which is W05
            case |= dict.fromkeys(random.sample(prompts_of(code), 2), "yes")
    return case


def prompts_of(code: str) -> list[str]:
    return [prompt for prompt, row in QUESTIONS.items() if row["parent_code"] == code]


def _answer(random: Random, code: str, case: Case) -> str | None:
    if not applies(code, case):
        return random.choice([None, "not_applicable"])
    values = set(spellings(code))
    if QUESTIONS[code]["kind"] == "summary":
        values.remove("not_applicable")
    return random.choice(["yes", *sorted(values)])


def applies(code: str, case: Case) -> bool:
    """Whether the question is of the case's set, and its condition holds."""
    row = QUESTIONS[code]
    if row["question_set"] != case["question_set"]:
        return False
    facts = {name: case[name] for name in FIELDS if name in row["applies_when"]}
    return _holds(row["applies_when"], tuple(facts.items()))


@cache
def _holds(condition: str, facts: tuple[tuple[str, str], ...]) -> bool:
    known = {name: {"true": 1, "false": 0}.get(value, value) for name, value in facts}
    columns = ", ".join(f":{name} as {name}" for name in known) or "1"
    with closing(sqlite3.connect(":memory:")) as database:
        return bool(database.execute(f"select {condition or 'true'} from (select {columns})", known).fetchone()[0])


_ABOVE = ("blank", "title", "groups", "nearly a heading row", "numbers")
_BETWEEN = ("blank", "spaces", "total", "footnote", "headings again")
_EXTRA = ("unknown", "unknown", "without heading", "without heading or data", "personal")
_OTHER_SHEETS = ("cover", "notes", "empty", "hidden case table", "hidden notes")

_UNKNOWN = ["Comments", "C9: not a question", "C2e", "C6", "C10 a", "Age band", "Column 1", "C", 2026, "Reviewed?"]
_HIDING = ("openpyxl.xlsx", "xlwt.xls", "libreoffice.ods")
_LEAVING_UNSTORED = ("openpyxl.xlsx", "libreoffice.ods")
_SHEET_NAMES = ["Case scores", "Cases & co", "Tabelle1", 'Wrexham\'s "own"', "Sgôr achosion", "📋 2 <new>", "A1"]


@dataclass(frozen=True)
class TableLayout:
    """How one sheet's case table is laid out."""

    columns_before: int
    rows_above: Sequence[str]
    extra_columns: Sequence[str]
    rows_between: Sequence[str]
    in_order: bool


@dataclass(frozen=True)
class Layout:
    """How a file is laid out. The seed says how everything in it is spelled."""

    writer: str
    date_1904: bool
    tables: Sequence[TableLayout]
    other_sheets: Sequence[str]
    encoding: str
    seed: int


_TABLE_LAYOUTS = st.builds(
    TableLayout,
    columns_before=st.integers(0, 3),
    rows_above=st.lists(st.sampled_from(_ABOVE), max_size=5),
    extra_columns=st.lists(st.sampled_from(_EXTRA), max_size=4),
    rows_between=st.lists(st.sampled_from(_BETWEEN), max_size=5),
    in_order=st.booleans(),
)

LAYOUTS = st.builds(
    Layout,
    writer=st.sampled_from(sorted(WRITERS)),
    date_1904=st.booleans(),
    tables=st.lists(_TABLE_LAYOUTS, min_size=1, max_size=3),
    other_sheets=st.lists(st.sampled_from(_OTHER_SHEETS), max_size=2),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    seed=st.integers(0, 2**32 - 1),
)


Place = tuple[str | None, str | None, int | None]
"""Sheet, cell and row."""
Expected = tuple[str, str | None, str | None, int | None, str | None]
"""Rule, sheet, cell, row and field."""


@dataclass
class LaidOut:
    """A file, and what must be said of it."""

    path: Path
    given: Return
    layout: Layout
    places: dict[tuple[int | None, str], Place]
    """Case (None for the heading) and column to where it stands."""
    warnings: list[Expected]
    """What the layout itself brings with it."""

    def expected(self) -> list[Expected]:
        """Every problem of the file."""
        broken = [
            (rule, *self.places[case, column], None if case is None else column)
            for rule, case, column in self.given.breaches
        ]
        return sorted([*broken, *self.warnings], key=str)

    def accepted(self) -> dict[tuple[str | None, int | None], Case]:
        """The cases that are not held back or dropped, by sheet and row."""
        lost = {case for rule, case, _ in self.given.breaches if SEVERITY[rule] == "quarantine" or rule == "W03"}
        overruled = {(case, column) for rule, case, column in self.given.breaches if rule == "W04"}
        accepted = {}
        for place, case in enumerate(self.given.cases):
            if place not in lost:
                sheet, _, row = self.places[place, "case_reference"]
                read = {name: None if name in self.given.headings else value for name, value in case.items()}
                read |= {column: "not_applicable" for case_place, column in overruled if case_place == place}
                accepted[sheet, row] = read
        return accepted


class _Sheet:
    """One sheet's rows as they grow, with what is expected of them."""

    def __init__(self, name: str, out: LaidOut, random: Random) -> None:
        self.name = name
        self.out = out
        self.random = random
        self.rows: list[list[object]] = []

    def lay_out_table(self, layout: TableLayout, cases: Sequence[int]) -> None:
        columns = self._columns(layout, cases)
        width = len(columns)
        for kind in layout.rows_above:
            self.rows.append(self._above(kind, width))
        headings = [self._heading(column) for column in columns]
        self._expect_of_headings(columns, headings, bool(cases))
        self.rows.append(headings)
        body: list[int | str] = [*cases]
        for kind in layout.rows_between:
            body.insert(self.random.randint(0, len(body)), kind)
        for entry in body:
            self.rows.append(
                self._between(entry, columns, headings) if isinstance(entry, str) else self._case(entry, columns)
            )

    def _columns(self, layout: TableLayout, cases: Sequence[int]) -> list[str | None]:
        """Fields, questions and, marked as such, the extra columns; None for a column before the table."""
        given = self.out.given
        any_adjusted = any(case["question_set"] == "adjusted" for case in given.cases)
        touched = {column for _, _, column in given.breaches}
        columns: list[str | None] = []
        for name in COLUMNS:
            may_be_left_out = name in OPTIONAL or (
                name in QUESTIONS and QUESTIONS[name]["question_set"] == "adjusted" and not any_adjusted
            )
            blank = all(given.cases[case][name] is None for case in cases)
            if may_be_left_out and blank and name not in touched and self.random.random() < 0.5:
                continue
            columns.append(name)
        if not layout.in_order:
            self.random.shuffle(columns)
        for kind in layout.extra_columns:
            columns.insert(self.random.randint(0, len(columns)), f"={kind}")
        return [None] * layout.columns_before + columns

    def _heading(self, column: str | None) -> object:
        match column:
            case None | "=without heading" | "=without heading or data":
                return self.random.choice([None, " "])
            case "=unknown":
                heading = self.random.choice(_UNKNOWN)
                return noisy_heading(self.random, heading) if isinstance(heading, str) else heading
            case "=personal":
                return noisy_heading(self.random, self.random.choice(_PERSONAL))
            case _ if column in self.out.given.headings:
                return self.out.given.headings[column]
            case _:
                return spelled_heading(self.random, column)

    def _expect_of_headings(self, columns: Sequence[str | None], headings: Sequence[object], any_case: bool) -> None:
        for index, column in enumerate(columns):
            place = self._place(index)
            if column == "=personal":
                self.out.warnings.append(("W02", *place, None))
            elif column == "=unknown" or (column == "=without heading" and any_case):
                self.out.warnings.append(("W01", *place, None))
            elif column in self.out.given.headings:
                if (None, column) in self.out.places:  # once for each sheet that has it
                    (rule,) = {rule for rule, _, broken in self.out.given.breaches if broken == column}
                    self.out.warnings.append((rule, *place, None))
                else:
                    self.out.places[None, column] = place

    def _place(self, index: int) -> Place:
        """Where the next row's cell in a column stands."""
        row = len(self.rows) + 1
        return self.name, f"{get_column_letter(index + 1)}{row}", row

    def _case(self, case: int, columns: Sequence[str | None]) -> list[object]:
        cells: list[object] = []
        for index, column in enumerate(columns):
            if column is None or column == "=without heading or data":
                cells.append(self.random.choice([None, None, " "]))
            elif column.startswith("="):
                cells.append(self.random.choice(["Some remark", 7, True, "Yes", "R000001"]))
            else:
                self.out.places[case, column] = self._place(index)
                value = self.out.given.cases[case][column]
                if value == Typed(Unstored()) and self.out.layout.writer not in _LEAVING_UNSTORED:
                    value = Typed(FormulaError("#REF!"))
                cells.append(spelled(self.random, column, value, self.out.layout.date_1904))
        return cells

    def _above(self, kind: str, width: int) -> list[object]:
        cells: list[object] = [None] * width
        match kind:
            case "title":
                cells[self.random.randrange(width)] = self.random.choice(
                    ["Dynamic inspection: case scores", "Total", 2026]
                )
            case "groups":
                for index in range(0, width, 5):
                    cells[index] = self.random.choice(
                        ["C1 Assessment", "C2: Planning", "A: adjusted", "About the case", "C6a"]
                    )
            case "nearly a heading row":
                near = [
                    *self.random.sample([name for name in FIELDS if name not in OPTIONAL], 4),
                    *OPTIONAL,
                    *QUESTIONS,
                ]
                cells = [spelled_heading(self.random, column) for column in near]
            case "numbers":
                cells = list(range(1, width + 1))
        return cells

    def _between(self, kind: str, columns: Sequence[str | None], headings: Sequence[object]) -> list[object]:
        cells: list[object] = [self.random.choice([None, None, " "]) for _ in columns]
        usable = [index for index, column in enumerate(columns) if column and not column.startswith("=without")]
        match kind:
            case "blank":
                cells = []
            case "total":
                first, *others = sorted(self.random.sample(usable, self.random.randint(1, len(usable))))
                cells[first] = noisy(
                    self.random, self.random.choice(["Total", "Grand total", "Total cases: 4", "Totals"])
                )
                for index in others:
                    cells[index] = self.random.choice([4, "100%", "Yes"])
            case "footnote":
                for index in self.random.sample(usable, self.random.randint(1, 2)):
                    cells[index] = self.random.choice(
                        ["* as recorded", "C1 see the guidance", 12, "Signed off by the head of service"]
                    )
            case "headings again":
                cells = list(headings)
        return cells


def lay_out(given: Return, layout: Layout, folder: Path) -> LaidOut:
    """Write the return to a file of that layout."""
    random = Random(layout.seed)
    is_csv = layout.writer.endswith(".csv")
    if is_csv:
        layout = replace(layout, date_1904=False)
    path = folder / f"{next(_NUMBERS)}-{layout.writer}"
    out = LaidOut(path, given, layout, {}, [])
    tables = layout.tables[:1] if is_csv else layout.tables
    kinds: list[TableLayout | str] = [*tables]
    if not is_csv:
        for other in layout.other_sheets:
            if not other.startswith("hidden") or layout.writer in _HIDING:
                kinds.insert(random.randint(0, len(kinds)), other)
    names = [path.stem] if is_csv else random.sample(_SHEET_NAMES, len(kinds))
    parts = iter(_parts(random, len(given.cases), len(tables)))
    sheets: dict[str, list[list[object]]] = {}
    hidden = []
    for name, kind in zip(names, kinds, strict=True):
        if isinstance(kind, TableLayout):
            sheet = _Sheet(name, out, random)
            sheet.lay_out_table(kind, next(parts))
            sheets[name] = sheet.rows
            continue
        sheets[name] = _other_sheet(kind, random)
        if kind.startswith("hidden"):
            hidden.append(name)
        if kind in ("notes", "hidden case table"):
            out.warnings.append(("W06", name, None, None, None))
    if is_csv:
        sheets = {name: [[_exported(cell) for cell in row] for row in rows] for name, rows in sheets.items()}
    WRITERS[layout.writer](path, sheets, **_options(layout, sheets, hidden))
    return out


def _exported(cell: object) -> object:
    """A cell as a spreadsheet writes it to a CSV: whole numbers without a point, dates without a midnight."""
    match cell:
        case float() if cell.is_integer():
            return int(cell)
        case datetime() if cell.time() == time():
            return cell.date()
        case _:
            return cell


_NUMBERS = count()


def _parts(random: Random, cases: int, tables: int) -> list[range]:
    """The cases of each table, in order; a table may have none."""
    cuts = [0, *sorted(random.randint(0, cases) for _ in range(tables - 1)), cases]
    return [range(start, stop) for start, stop in pairwise(cuts)]


def _other_sheet(kind: str, random: Random) -> list[list[object]]:
    match kind:
        case "empty":
            return []
        case "cover":
            width = random.randint(1, 3)
            return [[noisy(random, "Case ref") for _ in range(width)] for _ in range(random.randint(1, 4))]
        case "hidden case table":
            return [[spelled_heading(random, column) for column in COLUMNS], ["R000001", *["Yes"] * 12]]
        case _:
            return [["PDU", "Age", "Sex", "Grade", "C1", "C2"], *([number] * 6 for number in range(3))]


def _options(layout: Layout, sheets: Mapping[str, list[list[object]]], hidden: Sequence[str]) -> dict[str, object]:
    if layout.writer.endswith(".csv"):
        text = "".join(str(cell) for rows in sheets.values() for row in rows for cell in row)
        takes_all = text.encode(layout.encoding, "replace").decode(layout.encoding).removeprefix("\ufeff") == text
        return {"encoding": layout.encoding if takes_all else "utf-8"}
    options: dict[str, object] = {"date_1904": layout.date_1904}
    return options | ({"hidden": hidden} if hidden else {})
