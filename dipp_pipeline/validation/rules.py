"""The row and cell rules as polars expressions: one function a rule, which says of each column when a cell breaks it.

The frame they speak of has a text column for every field and question of the Programme (see frame.py), with a Boolean
column `holds_error(name)` for formula errors, which have no text; the columns REGION and RECEIVED_ON; and for every
question a Boolean column `applies(code)`: null where it cannot be told.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from operator import and_, or_

import polars as pl

from dipp_pipeline.errors import reason
from dipp_pipeline.programme.case_reference import holds_case_reference
from dipp_pipeline.programme.model import (
    NOT_APPLICABLE,
    Field,
    Programme,
    ProgrammeError,
    Question,
)

REGION = "_region_code"
RECEIVED_ON = "_received_on"


def applies(code: str) -> str:
    """The name of the column that says whether a question applies to the case."""
    return f"_{code}_applies"


def holds_error(name: str) -> str:
    """The name of the column that says whether a formula error stands in a field's or question's cell."""
    return f"_{name}_holds_error"


DECIMAL_PLACES = 6
"""Of a decimal that is kept: enough to take the noise off what a spreadsheet works out."""

Column = Field | Question

Condition = Callable[[Column, Programme], pl.Expr | None]
"""Given a column, the condition under which a row breaks the rule there, never null; None where the rule has no say."""

CELL_RULES: dict[str, Condition] = {}
"""Rule code to its condition: what a cell breaks by itself, and with the return's region and day of arrival."""

CASE_RULES: dict[str, Condition] = {}
"""Rule code to its condition: what a cell breaks by what stands in other cells of the case."""


def _registered(rules: dict[str, Condition], rule_code: str) -> Callable[[Condition], Condition]:
    def register(condition: Condition) -> Condition:
        if rule_code in CELL_RULES or rule_code in CASE_RULES:
            raise ValueError(f"{rule_code} has two conditions.")
        rules[rule_code] = condition
        return condition

    return register


cell_rule = partial(_registered, CELL_RULES)
case_rule = partial(_registered, CASE_RULES)


def breaches(column: Column, programme: Programme) -> Mapping[str, pl.Expr]:
    """Each rule that a cell of the column can break, and when a row breaks it."""
    return _told({**CELL_RULES, **CASE_RULES}, column, programme)


def _told(rules: Mapping[str, Condition], column: Column, programme: Programme) -> Mapping[str, pl.Expr]:
    conditions = {code: condition(column, programme) for code, condition in rules.items()}
    return {code: broken for code, broken in conditions.items() if broken is not None}


@cell_rule("R01")
def _key_missing(column: Column, programme: Programme) -> pl.Expr | None:
    return _is_blank(column.name) if programme.kind.key == (column.name,) else None


@cell_rule("R02")
def _case_reference_malformed(column: Column, programme: Programme) -> pl.Expr | None:
    if not _is_of_type(column, "case_reference"):
        return None
    return _wrong(column, ~pl.col(column.name).str.contains("^[A-Z][0-9]{6}$"))


@cell_rule("R05")
def _pdu_unknown(column: Column, programme: Programme) -> pl.Expr | None:
    if not _is_of_type(column, "pdu"):
        return None
    return _wrong(column, ~pl.col(column.name).is_in([pdu.slug for pdu in programme.pdus]))


@cell_rule("R06")
def _pdu_in_other_region(column: Column, programme: Programme) -> pl.Expr | None:
    if not _is_of_type(column, "pdu"):
        return None
    regions = {pdu.slug: pdu.region_code for pdu in programme.pdus}
    region = pl.col(column.name).replace_strict(regions, default=None, return_dtype=pl.String)
    return _wrong(column, region != pl.col(REGION))


