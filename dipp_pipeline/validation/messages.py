"""What is said of a broken rule at a cell: which of the rule's sentences, and what fills their placeholders.

The sentences stand in rule_advice.csv. No case reference is quoted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from dipp_pipeline.intake.issues import quotable
from dipp_pipeline.programme.case_reference import holds_case_reference
from dipp_pipeline.programme.matching import pdu_key, value_key
from dipp_pipeline.programme.model import NOT_APPLICABLE, Field, Programme, Region, SupersededPdu


def message(rule_code: str, column: str, found: str | None, region: Region, programme: Programme) -> str:
    """The advice for one cell, in a return of that region."""
    cell = _Cell(column, found or "", region, programme)
    return programme.rules[rule_code].says(_situation(rule_code, cell), cell)


@dataclass(frozen=True)
class _Cell:
    """A cell that breaks a rule. It gives what a sentence names of it, by placeholder."""

    column: str
    found: str
    region: Region
    programme: Programme

    def __getitem__(self, placeholder: str) -> str:
        return PLACEHOLDERS[placeholder](self)

    @property
    def field(self) -> Field | None:
        return self.programme.field_by_name.get(self.column)

    @property
    def superseded(self) -> SupersededPdu | None:
        return self.programme.superseded_pdus.get(pdu_key(self.found))

    @property
    def choices(self) -> Mapping[str, str]:
        return self.programme.choices_of(self.column)

    @cached_property
    def nearest(self) -> str:
        """The PDU of the region or the choice that is nearly what was found, if one is."""
        is_pdu = self.field is not None and self.field.type == "pdu"
        names = _pdus(self) if is_pdu else self.choices.values()
        by_key = {value_key(name): name for name in names}
        near = get_close_matches(value_key(self.found), by_key, n=1, cutoff=0.75)
        return by_key[near[0]] if near else ""


def _situation(rule_code: str, cell: _Cell) -> str:
    """Which of a rule's sentences is for the cell; most rules have one."""
    match rule_code:
        case "R01" if cell.field and cell.field.type != "case_reference":
            return "key"
        case "R05" if cell.superseded:
            return "superseded"
        case "R05":
            return "nearly" if cell.nearest else "unknown"
        case "R07" if cell.field and cell.field.type == "integer":
            return "number_within" if cell.field.minimum and cell.field.maximum else "number"
        case "R07" if cell.field and cell.field.type == "decimal":
            return "decimal_within" if cell.field.minimum and cell.field.maximum else "decimal"
        case "R07" if cell.field and cell.field.type == "text":
            return "holds_case_reference" if holds_case_reference(cell.found) else "too_long"
        case "R07" if cell.programme.spellings.get("answer", {}).get(value_key(cell.found)) == "no":
            return "which_no"
        case "R07":
            return ("value" if cell.field else "answer") + ("_nearly" if cell.nearest else "")
        case _:
            return ""


def _pdus(cell: _Cell) -> Iterable[str]:
    return [pdu.name for pdu in cell.programme.pdus if pdu.region_code == cell.region.code]


def _other_region(cell: _Cell) -> str:
    pdu = cell.programme.pdu_elsewhere(cell.region.code, cell.found)
    return next(region.name for region in cell.programme.regions if pdu and region.code == pdu.region_code)


def _kinds_of_no(cell: _Cell) -> str:
    return _either(written for value, written in cell.choices.items() if value not in ("yes", NOT_APPLICABLE))


def _ended(cell: _Cell) -> str:
    return _day(cell.superseded.superseded_on.isoformat()) if cell.superseded else ""


def _successors(cell: _Cell) -> str:
    return " or ".join(pdu.name for pdu in cell.superseded.successors) if cell.superseded else ""


def _earliest(cell: _Cell) -> str:
    return _day(cell.field.minimum) if cell.field and cell.field.minimum else "the beginning"


def _latest(cell: _Cell) -> str:
    return _day(cell.field.maximum) if cell.field and cell.field.maximum else "the day of arrival"


PLACEHOLDERS: Mapping[str, Callable[[_Cell], str]] = {
    "found": lambda cell: quotable(cell.found),
    "name": lambda cell: cell.programme.label(cell.column),
    "region": lambda cell: cell.region.name,
    "other_region": _other_region,
    "ended": _ended,
    "successors": _successors,
    "nearest": lambda cell: cell.nearest,
    "choices": lambda cell: _either(cell.choices.values()),
    "kinds_of_no": _kinds_of_no,
    "minimum": lambda cell: (cell.field and cell.field.minimum) or "",
    "maximum": lambda cell: (cell.field and cell.field.maximum) or "",
    "earliest": _earliest,
    "latest": _latest,
    "not_after": lambda cell: cell.programme.label((cell.field and cell.field.not_after) or ""),
    "question_set": lambda cell: cell.programme.question_by_code[cell.column].question_set or "",
    "label": lambda cell: cell.programme.kind.label,
    "record": lambda cell: cell.programme.kind.record,
}
"""What the sentences of rows and cells can name."""


def _either(values: Iterable[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)}/{int(month)}/{year}"
