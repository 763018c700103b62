"""In which order readers meet the published tables."""

from collections.abc import Iterable, Sequence

from dipp_pipeline.warehouse.project import Model

_ORDER = (
    "headlines",
    "national_findings",
    "regional_findings",
    "characteristic_findings",
    "findings_over_time",
    "national_question_findings",
    "regional_question_findings",
    "staff_survey_findings",
    "staffing",
    "recommendations",
    "follow_up",
    "recommendation_progress",
    "programme_progress",
    "sample_profile",
    "sample_coverage",
    "as_published",
    "revisions",
    "data_quality",
    "findings_for_charts",
    "regions",
    "measures",
    "questions",
    "rules",
    "release_info",
    "data_dictionary",
)
"""What readers look for first, then what explains it. A table that is not named comes before the last two."""


def in_readers_order(marts: Iterable[Model]) -> Sequence[Model]:
    """Findings first, the data dictionary last."""
    return sorted(marts, key=_place)


def _place(mart: Model) -> tuple[int, bool, str]:
    is_named = mart.name in _ORDER
    return _ORDER.index(mart.name if is_named else "release_info"), is_named, mart.name
