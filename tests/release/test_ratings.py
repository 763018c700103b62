"""No text of a release rates a region or a measure, in whatever form, nor says that it does not."""

import re
from collections.abc import Iterator

import pytest

from dipp_pipeline.release.database import read_tables
from dipp_pipeline.release.edition import DATABASE
from dipp_pipeline.release.forms import write_forms
from dipp_pipeline.release.texts import texts_of, texts_of_table
from tests.homes import Home
from tests.release.contents import contents_of, with_rows

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

RATINGS = re.compile(r"\b(outstanding|good|requires improvement|inadequate)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def release(published_demo: Home, tmp_path_factory: pytest.TempPathFactory):
    """The sample programme in every form, but for the texts of recommendations, which are quoted."""
    contents = contents_of(published_demo.warehouse)
    quoted = [row | {"text": "Quoted."} for row in contents.rows("recommendations")]
    folder = tmp_path_factory.mktemp("ratings") / "release"
    folder.mkdir()
    write_forms(folder, with_rows(contents, "recommendations", quoted))
    return folder


def test_no_file_of_a_release_has_a_word_of_rating(release):
    files = [file for file in release.rglob("*") if file.is_file() and file.name != DATABASE]

    found = {(file.name, text[:200]) for file in files for text in texts_of(file) if RATINGS.search(text)}

    assert len(files) > 100
    assert found == set()


def test_no_table_or_comment_of_the_database_has_a_word_of_rating(release):
    assert {text for text in texts_of_database(release / DATABASE) if RATINGS.search(text)} == set()


def texts_of_database(file) -> Iterator[str]:
    for table in read_tables(file):
        yield table.description
        yield from (column.description for column in table.columns)
        yield from texts_of_table(table.rows)
