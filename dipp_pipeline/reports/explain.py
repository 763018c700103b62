"""From a published figure back to the cells that said so: for the data team only."""

from dataclasses import asdict, dataclass

import duckdb

from dipp_pipeline.reports.status import release_in_force
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.engine import named_rows, open_database


class ExplanationError(Exception):
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


def explain(settings: Settings, region_slug: str, figure_code: str) -> Explanation:
    """What is behind a measure, or a core question, of a region. Raises ExplanationError."""
    if not settings.warehouse.exists():
        raise ExplanationError(f"Nothing is built in {settings.home} yet. Run the refresh first.")
    with open_database(settings.warehouse) as warehouse:
        asked = {"region": region_slug, "figure": figure_code}
        found = named_rows(warehouse, _FIGURE, asked)
        if not found:
            raise ExplanationError(_what_there_is(warehouse, region_slug, figure_code))
        evidence = tuple(Evidence(**row) for row in named_rows(warehouse, _EVIDENCE, asked))
    (figure,) = found
    published = release_in_force(settings.database) == figure["release_id"]
    return Explanation(published=published, evidence=evidence, **figure)


def _what_there_is(warehouse: duckdb.DuckDBPyConnection, region_slug: str, figure_code: str) -> str:
    regions, figures = ([name for (name,) in warehouse.execute(query).fetchall()] for query in (_REGIONS, _FIGURES))
    if region_slug not in regions:
        return f'"{region_slug}" is no region. Use one of {", ".join(regions)}.'
    return f'There is no figure "{figure_code}" of {region_slug}. Use one of {", ".join(figures)}.'


_REGIONS = "select region_slug from seeds.regions order by region_slug"

_FIGURES = "select figure_code from int_figures order by figure_kind, figure_order"

_FIGURE = """
    select
        build.release_id,
        regions.region_code,
        regions.region_name,
        figures.figure_code,
        figures.title,
        figures.cases_inspected,
        figures.relevant_cases,
        figures.counted_cases,
        figures.percentage_rounded
    from int_figure_counts as figures
    inner join seeds.regions as regions on regions.region_code = figures.region_code
    cross join landing.build as build
    where regions.region_slug = $region and figures.figure_code = $figure and figures.level = 'region'
"""

_EVIDENCE = """
    select
        relevant.case_pseudonym,
        relevant.is_counted,
        answers.question_code,
        answers.answer,
        returns.return_path,
        relevant.version,
        cases.sheet,
        columns.letters || cases.row_number as cell,
        corrections.line is not null as is_corrected
    from int_case_figures as relevant
    inner join int_figures as figures
        on figures.figure_kind = relevant.figure_kind and figures.figure_code = relevant.figure_code
    inner join stg_cases as cases using (return_id, version, case_pseudonym)
    inner join seeds.questions as questions
        on questions.question_set = cases.question_set
        and list_contains(string_split(figures.question_codes, ' '), questions.core_equivalent)
    inner join stg_answers as answers
        on answers.return_id = relevant.return_id
        and answers.version = relevant.version
        and answers.case_pseudonym = relevant.case_pseudonym
        and answers.question_code = questions.question_code
    inner join stg_returns as returns on returns.return_id = relevant.return_id
    inner join landing.columns as columns
        on columns.return_id = relevant.return_id
        and columns.version = relevant.version
        and columns.sheet = cases.sheet
        and columns.column_name = questions.question_code
    left join stg_corrections as corrections
        on corrections.return_id = relevant.return_id
        and corrections.version = relevant.version
        and corrections.sheet = cases.sheet
        and corrections.row_number = cases.row_number
        and corrections.column_name = questions.question_code
    where returns.region_slug = $region and relevant.figure_code = $figure and relevant.is_in_force
    order by relevant.is_counted desc, returns.return_path, cases.sheet, cases.row_number, questions.question_code
"""
