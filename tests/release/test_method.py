"""The method of a release: what models say of tables and columns, and how the rest of it follows the release."""

import re

import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.method import method_text, plain, unit, write_method
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.project import ModelColumn
from tests.release.contents import made, row


@pytest.fixture(scope="module")
def contents() -> Contents:
    return made(national_findings=[row("national_findings", polarity="negative", status="provisional")])


@pytest.fixture(scope="module")
def method(contents: Contents) -> str:
    return method_text(contents)


def section(method: str, heading: str) -> str:
    (found,) = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", method, re.MULTILINE | re.DOTALL)
    return found


def test_every_table_is_there_with_what_its_model_says(method: str, contents: Contents):
    for mart in contents.marts:
        told = section(method, mart.name)
        assert plain(mart.description) in told
        assert f"- Grain: {plain(mart.grain)}." in told
        assert re.findall("`(\\w+)`", re.search("- Key: (.*)", told)[1]) == list(mart.key)


def test_every_column_is_there_with_its_type_and_meaning(method: str, contents: Contents):
    for mart in contents.marts:
        lines = [line for line in section(method, mart.name).splitlines() if line.startswith("| `")]
        assert len(lines) == len(mart.columns)
        for line, column in zip(lines, mart.columns, strict=True):
            assert line.startswith(f"| `{column.name}` | {column.data_type} | ")
            assert line.endswith(f" | {plain(column.description)} |")


def test_tables_stand_in_the_order_in_which_they_are_read(method: str):
    tables = re.findall("^### (.*)$", method, re.MULTILINE)

    assert tables[:3] == ["headlines", "national_findings", "regional_findings"]
    assert tables[-2:] == ["release_info", "data_dictionary"]


@pytest.mark.parametrize(
    ("name", "data_type", "told"),
    [
        ("relevant_cases", "INTEGER", "cases"),
        ("rest_percentage", "DOUBLE", "per cent"),
        ("percentage_rounded", "INTEGER", "per cent"),
        ("lower_95", "DOUBLE", "per cent"),
        ("difference_lower_95", "DOUBLE", "percentage points"),
        ("p_adjusted", "DOUBLE", "probability"),
        ("target_fte", "DOUBLE", "full-time equivalents"),
        ("differs_from_rest", "BOOLEAN", "true or false"),
        ("published_on", "DATE", "day"),
        ("measure_order", "INTEGER", "number"),
        ("percentage", "VARCHAR", "text"),
    ],
)
def test_the_unit_of_a_column_is_told_from_its_name_or_type(name: str, data_type: str, told: str):
    assert unit(ModelColumn(name, data_type, "")) == told


def test_codes_that_occur_are_listed_and_texts_are_not(method: str):
    told = section(method, "national_findings")

    assert "| `polarity` | VARCHAR | `negative` |" in told
    assert "| `measure_title` | VARCHAR | text |" in told


def test_the_sources_of_the_statistics_are_named(method: str):
    statistics = section(method, "Statistics")

    for source in ("Wilson, E. B. (1927)", "Newcombe, R. G. (1998)", "Fisher, R. A.", "Hochberg, Y. (1995)", "half up"):
        assert source in statistics


def test_the_minimum_of_the_staff_survey_is_the_one_that_is_set_by_default(method: str):
    assert f"The minimum is {Settings().survey_minimum} unless" in section(method, "What is withheld")


def test_what_is_withheld_by_characteristic_is_told_with_its_threshold_and_milestone():
    before, after = made(), made({"milestone_regions": 8, "disclosure_threshold": 7})

    assert "The first has not been reached yet" in method_text(before)
    assert "fewer than 7 cases, but not none" in method_text(after)
    assert "They are of the 8 regions" in method_text(after)


def test_invented_data_are_told_at_the_top_and_others_are_not(method: str):
    invented = method_text(made({"is_sample": True}))

    assert "**Invented sample data: nothing follows from these figures.**" in invented.split("\n## ")[0]
    assert "nvented" not in method.split("## The published tables")[0]


@pytest.mark.parametrize(
    ("included", "status", "told"),
    [
        (0, "provisional", "Provisional: 0 of 12"),
        (1, "provisional", "Provisional: 1 of 12"),
        (12, "final", "Final: all 12"),
    ],
)
def test_it_says_whether_figures_are_final(included: int, status: str, told: str):
    method = method_text(made({"regions_included": included, "status": status}))

    assert told in section(method, "The programme and its cases")


def test_who_to_ask_is_who_is_set(contents: Contents):
    method = method_text(made({"publisher": "A | B\n# C", "contact": "<script>", "licence": "Ask first"}))

    asked = section(method, "Who to ask")

    assert "- Publisher: A \\| B # C\n- Contact: \\<script\\>\n- Licence: Ask first\n" in asked


def test_the_same_contents_give_the_same_bytes(tmp_path, contents: Contents, method: str):
    write_method(tmp_path / "method.md", contents)

    assert (tmp_path / "method.md").read_bytes() == method.encode()
    assert method.endswith("\n")
    assert not method.endswith("\n\n")