@cell_rule("R07")
def _value_unrecognised(column: Column, programme: Programme) -> pl.Expr | None:
    value = pl.col(column.name)
    match column:
        case Question():
            recognised = value.is_in(sorted(set(programme.value_list(column.code).values())))
        case Field(type="integer"):
            recognised = _is_within(value.cast(pl.Int32, strict=False), column)
        case Field(type="decimal"):
            recognised = _is_within(value.cast(pl.Float64, strict=False), column)
        case Field(type="text"):
            too_long = value.str.len_chars() > int(column.maximum) if column.maximum else pl.lit(False)
            recognised = ~too_long & ~value.map_elements(holds_case_reference, return_dtype=pl.Boolean)
        case Field(type="choice" | "boolean"):
            recognised = value.is_in(column.allowed)
        case _:
            return None
    return _wrong(column, ~recognised)


@cell_rule("R08")
def _value_missing(column: Column, programme: Programme) -> pl.Expr | None:
    needed = isinstance(column, Field) and column.required and programme.kind.key != (column.name,)
    return _is_blank(column.name) if needed else None


@cell_rule("R09")
def _date_invalid(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Field) or column.type != "date":
        return None
    latest = pl.col(RECEIVED_ON) if column.maximum is None else pl.lit(column.maximum).str.to_date()
    earliest = pl.lit(column.minimum or "0001-01-01").str.to_date()
    return _wrong(column, ~as_date(pl.col(column.name)).is_between(earliest, latest).fill_null(False))


@cell_rule("R13")
def _formula_error(column: Column, programme: Programme) -> pl.Expr | None:
    return pl.col(holds_error(column.name))


@case_rule("R10")
def _dates_out_of_order(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Field) or column.not_after is None:
        return None
    later = programme.field_by_name[column.not_after]
    both_hold = is_valid(column, programme) & is_valid(later, programme)
    return both_hold & (pl.col(column.name) > pl.col(later.name)).fill_null(False)


@case_rule("R11")
def _answer_missing(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Question) or not programme.kind.answers_required:
        return None
    return _is_applicable(column, programme) & _is_blank(column.name)


@case_rule("R12")
def _answer_wrongly_not_applicable(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Question) or column.kind != "summary":
        return None
    return _is_applicable(column, programme) & (pl.col(column.name) == NOT_APPLICABLE).fill_null(False)


@case_rule("R14")
def _wrong_question_set(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Question) or programme.kind.question_set is None:
        return None
    can_be_told = pl.col(applies(column.code)).is_not_null()
    of_other_set = is_valid(programme.field_by_name[programme.kind.question_set], programme)
    of_other_set &= ~_is_of_own_set(column, programme) & can_be_told
    return of_other_set & _is_answered(column, programme)


@case_rule("W04")
def _answered_where_not_applicable(column: Column, programme: Programme) -> pl.Expr | None:
    if not isinstance(column, Question):
        return None
    return _is_of_own_set(column, programme) & ~_is_applicable(column, programme) & _is_answered(column, programme)


@case_rule("W05")
def _summary_contradicts_prompts(column: Column, programme: Programme) -> pl.Expr | None:
    prompts = [prompt for prompt in programme.questions if prompt.parent_code == column.name]
    if not isinstance(column, Question) or not prompts:
        return None
    is_yes = (pl.col(column.name) == "yes").fill_null(False)
    return _is_of_own_set(column, programme) & is_yes & _all_answered_are_no(prompts, programme)


def applicability(question: Question, programme: Programme) -> pl.Expr:
    """Whether a question's condition holds, in a frame of `facts`: null where a value that it needs failed.

    A condition that holds whatever the failed value was meant to be can be told, as in SQL.
    Raises ProgrammeError where the condition is not SQL over the case's fields.
    """
    if not question.applies_when:
        return pl.lit(True).alias(applies(question.code))
    try:
        holds = pl.sql_expr(question.applies_when)
    except pl.exceptions.PolarsError as error:
        raise ProgrammeError(
            f'questions.csv: {question.code} applies when "{question.applies_when}", which is no SQL condition: '
            f"{reason(error)}. Mend it."
        ) from None
    needed = sorted(set(holds.meta.root_names()))
    unknown = [name for name in needed if name not in programme.field_by_name]
    if unknown:
        raise ProgrammeError(f'questions.csv: {question.code} applies by "{unknown[0]}", which is no field.')
    failed = reduce(or_, (pl.col(_failed(name)) for name in needed), pl.lit(False))
    told = pl.when(failed & holds.is_null()).then(None).otherwise(holds.fill_null(False))
    return told.alias(applies(question.code))


