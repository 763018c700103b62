"""A spreadsheet's formulas worked out in Python, as far as the template uses them.

Blank cells, texts without regard to case, and numbers apart from texts are as Excel has them.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from openpyxl.formula import Tokenizer

ERROR = object()
"""Any error value, such as #VALUE!."""

Cells = Mapping[str, object]
"""Address to what the cell holds; other cells are blank. Days are dates."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?(E[+-]?\d+)?", re.ASCII)
_ADDRESS = re.compile(r"(\$?)([A-Z]+)(\$?)(\d+)")


@dataclass(frozen=True, eq=False)
class Value:
    """What a formula reckons with."""

    of: object

    def __eq__(self, other):
        return Value(_compared(operator.eq, self.of, other.of))

    def __ne__(self, other):
        return Value(_compared(operator.ne, self.of, other.of))

    def __lt__(self, other):
        return Value(_compared(operator.lt, self.of, other.of))

    def __le__(self, other):
        return Value(_compared(operator.le, self.of, other.of))

    def __gt__(self, other):
        return Value(_compared(operator.gt, self.of, other.of))

    def __ge__(self, other):
        return Value(_compared(operator.ge, self.of, other.of))

    def __and__(self, other):
        return Value(_text(self.of) + _text(other.of))

    def __neg__(self):
        number = _number(self.of)
        return Value(ERROR if number is ERROR else -number)


def _compared(comparison, left, right):
    if ERROR in (left, right):
        return ERROR
    left, right = _filled(left, right), _filled(right, left)
    return comparison((_rank(left), _plain(left)), (_rank(right), _plain(right)))


def _filled(value, beside):
    """A blank is the empty one of what it is compared with."""
    return value if value is not None else "" if isinstance(beside, str) else 0


def _rank(value):
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0


def _plain(value):
    return value.casefold() if isinstance(value, str) else _serial(value)


def _serial(value):
    return (value - date(1899, 12, 30)).days if isinstance(value, date) else value


def _number(value):
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else ERROR
    return _serial(value or 0)


def _text(value):
    return "" if value is None else str(value)


def _as_six_digits(text, form):
    assert form.of == "000000"
    number = _number(text.of)
    return text if number is ERROR else Value(f"{'-' if number < 0 else ''}{abs(number):06.0f}")


_FUNCTIONS = {
    "AND": lambda *values: Value(ERROR if any(v.of is ERROR for v in values) else all(v.of for v in values)),
    "OR": lambda *values: Value(ERROR if any(v.of is ERROR for v in values) else any(v.of for v in values)),
    "NOT": lambda value: Value(not value.of),
    "ISNUMBER": lambda value: Value(isinstance(value.of, int | float | date) and not isinstance(value.of, bool)),
    "LEN": lambda text: Value(len(_text(text.of))),
    "UPPER": lambda text: Value(_text(text.of).upper()),
    "LEFT": lambda text, length: Value(_text(text.of)[: length.of]),
    "MID": lambda text, start, length: Value(_text(text.of)[start.of - 1 :][: length.of]),
    "FIND": lambda part, text: Value(text.of.index(part.of) + 1 if part.of in text.of else ERROR),
    "TEXT": _as_six_digits,
    "COUNTIF": lambda cells, wanted: Value(sum((cell == wanted).of for cell in cells)),
    "MIN": lambda *values: Value(min(_serial(v.of) for v in values if v.of is not None)),
    "MAX": lambda *values: Value(max(_serial(v.of) for v in values if v.of is not None)),
    "DATE": lambda year, month, day: Value(date(year.of, month.of, day.of)),
    "TODAY": lambda: Value(date.today()),
}


def worked_out(formula: str, cells: Cells = {}, rows_below: int = 0) -> object:  # noqa: B006
    """What a formula gives in a cell so many rows below the one that it was written for."""
    return _compiled(formula)(cells, rows_below).of


@cache
def _compiled(formula: str) -> Callable[[Cells, int], Value]:
    python = "".join(map(_python, Tokenizer(f"={formula}").items))
    names = {f"_{name}": function for name, function in _FUNCTIONS.items()} | {"Value": Value}

    def work_out(cells: Cells, rows_below: int) -> Value:
        def at(address):
            return Value(cells.get(_moved(address, rows_below)))

        def between(first, last):
            letter, start, stop = first[1:2], int(first.split("$")[-1]), int(last.split("$")[-1])
            return [Value(cells.get(f"{letter}{row}")) for row in range(start, stop + 1)]

        return eval(code, {**names, "at": at, "between": between})

    code = compile(python, formula, "eval")
    return work_out


def _moved(address: str, rows_below: int) -> str:
    _, letters, fixed, row = _ADDRESS.fullmatch(address).groups()
    return f"{letters}{row if fixed else int(row) + rows_below}"


def _python(token) -> str:
    match token.type, token.subtype:
        case "OPERAND", "TEXT":
            return f"Value({token.value[1:-1].replace(chr(34) * 2, chr(34))!r})"
        case "OPERAND", "NUMBER":
            return f"Value({token.value})"
        case "OPERAND", "LOGICAL":
            return f"Value({token.value.capitalize()})"
        case "OPERAND", "RANGE":
            first, _, last = token.value.partition(":")
            return f"between({first!r}, {last!r})" if last else f"at({first!r})"
        case "FUNC", "OPEN":
            return f"_{token.value}"
        case "OPERATOR-INFIX", _:
            return {"=": "==", "<>": "!="}.get(token.value, token.value)
        case _:
            return token.value
