"""Values as a page shows them: percentages as whole numbers, counts beside them, and shorthand where there is none.

Shorthand is that of the Government Analysis Function.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dipp_pipeline.warehouse.project import Model

SHORTHAND: Mapping[str, str] = {
    "[c]": "Withheld, since so few cases or people are counted that the figure, or another that could be worked out "
    "from it, could give someone away.",
    "[x]": "Not available: there is no figure, such as of a region that is not included yet.",
    "[z]": "Not applicable: there can be no figure, such as a percentage where no case is relevant.",
    "[u]": "Low reliability: the figure is of few cases.",
}
"""What stands in a cell in place of a figure or, in the last one's case, after it."""

_NOT_AVAILABLE = "[x]"
_NOT_APPLICABLE = "[z]"
_WITHHOLDING = {"c": "[c]", "x": _NOT_AVAILABLE, "z": _NOT_APPLICABLE}

_WORDS: Mapping[str, str] = {
    "not_started": "Not included yet",
    "in_progress": "In progress",
    "included": "Included",
    "completed": "Completed",
    "awaited": "Answer awaited",
    "yes": "Yes",
    "no": "No",
    "partly": "Partly",
    "region": "The region",
    "hmpps": "HM Prison and Probation Service",
    "refuse": "File refused",
    "quarantine": "Row held back",
    "warn": "Kept, with a warning",
    "replaced_return": "A return was replaced",
    "new_return": "A return came in",
    "other": "Other",
    "all": "All grades",
}

_POLARITIES: Mapping[str, str] = {
    "positive": "The figure counts cases in which it was so: a higher figure is what is wanted.",
    "negative": "The figure counts cases in which it went wrong: a lower figure is what is wanted.",
}


NUMERIC = ("INTEGER", "BIGINT", "DOUBLE")
"""Types of columns that stand at the right."""


@dataclass(frozen=True)
class Estimate:
    """A percentage with its interval and the counts that it comes from. All are None where it is not published."""

    counted: int | None
    relevant: int | None
    rounded: int | None
    percentage: float | None
    lower: float | None
    upper: float | None
    marker: str | None = None

    @property
    def shorthand(self) -> str:
        """What stands in place of what is None."""
        if self.marker in _WITHHOLDING:
            return _WITHHOLDING[self.marker]
        return _NOT_AVAILABLE if self.relevant is None else _NOT_APPLICABLE


NO_ESTIMATE = Estimate(None, None, None, None, None, None)
"""Of a region that is not included."""


def estimate(
    row: Mapping[str, Any] | None, counted: str = "counted_cases", relevant: str = "relevant_cases"
) -> Estimate:
    """The percentage that a row of findings holds, of the columns of counts so named."""
    if row is None:
        return NO_ESTIMATE
    return Estimate(
        counted=row[counted],
        relevant=row[relevant],
        rounded=row["percentage_rounded"],
        percentage=row["percentage"],
        lower=row["lower_95"],
        upper=row["upper_95"],
        marker=row.get("marker"),
    )


def rest_of(row: Mapping[str, Any]) -> Estimate:
    """What the rest of the programme answers, which a row of regional findings has beside its own; without interval."""
    counted, relevant, percentage = (row[f"rest_{name}"] for name in ("counted_cases", "relevant_cases", "percentage"))
    rounded = None if percentage is None else (200 * counted + relevant) // (2 * relevant)
    return Estimate(counted, relevant, rounded, percentage, None, None)


def share(shown: Estimate) -> str:
    """The percentage as a whole number, with the mark of low reliability where the row has it."""
    if shown.rounded is None:
        return shown.shorthand
    return f"{shown.rounded}% [u]" if shown.marker == "u" else f"{shown.rounded}%"


def interval(shown: Estimate) -> str:
    """The bounds of the 95 per cent interval as whole numbers, rounded half up as those of headlines."""
    if shown.lower is None or shown.upper is None:
        return shown.shorthand
    return f"{half_up(shown.lower)}% to {half_up(shown.upper)}%"


def counts(shown: Estimate) -> str:
    """Counted of relevant cases."""
    if shown.counted is None or shown.relevant is None:
        return shown.shorthand
    return f"{shown.counted:,} of {shown.relevant:,}"


def difference(row: Mapping[str, Any]) -> str:
    """How far a region is from the rest of the programme, in percentage points, with the interval."""
    if row["difference"] is None:
        return _NOT_APPLICABLE
    points, lower, upper = (row[name] for name in ("difference", "difference_lower_95", "difference_upper_95"))
    return f"{_signed(points)} ({_signed(lower)} to {_signed(upper)})"


def differs(row: Mapping[str, Any]) -> str:
    """Whether the data tell a region from the rest of the programme."""
    match row["differs_from_rest"]:
        case None:
            return _NOT_APPLICABLE
        case True:
            return "Yes"
        case _:
            return "No difference shown"


