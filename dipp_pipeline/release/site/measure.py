"""The page of a measure: what it asks, all regions in their fixed order, how it moved, and the questions behind it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dipp_pipeline.release.site.findings import Findings, Row
from dipp_pipeline.release.site.formats import estimate, question_note, regions
from dipp_pipeline.release.site.page import MEASURES, Page, measure_place, region_place
from dipp_pipeline.release.site.rows import DotRow


def measure_pages(findings: Findings) -> Iterator[Page]:
    """A page for each measure, in the order of publication."""
    for measure in findings.measures:
        yield Page(measure_place(measure), "measure.html", _values(measure, findings), (MEASURES,))


def _values(measure: Row, findings: Findings) -> Mapping[str, Any]:
    code = measure["measure_code"]
    return {
        "measure": measure,
        "described": findings.row("measures", measure_code=code),
        "headlines": findings.rows("headlines", level="nation", measure_code=code),
        "regions": [_region_row(region, measure, findings) for region in findings.regions],
        "compared": _by_name(findings.rows("regional_findings", measure_code=code)),
        "steps": [_step_row(row, measure) for row in findings.rows("findings_over_time", measure_code=code)],
        "questions": [_question_row(row) for row in findings.questions_behind(measure)],
        "characteristics": _characteristics(code, findings),
        "as_published": findings.rows("as_published", measure_code=code),
    }


def _region_row(region: Row, measure: Row, findings: Findings) -> DotRow:
    found = findings.row("regional_findings", region_code=region["region_code"], measure_code=measure["measure_code"])
    return DotRow(region["region_name"], estimate(found), estimate(measure), region_place(region))


def _by_name(rows: Sequence[Row]) -> Sequence[Row]:
    return sorted(rows, key=lambda row: row["region_name"])


def _step_row(step: Row, measure: Row) -> DotRow:
    joined = f"{step['region_name']} joined"
    note = f"{regions(step['regions_included'])} included"
    return DotRow(joined, estimate(step), estimate(measure), note=note)


def _question_row(row: Row) -> DotRow:
    return DotRow(row["question_label"], estimate(row), note=question_note(row))


def _characteristics(code: str, findings: Findings) -> Mapping[str, Sequence[DotRow]]:
    """The cases of each category, by characteristic, where those tables are published."""
    rows = findings.rows("characteristic_findings", measure_code=code)
    return {
        characteristic: [DotRow(row["category_title"], estimate(row)) for row in group]
        for characteristic, group in groupby(rows, key=lambda row: row["characteristic_title"])
    }
