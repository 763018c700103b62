"""From a published figure back to the cells that said so: for the data team only."""

from dataclasses import asdict, dataclass

from dipp_pipeline.errors import DippError
from dipp_pipeline.home import Home
from dipp_pipeline.release.in_force import release_in_force
from dipp_pipeline.reports.records import only
from dipp_pipeline.warehouse.engine import Warehouse, open_warehouse

EVIDENCE_ORDER = ("is_counted desc", "return_path", "sheet", "row_number", "question_code")


class ExplanationError(DippError):
    """There is no such figure; the message says which there are."""


@dataclass(frozen=True)
class Evidence:
    """An answer behind a figure, and the cell that gave it."""

    case_pseudonym: str
    is_counted: bool
    """Whether the case counts, and not only is relevant."""
    question_code: str
    """As it was asked: of an adjusted case the adjusted question."""
    answer: str
    return_path: str
    version: int
    sheet: str
    cell: str
    is_corrected: bool
    """Whether a reviewed correction stands in place of what the cell holds."""


@dataclass(frozen=True)
class Explanation:
    """A figure of a region with all that is behind it: one piece of evidence a case and question."""

    release_id: str
    published: bool
    """Whether this release is the one in force, and not one whose publication failed."""
    region_code: str
    region_name: str
    figure_code: str
    title: str
    cases_inspected: int
    relevant_cases: int
    counted_cases: int
    percentage_rounded: int | None
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, object]:
        """The document of `dipp explain --json`."""
        return asdict(self)


def explain(home: Home, region_slug: str, figure_code: str) -> Explanation:
    """What is behind a measure, or a core question, of a region. Raises ExplanationError."""
    if not home.warehouse.exists():
        raise ExplanationError(f"Nothing is built in {home.path} yet. Run the refresh first.")
    asked = {"region_slug": region_slug, "figure_code": figure_code}
    with open_warehouse(home.warehouse) as warehouse:
        figures = warehouse.read("report_figures", asked)
        if not figures:
            raise ExplanationError(_what_there_is(warehouse, region_slug, figure_code))
        evidence = warehouse.read("report_figure_evidence", asked, EVIDENCE_ORDER)
    (figure,) = figures
    return Explanation(
        published=release_in_force(home.database) == figure["release_id"],
        evidence=tuple(Evidence(**only(Evidence, row)) for row in evidence),
        **only(Explanation, figure),
    )


def _what_there_is(warehouse: Warehouse, region_slug: str, figure_code: str) -> str:
    regions = [row["region_slug"] for row in warehouse.read("seeds.regions", order_by=("region_slug",))]
    if region_slug not in regions:
        return f'"{region_slug}" is no region. Use one of {", ".join(regions)}.'
    figures = warehouse.read("int_figures", order_by=("figure_kind", "figure_order"))
    codes = ", ".join(row["figure_code"] for row in figures)
    return f'There is no figure "{figure_code}" of {region_slug}. Use one of {codes}.'
