"""When a question does not apply to a case: SQL over the case's fields, said again as a spreadsheet's formula.

The formula compares cells with what the drop-down lists write. What is done with it is laid out in workbook.py.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dipp_pipeline.programme.model import Field, Programme, ProgrammeError, Question

Comparison = Callable[[str, str], bool]

_COMPARISONS: Mapping[type[exp.Expr], Comparison] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}

_SIGNS: Mapping[Comparison, tuple[str, str]] = {
    operator.eq: ("=", "<>"),
    operator.ne: ("<>", "="),
    operator.lt: ("<", ">="),
    operator.le: ("<=", ">"),
    operator.gt: (">", "<="),
    operator.ge: (">=", "<"),
}
"""How a spreadsheet writes a comparison, and its opposite."""


class _Untranslatable(Exception):
    """A part of a condition has no formula; the message is that part."""


def does_not_apply(question: Question, programme: Programme, cells: Mapping[str, str]) -> str | None:
    """A formula, without `=`, that is true of a case to which the question does not apply; None where it always does.

    `cells` says where each field stands in the case's row. As long as it cannot be told, since a field that decides
    is still blank, the formula is false, as validation holds its judgement back. An optional field may stay blank,
    and is null then, as in SQL.

    Raises ProgrammeError where the condition cannot be translated.
    """
    named = programme.kind.question_set
    conditions: list[exp.Expr] = [exp.column(named).eq(question.question_set)] if named else []
    conditions += [_parsed(question)] if question.applies_when else []
    if not conditions:
        return None
    condition = exp.and_(*conditions)
    fields = [*([programme.field_by_name[named]] if named else []), *deciding_fields(question, programme)]
    formulas = _Formulas(programme, cells)
    try:
        fails = formulas.certain(condition, False)
        if all(field.required for field in fields):
            return fails
        holds = formulas.certain(condition, True)
        return _any([fails, _all([f"NOT({holds})", *map(formulas.sound, fields)])])
    except _Untranslatable as part:
        raise ProgrammeError(
            f'questions.csv: {question.code} applies when "{question.applies_when}", and the template has no formula '
            f'for "{part}". Compare choices, yes-or-no fields, numbers and dates, joined by and, or and not.'
        ) from None


def deciding_fields(question: Question, programme: Programme) -> Sequence[Field]:
    """The fields that the question's condition looks at, in its order. Raises ProgrammeError where one is none."""
    if not question.applies_when:
        return ()
    names = dict.fromkeys(column.name for column in _parsed(question).find_all(exp.Column, bfs=False))
    for name in names:
        if name not in programme.field_by_name:
            raise ProgrammeError(f'questions.csv: {question.code} applies by "{name}", which is no field.')
    return [programme.field_by_name[name] for name in names]


def _parsed(question: Question) -> exp.Expr:
    try:
        return sqlglot.parse_one(question.applies_when, dialect="duckdb")
    except SqlglotError:
        raise ProgrammeError(
            f'questions.csv: {question.code} applies when "{question.applies_when}", which is no SQL condition.'
        ) from None


