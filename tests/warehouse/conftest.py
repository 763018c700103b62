import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER, Home, story


@pytest.fixture(scope="session")
def built_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the story's first step: three regions, a refused return, a file under no region, a clash."""
    home = Home(tmp_path_factory.mktemp("warehouse"))
    home.put(story(1))
    home.ingest()
    home.build()
    return home.warehouse


@pytest.fixture(scope="session")
def open_warehouse(built_warehouse: Path):
    """One connection to it, for tests that undo what they do."""
    with opened(built_warehouse) as connection:
        yield connection


@pytest.fixture(scope="session")
def open_milestone(published_demo: Home, tmp_path_factory: pytest.TempPathFactory):
    """The same to a copy of the sample programme's warehouse, which has reached a milestone."""
    copy = tmp_path_factory.mktemp("milestone") / "warehouse.duckdb"
    shutil.copyfile(published_demo.warehouse, copy)
    with opened(copy) as connection:
        yield connection


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a warehouse in which each view is a table, to be spoilt by itself."""
    with duckdb.connect(str(warehouse)) as connection:
        for model in load_project(SQL_FOLDER).models:
            if model.materialized == "view" and model.layer in ("intermediate", "marts"):
                connection.execute(f"create table spoilt as from {model.name}; drop view {model.name}")
                connection.execute(f"alter table spoilt rename to {model.name}")
        yield connection


@pytest.fixture
def warehouse(open_warehouse: duckdb.DuckDBPyConnection):
    """A valid warehouse to spoil: all that a test does to it is rolled back."""
    open_warehouse.begin()
    yield open_warehouse
    open_warehouse.rollback()


@pytest.fixture
def milestone(open_milestone: duckdb.DuckDBPyConnection):
    """The same of the sample programme."""
    open_milestone.begin()
    yield open_milestone
    open_milestone.rollback()
