"""One change after the other, each to a row of an otherwise valid return, and the one rule that it should break.

The returns are judged together (see conftest.py), which takes hardly longer than judging one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.returns import (
    ADJUSTED,
    EVERYTHING,
    NEW_PRACTITIONER,
    NOTHING_MORE,
    PROGRAMME,
    CaseReturn,
    FormulaError,
    Unstored,
    valid_return,
)
from tests.validation.judging import ARRIVED_ON


@dataclass(frozen=True)
class ChangedCell:
    """A cell of a valid return, what is put there, and the rule that this breaks there, if any."""

    rule: str | None
    column: str
    cell: object
    case: int = EVERYTHING
    others: Mapping[str, object] = field(default_factory=dict)
    """Other cells of the case that are changed, but break no rule."""
    region: str = "wales"

    def __str__(self) -> str:
        others = "".join(f" {name}={cell}" for name, cell in self.others.items())
        return f"{self.rule or 'sound'} {self.region} {self.case} {self.column}={self.cell}{others}"

    def given(self) -> CaseReturn:
        given = valid_return(self.region)
        given.cases[self.case] |= {**self.others, self.column: self.cell}
        return given


_FIELDS = PROGRAMME.fields
_QUESTIONS = PROGRAMME.questions
_CASE_OF_SET = {"core": EVERYTHING, "adjusted": ADJUSTED}
_CASE_OF_OTHER_SET = {"core": ADJUSTED, "adjusted": EVERYTHING}
_NO = {"answer": "No", "oversight_answer": "Absent"}

_REFERENCES = [ChangedCell("R01", "case_reference", blank) for blank in (None, " ", "\u00a0")] + [
    ChangedCell("R02", "case_reference", text)
    for text in ("R67793", "R6779311", "RR77931", "6779311", "R67793I", "R-677931", "Blodeuwedd", 677931)
]

_PDUS = [
    ChangedCell("R05", "pdu", "Atlantis"),
    ChangedCell("R05", "pdu", "Wales"),
    ChangedCell("R05", "pdu", "Stockport and Trafford", region="greater-manchester"),
    ChangedCell("R05", "pdu", "Coventy", region="west-midlands"),
    ChangedCell("R06", "pdu", "Coventry"),
    ChangedCell("R06", "pdu", "N52CSW"),
    ChangedCell("R06", "pdu", "Ealing and Hillingdom"),
    ChangedCell("R06", "pdu", "Cardiff & the Vale", region="west-midlands"),
]

_VALUES = [
    ChangedCell("R07", "question_set", "Both"),
    ChangedCell("R07", "sentence_type", "Custody"),
    ChangedCell("R07", "risk_of_serious_harm", "Hihg"),
    ChangedCell("R07", "assessor_role", "Someone"),
    ChangedCell("R07", "mappa_category", 5),
    ChangedCell("R07", "mappa_level", "4"),
    ChangedCell("R07", "sex", "7"),
    ChangedCell("R07", "ethnicity", "Unknown"),
    ChangedCell("R07", "practitioner_grade", "Manager"),
    ChangedCell("R07", "practitioner_inexperienced", "Perhaps"),
    ChangedCell("R07", "child_safeguarding_concern", "N/A"),
    ChangedCell("R07", "domestic_abuse_concern", 1),
    ChangedCell("R07", "age", 17),
    ChangedCell("R07", "age", 111),
    ChangedCell("R07", "age", 35.5),
    ChangedCell("R07", "age", "thirty-five"),
    ChangedCell("R07", "age", -35),
    ChangedCell("R07", "C2b", "Maybe"),
    ChangedCell("R07", "C2b", "Absent"),
    ChangedCell("R07", "C1", 1),
    ChangedCell("R07", "C5", "No"),
    ChangedCell("R07", "C5", "Yes, mostly"),
    ChangedCell("R07", "A5", "N", case=ADJUSTED),
    ChangedCell("R07", "A5", "Perhaps"),
    ChangedCell("R07", "C6a", "Perhaps", case=NOTHING_MORE),
]

_BLANKS = [
    ChangedCell("R08", field.name, None) for field in _FIELDS if field.required and field.name != "case_reference"
]

_DATES = [
    ChangedCell("R09", "start_date", "31/04/2025"),
    ChangedCell("R09", "start_date", "05/24/2025"),
    ChangedCell("R09", "start_date", "soon"),
    ChangedCell("R09", "start_date", "2025-05-24 13:30:00"),
    ChangedCell("R09", "start_date", date(2014, 12, 31)),
    ChangedCell("R09", "start_date", ARRIVED_ON + timedelta(days=1)),
    ChangedCell("R09", "assessed_on", date(2025, 9, 30)),
    ChangedCell("R09", "assessed_on", ARRIVED_ON + timedelta(days=1)),
    ChangedCell("R09", "assessed_on", 20251108),
    ChangedCell("R10", "start_date", date(2025, 11, 9)),
    ChangedCell("R10", "start_date", "9/11/2025"),
]

_ANSWERS = [
    *(ChangedCell("R11", asked.code, None, _CASE_OF_SET[asked.question_set]) for asked in _QUESTIONS),
    *(
        ChangedCell("R12", asked.code, "N/A", _CASE_OF_SET[asked.question_set])
        for asked in _QUESTIONS
        if asked.kind == "summary"
    ),
    *(ChangedCell("R14", asked.code, "Yes", _CASE_OF_OTHER_SET[asked.question_set]) for asked in _QUESTIONS),
    ChangedCell("R14", "A1", "No"),
    ChangedCell("R14", "A5", "Absent"),
    ChangedCell("R14", "C1a", "No", ADJUSTED),
    ChangedCell("R14", "A6a", "Yes", case=NOTHING_MORE),
]

_FORMULAS = [
    *(ChangedCell("R13", column, FormulaError("#REF!")) for column in PROGRAMME.column_names),
    ChangedCell("R13", "case_reference", Unstored()),
    ChangedCell("R13", "mappa_category", Unstored()),
    ChangedCell("R13", "C1a", Unstored()),
    ChangedCell("R13", "A1", Unstored()),
]

_CONDITIONAL = [asked for asked in _QUESTIONS if asked.applies_when]

_WARNINGS = [
    *(
        ChangedCell("W04", asked.code, written, NOTHING_MORE)
        for asked in _CONDITIONAL
        if asked.question_set == "core"
        for written in ("Yes", _NO[asked.answer_type])
    ),
    ChangedCell("W04", "A7a", "Yes", ADJUSTED, {"domestic_abuse_concern": "No", "A7b": None}),
    *(
        ChangedCell("W05", summary, "Yes", others=dict(zip(prompts, prompt_answers, strict=False)))
        for summary, prompts in {"C2": ("C2a", "C2b", "C2c", "C2d"), "C4": ("C4a", "C4b", "C4c")}.items()
        for prompt_answers in (("No", "No", "No", "No"), ("No", "N/A", "N/A", "No"))
    ),
]

BROKEN_CELLS = [*_REFERENCES, *_PDUS, *_VALUES, *_BLANKS, *_DATES, *_ANSWERS, *_FORMULAS, *_WARNINGS]

_NOT_TOLD = {"C6a": None, "C6b": "N/A"}
_CONTRADICTED = {"C2": "Yes", "C2a": "No", "C2b": "No", "C2c": "No", "C2d": "No"}

FAILED_VALUES = [
    # no R10 beside R09 or R13
    ChangedCell("R09", "start_date", "soon", others={"assessed_on": "2025-10-01"}),
    ChangedCell("R09", "assessed_on", "2025-09-01", others={"start_date": "2026-01-01"}),
    ChangedCell("R13", "assessed_on", FormulaError("#N/A"), others={"start_date": "2026-01-01"}),
    # no R11, R12, R14 or W04 where the question set failed
    ChangedCell("R07", "question_set", "Both", others={"C1": None}),
    ChangedCell("R08", "question_set", None, others={"C1": "N/A"}),
    ChangedCell("R07", "question_set", "Both", others={"A1": "Yes"}),
    ChangedCell("R13", "question_set", FormulaError("#REF!"), NOTHING_MORE, {"C5": "Yes"}),
    # nor where a value failed that the condition needs
    ChangedCell("R07", "child_safeguarding_concern", "Perhaps", others=_NOT_TOLD),
    ChangedCell("R08", "child_safeguarding_concern", None, NOTHING_MORE, {"C6a": "Yes", "C6b": "No"}),
    ChangedCell("R13", "child_safeguarding_concern", FormulaError("#N/A"), NOTHING_MORE, _NOT_TOLD),
    ChangedCell("R13", "domestic_abuse_concern", FormulaError("#N/A"), others={"A7a": "Yes"}),
    ChangedCell("R07", "risk_of_serious_harm", "Extreme", NOTHING_MORE, {"C5": None}),
    ChangedCell("R08", "practitioner_inexperienced", None, NOTHING_MORE, {"C5": "Yes"}),
    # a formula error comes before every other rule on its cell, an unrecognised answer before what it would mean
    ChangedCell("R13", "C1", FormulaError("#DIV/0!")),
    ChangedCell("R13", "A1", FormulaError("#DIV/0!")),
    ChangedCell("R07", "C5", "Perhaps", NOTHING_MORE),
    # no W05 where a prompt failed
    ChangedCell("R13", "C2b", FormulaError("#REF!"), others={**_CONTRADICTED, "C2b": None}),
    ChangedCell("R07", "C2b", "Maybe", others={**_CONTRADICTED, "C2b": None}),
]

SOUND_CELLS = [
    *(ChangedCell(None, "age", 18, region=region.slug) for region in PROGRAMME.regions),
    ChangedCell(None, "case_reference", " r 677 999\u00a0"),
    ChangedCell(None, "pdu", "N03SW1"),
    ChangedCell(None, "pdu", "Cardiff & Vale"),
    ChangedCell(None, "age", 110),
    ChangedCell(None, "age", " 35 "),
    ChangedCell(None, "start_date", date(2015, 1, 1)),
    ChangedCell(None, "start_date", date(2025, 11, 8)),
    ChangedCell(None, "start_date", "08/11/2025"),
    ChangedCell(None, "assessed_on", date(2025, 10, 1)),
    ChangedCell(None, "assessed_on", ARRIVED_ON),
    ChangedCell(None, "assessor_role", None),
    ChangedCell(None, "mappa_category", None),
    ChangedCell(None, "mappa_level", " "),
    ChangedCell(None, "C1a", "n.a."),
    ChangedCell(None, "C1", True),
    ChangedCell(None, "C5", "no – ABSENT"),
    ChangedCell(None, "A1", "Not applicable"),
    ChangedCell(None, "C5", "NA", ADJUSTED),
    ChangedCell(None, "C5", None, NOTHING_MORE),
    ChangedCell(None, "C5", "Ineffective", NEW_PRACTITIONER),
    ChangedCell(None, "C7a", "N/A", NOTHING_MORE),
    # a summary contradicts its prompts only when it is yes and they are all no
    ChangedCell(None, "C2d", "Yes", others={**_CONTRADICTED, "C2d": None}),
    ChangedCell(None, "C2", "Yes", others=dict.fromkeys(("C2a", "C2b", "C2c", "C2d"), "N/A")),
    ChangedCell(None, "C2", "No", others=_CONTRADICTED),
    ChangedCell(None, "C2", "No", others=dict.fromkeys(("C2a", "C2b", "C2c", "C2d"), "Yes")),
]
