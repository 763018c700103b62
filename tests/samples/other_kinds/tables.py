"""The tables that must be published, from what the returns say before they are written, in plain Python.

Nothing of the pipeline is used: fractions are exact, and the interval is by Wilson's formula of 1927.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor, sqrt
from statistics import NormalDist

from tests.samples.other_kinds.page import SampleReturn
from tests.samples.other_kinds.recommendations import Recommendation
from tests.samples.other_kinds.staff_survey import STATEMENTS, Response
from tests.samples.other_kinds.staffing import GRADES, Posts
from tests.samples.other_kinds.words import pdus_of, region, seed

Line = dict[str, object]

SURVEY_MINIMUM = 10
ANSWERS = ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree")
AGREEING = ANSWERS[:2]
Z = NormalDist().inv_cdf(0.975)

ALL_GRADES = "all"


def staff_survey_findings(surveys: Mapping[str, Sequence[Response]]) -> list[Line]:
    """How many of each region, and of all, agree with each statement, or the marker c where that is withheld."""
    regions = sorted(surveys, key=_code)
    counts = {(slug, code): _counted(surveys[slug], code) for slug in regions for code in STATEMENTS}
    withheld = {
        (slug, code)
        for (slug, code), (respondents, _) in counts.items()
        if len(surveys[slug]) < SURVEY_MINIMUM or respondents < SURVEY_MINIMUM
    }
    lines = [
        _finding("region", slug, code, None if (slug, code) in withheld else counts[slug, code])
        for slug in regions
        for code in STATEMENTS
    ]
    for code in STATEMENTS:
        of_all = _sum([counts[slug, code] for slug in regions])
        hidden = [counts[slug, code] for slug in regions if (slug, code) in withheld]
        lines.append(_finding("nation", None, code, None if _gives_away(of_all, hidden) else of_all))
    return lines


def _counted(responses: Sequence[Response], code: str) -> tuple[int, int]:
    """How many answered the statement, and how many of them agree."""
    answers = [response.answers[code] for response in responses if response.answers[code] in ANSWERS]
    return len(answers), sum(answer in AGREEING for answer in answers)


def _sum(counts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(respondents for respondents, _ in counts), sum(agreeing for _, agreeing in counts)


def _gives_away(of_all: tuple[int, int], hidden: Sequence[tuple[int, int]]) -> bool:
    """Whether the nation's figures, less the regions' that are shown, would tell what a withheld region's are."""
    respondents, agreeing = _sum(hidden)
    return of_all[0] < SURVEY_MINIMUM or (
        bool(hidden)
        and (
            len(hidden) == 1
            or agreeing in (0, respondents)
            or respondents == (SURVEY_MINIMUM - 1) * len(hidden)  # as many as they can be, so each has as many
        )
    )


def _finding(level: str, region_slug: str | None, code: str, counted: tuple[int, int] | None) -> Line:
    (statement,) = (line for line in seed("staff_survey_statements") if line["question_code"] == code)
    line: Line = {
        "level": level,
        **_place(region_slug),
        "statement_code": code,
        "statement": statement["label"],
        "theme": statement["stage"],
    }
    if counted is None:
        figures = ("respondents", "agreeing", "percentage", "percentage_rounded", "lower_95", "upper_95")
        return {**line, **dict.fromkeys(figures), "marker": "c"}
    respondents, agreeing = counted
    percentage = Fraction(100 * agreeing, respondents)
    lower, upper = _wilson(agreeing, respondents)
    return {
        **line,
        "respondents": respondents,
        "agreeing": agreeing,
        "percentage": float(percentage),
        "percentage_rounded": floor(percentage + Fraction(1, 2)),
        "lower_95": lower,
        "upper_95": upper,
        "marker": None,
    }


def _wilson(counted: int, relevant: int) -> tuple[float, float]:
    share, squared = counted / relevant, Z * Z
    centre = share + squared / (2 * relevant)
    half = Z * sqrt(share * (1 - share) / relevant + squared / (4 * relevant**2))
    lower, upper = (100 * end / (1 + squared / relevant) for end in (centre - half, centre + half))
    return max(lower, 0.0), min(upper, 100.0)


def staffing(posts: Mapping[str, Sequence[Posts]]) -> list[Line]:
    """Posts and people of each PDU, each region and all, by grade and for all grades."""
    regions = sorted(posts, key=_code)
    lines: list[Line] = []
    for slug in regions:
        for pdu in sorted({post.pdu for post in posts[slug]}):
            lines += _by_grade("pdu", slug, pdu, [post for post in posts[slug] if post.pdu == pdu])
    for slug in regions:
        lines += _by_grade("region", slug, None, posts[slug])
    return [*lines, *_by_grade("nation", None, None, [post for slug in regions for post in posts[slug]])]


