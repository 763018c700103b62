"""Canonical values as people write them, drawn at random: spellings, codes, aliases, capitals, spaces, dates, numbers.

Read straight from the seeds' CSVs, without the pipeline.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from tests.samples.other_kinds.page import Cell

SEED = "the other three kinds"
SEEDS = Path(__file__).parents[3] / "dbt_like_sql" / "seeds"


@cache
def seed(name: str) -> Sequence[Mapping[str, str]]:
    """The lines of a CSV of the seeds."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def region(slug: str) -> Mapping[str, str]:
    """The region's line of regions.csv."""
    (found,) = (line for line in seed("regions") if line["region_slug"] == slug)
    return found


@cache
def pdus_of(region_slug: str) -> Sequence[Mapping[str, str]]:
    """The region's lines of pdus.csv."""
    return tuple(line for line in seed("pdus") if line["region_code"] == region(region_slug)["region_code"])


class Writer:
    """Whoever fills in a return: writes the same thing in several ways, always the same ones from a seed."""

    def __init__(self, kind: str, region_slug: str, dates: Sequence[str] = ("cell", "d/m/yyyy", "yyyy-mm-dd")) -> None:
        self.draw = Random(f"{SEED} {kind} {region_slug}")
        self.region_slug = region_slug
        self.dates = dates
        """How dates are written: those three, or "serial", digits of the 1900 system."""

    def value(self, values: str, value: str | None) -> Cell:
        """One of the spellings of the list, or the value itself; a blank stays one."""
        if not value:
            return None
        spellings = [
            line["spelling"] for line in seed("value_spellings") if (line["field"], line["value"]) == (values, value)
        ]
        return self.text(self.draw.choice([*spellings, *spellings, value]))

    def pdu(self, slug: str) -> Cell:
        """By name, code or alias, with "&" for "and" now and then."""
        (pdu,) = (line for line in pdus_of(self.region_slug) if line["pdu_slug"] == slug)
        name = pdu["pdu_name"]
        aliases = [line["recorded_name"] for line in seed("pdu_aliases") if line["pdu_slug"] == slug]
        ways = [name, name, name, name.replace(" and ", " & "), *filter(None, [pdu["ndelius_code"]]), *aliases]
        return self.text(self.draw.choice(ways))

    def day(self, day: date | None) -> Cell:
        """As a date cell, or as text."""
        if day is None:
            return None
        match self.draw.choice(list(self.dates)):
            case "d/m/yyyy":
                return f"{day.day}/{day.month}/{day.year}" if self.draw.random() < 0.5 else f"{day:%d/%m/%Y}"
            case "yyyy-mm-dd":
                return day.isoformat()
            case "serial":
                return str((day - date(1899, 12, 30)).days)
            case _:
                return day

    def number(self, number: int | Decimal | None) -> Cell:
        """As a number, or as text."""
        if number is None or self.draw.random() < 0.6:
            return number
        return self.draw.choice(["{}", " {}", "{}\N{NO-BREAK SPACE}"]).format(number)

    def text(self, text: str) -> str:
        """With other capitals or spaces now and then."""
        match self.draw.randrange(14):
            case 0:
                return text.upper()
            case 1:
                return text.lower()
            case 2:
                return f" {text}"
            case 3:
                return f"{text}\N{NO-BREAK SPACE}"
            case 4:
                return text.replace(" ", "\N{NO-BREAK SPACE}")
            case 5:
                return text.replace(" ", "  ")
            case _:
                return text
