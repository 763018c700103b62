"""A page before it is drawn: its place, its template, its title, and the values that the template shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dipp_pipeline.release.site.formats import slug


@dataclass(frozen=True)
class Place:
    """A page that others lead to: what it is called, and where it lies in the site."""

    title: str
    path: str


@dataclass(frozen=True)
class Page:
    """What a template makes of values, at a path of the site."""

    place: Place
    template: str
    values: Mapping[str, Any]
    above: Sequence[Place] = ()
    """The pages above it, below the first."""


HOME = Place("At a glance", "index.html")
REGIONS = Place("Regions", "regions.html")
MEASURES = Place("Measures", "measures.html")
REVISIONS = Place("Revisions", "revisions.html")
METHOD = Place("Method", "method.html")
DATA = Place("Data", "data.html")
ABOUT = Place("About", "about.html")

SECTIONS = (HOME, REGIONS, MEASURES, REVISIONS, METHOD, DATA, ABOUT)
"""What the navigation of every page leads to."""


def region_place(region: Mapping[str, Any]) -> Place:
    """Where the page of a region lies."""
    return Place(region["region_name"], f"regions/{slug(region['region_name'])}.html")


def measure_place(measure: Mapping[str, Any]) -> Place:
    """Where the page of a measure lies."""
    return Place(measure["measure_title"], f"measures/{slug(measure['measure_code'])}.html")
