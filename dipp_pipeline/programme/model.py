"""The inspection as data: one frozen Programme, made from the seeds, that everything else asks.

Nothing is read from disk here (see seeds.py) and no cell is judged (see intake/ and validation/).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import cached_property
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from dipp_pipeline.errors import DippError
from dipp_pipeline.programme.kinds import ReturnKind
from dipp_pipeline.programme.matching import heading_key, pdu_key, value_key

Severity = Literal["refuse", "quarantine", "warn"]

ADVICE_FILE = "rule_advice.csv"

INSPECTORATE_TIME = ZoneInfo("Europe/London")

NOT_APPLICABLE = "not_applicable"

# A question's code opens its heading. A prompt's letter belongs to the code where it follows the digit directly,
# stands in brackets or is followed by one: "C1a", "C1(a)", "C1 (a)", "C1 a)". In "C1 a label" it does not.
_QUESTION_HEADING = re.compile(
    r"(?P<stem>[a-z]\d+)"
    r"(?:(?P<direct>[a-z])(?![a-z0-9])|\s?[(\[](?P<inside>[a-z])[)\]]|\s?(?P<before>[a-z])[)\]]|(?![a-z0-9]))"
)


class ProgrammeError(DippError):
    """The reference data contradict themselves; the message names the file and the entry."""


@dataclass(frozen=True)
class Region:
    """A probation region; `code` is its nDelius provider code, `slug` its folder's name."""

    code: str
    name: str
    slug: str


@dataclass(frozen=True)
class Pdu:
    """A Probation Delivery Unit of a region."""

    slug: str
    name: str
    region_code: str


@dataclass(frozen=True)
class SupersededPdu:
    """A name that is no longer a PDU, and what followed it."""

    name: str
    superseded_on: date
    successors: tuple[Pdu, ...]


@dataclass(frozen=True)
class Field:
    """A fact about a record, such as a case, besides its answers."""

    name: str
    required: bool
    type: str
    allowed: tuple[str, ...]
    minimum: str | None
    maximum: str | None
    description: str
    """What it is, in words for whoever fills it in; empty where its heading says all."""
    not_after: str | None
    """The date that a date may not be later than (R10)."""


@dataclass(frozen=True)
class Question:
    """A question of a set, if its kind of return has such. `applies_when` is SQL over fields; empty means always."""

    code: str
    question_set: str | None
    parent_code: str | None
    kind: str
    answer_type: str
    applies_when: str
    stage: str
    label: str

    @property
    def name(self) -> str:
        """Of its column; a field has the like."""
        return self.code


@dataclass(frozen=True)
class Rule:
    """A rule of intake or validation, and what follows from breaking it."""

    code: str
    severity: Severity
    name: str
    advice: Mapping[str, str]
    """What is said of a return that breaks it, by situation, with {placeholders}; a rule of one sentence has ""."""

    def says(self, situation: str, facts: "Facts") -> str:
        """The sentence for a situation, its placeholders filled. Raises ProgrammeError where it cannot be said."""
        if situation not in self.advice:
            raise ProgrammeError(f'{ADVICE_FILE}: {self.code} has no line for the situation "{situation}". Add it.')
        try:
            return self.advice[situation].format_map(facts)
        except KeyError as unknown:
            raise ProgrammeError(
                f'{ADVICE_FILE}: {self.code}, "{situation}" has the placeholder "{unknown.args[0]}", '
                "which nothing fills. Mend its name or take it out."
            ) from None


class Facts(Protocol):
    """What the placeholders of a sentence stand for, by name."""

    def __getitem__(self, placeholder: str, /) -> object:
        """What it stands for. Raises KeyError where it is unknown."""
        ...


