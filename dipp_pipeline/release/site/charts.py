"""Where the marks of a chart stand: figures of 0 to 100 as places in a drawing.

How they are drawn is the templates' part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipp_pipeline.release.site.formats import Estimate

TICKS = (0, 20, 40, 60, 80, 100)
"""Where the scale of 0 to 100 has its lines."""

TREND_WIDTH, TREND_HEIGHT = 260, 120
_TREND_LEFT, _TREND_RIGHT, _TREND_TOP, _TREND_BOTTOM = 32, 12, 8, 22
TREND_TICKS = (0, 50, 100)

TILES: Mapping[str, tuple[int, int]] = {
    "N54": (1, 3),
    "N51": (2, 2),
    "N55": (2, 3),
    "N50": (3, 2),
    "N53": (3, 3),
    "N56": (3, 4),
    "N03": (4, 1),
    "N52": (4, 2),
    "N07": (4, 3),
    "N58": (5, 1),
    "N59": (5, 2),
    "N57": (5, 3),
}
"""Row and column of each region on the map, about where it lies."""


@dataclass(frozen=True)
class Dot:
    """A percentage on a horizontal scale, with its interval, as per cent of the width."""

    at: str
    left: str
    right: str


@dataclass(frozen=True)
class TrendPoint:
    """A percentage at a step, with its interval, in units of the drawing."""

    x: str
    y: str
    upper: str
    lower: str


@dataclass(frozen=True)
class Trend:
    """Percentages step by step, on an upright scale."""

    points: Sequence[TrendPoint]
    ticks: Mapping[int, str]
    left: int = _TREND_LEFT
    right: int = TREND_WIDTH - _TREND_RIGHT
    bottom: int = TREND_HEIGHT - _TREND_BOTTOM
    width: int = TREND_WIDTH
    height: int = TREND_HEIGHT


def along(percentage: float) -> str:
    """The place of a percentage on the horizontal scale. Raises ValueError unless it is 0 to 100."""
    if not 0 <= percentage <= 100:
        raise ValueError(f"{percentage} is no percentage from 0 to 100.")
    return f"{_short(percentage)}%"


def dot(shown: Estimate) -> Dot | None:
    """The marks of a percentage, or None where it is not published."""
    if shown.percentage is None or shown.lower is None or shown.upper is None:
        return None
    return Dot(along(shown.percentage), along(shown.lower), along(shown.upper))


def trend(steps: Sequence[Estimate]) -> Trend:
    """The marks of a percentage as regions joined, a step each from left to right."""
    places = [_step_place(number, len(steps)) for number in range(len(steps))]
    points = [
        TrendPoint(_short(x), _height(shown.percentage), _height(shown.upper), _height(shown.lower))
        for x, shown in zip(places, steps, strict=True)
        if shown.percentage is not None and shown.upper is not None and shown.lower is not None
    ]
    return Trend(points, {tick: _height(tick) for tick in TREND_TICKS})


def tile(region_code: str) -> tuple[int, int] | None:
    """Row and column of a region on the map; None of one that the map does not know."""
    return TILES.get(region_code)


def _step_place(number: int, steps: int) -> float:
    """The middle of the step's share of the width."""
    width = TREND_WIDTH - _TREND_LEFT - _TREND_RIGHT
    return _TREND_LEFT + width * (number + 0.5) / steps


def _height(percentage: float) -> str:
    if not 0 <= percentage <= 100:
        raise ValueError(f"{percentage} is no percentage from 0 to 100.")
    height = TREND_HEIGHT - _TREND_TOP - _TREND_BOTTOM
    return _short(_TREND_TOP + height * (100 - percentage) / 100)


def _short(value: float) -> str:
    """Two decimals at most: a hundredth of a pixel is less than anyone sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
