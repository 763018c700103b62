"""What is said of each broken rule: what is wrong, and what to do. No case reference is quoted."""

from collections.abc import Iterable
from difflib import get_close_matches

from dipp_pipeline.intake.issues import quotable
from dipp_pipeline.programme.matching import pdu_key, value_key
from dipp_pipeline.programme.model import NOT_APPLICABLE, Field, Programme, Region


def message(rule_code: str, column: str, found: str | None, region: Region, programme: Programme) -> str:
    """The advice for one cell, in a return of that region."""
    if rule_code == "R05":
        return _unknown_pdu(found or "", region, programme)
    if rule_code == "R06":
        return _pdu_elsewhere(found or "", region, programme)
    found = quotable(found or "")
    field = programme.field_by_name.get(column)
    name = programme.label(column)
    match rule_code:
        case "R01":
            return "The row has data but no case reference. Give the reference, or clear the row if it is no case."
        case "R02":
            return "The case reference is not a letter followed by six digits. Mend it."
        case "R03":
            return "This case stands more than once in this return, with different contents. Keep the right row only."
        case "R07" if field and field.type == "integer":
            return f'"{found}" is not a whole number from {field.minimum} to {field.maximum} for {name}. Mend it.'
        case "R07":
            return _unrecognised(found or "", column, programme)
        case "R08":
            return f"{name} is blank, and every case needs it. Fill it in."
        case "R09":
            return _not_a_date(found or "", name, field)
        case "R10":
            return f'The start date "{found}" is after the date of the assessment. Mend whichever is wrong.'
        case "R11":
            return f"{name} applies to this case and is blank. Answer it."
        case "R12":
            return f'{name} applies to this case and, as a summary question, cannot be "{found}". Answer it.'
        case "R13":
            return f"The cell has no value: it holds {found}. Type the value in."
        case "R14":
            asked_of = programme.question_by_code[column].question_set
            return f'{name} is only for {asked_of} cases, and is "{found}". Clear it, or mend the question set.'
        case "W03":
            return "The same row stands twice in this return; one was kept. Take the other out."
        case "W04":
            return f'{name} does not apply to this case, so "{found}" was read as not applicable. Check the details.'
        case _:
            return f"{name} is yes while every prompt of it that was answered is no. Check the judgement."


def _unknown_pdu(found: str, region: Region, programme: Programme) -> str:
    superseded = programme.superseded_pdus.get(pdu_key(found))
    if superseded:
        successors = " or ".join(pdu.name for pdu in superseded.successors)
        return (
            f'"{quotable(found)}" ceased to be a PDU on {_day(superseded.superseded_on.isoformat())}. Use {successors}.'
        )
    names = [pdu.name for pdu in programme.pdus if pdu.region_code == region.code]
    return f'"{quotable(found)}" is not a PDU of {region.name}. {_suggestion(found, names)}Use the name of the PDU.'


def _pdu_elsewhere(found: str, region: Region, programme: Programme) -> str:
    pdu = programme.pdu_elsewhere(region.code, found)
    other = next(other.name for other in programme.regions if pdu and other.code == pdu.region_code)
    return f'"{quotable(found)}" is a PDU of {other}, not of {region.name}. Mend it, or send the case with its region.'


def _unrecognised(found: str, column: str, programme: Programme) -> str:
    name, choices = programme.label(column), programme.choices_of(column)
    if programme.spellings["answer"].get(value_key(found)) == "no":
        kinds_of_no = [written for value, written in choices.items() if value not in ("yes", NOT_APPLICABLE)]
        return f'"{found}" does not tell {name} which it is. Use {_either(kinds_of_no)}.'
    kind = "an answer to" if column in programme.question_by_code else "a value of"
    return f'"{found}" is not {kind} {name}. {_suggestion(found, choices.values())}Use {_either(choices.values())}.'


def _not_a_date(found: str, name: str, field: Field | None) -> str:
    earliest = _day(field.minimum) if field and field.minimum else "the beginning"
    return f'"{found}" is not a date from {earliest} to the day of arrival for {name}. Give it as day/month/year.'


def _suggestion(found: str, names: Iterable[str]) -> str:
    """The known name that is nearest, as a question, or nothing."""
    by_key = {value_key(name): name for name in names}
    near = get_close_matches(value_key(found), by_key, n=1, cutoff=0.75)
    return f"Did you mean {by_key[near[0]]}? " if near else ""


def _either(values: Iterable[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)}/{int(month)}/{year}"
