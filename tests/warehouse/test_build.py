"""What a build makes of models, and which of them it counts."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.warehouse.build import Outcome, build_warehouse
from dipp_pipeline.warehouse.project import load_project
from dipp_pipeline.warehouse.sources import Build
from tests.homes import SEEDS

VIEW = "-- materialized: view\n"


def test_tables_and_staging_are_counted_and_other_views_are_not_even_evaluated(tmp_path: Path):
    write(tmp_path / "staging" / "stg_regions.sql", reads="seeds.regions")
    write(tmp_path / "intermediate" / "int_regions.sql", reads="stg_regions")
    write(tmp_path / "reports" / "report_regions.sql", VIEW, "region_code::integer", reads="int_regions")

    outcome = built(tmp_path)

    assert outcome.rows == {"stg_regions": 12, "int_regions": 12}
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        kinds = warehouse.execute(
            "select table_name, table_type from information_schema.tables where table_schema = 'main' order by all"
        ).fetchall()
        with pytest.raises(duckdb.ConversionException):
            warehouse.execute("from report_regions")
    assert kinds == [("int_regions", "BASE TABLE"), ("report_regions", "VIEW"), ("stg_regions", "VIEW")]


def test_rows_that_are_secret_are_not_counted(tmp_path: Path):
    write(tmp_path / "staging" / "stg_regions.sql", "-- rows: secret\n", reads="seeds.regions")
    write(tmp_path / "intermediate" / "int_regions.sql", "-- rows: secret\n", reads="stg_regions")
    write(tmp_path / "marts" / "regions.sql", "-- key: region_code\n", reads="int_regions")

    outcome = built(tmp_path)

    assert outcome.rows == {"regions": 12}


def built(folder: Path) -> Outcome:
    """The models of a folder, built of no return at all."""
    build = Build("release", datetime(2026, 1, 5, tzinfo=UTC), "0.1", returns=[], settings={"survey_minimum": 10})
    target = folder / "warehouse.duckdb"
    return build_warehouse(target, build, SEEDS, load_programme(SEEDS), load_project(folder))


def write(model: Path, tag: str = "", column: str = "region_code::varchar", *, reads: str) -> None:
    model.parent.mkdir()
    model.write_text(
        f"-- Regions.\n-- grain: one row a region\n{tag}select {column} as region_code -- the region\nfrom {reads}"
    )
