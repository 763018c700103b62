"""What stands in each column of the template, in words: its heading, what may be entered, and what it means.

How a spreadsheet holds to it is in validations.py, how it looks in styles.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl.utils import get_column_letter

from dipp_pipeline.programme.model import NOT_APPLICABLE, Field, Programme, Question, Region
from dipp_pipeline.template.conditions import deciding_fields

ROWS = 500
"""Several times the records of one region's inspection, and few enough that every spreadsheet stays quick."""

HEADING_ROW = 1
FIRST_ROW, LAST_ROW = HEADING_ROW + 1, HEADING_ROW + ROWS


@dataclass(frozen=True)
class TemplateColumn:
    """A column for a field or a question."""

    name: str
    letter: str
    label: str
    """What messages call it."""
    heading: str
    section: str
    """The record, such as a case, or the question set."""
    group: str
    """What it belongs to within the section, such as a stage."""
    leads: bool
    """Whether it is a summary question, or a field that must be filled in."""
    optional: bool
    """Whether it may be left empty where it applies."""
    choices: Sequence[str]
    """All that may be entered, as its drop-down list writes it; empty where there is no such list."""
    takes: str
    """What may be entered, in a sentence."""
    about: str
    """What it is, in sentences; empty where the heading says all."""
    prompt: str
    """What is said while a cell of it is filled in; empty where that would only disturb."""

    @property
    def cells(self) -> str:
        """The range for its values."""
        return f"{self.letter}{FIRST_ROW}:{self.letter}{LAST_ROW}"

    @property
    def first_cell(self) -> str:
        """Its cell in the first record's row, as formulas for that row name it."""
        return f"${self.letter}{FIRST_ROW}"


def template_columns(programme: Programme, region: Region | None) -> Sequence[TemplateColumn]:
    """The fields, then the questions, for a return of the region or of any. Raises ProgrammeError."""
    letters = map(get_column_letter, range(1, len(programme.column_names) + 1))
    return [
        *(_field_column(field, next(letters), programme, region) for field in programme.fields),
        *(_question_column(question, next(letters), programme) for question in programme.questions),
    ]


def _field_column(field: Field, letter: str, programme: Programme, region: Region | None) -> TemplateColumn:
    choices = tuple(_choices(field, programme, region))
    takes = _sentences(_takes(field, choices, programme, region))
    about = _sentences(field.description, "" if field.required else "May be left empty")
    return TemplateColumn(
        name=field.name,
        letter=letter,
        label=programme.label(field.name),
        heading=programme.label(field.name),
        section=f"The {programme.kind.record}",
        group=f"The {programme.kind.record}",
        leads=field.required,
        optional=not field.required,
        choices=choices,
        takes=takes,
        about=about,
        prompt=about if choices else f"{about} {takes}".strip(),
    )


def _question_column(question: Question, letter: str, programme: Programme) -> TemplateColumn:
    sets = programme.choices_of(programme.kind.question_set) if programme.kind.question_set else {}
    question_set = sets.get(question.question_set or "", "")
    asked = (
        f"Asked where {programme.label(programme.kind.question_set or '')} is {question_set}" if question_set else ""
    )
    optional = not programme.kind.answers_required
    choices = tuple(_answers(question, programme))
    deciding = " and ".join(programme.label(field.name) for field in deciding_fields(question, programme))
    depends = f"Whether it applies depends on {deciding}" if deciding else ""
    return TemplateColumn(
        name=question.code,
        letter=letter,
        label=programme.label(question.code),
        heading=f"{question.code}: {question.label}" if question.label else question.code,
        section=question_set or programme.kind.label.capitalize(),
        group=question.stage.replace("_", " ").capitalize(),
        leads=question.kind == "summary",
        optional=optional,
        choices=choices,
        takes=_sentences(_one_of(choices)),
        about=_sentences(asked, depends, "May be left empty" if optional else ""),
        prompt=_sentences(depends, "Leave it empty where it is grey and hatched") if depends else "",
    )


def _choices(field: Field, programme: Programme, region: Region | None) -> Iterator[str]:
    match field.type:
        case "pdu":
            yield from sorted({pdu.name for pdu in programme.pdus if region is None or pdu.region_code == region.code})
        case "choice" | "boolean":
            yield from programme.choices_of(field.name).values()


def _answers(question: Question, programme: Programme) -> Iterator[str]:
    """A summary question that applies may not be answered not applicable, and one that does not is left empty."""
    for value, written in programme.choices_of(question.code).items():
        if value != NOT_APPLICABLE or question.kind != "summary":
            yield written


def _takes(field: Field, choices: Sequence[str], programme: Programme, region: Region | None) -> str:
    match field.type:
        case "case_reference":
            return f"Each {programme.kind.record} in one row only"
        case "text":
            return f"A text of up to {field.maximum} characters" if field.maximum else "A text"
        case "pdu" if region is None:
            return "A PDU of your region, from the list"
        case "date":
            limits = _limits(_day(field.minimum), _day(field.maximum) or "today")
            return f"Day/month/year, {limits}{_order(field, programme)}"
        case "integer":
            return f"A whole number {_limits(field.minimum, field.maximum)}".rstrip()
        case "decimal":
            return f"A number {_limits(field.minimum, field.maximum)}".rstrip()
        case _:
            return _one_of(choices)


def _one_of(choices: Sequence[str]) -> str:
    return f"One of: {'; '.join(choices)}"


def _limits(lowest: str | None, highest: str | None) -> str:
    return " ".join(f"{word} {limit}" for word, limit in (("from", lowest), ("to", highest)) if limit)


def _order(field: Field, programme: Programme) -> str:
    earlier = " or ".join(programme.label(earlier.name) for earlier in programme.dates_not_after[field.name])
    not_before = f", and not before {earlier}" if earlier else ""
    return not_before + (f", and not after {programme.label(field.not_after)}" if field.not_after else "")


def _sentences(*texts: str) -> str:
    return " ".join(f"{text.removesuffix('.')}." for text in texts if text)


def _day(iso: str | None) -> str | None:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else None
