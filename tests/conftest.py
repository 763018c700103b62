"""Homes that many tests read, landed once."""

import atexit
import os
from pathlib import Path

import pytest

from tests.homes import DEMO, SAMPLES, Home, add_line, copied_definitions, story

if "PYTEST_XDIST_WORKER" in os.environ:
    # A worker has reported all by then. What DuckDB's module still refers to when it is taken down would be told in
    # forty lines that read like a failure.
    atexit.register(os._exit, 0)


@pytest.fixture(scope="session")
def first_step(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """After the first step of the story: everything is new, London's late return is refused."""
    home = Home(tmp_path_factory.mktemp("landing") / "first")
    home.put(story(1))
    home.ingest()
    return home


@pytest.fixture(scope="session")
def second_step(first_step: Home) -> Home:
    """After the second: new bytes of three returns, of which North East's are refused."""
    home = first_step.copy(first_step.path.with_name("second"))
    home.put(story(2))
    home.ingest()
    return home


@pytest.fixture(scope="session")
def wales_alone(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The first step's files and one with a malformed case reference, of which only Wales was taken in."""
    home = Home(tmp_path_factory.mktemp("landing") / "wales")
    home.put(story(1))
    home.put(SAMPLES / "defects" / "wales" / "R02-1.xlsx", "wales/malformed.xlsx")
    home.ingest("wales")
    return home


@pytest.fixture(scope="session")
def new_spelling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds in which "Perhaps" means no."""
    seeds = copied_definitions(tmp_path_factory.mktemp("spelling") / "sql") / "seeds"
    add_line(seeds / "value_spellings.csv", "answer,Perhaps,no")
    return seeds


@pytest.fixture(scope="session")
def new_heading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds in which "Something else" is a heading of the field sex."""
    seeds = copied_definitions(tmp_path_factory.mktemp("heading") / "sql") / "seeds"
    add_line(seeds / "heading_spellings.csv", "sex,Something else")
    return seeds


@pytest.fixture(scope="session")
def third_date(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds with a field more, the date "Ordered on", which may not be after the start date."""
    seeds = copied_definitions(tmp_path_factory.mktemp("date") / "sql") / "seeds"
    add_line(seeds / "fields.csv", "ordered_on,no,date,,,,,start_date")
    add_line(seeds / "heading_spellings.csv", "ordered_on,Ordered on")
    return seeds


@pytest.fixture(scope="session")
def published_demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample programme, published."""
    home = Home(tmp_path_factory.mktemp("publishing") / "demo")
    home.put(DEMO)
    home.ingest()
    home.build()
    home.publish()
    return home