def published_share(row: Mapping[str, Any]) -> str:
    """Our percentage beside one that was published, as a whole number."""
    counted, relevant = row["counted_cases"], row["relevant_cases"]
    if not relevant:
        return _NOT_AVAILABLE if relevant is None else _NOT_APPLICABLE
    return f"{(200 * counted + relevant) // (2 * relevant)}%"


def published_counts(row: Mapping[str, Any]) -> str:
    """Our counts beside a figure that was published."""
    if row["relevant_cases"] is None:
        return _NOT_AVAILABLE
    return f"{row['counted_cases']:,} of {row['relevant_cases']:,}"


def agreement(agrees: bool | None) -> str:
    """Whether our figure is the one that was published."""
    return words({True: "yes", False: "no"}.get(agrees) if agrees is not None else None)


def count(value: int | None, marker: str | None) -> str:
    """A count that may be withheld or of low reliability."""
    if value is None:
        return _WITHHOLDING.get(marker or "", _NOT_AVAILABLE)
    return f"{value:,} [u]" if marker == "u" else f"{value:,}"


def profile_share(row: Mapping[str, Any]) -> str:
    """The cases of a category of all cases of the region, as a whole number."""
    if row["cases"] is None or not row["cases_inspected"]:
        return count(None, row["marker"] or "z")
    return f"{(200 * row['cases'] + row['cases_inspected']) // (2 * row['cases_inspected'])}%"


def of_target(percentage: float | None) -> str:
    """Staff in post of the posts in the target, as a whole number."""
    return _NOT_APPLICABLE if percentage is None else f"{half_up(percentage)}%"


def half_up(value: float) -> int:
    """To the nearest whole number, a half upwards."""
    return math.floor(value + 0.5)


def number(value: float | None, shorthand: str = _NOT_APPLICABLE) -> str:
    """A number with one decimal, or none where it is whole and counts something."""
    if value is None:
        return shorthand
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def day(value: date | datetime | None) -> str:
    """A day in words."""
    return _NOT_AVAILABLE if value is None else f"{value.day} {value:%B %Y}"


def text(value: str | None) -> str:
    """A text that may be missing."""
    return _NOT_AVAILABLE if value is None else value


def words(code: str | None) -> str:
    """A code in words: those that need other words than its own, and else its own."""
    if code is None:
        return _NOT_AVAILABLE
    return _WORDS.get(code) or title(code)


def title(name: str) -> str:
    """A name of the database in words."""
    spaced = name.replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def progress(status: str) -> str:
    """How far a recommendation has come."""
    return "Not started" if status == "not_started" else words(status)


def polarity(code: str) -> str:
    """Which way a measure counts."""
    return _POLARITIES[code]


def question_note(question: Mapping[str, Any]) -> str:
    """What kind of question it is, with its code."""
    return f"{title(question['kind'])} question {question['question_code']}"


def slug(name: str) -> str:
    """A name as it stands in an address: lower case, and a hyphen for whatever is no letter or digit."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def regions(number: int) -> str:
    """So many regions, in words."""
    return f"{number} region{'' if number == 1 else 's'}"


def grain(mart: Model) -> str:
    """What a row of a table is."""
    return mart.grain.removeprefix("one row ") if mart.grain != "one row" else "the release"


def numeric_places(mart: Model) -> Sequence[int]:
    """Which columns of a table stand at the right."""
    return [place for place, column in enumerate(mart.columns) if column.data_type in NUMERIC]


def cell(value: Any, column: str, row: Mapping[str, Any]) -> str:
    """A value of any published table. Decimals are cut to what can be read, which the download has in full."""
    match value:
        case None:
            return _missing(column, row)
        case bool():
            return "Yes" if value else "No"
        case float():
            return f"{value:.4f}" if column.startswith("p_") else f"{value:,.2f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case _ if column == "marker":
            return f"[{value}]"
        case _:
            return str(value)


def _missing(column: str, row: Mapping[str, Any]) -> str:
    """Why a table has no value: its row's marker says so, or it is of no such place, or of no relevant case."""
    if column == "marker":
        return "none"
    if re.fullmatch("(region|pdu)_.+|country", column):
        return _NOT_APPLICABLE
    if row.get("marker") in _WITHHOLDING:
        return _WITHHOLDING[row["marker"]]
    return _NOT_APPLICABLE if row.get("relevant_cases") == 0 else _NOT_AVAILABLE


def _signed(value: float) -> str:
    """A difference with its sign, of which a minus is as wide as a plus."""
    rounded = half_up(value)
    return f"−{-rounded}" if rounded < 0 else f"+{rounded}" if rounded else "0"
