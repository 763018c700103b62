"""The row and cell rules as polars expressions: for each column, which rule a cell breaks and when.

The frame they speak of has a text column for every field and question of the Programme (see frame.py), the columns
REGION and RECEIVED_ON, and for every question a Boolean column `applies(code)`: null where it cannot be told.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_, or_

import polars as pl

from dipp_pipeline.programme.model import (
    CASE_REFERENCE,
    NOT_APPLICABLE,
    QUESTION_SET,
    Field,
    Programme,
    ProgrammeError,
    Question,
)
from dipp_pipeline.spreadsheets.cells import ERROR_MARK

REGION = "_region_code"
RECEIVED_ON = "_received_on"

Breaches = Mapping[str, pl.Expr]
"""Rule code to the condition under which a row breaks it; never null."""


def applies(code: str) -> str:
    """The name of the column that says whether a question applies to the case."""
    return f"_{code}_applies"


def field_breaches(field: Field, programme: Programme) -> Breaches:
    """The rules that a field's cell can break by itself, and with the return's region and day of arrival."""
    value = pl.col(field.name)
    breaches = {"R13": _is_error(value)}
    if field.required:
        breaches["R01" if field.name == CASE_REFERENCE else "R08"] = value.is_null()
    match field.type:
        case "text":
            wrong = {"R02": ~value.str.contains("^[A-Z][0-9]{6}$")}
        case "pdu":
            regions = {pdu.slug: pdu.region_code for pdu in programme.pdus}
            known = value.is_in(list(regions))
            in_region = value.replace_strict(regions, default=None, return_dtype=pl.String) == pl.col(REGION)
            wrong = {"R05": ~known, "R06": known & ~in_region}
        case "date":
            latest = pl.col(RECEIVED_ON) if field.maximum is None else pl.lit(field.maximum).str.to_date()
            earliest = pl.lit(field.minimum or "0001-01-01").str.to_date()
            wrong = {"R09": ~as_date(value).is_between(earliest, latest).fill_null(False)}
        case "integer":
            number = value.cast(pl.Int64, strict=False)
            above = number >= int(field.minimum) if field.minimum else pl.lit(True)
            below = number <= int(field.maximum) if field.maximum else pl.lit(True)
            wrong = {"R07": ~(above & below & number.is_not_null()).fill_null(False)}
        case _:
            wrong = {"R07": ~value.is_in(field.allowed)}
    return breaches | {rule: _is_sound(value) & broken.fill_null(False) for rule, broken in wrong.items()}


def order_breaches(programme: Programme) -> Mapping[str, Breaches]:
    """R10, told at the start date: both dates hold and the start is after the assessment."""
    start, assessed = programme.field_by_name["start_date"], programme.field_by_name["assessed_on"]
    both_hold = is_valid(start, programme) & is_valid(assessed, programme)
    return {start.name: {"R10": both_hold & (pl.col(start.name) > pl.col(assessed.name)).fill_null(False)}}


def question_breaches(question: Question, programme: Programme) -> Breaches:
    """The rules that an answer can break."""
    value = pl.col(question.code)
    can_be_told = pl.col(applies(question.code)).is_not_null()
    own = (pl.col(QUESTION_SET) == question.question_set).fill_null(False) & can_be_told
    other = is_valid(programme.field_by_name[QUESTION_SET], programme) & ~own & can_be_told
    applicable = own & pl.col(applies(question.code)).fill_null(False)
    answered = _is_answered(question, programme)
    not_applicable = (value == NOT_APPLICABLE).fill_null(False)
    breaches = {
        "R13": _is_error(value),
        "R07": _is_sound(value) & ~(answered | not_applicable),
        "R11": applicable & value.is_null(),
        "R14": other & answered,
        "W04": own & ~applicable & answered,
    }
    if question.kind == "summary":
        breaches["R12"] = applicable & not_applicable
    prompts = [prompt for prompt in programme.questions if prompt.parent_code == question.code]
    if prompts:
        breaches["W05"] = own & (value == "yes").fill_null(False) & _all_answered_are_no(prompts, programme)
    return breaches


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
            f'questions.csv: {question.code} applies when "{question.applies_when}": {error}.'
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
        blank_and_free = pl.lit(not field.required) & pl.col(field.name).is_null()
        yield value.alias(field.name)
        yield (~is_valid(field, programme) & ~blank_and_free).alias(_failed(field.name))


def typed(field: Field, value: pl.Expr) -> pl.Expr:
    """A canonical text in the type of its field, null where it is not of that type."""
    match field.type:
        case "date":
            return as_date(value)
        case "integer":
            return value.cast(pl.Int32, strict=False)
        case "boolean":
            return value == "true"
        case _:
            return value


def is_valid(field: Field, programme: Programme) -> pl.Expr:
    """A field's cell is filled and breaks no rule of its own."""
    broken = reduce(or_, field_breaches(field, programme).values())
    return pl.col(field.name).is_not_null() & ~broken


def as_date(value: pl.Expr) -> pl.Expr:
    """The date of a text that is exactly yyyy-mm-dd, else null."""
    exact = pl.when(value.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(value)
    return exact.str.to_date("%Y-%m-%d", strict=False)


def read_as_not_applicable(programme: Programme) -> Iterator[pl.Expr]:
    """Each question's answers with those of W04 read as not applicable."""
    for question in programme.questions:
        overruled = question_breaches(question, programme)["W04"]
        yield pl.when(overruled).then(pl.lit(NOT_APPLICABLE)).otherwise(pl.col(question.code)).alias(question.code)


def _failed(field_name: str) -> str:
    return f"_{field_name}_failed"


def _is_error(value: pl.Expr) -> pl.Expr:
    return value.str.starts_with(ERROR_MARK).fill_null(False)


def _is_sound(value: pl.Expr) -> pl.Expr:
    return value.is_not_null() & ~_is_error(value)


def _is_answered(question: Question, programme: Programme) -> pl.Expr:
    """Answered yes or no, in any of the ways that the question's list of answers has."""
    answers = sorted(set(programme.value_list(question.code).values()) - {NOT_APPLICABLE})
    return pl.col(question.code).is_in(answers).fill_null(False)


def _all_answered_are_no(prompts: list[Question], programme: Programme) -> pl.Expr:
    """Some prompt is answered, every answered one is no, and none holds what is no answer at all."""
    some_answered = reduce(or_, (_is_answered(prompt, programme) for prompt in prompts))
    none_contradicts = reduce(
        and_, (pl.col(prompt.code).is_in(["no", NOT_APPLICABLE]).fill_null(True) for prompt in prompts)
    )
    return some_answered & none_contradicts
