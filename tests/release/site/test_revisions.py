"""What was revised is told in words."""

from collections.abc import Mapping
from typing import Any

import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.site.findings import Findings
from dipp_pipeline.release.site.revisions import Revision, revision_pages
from tests.release.site.conftest import changed
from tests.release.site.html import Page

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

REVISED: Mapping[str, Any] = {
    "table_name": "regional_findings",
    "row_key": "N52|delivery_effective",
    "column_name": "percentage",
    "old_value": "46.428571428571431",
    "new_value": "48.80952380952381",
    "reason": "replaced_return",
    "since_release_id": "aaaaaaaaaaaa",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, {}),
        ({"row_key": ""}, {"of": "Nation"}),
        ({"row_key": "nation||C1"}, {"of": "Nation, C1 Assessment focuses on keeping others safe"}),
        ({"column_name": "counted_cases", "old_value": "40"}, {"figure": "Counted cases", "before": "40"}),
        ({"old_value": None}, {"before": "[x]"}),
        ({"old_value": "true"}, {"before": "true"}),
        ({"reason": "other"}, {"reason": "Other"}),
    ],
    ids=["region", "nation", "question of the nation", "count", "none before", "truth", "other reason"],
)
def test_a_revision_is_told_in_words(contents: Contents, change: Mapping[str, Any], said: Mapping[str, str]):
    table = changed(contents.tables["revisions"], [{**REVISED, **change}])

    (page,) = revision_pages(Findings(Contents(contents.marts, {**contents.tables, "revisions": table})))

    expected = {
        "table": "regional_findings",
        "of": "West Midlands, Effective work to keep others safe",
        "figure": "Percentage",
        "before": "46.43",
        "now": "48.81",
        "reason": "A return was replaced",
    }
    assert page.values["revisions"] == [Revision(**{**expected, **said})]


def test_many_revisions_are_shown_in_parts_that_have_them_all(complete: Contents, complete_pages: Mapping[str, Page]):
    parts = [page for path, page in complete_pages.items() if path.startswith("revisions")]

    assert len(parts) > 1
    assert sum(len(page.tables[0].rows) - 1 for page in parts) == complete.tables["revisions"].num_rows
    assert all("2,400 figures changed since release aaaaaaaaaaaa" in page.text for page in parts)


def test_where_nothing_was_revised_the_page_says_so(site_pages: Mapping[str, Page]):
    assert "No figure changed since the release before" in site_pages["revisions.html"].text
