"""The pages about the programme as a whole: at a glance, regions, measures and about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dipp_pipeline.release import words
from dipp_pipeline.release.site import charts
from dipp_pipeline.release.site.charts import Trend
from dipp_pipeline.release.site.findings import Findings, Row
from dipp_pipeline.release.site.formats import Estimate, estimate
from dipp_pipeline.release.site.page import ABOUT, HOME, MEASURES, REGIONS, Page, Place, measure_place, region_place
from dipp_pipeline.release.site.rows import DotRow


@dataclass(frozen=True)
class Tile:
    """A region on the map."""

    place: Place
    name: str
    status: str
    at: tuple[int, int] | None


@dataclass(frozen=True)
class Movement:
    """How a national figure moved as regions joined."""

    place: Place
    name: str
    trend: Trend
    steps: Sequence[Estimate]


def overview_pages(findings: Findings) -> Iterator[Page]:
    """The pages about the programme as a whole."""
    tiles = [_tile(row) for row in findings.regions]
    yield Page(HOME, "index.html", {**_at_a_glance(findings), "tiles": tiles, "steps": findings.steps})
    yield Page(REGIONS, "regions.html", {"tiles": tiles, "progress": findings.regions})
    yield Page(MEASURES, "measures.html", {"national": national_rows(findings)})
    yield Page(ABOUT, "about.html", _about(findings))


def national_rows(findings: Findings) -> Sequence[DotRow]:
    """A row of the chart of national figures for each measure."""
    return [DotRow(row["measure_title"], estimate(row), place=measure_place(row)) for row in findings.measures]


def _at_a_glance(findings: Findings) -> Mapping[str, Any]:
    counted = {status: len(list(rows)) for status, rows in groupby(sorted(row["status"] for row in findings.regions))}
    return {
        "national": national_rows(findings),
        "movements": [_movement(row, findings) for row in findings.measures],
        "counted": counted,
    }


def _tile(row: Row) -> Tile:
    return Tile(region_place(row), row["region_name"], row["status"], charts.tile(row["region_code"]))


def _movement(row: Row, findings: Findings) -> Movement:
    steps = [estimate(step) for step in findings.rows("findings_over_time", measure_code=row["measure_code"])]
    return Movement(measure_place(row), row["measure_title"], charts.trend(steps), steps)


def _about(findings: Findings) -> Mapping[str, Any]:
    contents = findings.contents
    return {
        "citation": words.citation(contents),
        "licence_address": words.LICENCE_ADDRESSES.get(contents.about["licence"]),
    }
