"""The site of the sample programme, of its data with all twelve regions, and of a programme that has just begun."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.site.write import write_site
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER, Home
from tests.release.site.html import Page, read_page

COPIED = "N52"


@pytest.fixture(scope="session")
def contents(published_demo: Home) -> Contents:
    """What the sample programme publishes: five regions of twelve, and that its data are invented."""
    marts = load_project(SQL_FOLDER).marts
    with open_warehouse(published_demo.warehouse) as opened:
        tables = {mart.name: opened.table(mart.name) for mart in marts}
    info = [row | {"is_sample": True} for row in tables["release_info"].to_pylist()]
    return Contents(marts, tables | {"release_info": changed(tables["release_info"], info)})


@pytest.fixture(scope="session")
def complete(contents: Contents) -> Contents:
    """The same with all twelve regions, of which seven have a copy of the West Midlands' rows; final, and no sample."""
    names = {row["region_code"]: row["region_name"] for row in contents.rows("programme_progress")}
    included = {row["region_code"] for row in contents.rows("regional_findings")}
    tables = {
        mart: changed(table, copied(table.to_pylist(), {code: names[code] for code in set(names) - included}))
        for mart, table in contents.tables.items()
    }
    progress = [row | {"status": "included"} for row in tables["programme_progress"].to_pylist()]
    national = [row | {"status": "final", "regions_included": 12} for row in contents.rows("national_findings")]
    info = [dict(contents.about) | {"status": "final", "regions_included": 12, "is_sample": False}]
    tables["programme_progress"] = changed(tables["programme_progress"], progress)
    tables["national_findings"] = changed(tables["national_findings"], national)
    tables["release_info"] = changed(tables["release_info"], info)
    tables["findings_over_time"] = changed(tables["findings_over_time"], steps(tables["findings_over_time"]))
    tables["revisions"] = changed(tables["revisions"], revised(contents))
    return replace(contents, tables=tables)


@pytest.fixture(scope="session")
def begun(contents: Contents) -> Contents:
    """A programme of which nothing has come in: every figure is of no case."""
    nothing = {"counted_cases": 0, "relevant_cases": 0, "cases_inspected": 0, "regions_included": 0}
    unknown = dict.fromkeys(("percentage", "percentage_rounded", "lower_95", "upper_95"))
    kept = {"measures", "questions", "regions", "rules", "data_dictionary"}
    tables = {name: table if name in kept else table.slice(0, 0) for name, table in contents.tables.items()}
    for name in ("national_findings", "national_question_findings"):
        tables[name] = changed(contents.tables[name], [row | nothing | unknown for row in contents.rows(name)])
    not_started = {"status": "not_started", "cases_accepted": 0, "last_received_at": None}
    progress = [row | not_started for row in contents.rows("programme_progress")]
    tables["programme_progress"] = changed(contents.tables["programme_progress"], progress)
    info = [dict(contents.about) | {"regions_included": 0, "cases_inspected": 0}]
    tables["release_info"] = changed(contents.tables["release_info"], info)
    return replace(contents, tables=tables)


@pytest.fixture(scope="session")
def site(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(contents, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def complete_site(complete: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(complete, tmp_path_factory.mktemp("complete"))


@pytest.fixture(scope="session")
def begun_site(begun: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(begun, tmp_path_factory.mktemp("begun"))


@pytest.fixture(scope="session")
def site_pages(site: Path) -> Mapping[str, Page]:
    return read_pages(site)


@pytest.fixture(scope="session")
def complete_pages(complete_site: Path) -> Mapping[str, Page]:
    return read_pages(complete_site)


@pytest.fixture(scope="session")
def begun_pages(begun_site: Path) -> Mapping[str, Page]:
    return read_pages(begun_site)


@pytest.fixture(params=["site", "complete", "begun"])
def any_pages(request: pytest.FixtureRequest) -> Mapping[str, Page]:
    """The pages of each of the three sites."""
    pages: Mapping[str, Page] = request.getfixturevalue(f"{request.param}_pages")
    return pages


def written(contents: Contents, release: Path) -> Path:
    """A release folder as it will be, of which the site is the real thing and all else an empty file."""
    write_site(release / "site", contents)
    (release / "tables").mkdir()
    for file in (
        *(f"tables/{mart.name}.{ending}" for mart in contents.marts for ending in ("csv", "parquet")),
        *(f"dipp_findings.{ending}" for ending in ("duckdb", "xlsx", "ods")),
    ):
        (release / file).touch()
    return release / "site"


def read_pages(site: Path) -> Mapping[str, Page]:
    return {str(path.relative_to(site)): read_page(path) for path in sorted(site.rglob("*.html"))}


def copied(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Rows, and those of the region that is copied once more for each region that has none."""
    missing = [code for code in names if code not in {row.get("region_code") for row in rows}]
    return [
        *rows,
        *(
            row | {"region_code": code} | ({"region_name": names[code]} if "region_name" in row else {})
            for code in sorted(missing)
            for row in rows
            if row.get("region_code") == COPIED
        ),
    ]


def steps(table: pa.Table) -> Sequence[Mapping[str, Any]]:
    """Every region that was copied into it as a step of its own."""
    rows = table.to_pylist()
    number = {code: place for place, code in enumerate(dict.fromkeys(row["region_code"] for row in rows), start=1)}
    return [row | {"step": number[row["region_code"]], "regions_included": number[row["region_code"]]} for row in rows]


def revised(contents: Contents) -> Sequence[Mapping[str, Any]]:
    """As many revisions as there are figures of questions, twenty times over."""
    return [
        {
            "table_name": "regional_question_findings",
            "row_key": f"{row['region_code']}|{row['question_code']}|{copy}",
            "column_name": "percentage",
            "old_value": "46.428571428571431",
            "new_value": str(row["percentage"]),
            "reason": "replaced_return",
            "since_release_id": "aaaaaaaaaaaa",
        }
        for row in contents.rows("regional_question_findings")
        for copy in range(20)
    ]


def changed(table: pa.Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=table.schema)