def facts(programme: Programme) -> Iterator[pl.Expr]:
    """What conditions speak of: each field's value in its type, null where blank or broken, and whether it failed."""
    for field in programme.fields:
        value = typed(field, pl.when(is_valid(field, programme)).then(pl.col(field.name)))
        blank_and_free = pl.lit(not field.required) & _is_blank(field.name)
        yield value.alias(field.name)
        yield (~is_valid(field, programme) & ~blank_and_free).alias(_failed(field.name))


def typed(field: Field, value: pl.Expr) -> pl.Expr:
    """A canonical text in the type of its field, null where it is not of that type."""
    match field.type:
        case "date":
            return as_date(value)
        case "integer":
            return value.cast(pl.Int32, strict=False)
        case "decimal":
            return value.cast(pl.Float64, strict=False).round(DECIMAL_PLACES).cast(pl.Decimal(18, DECIMAL_PLACES))
        case "boolean":
            return value == "true"
        case _:
            return value


def is_valid(field: Field, programme: Programme) -> pl.Expr:
    """A field's cell is filled and breaks no rule of its own."""
    broken = reduce(or_, _told(CELL_RULES, field, programme).values())
    return pl.col(field.name).is_not_null() & ~broken


def as_date(value: pl.Expr) -> pl.Expr:
    """The date of a text that is exactly yyyy-mm-dd, else null."""
    exact = pl.when(value.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(value)
    return exact.str.to_date("%Y-%m-%d", strict=False)


def read_as_not_applicable(programme: Programme) -> Iterator[pl.Expr]:
    """Each question's answers with those of W04 read as not applicable."""
    for question in programme.questions:
        overruled = breaches(question, programme)["W04"]
        yield pl.when(overruled).then(pl.lit(NOT_APPLICABLE)).otherwise(pl.col(question.code)).alias(question.code)


def _failed(field_name: str) -> str:
    return f"_{field_name}_failed"


def _is_blank(name: str) -> pl.Expr:
    return pl.col(name).is_null() & ~pl.col(holds_error(name))


def _wrong(column: Column, broken: pl.Expr) -> pl.Expr:
    """There is a value, and it is broken."""
    return pl.col(column.name).is_not_null() & broken.fill_null(False)


def _is_within(number: pl.Expr, field: Field) -> pl.Expr:
    """There is a number, and it is within the field's limits."""
    above = number >= float(field.minimum) if field.minimum else pl.lit(True)
    below = number <= float(field.maximum) if field.maximum else pl.lit(True)
    return (number.is_not_null() & above & below).fill_null(False)


def _is_of_type(column: Column, field_type: str) -> bool:
    return isinstance(column, Field) and column.type == field_type


def _is_of_own_set(question: Question, programme: Programme) -> pl.Expr:
    """The case is of the question's set, if there are sets, and whether the question applies can be told."""
    named = programme.kind.question_set
    own = (pl.col(named) == question.question_set).fill_null(False) if named else pl.lit(True)
    return own & pl.col(applies(question.code)).is_not_null()


def _is_applicable(question: Question, programme: Programme) -> pl.Expr:
    return _is_of_own_set(question, programme) & pl.col(applies(question.code)).fill_null(False)


def _is_answered(question: Question, programme: Programme) -> pl.Expr:
    """Answered yes or no, in any of the ways that the question's list of answers has."""
    answers = sorted(set(programme.value_list(question.code).values()) - {NOT_APPLICABLE})
    return pl.col(question.code).is_in(answers).fill_null(False)


def _all_answered_are_no(prompts: list[Question], programme: Programme) -> pl.Expr:
    """Some prompt is answered, every answered one is no, and none holds what is no answer at all."""
    some_answered = reduce(or_, (_is_answered(prompt, programme) for prompt in prompts))
    none_contradicts = reduce(
        and_,
        (pl.col(prompt.code).is_in(["no", NOT_APPLICABLE]).fill_null(_is_blank(prompt.code)) for prompt in prompts),
    )
    return some_answered & none_contradicts
