"""Returns of other kinds beside case scores: what they leave as it was, and what stays whole whatever happens."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, DIPP, all_published, dipp, published, refresh
from tests.homes import Home
from tests.landing.other_returns import posts, recommendations, responses, send_rows
from tests.landing.small_returns import references, send_cases
from tests.processes import ended, running_in_session, start, wait_until
from tests.samples.make_other_kinds import FOLDERS

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

OF_OTHER_KINDS = {"staff_survey_findings", "staffing", "recommendations", "recommendation_progress", "follow_up"}

PROGRESS = (
    "region_code, region_name, status, returns_received, returns_refused, cases_received, cases_accepted, "
    "cases_quarantined, cases_published, returns_held"
)
RECEIVED = ["staff_survey_received", "staffing_received", "recommendations_received"]


@pytest.fixture(scope="module")
def case_scores_alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The sample programme without its other returns, refreshed, and what that said."""
    home = tmp_path_factory.mktemp("alone") / "home"
    shutil.copytree(DEMO_RETURNS, home / "incoming", ignore=shutil.ignore_patterns(*FOLDERS))
    return home, refresh(home)


def without_paths(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("database", "release_id", "changed")}


def test_every_table_of_case_scores_is_the_same_with_and_without_other_kinds(
    sample_programme: Path, case_scores_alone: tuple[Path, dict[str, Any]]
) -> None:
    alone, together = all_published(case_scores_alone[0]), all_published(sample_programme)

    apart = {"programme_progress", "data_quality"}
    assert alone.keys() == together.keys()
    assert [table for table in alone if table not in OF_OTHER_KINDS | apart and alone[table] != together[table]] == []
    assert [table for table in OF_OTHER_KINDS if alone[table] or not together[table]] == []
    assert published(case_scores_alone[0], "programme_progress", [PROGRESS]) == published(
        sample_programme, "programme_progress", [PROGRESS]
    )


def test_the_refresh_counts_case_scores_alone(
    sample_programme: Path, case_scores_alone: tuple[Path, dict[str, Any]]
) -> None:
    home, said = case_scores_alone

    again, together = refresh(home), refresh(sample_programme)

    assert without_paths(together) == without_paths(again)
    assert again["returns"]["unchanged"] == said["returns"]["received"]
    assert without_paths(said) | {"returns": {}} == without_paths(together) | {"returns": {}}


def test_the_quality_of_case_scores_is_what_it_is_without_the_others(
    sample_programme: Path, case_scores_alone: tuple[Path, dict[str, Any]]
) -> None:
    columns = ["region_code", "rule_code", "case_score_occurrences", "occurrences"]
    together = published(sample_programme, "data_quality", columns)

    of_cases = [row[:3] for row in together if row[2]]
    assert of_cases == [row[:3] for row in published(case_scores_alone[0], "data_quality", columns)]
    assert any(occurrences > of_case_scores for *_, of_case_scores, occurrences in together)


def test_the_status_says_which_kinds_each_region_has_sent(
    sample_programme: Path, case_scores_alone: tuple[Path, dict[str, Any]]
) -> None:
    for home, expected in ((sample_programme, 5), (case_scores_alone[0], 0)):
        regions = json.loads(dipp("status", "--home", home, "--json").stdout)["regions"]
        assert {type(region[name]) for region in regions for name in RECEIVED} == {bool}
        assert [sum(region[name] for region in regions) for name in RECEIVED] == [expected] * 3


def test_a_strict_refresh_minds_the_rows_of_other_kinds(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 3))
    send_rows(home, "wales/staffing/s.csv", posts({"in_post_fte": "lots"}))

    strict = dipp("refresh", "--home", home.path, "--strict", "--json")

    assert strict.returncode == 3
    document = json.loads(strict.stdout)
    assert (document["issues"], document["cases"]["quarantined"]) == ({}, 0)

    send_rows(home, "wales/staffing/s.csv", posts())

    assert dipp("refresh", "--home", home.path, "--strict").returncode == 0


def test_what_is_accepted_and_withdrawn_is_called_what_it_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    send_rows(home, "wales/recommendations/r.csv", recommendations())
    refresh(home.path)
    send_rows(home, "wales/recommendations/r.csv", recommendations(count=2))
    refresh(home.path)

    accepted = dipp("accept", "wales", "recommendations/r.csv", "--home", home.path)
    refresh(home.path)
    withdrawn = dipp("withdraw", "wales", "recommendations/r.csv", "--home", home.path)

    assert "and 3 of the 5 recommendations of the version before leave the findings" in accepted.stdout
    assert "its 2 accepted recommendations leave the findings" in withdrawn.stdout


def test_another_minimum_makes_another_release_and_reads_nothing_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    send_rows(home, "wales/staff-survey/q.csv", responses(7))
    first = refresh(home.path)
    landed = {file: file.stat().st_mtime_ns for file in home.landing.rglob("*.parquet")}
    marked = ["region_code", "statement_code", "respondents", "marker"]
    assert ("N03", "S1", None, "c") in published(home.path, "staff_survey_findings", marked)

    (home.path / "dipp.toml").write_text("survey_minimum = 7\n")
    second, third = refresh(home.path), refresh(home.path)

    assert (second["changed"], third["changed"]) == (True, False)
    assert second["release_id"] != first["release_id"]
    assert ("N03", "S1", 7, None) in published(home.path, "staff_survey_findings", marked)
    assert {file: file.stat().st_mtime_ns for file in home.landing.rglob("*.parquet")} == landed

    by_environment = dipp("refresh", "--home", home.path, DIPP_SURVEY_MINIMUM="8")

    assert by_environment.returncode == 0
    assert ("N03", "S1", None, "c") in published(home.path, "staff_survey_findings", marked)


@pytest.mark.parametrize("minimum", ["0", "1"])
def test_a_minimum_that_would_let_one_person_be_told_is_refused(tmp_path: Path, minimum: str) -> None:
    (tmp_path / "incoming").mkdir()

    done = dipp("refresh", "--home", tmp_path, DIPP_SURVEY_MINIMUM=minimum)

    assert done.returncode == 1
    assert done.stderr == (
        f'Error: The setting survey_minimum is "{minimum}" (from DIPP_SURVEY_MINIMUM). Give a whole number from 2 to '
        "10000.\n"
    )


MOMENTS: dict[str, Callable[[Home], object]] = {
    "while returns are read": lambda home: list(home.landing.glob("*/*/return.json")),
    "while staffing is landed": lambda home: list(home.landing.rglob("staffing.parquet")),
    "while models are built": lambda home: list(home.restricted.glob(".aside-*/warehouse.duckdb")),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_refresh_of_all_kinds_that_is_killed_is_completed_by_the_next(
    sample_programme: Path, tmp_path: Path, moment: str
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(DEMO_RETURNS, home.incoming)
    refreshing = start(DIPP, "refresh", "--home", home.path)
    wait_until(lambda: MOMENTS[moment](home) or refreshing.poll() is not None)

    os.kill(refreshing.pid, signal.SIGKILL)

    assert ended(refreshing)[0] == -signal.SIGKILL
    wait_until(lambda: not running_in_session(refreshing.pid))
    assert refresh(home.path)["changed"]
    assert all_published(home.path) == all_published(sample_programme)
    assert list(home.path.rglob(".aside-*")) == []
