"""Values as a page shows them."""

from datetime import date, datetime

import pytest

from dipp_pipeline.release.site import formats
from dipp_pipeline.release.site.formats import NO_ESTIMATE, Estimate

WITHHELD = Estimate(None, None, None, None, None, None, "c")
NONE_RELEVANT = Estimate(0, 0, None, None, None, None)
FEW = Estimate(12, 24, 50, 50.0, 31.4, 68.6, "u")


@pytest.mark.parametrize(
    ("shown", "share", "interval", "counts"),
    [
        (Estimate(49, 80, 61, 61.25, 50.3, 71.2), "61%", "50% to 71%", "49 of 80"),
        (Estimate(1500, 3000, 50, 50.0, 48.2, 51.8), "50%", "48% to 52%", "1,500 of 3,000"),
        (Estimate(0, 56, 0, 0.0, 0.0, 6.4), "0%", "0% to 6%", "0 of 56"),
        (WITHHELD, "[c]", "[c]", "[c]"),
        (NONE_RELEVANT, "[z]", "[z]", "0 of 0"),
        (NO_ESTIMATE, "[x]", "[x]", "[x]"),
        (FEW, "50% [u]", "31% to 69%", "12 of 24"),
    ],
    ids=["figure", "thousands", "nought", "withheld", "none relevant", "not included", "few cases"],
)
def test_a_percentage_stands_with_interval_and_counts_or_shorthand(
    shown: Estimate, share: str, interval: str, counts: str
):
    assert (formats.share(shown), formats.interval(shown), formats.counts(shown)) == (share, interval, counts)


@pytest.mark.parametrize(("value", "rounded"), [(0.5, 1), (1.5, 2), (2.5, 3), (49.49, 49), (-0.5, 0), (-1.6, -2)])
def test_a_half_is_rounded_upwards(value: float, rounded: int):
    assert formats.half_up(value) == rounded


def test_the_rest_is_rounded_from_its_counts():
    row = {"rest_counted_cases": 1, "rest_relevant_cases": 200, "rest_percentage": 0.5}

    assert formats.share(formats.rest_of(row)) == "1%"


def test_of_a_rest_without_relevant_cases_nothing_follows():
    row = {"rest_counted_cases": 0, "rest_relevant_cases": 0, "rest_percentage": None}

    assert formats.share(formats.rest_of(row)) == "[z]"


@pytest.mark.parametrize(
    ("points", "lower", "upper", "said"),
    [(9.6, -2.4, 21.5, "+10 (−2 to +22)"), (-0.2, -12.0, 12.0, "0 (−12 to +12)"), (None, None, None, "[z]")],
)
def test_a_difference_has_its_sign(points: float | None, lower: float | None, upper: float | None, said: str):
    row = {"difference": points, "difference_lower_95": lower, "difference_upper_95": upper}

    assert formats.difference(row) == said


@pytest.mark.parametrize(("differs", "said"), [(True, "Yes"), (False, "No difference shown"), (None, "[z]")])
def test_a_region_differs_only_where_the_data_say_so(differs: bool | None, said: str):
    assert formats.differs({"differs_from_rest": differs}) == said


@pytest.mark.parametrize(
    ("value", "column", "row", "said"),
    [
        (None, "percentage", {"marker": "c", "relevant_cases": None}, "[c]"),
        (None, "percentage", {"relevant_cases": 0}, "[z]"),
        (None, "percentage", {"relevant_cases": None}, "[x]"),
        (None, "region_code", {"marker": "c"}, "[z]"),
        (None, "marker", {"marker": None}, "none"),
        ("u", "marker", {"marker": "u"}, "[u]"),
        (None, "published_on", {}, "[x]"),
        (True, "agrees", {}, "Yes"),
        (61.25, "percentage", {}, "61.25"),
        (0.00004, "p_value", {}, "0.0000"),
        (1234, "cases", {}, "1234"),
        (date(2026, 2, 26), "published_on", {}, "2026-02-26"),
        (datetime(2026, 2, 26, 2, 5, 12, 5), "published_at", {}, "2026-02-26 02:05:12"),
    ],
)
def test_a_cell_of_any_table_has_a_text(value: object, column: str, row: dict[str, object], said: str):
    assert formats.cell(value, column, row) == said


@pytest.mark.parametrize(
    ("value", "marker", "said"), [(None, "c", "[c]"), (None, None, "[x]"), (3, "u", "3 [u]"), (1200, None, "1,200")]
)
def test_a_count_may_be_withheld(value: int | None, marker: str | None, said: str):
    assert formats.count(value, marker) == said


def test_a_name_becomes_part_of_an_address():
    assert formats.slug("Kent, Surrey and Sussex") == "kent-surrey-and-sussex"
