"""The page of what was revised: which figure changed, from what to what, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dipp_pipeline.release.site import formats
from dipp_pipeline.release.site.data import table_parts
from dipp_pipeline.release.site.findings import Findings, Row
from dipp_pipeline.release.site.page import REVISIONS, Page

_BETWEEN = "|"
"""What stands between the values of a row's key."""


@dataclass(frozen=True)
class Revision:
    """A figure that changed, in words."""

    table: str
    of: str
    """Whose figure it is: the values of its row's key by their names."""
    figure: str
    before: str
    now: str
    reason: str


def revision_pages(findings: Findings) -> Iterator[Page]:
    """What was revised, in as many parts as it takes."""
    (mart,) = (mart for mart in findings.contents.marts if mart.name == "revisions")
    names = _names(findings)
    for page in table_parts(mart, findings, REVISIONS, "revisions.html", ()):
        revisions = [_revision(row, names) for row in page.values["rows"]]
        since = next((row["since_release_id"] for row in page.values["rows"]), None)
        yield replace(page, values={**page.values, "revisions": revisions, "since": since})


def _names(findings: Findings) -> Mapping[str, str]:
    """What the codes in keys are of: regions, measures and questions."""
    regions = {row["region_code"]: row["region_name"] for row in findings.regions}
    measures = {row["measure_code"]: row["measure_title"] for row in findings.measures}
    asked = findings.rows("national_question_findings")
    questions = {row["question_code"]: f"{row['question_code']} {row['question_label']}" for row in asked}
    return {**regions, **measures, **questions}


def _revision(row: Row, names: Mapping[str, str]) -> Revision:
    key = [part for part in row["row_key"].split(_BETWEEN) if part]
    return Revision(
        table=row["table_name"],
        of=", ".join(names.get(part, formats.title(part)) for part in key) or "Nation",
        figure=formats.title(row["column_name"]),
        before=_value(row["old_value"], row["column_name"]),
        now=_value(row["new_value"], row["column_name"]),
        reason=formats.words(row["reason"]),
    )


def _value(value: str | None, column: str) -> str:
    """A figure that `revisions` has as text: decimals are cut as in other tables."""
    if value is None:
        return formats.cell(None, column, {})
    try:
        figure = float(value)
    except ValueError:
        return value
    return formats.cell(figure, column, {}) if "." in value or "e" in value else value
