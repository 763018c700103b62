"""What a cell's text means: its canonical value where it has one, else the tidied text, for validation to judge.

A blank becomes None, whatever the column.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from dipp_pipeline.programme.case_reference import without_spaces
from dipp_pipeline.programme.matching import tidy, value_key
from dipp_pipeline.programme.model import Field, Programme

Normaliser = Callable[[str], str]

_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:E-?\d\d?)?", re.ASCII | re.IGNORECASE)

# Excel's 1900 system counts a 29 February 1900 that never was; from March 1900 on this day 0 is right.
_DAY_0 = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def canonical(text: str, normalise: Normaliser) -> str | None:
    """The canonical value of a cell's text, or the tidied text itself, or None for a blank."""
    tidied = tidy(text)
    return normalise(tidied) if tidied else None


def normaliser_of(column: str, programme: Programme, region_code: str, epoch_1904: bool) -> Normaliser:
    """How the column's texts are read, in a return of that region and a workbook of that date system."""
    field = programme.field_by_name.get(column)
    if field is None or field.type in ("choice", "boolean"):
        values = programme.value_list(column)
        return lambda text: values.get(value_key(text), text)
    return _field_normaliser(field, programme, region_code, epoch_1904)


def _field_normaliser(field: Field, programme: Programme, region_code: str, epoch_1904: bool) -> Normaliser:
    match field.type:
        case "case_reference":
            return without_spaces
        case "text":
            return lambda text: text
        case "pdu":
            return lambda text: _pdu(text, programme, region_code)
        case "date":
            return lambda text: _date(text, epoch_1904)
        case "decimal":
            return lambda text: f"{Decimal(text).normalize() + 0:f}" if _DECIMAL.fullmatch(text) else text
        case _:
            return lambda text: str(int(text)) if _WHOLE_NUMBER.fullmatch(text) else text


def _pdu(text: str, programme: Programme, region_code: str) -> str:
    pdu = programme.pdu_in_region(region_code, text) or programme.pdu_elsewhere(region_code, text)
    return pdu.slug if pdu else f"?{text}"  # so that no text passes for a slug


def _date(text: str, epoch_1904: bool) -> str:
    """The date as yyyy-mm-dd, where the text is one."""
    try:
        if match := _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, match.groups())
            return date(year, month, day).isoformat()
        if match := _YEAR_FIRST.fullmatch(value_key(text)):  # any dash is a hyphen
            return date(*map(int, match.groups())).isoformat()
        if text.isascii() and text.isdigit():
            return (_DAY_0[epoch_1904] + timedelta(days=int(text))).isoformat()
    except (ValueError, OverflowError):
        pass
    return text