@dataclass(frozen=True)
class Programme:
    """All that is known of the programme beforehand, as one kind of return sees it: with its fields and questions.

    Made by `seeds.load_programme`, which checks it.
    """

    kind: ReturnKind
    by_kind: Mapping[str, "Programme"] = dataclass_field(repr=False, compare=False)
    """Name of a kind to the programme as that kind sees it."""
    regions: tuple[Region, ...]
    pdus: tuple[Pdu, ...]
    fields: tuple[Field, ...]
    questions: tuple[Question, ...]
    rules: Mapping[str, Rule]
    field_headings: Mapping[str, str]
    """Heading key to the name of its field."""
    headings: Mapping[str, str]
    """Name of a field to its heading as people write it first of all."""
    personal_headings: frozenset[str]
    spellings: Mapping[str, Mapping[str, str]]
    """Name of a field or shared value list to value key to canonical value."""
    choices: Mapping[str, Mapping[str, str]]
    """Name of a field or shared value list to canonical value to its first spelling."""
    pdu_names: Mapping[str, Mapping[str, Pdu]]
    """Region code to PDU key (of a name, code or alias) to PDU."""
    superseded_pdus: Mapping[str, SupersededPdu]
    """PDU key to what became of it."""
    fingerprint: str
    """SHA-256 over the seeds."""

    def of(self, kind: str) -> "Programme":
        """The programme as a kind of return sees it. Raises KeyError where there is no such kind."""
        return self.by_kind[kind]

    @cached_property
    def kinds(self) -> tuple[ReturnKind, ...]:
        """Every kind of return, the first of which lies anywhere but in the others' folders."""
        return tuple(of_kind.kind for of_kind in self.by_kind.values())

    def of_folder(self, name: str) -> "Programme | None":
        """The programme as the kind sees it that has a folder of that name, if one has.

        The name may be written in capitals, since some disks do not tell them apart.
        """
        folder = name.casefold()
        return next((of_kind for of_kind in self.by_kind.values() if of_kind.kind.folder == folder), None)

    def of_return(self, region_slug: str | None, path: str) -> "Programme":
        """The programme as the kind of a return sees it: of the first kind where its path begins with no kind's folder.

        `path` is the one under its region's folder; where it lies under no region it is of the first kind.
        """
        folder, slash, _ = path.partition("/")
        in_a_folder = self.of_folder(folder) if region_slug is not None and slash else None
        return in_a_folder or self.of(self.kinds[0].name)

    @cached_property
    def region_by_slug(self) -> Mapping[str, Region]:
        return {region.slug: region for region in self.regions}

    @cached_property
    def field_by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def question_by_code(self) -> Mapping[str, Question]:
        return {question.code: question for question in self.questions}

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Every column a case table can have: the fields, then the questions."""
        return (*self.field_by_name, *self.question_by_code)

    @cached_property
    def required_headings(self) -> Mapping[str, str]:
        """Heading key to field, of the required fields alone: what a heading row is known by."""
        return {key: name for key, name in self.field_headings.items() if self.field_by_name[name].required}

    def heads_a_table(self, heading: str) -> str | None:
        """The field or question that a heading names, if it is one of those that a heading row is known by."""
        if self.kind.questions_head_table:
            return self.column_for_heading(heading)
        return self.required_headings.get(heading_key(heading))

    @cached_property
    def dates_not_after(self) -> Mapping[str, tuple[Field, ...]]:
        """Name of a date to the dates that may not be later than it."""
        return {
            later.name: tuple(field for field in self.fields if field.not_after == later.name) for later in self.fields
        }

    def column_for_heading(self, heading: str) -> str | None:
        """The field or question that a heading names, or None."""
        key = heading_key(heading)
        if key in self.field_headings:
            return self.field_headings[key]
        match = _QUESTION_HEADING.match(value_key(heading))
        if match is None:
            return None
        code = match["stem"].upper() + (match["direct"] or match["inside"] or match["before"] or "")
        return code if code in self.question_by_code else None

    def value_list(self, column: str) -> Mapping[str, str]:
        """Value key to canonical value, of a choice, a boolean or an answer."""
        return self.spellings[self._list_of(column)]

    def choices_of(self, column: str) -> Mapping[str, str]:
        """Canonical value to how it is written, of a choice, a boolean or an answer."""
        return self.choices[self._list_of(column)]

    def label(self, column: str) -> str:
        """What a person calls the column: a field's first heading, a question's code."""
        return self.headings.get(column, column)

    def _list_of(self, column: str) -> str:
        if column in self.question_by_code:
            return self.question_by_code[column].answer_type
        return "boolean" if self.field_by_name[column].type == "boolean" else column

    def pdu_in_region(self, region_code: str, name: str) -> Pdu | None:
        """The region's PDU of that name, code or alias."""
        return self.pdu_names[region_code].get(pdu_key(name))

    def pdu_elsewhere(self, region_code: str, name: str) -> Pdu | None:
        """The PDU of that name, code or alias in another region."""
        key = pdu_key(name)
        others = (names.get(key) for code, names in self.pdu_names.items() if code != region_code)
        return next((pdu for pdu in others if pdu is not None), None)
