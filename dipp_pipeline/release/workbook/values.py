"""The cells of a published table: what each column looks like, and the shorthand that stands where there is no value.

Shorthand is that of the Government Analysis Function: [c] withheld, [x] not available, [z] not applicable, [u] of low
reliability.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dipp_pipeline.release.workbook.sheets import CellStyle, Column, Value
from dipp_pipeline.warehouse.project import Model, ModelColumn

NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
NO_MARKER = "none"

_MARKER = "marker"
_WITHHOLDING = {"c": "[c]", "x": NOT_AVAILABLE, "z": NOT_APPLICABLE}
"""Markers of a row that say why its figures are missing. u says that the figures, which are there, are of few cases."""

_STYLES: Mapping[str, CellStyle] = {
    "INTEGER": "count",
    "BIGINT": "count",
    "DOUBLE": "decimal",
    "BOOLEAN": "truth",
    "DATE": "date",
    "TIMESTAMP": "time",
}
_FIGURES = ("INTEGER", "BIGINT", "DOUBLE", "BOOLEAN")
_BASES = ("relevant_cases", "respondents", "target_fte")
"""What figures are a share of. Where one of these is there and a figure is not, there is nothing that it could be."""

_PROBABILITY = re.compile("p_.+")
_PLACE = re.compile("(region|pdu)_.+|country")

_ABBREVIATIONS = ("pdu", "fte")

_FIRST_DAY = date(1900, 3, 1)
"""Excel knows no day before 1900, and the first two months of that year wrong."""

_NOT_IN_XML = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROWEST, _WIDEST = 8, 60
_SHOWN = {"decimal": 6, "probability": 6, "truth": 6, "date": 10, "time": 19}
"""How many characters wide what is no text is shown; a count is as wide as it is long."""


def heading(name: str) -> str:
    """What a column is called: its name in words, since a screen reader reads underscores out."""
    words = [word.upper() if word in _ABBREVIATIONS else word for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def cells(mart: Model, rows: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Value]]:
    """The rows of a mart without a blank; of an empty one a row that says so."""
    if not rows:
        return [[NOT_APPLICABLE] * len(mart.columns)]
    return [[_cell(column, row) for column in mart.columns] for row in rows]


def columns(mart: Model, rows: Sequence[Sequence[Value]]) -> Sequence[Column]:
    """The columns of a mart, each as wide as what stands in it."""
    return [_column(column, [row[place] for row in rows]) for place, column in enumerate(mart.columns)]


def text(value: str) -> str:
    """A text as both formats can hold it: trimmed, with line feeds alone to part lines, and no tabs."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _NOT_IN_XML.sub("\ufffd", lines.strip())


def _cell(column: ModelColumn, row: Mapping[str, Any]) -> Value:
    value = row[column.name]
    if column.name == _MARKER:
        return NO_MARKER if value is None else f"[{value}]"
    if value is None:
        return _shorthand(column, row)
    if isinstance(value, str):
        return text(value) or NOT_AVAILABLE
    if isinstance(value, date) and date(value.year, value.month, value.day) < _FIRST_DAY:
        return value.isoformat()
    shown: Value = value
    return shown


def _shorthand(column: ModelColumn, row: Mapping[str, Any]) -> str:
    """Why there is no value: the row's marker says so, or the row is of no such place, or has nothing to count."""
    if column.data_type in _FIGURES:
        if row.get(_MARKER) in _WITHHOLDING:
            return _WITHHOLDING[row[_MARKER]]
        return NOT_AVAILABLE if all(row.get(base) is None for base in _BASES) else NOT_APPLICABLE
    return NOT_APPLICABLE if _PLACE.fullmatch(column.name) else NOT_AVAILABLE


def _column(column: ModelColumn, values: Sequence[Value]) -> Column:
    style = "probability" if _PROBABILITY.fullmatch(column.name) else _STYLES.get(column.data_type, "text")
    longest = max(map(len, heading(column.name).split()))
    shown = _SHOWN.get(style) or max(len(str(value)) for value in values)
    return Column(heading(column.name), style, min(max(longest + 4, shown + 3, _NARROWEST), _WIDEST))