def _by_grade(level: str, region_slug: str | None, pdu: str | None, posts: Sequence[Posts]) -> Iterator[Line]:
    for grade in (*GRADES, ALL_GRADES):
        of_grade = [post for post in posts if grade in (post.grade, ALL_GRADES)]
        if of_grade:
            yield {
                "level": level,
                **_place(region_slug),
                "pdu_slug": pdu,
                "pdu_name": pdu and _pdu_name(region_slug, pdu),
                "grade": grade,
                **_staffed(of_grade),
            }


def _staffed(posts: Sequence[Posts]) -> Line:
    target = Fraction(sum(post.target_fte for post in posts))
    in_post = Fraction(sum(post.in_post_fte for post in posts))
    loads = [
        (Fraction(post.in_post_fte), Fraction(post.mean_caseload)) for post in posts if post.mean_caseload is not None
    ]
    cases = sum(people * load for people, load in loads)
    return {
        "as_of": max(post.as_of for post in posts),
        "target_fte": float(target),
        "in_post_fte": float(in_post),
        "in_post_percentage": _ratio(100 * in_post, target),
        "vacancy_percentage": _ratio(100 * (target - in_post), target),
        "mean_caseload": _ratio(cases, sum(people for people, _ in loads)),
        "vetting_pending": sum(post.vetting_pending for post in posts),
    }


def _ratio(part: Fraction, whole: Fraction) -> float | None:
    return float(part / whole) if whole else None


def recommendations(made: Mapping[str, Sequence[Recommendation]]) -> list[Line]:
    """Every recommendation as sent, and whether it is late by the latest update of any."""
    latest = max(one.updated_on for given in made.values() for one in given)
    return [
        {
            "region_code": _code(slug),
            "region_name": region(slug)["region_name"],
            "number": one.number,
            "addressee": one.addressee,
            "text": one.text,
            "accepted": one.accepted,
            "action": one.action,
            "owner_role": one.owner_role,
            "due_on": one.due_on,
            "status": one.status,
            "updated_on": one.updated_on,
            "is_overdue": _is_overdue(one, latest),
        }
        for slug in sorted(made, key=_code)
        for one in sorted(made[slug], key=lambda one: one.number)
    ]


def _is_overdue(one: Recommendation, latest: date) -> bool:
    return one.due_on is not None and one.due_on < latest and one.status != "completed"


def recommendation_progress(made: Mapping[str, Sequence[Recommendation]]) -> list[Line]:
    """How acceptance and status changed: of returns that came once, their first version."""
    columns = ("region_code", "number", "version", "accepted", "status", "updated_on")
    return [{column: {**line, "version": 1}[column] for column in columns} for line in recommendations(made)]


def follow_up(made: Mapping[str, Sequence[Recommendation]]) -> list[Line]:
    """How far each region's recommendations have come."""
    lines = recommendations(made)
    return [
        {
            "region_code": _code(slug),
            "region_name": region(slug)["region_name"],
            "made": len(made[slug]),
            "accepted": sum(one.accepted in ("yes", "partly") for one in made[slug]),
            "completed": sum(one.status == "completed" for one in made[slug]),
            "overdue": sum(bool(line["is_overdue"]) for line in lines if line["region_code"] == _code(slug)),
        }
        for slug in sorted(made, key=_code)
    ]


def other_kinds_quality(returns: Sequence[SampleReturn]) -> list[Line]:
    """How often each rule is broken in the returns of each region."""
    found = Counter((_code(sample.region_slug), problem.rule) for sample in returns for problem in sample.problems)
    return [
        {"region_code": code, "rule_code": rule, "occurrences": occurrences}
        for (code, rule), occurrences in sorted(found.items())
    ]


def other_kinds_problems(returns: Sequence[SampleReturn]) -> list[Line]:
    """Where each problem stands."""
    return [
        {"file": sample.path, "sheet": problem.sheet, "cell": problem.cell, "rule_code": problem.rule}
        for sample in sorted(returns, key=lambda sample: sample.path)
        for problem in sample.problems
    ]


def _place(region_slug: str | None) -> Line:
    return {
        "region_code": region_slug and _code(region_slug),
        "region_name": region_slug and region(region_slug)["region_name"],
    }


def _code(region_slug: str) -> str:
    return region(region_slug)["region_code"]


def _pdu_name(region_slug: str | None, pdu: str) -> str:
    assert region_slug is not None
    (found,) = (line["pdu_name"] for line in pdus_of(region_slug) if line["pdu_slug"] == pdu)
    return found
