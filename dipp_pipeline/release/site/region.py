"""The page of a region: all that is published of it. Of one that is not included it says so."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dipp_pipeline.release.site.findings import Findings, Row
from dipp_pipeline.release.site.formats import estimate, question_note
from dipp_pipeline.release.site.page import REGIONS, Page, measure_place, region_place
from dipp_pipeline.release.site.rows import DotRow


def region_pages(findings: Findings) -> Iterator[Page]:
    """A page for each region, by name."""
    for region in findings.regions:
        yield Page(region_place(region), "region.html", _values(region, findings), (REGIONS,))


def _values(region: Row, findings: Findings) -> Mapping[str, Any]:
    code = region["region_code"]
    return {
        "region": region,
        "described": findings.row("regions", region_code=code),
        "profile": _grouped(findings.rows("sample_profile", level="region", region_code=code), "characteristic_title"),
        "milestone": _milestone(findings),
        "coverage": findings.rows("sample_coverage", region_code=code),
        "headlines": findings.rows("headlines", level="region", region_code=code),
        "measures": [_measure_row(row, findings) for row in findings.rows("regional_findings", region_code=code)],
        "compared": _compared(code, findings),
        "questions": _question_rows(code, findings),
        "survey": [_survey_row(row, findings) for row in _statements(code, findings)],
        "staffing": findings.rows("staffing", level="region", region_code=code),
        "staffing_of_units": findings.rows("staffing", level="pdu", region_code=code, grade="all"),
        "recommendations": findings.rows("recommendations", region_code=code),
        "follow_up": findings.row("follow_up", region_code=code),
        "progress": findings.rows("recommendation_progress", region_code=code),
        "quality": findings.rows("data_quality", region_code=code),
        "rules": {row["rule_code"]: row["meaning"] for row in findings.rows("rules")},
        "as_published": findings.rows("as_published", region_code=code),
    }


def _milestone(findings: Findings) -> int:
    """How many regions were included at the last milestone."""
    profile = findings.rows("sample_profile")
    return profile[0]["regions_included"] if profile else 0


def _measure_row(row: Row, findings: Findings) -> DotRow:
    nation = findings.row("national_findings", measure_code=row["measure_code"])
    return DotRow(row["measure_title"], estimate(row), estimate(nation), measure_place(row))


def _compared(code: str, findings: Findings) -> Sequence[tuple[Row, Row | None]]:
    """Each finding of the region with the nation's."""
    return [
        (row, findings.row("national_findings", measure_code=row["measure_code"]))
        for row in findings.rows("regional_findings", region_code=code)
    ]


def _question_rows(code: str, findings: Findings) -> Mapping[str, Sequence[DotRow]]:
    """The questions behind the measures, by stage or theme."""
    return {
        stage: [_question_row(row, findings) for row in rows]
        for stage, rows in _grouped(
            findings.rows("regional_question_findings", region_code=code), "stage_label"
        ).items()
    }


def _question_row(row: Row, findings: Findings) -> DotRow:
    nation = findings.row("national_question_findings", question_code=row["question_code"])
    return DotRow(row["question_label"], estimate(row), estimate(nation), note=question_note(row))


def _statements(code: str, findings: Findings) -> Sequence[Row]:
    return findings.rows("staff_survey_findings", level="region", region_code=code)


def _survey_row(row: Row, findings: Findings) -> DotRow:
    nation = findings.row("staff_survey_findings", level="nation", statement_code=row["statement_code"])
    of_staff = ("agreeing", "respondents")
    return DotRow(row["statement"], estimate(row, *of_staff), estimate(nation, *of_staff))


def _grouped(rows: Sequence[Row], column: str) -> Mapping[str, Sequence[Row]]:
    """Rows by a value by which they stand together."""
    return {value: list(group) for value, group in groupby(rows, key=lambda row: row[column])}