class _Formulas:
    """Formulas over the cells of one case. They raise _Untranslatable."""

    def __init__(self, programme: Programme, cells: Mapping[str, str]) -> None:
        self.programme = programme
        self.cells = cells

    def certain(self, node: exp.Expr, truth: bool) -> str:
        """True where the condition is certainly true (or certainly false): where SQL says null it is neither."""
        match node:
            case exp.Paren():
                return self.certain(node.this, truth)
            case exp.Not():
                return self.certain(node.this, not truth)
            case exp.And() | exp.Or():
                parts = [self.certain(part, truth) for part in node.flatten()]
                return _all(parts) if isinstance(node, exp.And) is truth else _any(parts)
            case exp.Column() if self._field(node).type == "boolean":
                return self._compared(node, operator.eq, exp.true(), truth)
            case exp.In(this=exp.Column(), expressions=[_, *_]):
                return self._among(node.this, node.expressions, truth)
            case exp.Binary(this=exp.Column()) if type(node) in _COMPARISONS:
                return self._compared(node.this, _COMPARISONS[type(node)], node.expression, truth)
            case _:
                raise _Untranslatable(node.sql("duckdb"))

    def sound(self, field: Field) -> str:
        """True where the field holds a value that conditions can be told by: a blank only if it is optional."""
        filled = f"ISNUMBER({self.cells[field.name]})" if _is_measured(field) else self._one_of(field, lambda _: True)
        return filled if field.required else _any([f'{self.cells[field.name]}=""', filled])

    def _among(self, column: exp.Expr, literals: Sequence[exp.Expr], truth: bool) -> str:
        field = self._field(column)
        if _is_measured(field):
            each = [self._compared(column, operator.eq, literal, truth) for literal in literals]
            return _any(each) if truth else _all(each)
        values = {_canonical(field, literal) for literal in literals}
        return self._one_of(field, lambda value: (value in values) is truth)

    def _compared(self, column: exp.Expr, comparison: Comparison, literal: exp.Expr, truth: bool) -> str:
        field = self._field(column)
        if _is_measured(field):
            cell, sign = self.cells[field.name], _SIGNS[comparison][0 if truth else 1]
            return _all([f"ISNUMBER({cell})", f"{cell}{sign}{_number(field, literal)}"])
        canonical = _canonical(field, literal)
        return self._one_of(field, lambda value: comparison(value, canonical) is truth)

    def _one_of(self, field: Field, wanted: Callable[[str], bool]) -> str:
        """True where the field's list wrote one of the wanted canonical values."""
        choices = self.programme.choices_of(field.name)
        return _any([_reads(self.cells[field.name], written) for value, written in choices.items() if wanted(value)])

    def _field(self, column: exp.Expr) -> Field:
        field = self.programme.field_by_name[column.name]
        if field.type in ("case_reference", "text", "pdu"):
            raise _Untranslatable(field.name)
        return field


def _is_measured(field: Field) -> bool:
    """Whether its cells hold numbers (days too), and not words of a list."""
    return field.type in ("integer", "date")


def _canonical(field: Field, literal: exp.Expr) -> str:
    """The canonical value that a literal of the field's own type means."""
    match literal:
        case exp.Boolean() if field.type == "boolean":
            return "true" if literal.this else "false"
        case exp.Literal(is_string=True) if field.type == "choice":
            return str(literal.this)
        case _:
            raise _Untranslatable(literal.sql("duckdb"))


def _number(field: Field, literal: exp.Expr) -> str:
    """A number or `date '…'` as a formula writes it."""
    match literal:
        case exp.Cast(this=exp.Literal(is_string=True, this=iso)) if field.type == "date" and _is_day(iso):
            return excel_date(iso)
        case exp.Literal(is_string=False) | exp.Neg(this=exp.Literal(is_string=False)) if field.type == "integer":
            return literal.sql("duckdb")
        case _:
            raise _Untranslatable(literal.sql("duckdb"))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def excel_date(iso: str) -> str:
    """A day (yyyy-mm-dd) as a formula writes it, whatever the date system and the language."""
    day = date.fromisoformat(iso)
    return f"DATE({day.year},{day.month},{day.day})"


def _reads(cell: str, written: str) -> str:
    # What looks like a number may have become one in the cell, and 1="1" is false.
    return f'{cell}&""="{written}"' if written.isdigit() else f'{cell}="{written.replace(chr(34), chr(34) * 2)}"'


def _all(formulas: Sequence[str]) -> str:
    return formulas[0] if len(formulas) == 1 else f"AND({','.join(formulas)})"


def _any(formulas: Sequence[str]) -> str:
    match formulas:
        case []:
            return "FALSE"
        case [only]:
            return only
        case _:
            return f"OR({','.join(formulas)})"
