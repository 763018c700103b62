"""What stands in a row of the one kind of chart: a name, a dot with its interval, and the nation's figure as a line."""

from dataclasses import dataclass
from functools import cached_property

from dipp_pipeline.release.site import charts
from dipp_pipeline.release.site.formats import NO_ESTIMATE, Estimate
from dipp_pipeline.release.site.page import Place


@dataclass(frozen=True)
class DotRow:
    """A region, measure, question, statement or step with its percentage."""

    name: str
    shown: Estimate
    nation: Estimate = NO_ESTIMATE
    place: Place | None = None
    """The page that its name leads to."""
    note: str = ""
    """What is said below its name."""

    @cached_property
    def dot(self) -> charts.Dot | None:
        return charts.dot(self.shown)

    @cached_property
    def line(self) -> str | None:
        """Where the nation's line crosses the row."""
        return None if self.nation.percentage is None else charts.along(self.nation.percentage)
