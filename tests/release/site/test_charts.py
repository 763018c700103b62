"""Where the marks of a chart stand."""

from itertools import pairwise

import pytest

from dipp_pipeline.release.site import charts
from dipp_pipeline.release.site.formats import NO_ESTIMATE, Estimate


def estimate(percentage: float, lower: float, upper: float) -> Estimate:
    return Estimate(1, 2, round(percentage), percentage, lower, upper)


def test_a_dot_stands_at_its_percentage_of_the_width():
    assert charts.dot(estimate(61.25, 50.294, 71.2)) == charts.Dot("61.25%", "50.29%", "71.2%")


def test_nothing_is_drawn_of_what_is_not_published():
    assert charts.dot(NO_ESTIMATE) is None


@pytest.mark.parametrize("percentage", [-0.1, 100.1, float("nan")])
def test_what_is_no_percentage_is_not_drawn(percentage: float):
    with pytest.raises(ValueError, match="no percentage"):
        charts.along(percentage)
    with pytest.raises(ValueError, match="no percentage"):
        charts.trend([Estimate(1, 2, 50, percentage, 0, 100)])


def test_the_ends_of_the_scale_are_the_ends_of_the_drawing():
    assert (charts.along(0), charts.along(100)) == ("0%", "100%")


def test_steps_go_from_left_to_right_in_equal_steps():
    points = charts.trend([estimate(50, 40, 60)] * 4).points

    places = [float(point.x) for point in points]
    gaps = {round(right - left, 1) for left, right in pairwise(places)}
    assert len(gaps) == 1
    assert places == sorted(places)
    assert places[0] > charts.trend([]).left
    assert places[-1] < charts.trend([]).right


def test_a_higher_percentage_stands_higher():
    (point,) = charts.trend([estimate(50, 40, 60)]).points

    assert float(point.upper) < float(point.y) < float(point.lower)
    assert float(point.y) - float(point.upper) == pytest.approx(float(point.lower) - float(point.y))


def test_a_step_without_a_figure_leaves_its_place_free():
    known = estimate(50, 40, 60)

    gap = charts.trend([known, NO_ESTIMATE, known]).points
    whole = charts.trend([known, known, known]).points
    assert gap == [whole[0], whole[2]]


def test_no_two_regions_stand_on_one_place_of_the_map():
    assert len({charts.tile(code) for code in charts.TILES}) == 12


def test_a_region_that_the_map_does_not_know_has_no_place():
    assert charts.tile("N99") is None
