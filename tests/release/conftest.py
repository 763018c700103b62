"""The sample programme, landed, built and published once. A test that changes it makes a copy of it."""

from pathlib import Path

import duckdb
import pytest

from tests.homes import Home


@pytest.fixture
def home(published_demo: Home, tmp_path: Path) -> Home:
    """A copy of it, to be changed."""
    return published_demo.copy(tmp_path / "home")


@pytest.fixture(scope="session")
def findings(published_demo: Home):
    """The published database, open for reading."""
    with duckdb.connect(str(published_demo.database), read_only=True) as connection:
        yield connection
