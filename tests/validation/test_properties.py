"""Any broken cell of any valid return in any layout is reported by its rule at its address, and costs its row alone.

What is valid and how it may be laid out is in layouts.py; what breaks it is here. Hypothesis draws the files, which are
then judged together, since a schema takes as long for one as for hundreds. A failure names the file, which stays in
pytest's temporary folder.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipp_pipeline.intake.find_tables import find_tables
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Validated, validate
from tests.intake.reading import LIMITS
from tests.returns import PROGRAMME, FormulaError, Unstored
from tests.validation.judging import ARRIVED_ON
from tests.validation.layouts import (
    COLUMNS,
    CONDITIONAL,
    FIELDS,
    LAYOUTS,
    OPTIONAL,
    QUESTIONS,
    SEVERITY,
    Case,
    LaidOut,
    Return,
    Typed,
    applies,
    known_pdus,
    lay_out,
    pdu_key,
    pdu_spellings,
    prompts_of,
    seed_rows,
    spellings,
    valid_return,
)

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

BROKEN_RETURNS = 300
VALID_RETURNS = 80
"""How many are drawn, the valid ones in two layouts each."""

Drawn = TypeVar("Drawn")

Breakage = Callable[[Random, Return], None]


def judged(files: Sequence[LaidOut]) -> list[Validated]:
    """The verdicts on files, in order."""
    readings = [find_tables(read_sheets(file.path, LIMITS), PROGRAMME) for file in files]
    arrived = [Received(file.given.region, ARRIVED_ON, read) for file, read in zip(files, readings, strict=True)]
    return validate(arrived, PROGRAMME)


def problems(verdict: Validated) -> list[tuple[str, str | None, str | None, int | None, str | None]]:
    return sorted(((i.rule_code, i.sheet, i.cell, i.row, i.field) for i in verdict.issues), key=str)


def accepted_values(verdict: Validated) -> dict[tuple[str, int], Case]:
    """The canonical values of every accepted case, by sheet and row."""
    cases: dict[tuple[str, int], Case] = {}
    by_reference: dict[str, Case] = {}
    for case in verdict.rows.iter_rows(named=True):
        values = {name: _canonical(case[name]) for name in FIELDS}
        cases[case["sheet"], case["row"]] = values | dict.fromkeys(QUESTIONS)
        by_reference[case["case_reference"]] = cases[case["sheet"], case["row"]]
    for answer in verdict.answers.iter_rows(named=True):
        by_reference[answer["row_key"]][answer["question_code"]] = answer["answer"]
    assert len(by_reference) == len(cases)
    return cases


def _canonical(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _any_of(random: Random, given: Return, columns: Sequence[str], holds: Callable[[str, Case], bool]) -> str:
    return random.choice([column for column in columns if holds(column, given.cases[given.place])])


def _break(given: Return, rule: str, column: str, value: object) -> None:
    given.cases[given.place][column] = value
    given.breaches.append((rule, given.place, column))


_BLANKS = [None, "", " ", "\u00a0", " \u00a0 "]


def reference_missing(random: Random, given: Return) -> None:
    _break(given, "R01", "case_reference", Typed(random.choice(_BLANKS)))


def reference_malformed(random: Random, given: Return) -> None:
    reference = str(given.cases[given.place]["case_reference"])
    wrong = [
        reference[1:],
        int(reference[1:]),
        reference[:-1],
        reference + "0",
        f"X{reference}",
        f"{reference[:-1]}O",
        f"{reference[0]}-{reference[1:]}",
        f"{reference}.",
        f"{reference}, {reference}",
        "to follow",
        date(2025, 5, 24),
        True,
        0,
    ]
    _break(given, "R02", "case_reference", Typed(random.choice(wrong)))


def case_repeated(random: Random, given: Return) -> None:
    other = random.choice([place for place in range(len(given.cases)) if place != given.place])
    given.cases[other]["case_reference"] = given.cases[given.place]["case_reference"]
    given.breaches += [("R03", place, "case_reference") for place in (given.place, other)]


def pdu_unknown(random: Random, given: Return) -> None:
    known = set().union(*map(known_pdus, pdu_spellings()))
    superseded = [row["recorded_name"] for row in seed_rows("superseded_pdus")]
    regions = [row["region_name"] for row in seed_rows("regions")]
    typos = [name + "s" for names in pdu_spellings()[given.region].values() for name in names]
    wrong = [name for name in (*superseded, *regions, *typos, "Atlantis", "?") if pdu_key(name) not in known]
    _break(given, "R05", "pdu", Typed(random.choice([*wrong, 7, True, date(2025, 5, 24)])))


def pdu_of_another_region(random: Random, given: Return) -> None:
    others = [names for region, pdus in pdu_spellings().items() if region != given.region for names in pdus.values()]
    own = known_pdus(given.region)
    names = [name for names in others for name in names if pdu_key(name) not in own]
    _break(given, "R06", "pdu", Typed(random.choice(names)))


def value_unrecognised(random: Random, given: Return) -> None:
    column = random.choice([*_CHOICES, *_CHOICES, *QUESTIONS, "age"])
    if column == "age":
        wrong: list[object] = [17, 111, 0, -35, 35.5, "35.5", "thirty-five", "35 years", 10**12, "1e2", True]
    else:
        known = {way.lower() for ways in spellings(column).values() for way in ways}
        wrong = [
            text for text in ("Yes and no", "Absent", "No", "N", "5", "n/k", "-", "?") if text.lower() not in known
        ]
        wrong += [99, 1.5, date(2025, 5, 24), "Yes " * 50]
        wrong += [False] if "false" not in known else []
    _break(given, "R07", column, Typed(random.choice(wrong)))


_CHOICES = [name for name, row in FIELDS.items() if row["type"] in ("choice", "boolean")]


def value_missing(random: Random, given: Return) -> None:
    required = [name for name in FIELDS if name not in OPTIONAL and name != "case_reference"]
    _break(given, "R08", random.choice(required), Typed(random.choice(_BLANKS)))


def date_invalid(random: Random, given: Return) -> None:
    column = random.choice(["start_date", "assessed_on"])
    after, before = ARRIVED_ON + timedelta(days=1), date.fromisoformat(FIELDS[column]["min"]) - timedelta(days=1)
    outside = random.choice([after, before, date(2199, 12, 31), date(1950, 1, 2)])
    wrong = [
        "soon",
        "31/04/2025",
        "29/2/2025",
        "05/24/2025",
        "24/5/25",
        "24.5.2025",
        "24 May 2025",
        "2025/05/24",
        "2025-02-30",
        "2025-11-08 13:30:00",
        datetime(2025, 11, 8, 13, 30),
        45801.5,
        -1,
        10**9,
        "9" * 30,
        True,
        outside,
        f"{outside.day}/{outside.month}/{outside.year}",
        outside.isoformat(),
    ]
    _break(given, "R09", column, Typed(random.choice(wrong)))


def dates_out_of_order(random: Random, given: Return) -> None:
    case = given.cases[given.place]
    assessed = ARRIVED_ON - timedelta(days=random.randint(1, 100))
    start = assessed + timedelta(days=random.randint(1, (ARRIVED_ON - assessed).days))
    case["assessed_on"] = assessed.isoformat()
    _break(given, "R10", "start_date", start.isoformat())


def answer_missing(random: Random, given: Return) -> None:
    _break(given, "R11", _any_of(random, given, list(QUESTIONS), applies), None)


def answer_wrongly_not_applicable(random: Random, given: Return) -> None:
    summaries = [code for code, row in QUESTIONS.items() if row["kind"] == "summary"]
    _break(given, "R12", _any_of(random, given, summaries, applies), "not_applicable")


def formula_error(random: Random, given: Return) -> None:
    error = random.choice(["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
    _break(given, "R13", random.choice(COLUMNS), Typed(random.choice([FormulaError(error), Unstored()])))


def of_the_other_set(code: str, case: Case) -> bool:
    return QUESTIONS[code]["question_set"] != case["question_set"]


def wrong_question_set(random: Random, given: Return) -> None:
    code = _any_of(random, given, list(QUESTIONS), of_the_other_set)
    _break(given, "R14", code, random.choice(sorted(set(spellings(code)) - {"not_applicable"})))


def column_unknown(random: Random, given: Return) -> None:
    column = random.choice(OPTIONAL)
    given.headings[column] = random.choice(["Asessor", "MAPPA", "MAPPA category (if any)", "C9", "?"])
    given.breaches.append(("W01", None, column))


def column_personal(random: Random, given: Return) -> None:
    column = random.choice(OPTIONAL)
    given.headings[column] = random.choice([row["heading"] for row in seed_rows("personal_headings")])
    given.breaches.append(("W02", None, column))


def row_repeated(random: Random, given: Return) -> None:
    again = random.randint(given.place + 1, len(given.cases))
    given.cases.insert(again, dict(given.cases[given.place]))
    given.breaches.append(("W03", again, "case_reference"))


def answered_where_not_applicable(random: Random, given: Return) -> None:
    def is_own_but_does_not_apply(code: str, case: Case) -> bool:
        return not applies(code, case) and not of_the_other_set(code, case)

    code = _any_of(random, given, CONDITIONAL, is_own_but_does_not_apply)
    _break(given, "W04", code, random.choice(sorted(set(spellings(code)) - {"not_applicable"})))


def summary_contradicts_prompts(random: Random, given: Return) -> None:
    summary = random.choice([code for code in QUESTIONS if prompts_of(code)])
    prompts = prompts_of(summary)
    answers = ["no", *(random.choice(["no", "not_applicable"]) for _ in prompts[1:])]
    random.shuffle(answers)
    given.cases[given.place] |= dict(zip(prompts, answers, strict=True))
    _break(given, "W05", summary, "yes")


BREAKAGES: Mapping[str, Breakage] = {
    "R01": reference_missing,
    "R02": reference_malformed,
    "R03": case_repeated,
    "R05": pdu_unknown,
    "R06": pdu_of_another_region,
    "R07": value_unrecognised,
    "R08": value_missing,
    "R09": date_invalid,
    "R10": dates_out_of_order,
    "R11": answer_missing,
    "R12": answer_wrongly_not_applicable,
    "R13": formula_error,
    "R14": wrong_question_set,
    "W01": column_unknown,
    "W02": column_personal,
    "W03": row_repeated,
    "W04": answered_where_not_applicable,
    "W05": summary_contradicts_prompts,
}

WANTED = {"W04": {"domestic_abuse_concern": "false"}, "W05": {"question_set": "core"}}
"""What the case must be for a rule to be broken in it."""

NEEDS_TWO_CASES = {"R03"}


def drawn(strategy: st.SearchStrategy[Drawn], how_many: int) -> list[Drawn]:
    """The same different examples each time, all at once."""
    found = []

    @settings(max_examples=how_many, derandomize=True, database=None, deadline=None)
    @given(strategy)
    def collect(example: Drawn) -> None:
        found.append(example)

    collect()
    return found


SEEDS = st.integers(0, 2**32 - 1)
CASES = st.integers(1, 6)


def broken_return(rule: str, seed: int, size: int) -> Return:
    """A return of that size in which that rule is broken, and nothing else."""
    random = Random(seed)
    broken = valid_return(random, size + (rule in NEEDS_TWO_CASES), WANTED.get(rule, {}))
    BREAKAGES[rule](random, broken)
    return broken


def test_any_broken_cell_in_any_layout_is_reported_at_its_address_and_costs_its_own_row_at_most(tmp_path):
    examples = drawn(st.tuples(SEEDS, CASES, LAYOUTS), BROKEN_RETURNS)
    files = [
        lay_out(broken_return(rule, seed, size), layout, tmp_path)
        for rule, (seed, size, layout) in zip(cycle(BREAKAGES), examples, strict=False)
    ]

    for file, verdict in zip(files, judged(files), strict=True):
        assert problems(verdict) == file.expected(), file
        assert accepted_values(verdict) == file.accepted(), file
        assert all(issue.severity == SEVERITY[issue.rule_code] for issue in verdict.issues), file


def test_a_valid_return_is_accepted_whole_in_any_layout_with_the_same_values(tmp_path):
    files = []
    for seed, size, *layouts in drawn(st.tuples(SEEDS, CASES, LAYOUTS, LAYOUTS), VALID_RETURNS):
        cases = valid_return(Random(seed), size, {})
        files += [lay_out(cases, layout, tmp_path) for layout in layouts]

    verdicts = judged(files)

    for file, verdict in zip(files, verdicts, strict=True):
        assert problems(verdict) == file.expected(), file
        assert accepted_values(verdict) == file.accepted(), file
    for one, other in zip(verdicts[::2], verdicts[1::2], strict=True):
        assert list(accepted_values(one).values()) == list(accepted_values(other).values())


def test_every_rule_that_a_cell_can_break_is_broken():
    whole_file_or_many_returns = {"R04", "W06", *(code for code in SEVERITY if code.startswith("F"))}

    assert set(BREAKAGES) == set(SEVERITY) - whole_file_or_many_returns
