"""What pages show where tables by characteristic, of the sample, and of the definitions are published."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.site.write import write_site
from dipp_pipeline.warehouse.project import Model, ModelColumn
from tests.release.site.html import Page, read_page

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

TYPES = {"int64": "INTEGER", "double": "DOUBLE", "string": "VARCHAR", "null": "VARCHAR", "bool": "BOOLEAN"}

CHARACTERISTIC = {
    "characteristic": "sex",
    "characteristic_title": "Sex",
    "measure_code": "delivery_effective",
    "regions_included": 5,
}
MARTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "characteristic_findings": [
        CHARACTERISTIC
        | {
            "category_title": "Female",
            "relevant_cases": 28,
            "counted_cases": 14,
            "percentage": 50.0,
            "percentage_rounded": 50,
            "lower_95": 32.6,
            "upper_95": 67.4,
            "marker": "u",
        },
        CHARACTERISTIC
        | {
            "category_title": "Other",
            "relevant_cases": None,
            "counted_cases": None,
            "percentage": None,
            "percentage_rounded": None,
            "lower_95": None,
            "upper_95": None,
            "marker": "c",
        },
    ],
    "sample_profile": [
        {
            "level": "region",
            "region_code": "N52",
            "characteristic_title": "Sex",
            "category_title": category,
            "cases": cases,
            "cases_inspected": 84,
            "regions_included": 5,
            "marker": marker,
        }
        for category, cases, marker in (("Female", 8, None), ("Male", None, "c"))
    ],
    "sample_coverage": [
        {"region_code": "N52", "pdu_name": "Coventry", "cases_accepted": 7, "marker": None, "regions_included": 5}
    ],
    "measures": [
        {"measure_code": "delivery_effective", "question_codes": "C3", "questions": 1},
        {"measure_code": "all_stages_sufficient", "question_codes": "C1 C2 C3 C4", "questions": 4},
    ],
    "questions": [
        {"question_code": "C3a", "parent_code": "C3"},
        {"question_code": "C3b", "parent_code": "C3"},
    ],
    "rules": [{"rule_code": "R05", "meaning": "Not a unit of any region"}],
    "regions": [{"region_code": "N52", "pdus": 11, "report_published_on": None}],
}


@pytest.fixture(scope="module")
def pages(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Page]:
    """The site of a release with those tables."""
    site = tmp_path_factory.mktemp("later")
    tables = {name: pa.Table.from_pylist(list(rows)) for name, rows in MARTS.items()}
    others = [mart for mart in contents.marts if mart.name not in tables]
    marts = [*others, *(mart_of(name, table) for name, table in tables.items())]
    write_site(site, Contents(marts, {**contents.tables, **tables}))
    return {str(path.relative_to(site)): read_page(path) for path in site.rglob("*.html")}


def test_a_measure_is_shown_by_characteristic(pages: Mapping[str, Page]):
    table = pages["measures/delivery-effective.html"].table("Effective work to keep others safe, by sex")

    assert [[row[0], *row[2:]] for row in table.rows[1:]] == [
        ["Female", "50% [u]", "33% to 67%", "14 of 28"],
        ["Other", "[c]", "[c]", "[c]"],
    ]


def test_the_cases_of_a_region_are_shown_by_characteristic_and_unit(pages: Mapping[str, Page]):
    page = pages["regions/west-midlands.html"]

    profile = page.table("Who the cases are, as at the last milestone of the programme (5 regions)")
    assert profile.rows[1:] == [["Sex", "Female", "8", "10%"], ["Male", "[c]", "[c]"]]
    assert page.table("Cases of each Probation Delivery Unit").rows[1:] == [["Coventry", "7"]]


def test_what_a_marker_says_is_explained(pages: Mapping[str, Page]):
    text = pages["measures/delivery-effective.html"].text

    assert "[u] Low reliability" in text
    assert "[c] Withheld" in text


def test_the_questions_behind_a_measure_are_those_that_it_names_and_their_prompts(pages: Mapping[str, Page]):
    def questions(measure: str) -> list[str]:
        table = pages[f"measures/{measure}.html"].table("Questions answered yes")
        return [row[0].split()[-1] for row in table.rows[1:]]

    assert questions("delivery-effective") == ["C3", "C3a", "C3b"]
    assert questions("all-stages-sufficient") == ["C1", "C2", "C3", "C4"]


def test_a_rule_is_told_by_what_it_means(pages: Mapping[str, Page]):
    rows = pages["regions/west-midlands.html"].table("Rules that the region's returns broke").rows

    assert ["R05", "Not a unit of any region"] in [row[:2] for row in rows]


@pytest.mark.parametrize("table", MARTS)
def test_every_table_has_a_page_whatever_it_is(pages: Mapping[str, Page], table: str):
    assert len(pages[f"data/{table}.html"].tables[0].rows) == len(MARTS[table]) + 1


def mart_of(name: str, table: pa.Table) -> Model:
    columns = [ModelColumn(field.name, TYPES[str(field.type)], "what it is") for field in table.schema]
    return Model(name, "marts", "table", "", "A table.", "one row a line", [], columns, frozenset())


def test_no_folder_is_needed_but_the_one_above(contents: Contents, tmp_path: Path):
    write_site(tmp_path / "site", contents)

    assert (tmp_path / "site" / "index.html").is_file()
