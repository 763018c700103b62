"""The one record of a problem in a return, whichever stage finds it, and what of it may be stored.

What a person typed is quoted to whoever sent the return, and stored in originals and marked-up copies alone. Elsewhere
it is described, unless it says nothing of anybody: reference data, dates, numbers, formula errors.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dipp_pipeline.programme.case_reference import CASE_REFERENCE_STRUCK, without_case_references
from dipp_pipeline.programme.matching import heading_key, pdu_key, value_key
from dipp_pipeline.programme.model import Programme, Severity
from dipp_pipeline.spreadsheets.cells import ERROR_TEXTS, UNSTORED

LONGEST_QUOTE = 80
"""Of a cell's text, no more is quoted: what is longer is prose, and prose about a case is not kept."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,15})?")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = f"{_MONTHS}|{'|'.join(month[:3] for month in _MONTHS.split('|'))}"
_DATE = re.compile(
    rf"(?:[0-9]{{1,4}}([-/.])[0-9]{{1,2}}\1[0-9]{{1,4}}|[0-9]{{1,2}}(?:st|nd|rd|th)?[- ](?:{_MONTH})[- ][0-9]{{2,4}})"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?",
    re.IGNORECASE,
)
_OTHER_ERRORS = frozenset({"#ERROR!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"})
_NUMBERED_ERROR = re.compile(r"Err:[0-9]{3}")

# What a message quotes, from the first quotation mark to the last, since a text may have some of its own. An error that
# a formula gave stands without.
_QUOTE = re.compile(r'"(?P<quoted>.*)"|(?<=it holds ).*(?=\. )', re.DOTALL)
_QUOTED_SHEET = re.compile(r'(?<=^Sheet )"(?P<quoted>.*)"', re.DOTALL)
_DESCRIBED = re.compile(r"a text of [0-9]+ characters?(?: or more)?")


@dataclass(frozen=True, slots=True)
class Issue:
    """A broken rule: where, what stood there and what to do. The file is known to whoever holds the issue."""

    rule_code: str
    severity: Severity
    message: str
    """One plain sentence or two: what is wrong, what to do. It never quotes a case reference."""
    sheet: str | None = None
    cell: str | None = None
    """A1 address."""
    row: int | None = None
    """The row's number as the spreadsheet shows it."""
    field: str | None = None
    """The field or question."""
    found: str | None = None
    """What stood in the cell, tidied."""
    sheet_number: int | None = None
    """The place in its file, from 1, of a sheet that was not read, whose name is not stored."""


def alike(issue: Issue) -> tuple[str | None, ...]:
    """What issues have in common that are told together: rule, sheet and message."""
    return issue.rule_code, issue.sheet, issue.message


def grouped(issues: Iterable[Issue]) -> Mapping[tuple[str | None, ...], Sequence[Issue]]:
    """Those that are alike together, in the order of the first of each."""
    groups: dict[tuple[str | None, ...], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[alike(issue)].append(issue)
    return groups


def quotable(found: str) -> str:
    """What was found, as far as a message quotes it: no case reference, and no prose."""
    found = without_case_references(found)
    return found if len(found) <= LONGEST_QUOTE else found[:LONGEST_QUOTE] + "…"


def to_be_kept(issues: Sequence[Issue], programme: Programme) -> list[Issue]:
    """The issues as they are stored: without case references, and with what a person typed only described."""
    may_be_stored = _storable(programme)
    return [_kept(issue, may_be_stored, programme) for issue in issues]


def is_described(found: str) -> bool:
    """Whether this is how a text is stored that itself is not."""
    return _DESCRIBED.fullmatch(found) is not None


def numbered_sheet(number: int) -> str:
    """How a sheet that was not read is called where its name is not stored."""
    return f"sheet {number} of the file"


def _kept(issue: Issue, may_be_stored: Callable[[str], bool], programme: Programme) -> Issue:
    message, found = issue.message, issue.found
    if found is not None and not may_be_stored(found):
        message = _with_description(message, _QUOTE, found)
        found = _description(found)
    elif found is None and (named := _QUOTED_SHEET.search(message)):
        message = _with_description(message, _QUOTED_SHEET, named["quoted"])
    return replace(
        issue,
        message=without_case_references(message),
        sheet=numbered_sheet(issue.sheet_number) if issue.sheet_number else _without_references(issue.sheet),
        found=None if issue.field and issue.field == programme.kind.case_reference else _without_references(found),
        sheet_number=None,
    )


def _without_references(text: str | None) -> str | None:
    return None if text is None else without_case_references(text)


def _with_description(message: str, quote: re.Pattern[str], text: str) -> str:
    """The message with a description of the text in the place of the quote."""

    def instead(found: re.Match[str]) -> str:
        description = _description(text)
        if found.start() == 0:
            return description.capitalize()
        return description if found["quoted"] is None else f"({description})"

    return quote.sub(instead, message, count=1)


def _description(text: str) -> str:
    length = len(text)
    return f"a text of {length} character{'' if length == 1 else 's'}{' or more' if length >= LONGEST_QUOTE else ''}"


def _storable(programme: Programme) -> Callable[[str], bool]:
    """A test of whether a text is reference data, a date, a number, a formula error or what is said for a reference."""
    values, headings, pdus = _values(programme), _headings(programme), _pdus(programme)

    def may_be_stored(text: str) -> bool:
        return (
            value_key(text) in values
            or heading_key(text) in headings
            or pdu_key(text) in pdus
            or bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text) or _NUMBERED_ERROR.fullmatch(text))
            or text.upper() in ERROR_TEXTS | _OTHER_ERRORS
            or text in (UNSTORED.text, CASE_REFERENCE_STRUCK)
        )

    return may_be_stored


def _values(programme: Programme) -> set[str]:
    spellings = {spelling for values in programme.spellings.values() for entry in values.items() for spelling in entry}
    written = {spelling for values in programme.choices.values() for spelling in values.values()}
    return {value_key(text) for text in spellings | written}


def _headings(programme: Programme) -> set[str]:
    """Headings of fields and of personal columns, and codes of questions by themselves or with the question's label."""
    questions = {
        heading_key(f"{question.code}{between}")
        for question in programme.questions
        for between in ("", f": {question.label}", f" - {question.label}", f" {question.label}")
    }
    return questions | programme.personal_headings | set(programme.field_headings)


def _pdus(programme: Programme) -> set[str]:
    """Names, codes and aliases of PDUs, now and formerly, and the names and codes of their regions."""
    names = {key for names in programme.pdu_names.values() for key in names}
    regions = {pdu_key(text) for region in programme.regions for text in (region.name, region.code)}
    return names | regions | set(programme.superseded_pdus)
