"""The published database keeps what its models say: no null that is not told, no key twice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError, write_database
from dipp_pipeline.warehouse.project import load_project
from tests.homes import SAMPLES, SQL_FOLDER, Home
from tests.landing.small_returns import references, send_cases
from tests.release.contents import small_contents

FIGURES = """\
-- Figures.
-- grain: one row a level and region
-- key: level, region_code
select
    given.level::varchar as level,  -- region or nation
    given.region_code::varchar as region_code,  -- code of the region{null}
    given.figure::integer as figure  -- its figure
from landing.given as given
"""

NATION = "; null of the nation"
ROWS = [{"level": "region", "region_code": "N03", "figure": 1}, {"level": "nation", "region_code": None, "figure": 1}]

WITHOUT_PRIMARY_KEY = {
    "data_quality",  # a file under no region
    "findings_for_charts",  # the nation, as all below
    "headlines",
    "release_info",  # it has one row
    "sample_profile",
    "staff_survey_findings",
    "staffing",
}


def test_a_column_may_be_null_only_where_its_comment_says_so(tmp_path: Path):
    write_database(tmp_path / "out.duckdb", figures(tmp_path, NATION, ROWS))

    assert asked(
        tmp_path / "out.duckdb", "select column_name, is_nullable from duckdb_columns() where table_name = 'figures'"
    ) == [
        ("level", False),
        ("region_code", True),
        ("figure", False),
    ]


def test_invented_data_are_said_to_be_so_in_the_comment_of_every_table(tmp_path: Path):
    write_database(tmp_path / "out.duckdb", figures(tmp_path, NATION, ROWS, is_sample=True))

    comments = asked(tmp_path / "out.duckdb", "select comment from duckdb_tables()")
    assert ("Invented sample data: nothing follows from them. Figures.",) in comments
    assert all(comment.startswith("Invented sample data") for (comment,) in comments)


def test_a_key_that_is_never_null_is_the_primary_key(tmp_path: Path):
    write_database(tmp_path / "out.duckdb", figures(tmp_path, "", ROWS[:1]))

    keys = "select constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    assert asked(tmp_path / "out.duckdb", keys) == [(["level", "region_code"],)]


@pytest.mark.parametrize(
    ("null", "rows", "said"),
    [
        ("", ROWS, "NOT NULL constraint failed: figures.region_code"),
        ("", [ROWS[0], ROWS[0]], "(?i)duplicate key"),
        (NATION, [{**ROWS[0], "figure": None}], "NOT NULL constraint failed: figures.figure"),
        (NATION, [*ROWS, ROWS[0]], "what was written of figures is not what its model says"),
        (NATION, [*ROWS, ROWS[1]], "what was written of figures is not what its model says"),
    ],
    ids=["a null in a primary key", "a primary key twice", "a null untold", "a key twice", "a key with a null twice"],
)
def test_rows_that_are_not_what_the_model_says_are_never_published(
    tmp_path: Path, null: str, rows: Sequence[Mapping[str, object]], said: str
):
    with pytest.raises(PublicationError, match=said):
        write_database(tmp_path / "out.duckdb", figures(tmp_path, null, rows))


def test_every_table_has_its_key_as_primary_key_but_where_a_part_of_it_may_be_null():
    marts = load_project(SQL_FOLDER).marts

    assert {mart.name for mart in marts if not mart.primary_key} == WITHOUT_PRIMARY_KEY
    assert all(mart.primary_key in ([], mart.key) for mart in marts)


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("regions", [[], ["wales"], ["wales", "london"]], ids=len)
def test_a_programme_at_its_beginning_can_be_published(tmp_path: Path, regions: Sequence[str]):
    home = Home(tmp_path)
    for number, region in enumerate(regions):
        send_cases(home, f"{region}/scores.csv", references("ABC"[number], 3))
    home.put(SAMPLES / "defects" / "wales" / "R02-1.xlsx", "elsewhere.xlsx")

    home.ingest()
    home.build()
    home.publish()

    assert asked(home.database, "select regions_included from release_info") == [(len(regions),)]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_programme_with_returns_that_were_refused_can_be_published(second_step: Home, tmp_path: Path):
    home = second_step.copy(tmp_path / "home")

    home.build()
    home.publish()

    assert asked(home.database, "select sum(returns_refused) > 0 from programme_progress") == [(True,)]


def figures(folder: Path, null: str, rows: Sequence[Mapping[str, object]], **about: object) -> Contents:
    """A release of one mart with these rows."""
    (folder / "marts").mkdir()
    (folder / "marts" / "figures.sql").write_text(FIGURES.format(null=null))
    (mart,) = load_project(folder).marts
    return small_contents((mart, rows), **about)


def asked(database: Path, query: str) -> list[tuple[object, ...]]:
    """What a published file answers."""
    with duckdb.connect(str(database), read_only=True) as opened:
        return opened.execute(query).fetchall()
