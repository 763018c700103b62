"""What a refresh records and says of a survey of few people: nowhere how many there are."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dipp_pipeline.orchestration import assets
from dipp_pipeline.orchestration.code_location import build_definitions
from tests.end_to_end.dipp import dipp
from tests.homes import Home
from tests.landing.other_returns import posts, recommendations, responses, send_rows
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

ACCEPTED, QUARANTINED, RECEIVED = 7, 6, 13

FEWER, LOST = 4, 3
"""Of a later version, which is held."""

SURVEY = [*responses(ACCEPTED), *responses(QUARANTINED, *[{"role": "Wizard Zorabel"}] * QUARANTINED)]


def send_all(home: Home) -> None:
    """Case scores, a survey of few, staffing and recommendations, in numbers that the survey has not."""
    send_cases(home, "wales/scores.csv", references("A", 5))
    send_rows(home, "wales/staff-survey/q.csv", SURVEY)
    send_rows(home, "wales/staffing/s.csv", posts())
    send_rows(home, "wales/recommendations/r.csv", recommendations(count=2))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[dg.ExecuteInProcessResult]]:
    """Two nightly runs: the second finds a version of the survey that loses many."""
    home = Home(tmp_path_factory.mktemp("few") / "home")
    results = []
    with dg.DagsterInstance.ephemeral() as instance:
        for survey in (SURVEY, responses(FEWER)):
            send_all(home)
            send_rows(home, "wales/staff-survey/q.csv", survey)
            job = build_definitions(home).resolve_job_def("nightly_refresh")
            results.append(job.execute_in_process(instance=instance))
    return home, results


def shown(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, Any]]:
    """Every number that the run shows, and of what."""
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        where = materialization.asset_key.to_user_string()
        for name, value in materialization.metadata.items():
            if isinstance(value, dg.TableMetadataValue):
                for record in value.records:
                    yield from ((f"{where} {name} {record.data['return']} {key}", n) for key, n in record.data.items())
            else:
                yield f"{where} {name}", value.value
    for evaluation in result.get_asset_check_evaluations():
        for name, value in evaluation.metadata.items():
            yield f"{evaluation.check_name} {name}", value.value


def test_a_run_shows_of_a_survey_how_many_returns_there_are_and_nothing_of_its_rows(
    runs: tuple[Home, list[dg.ExecuteInProcessResult]],
) -> None:
    for run in runs[1]:
        of_survey = {where.split()[-1] for where, _ in shown(run) if where.startswith("staff_survey_returns")}
        assert of_survey == {"returns", "returns_read", "returns_refused", "returns_held"}
        assert not any("q.csv" in where for where, _ in shown(run))


@pytest.mark.parametrize("number", [ACCEPTED, RECEIVED])
def test_no_number_that_a_run_shows_is_that_of_the_respondents(
    runs: tuple[Home, list[dg.ExecuteInProcessResult]], number: int
) -> None:
    _, (first, _) = runs

    equal = [where for where, value in shown(first) if value == number]

    assert [
        where for where in equal if where != "staffing_returns reconciliation staffing/s.csv cells_in_headings"
    ] == []


def test_a_run_warns_that_rows_of_another_kind_are_held_back_and_not_how_many(
    runs: tuple[Home, list[dg.ExecuteInProcessResult]],
) -> None:
    _, (first, second) = runs
    checks = {evaluation.check_name: evaluation for evaluation in first.get_asset_check_evaluations()}
    held = {evaluation.check_name: evaluation for evaluation in second.get_asset_check_evaluations()}

    assert (checks[assets.NO_OTHER_PROBLEM].passed, dict(checks[assets.NO_OTHER_PROBLEM].metadata)) == (False, {})
    assert checks[assets.NO_CASE_QUARANTINED].passed
    assert (held[assets.NO_VERSION_HELD].passed, held[assets.NO_VERSION_HELD].metadata["count"].value) == (False, 1)


def test_the_sensor_tells_paths_and_no_numbers(runs: tuple[Home, list[dg.ExecuteInProcessResult]]) -> None:
    home = runs[0].copy(runs[0].path.with_name("sensed"))
    send_rows(home, "wales/staff-survey/q.csv", responses(ACCEPTED))
    sensor = build_definitions(home.again()).resolve_sensor_def("new_returns")

    asked = sensor(dg.build_sensor_context(resources={"home": home.again()}))

    assert isinstance(asked, dg.RunRequest)
    told = re.sub(r"[0-9a-f]{12,}", "", f"{asked.run_key} {asked.tags}")
    assert not re.search(rf"\b({ACCEPTED}|{RECEIVED})\b", told)


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[str]]:
    """A home on which the command was run as text, as JSON, and on a version that loses many; what it said."""
    home = Home(tmp_path_factory.mktemp("said") / "home")
    said = []
    send_all(home)
    for survey, options in (
        (SURVEY, ()),
        (SURVEY, ("--json",)),
        (responses(FEWER), ()),
        (responses(FEWER), ("--json",)),
    ):
        send_rows(home, "wales/staff-survey/q.csv", survey)
        done = dipp("refresh", "--home", home.path, *options)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout + done.stderr)
    return home, said


def test_the_refresh_does_not_say_how_many_responded(refreshed: tuple[Home, list[str]]) -> None:
    home, said = refreshed
    for text in said:
        bare = re.sub(r"[0-9a-f]{12}|\d{8}T\d{6}", "", text.replace(str(home.path), ""))
        assert not re.search(rf"\b({ACCEPTED}|{RECEIVED}|{LOST} of {ACCEPTED}|{FEWER})\b", bare), bare
    assert "Held: wales/staff-survey/q.csv, version 2, which would lose many rows." in said[2]
    assert json.loads(said[3])["held"] == [
        {
            "region_slug": "wales",
            "return_path": "staff-survey/q.csv",
            "version": 2,
            "cases_lost": None,
            "cases_in_force": None,
        }
    ]


def test_no_log_of_dagster_holds_what_a_respondent_said_or_how_many_there_are(
    refreshed: tuple[Home, list[str]],
) -> None:
    home, _ = refreshed
    files = [file for file in home.dagster.rglob("*") if file.is_file()]
    events = list(recorded(home))

    assert not any(b"Wizard Zorabel" in file.read_bytes() for file in files)
    counted = [event for event in events if "staff_survey" in event or "survey_" in event]
    assert counted, "the run records what it made of surveys"
    numbers = re.compile(rf'"(?:int_)?value": ({ACCEPTED}|{RECEIVED})\b')
    assert [event[:200] for event in counted if numbers.search(event)] == []
    logs = "".join(file.read_text("utf-8", "replace") for file in files if file.suffix in (".err", ".out"))
    assert not re.search(rf"\b({ACCEPTED}|{RECEIVED}) (rows|responses|cases|accepted|received)", logs)


def recorded(home: Home) -> Iterator[str]:
    """Every event that Dagster's databases hold."""
    for file in home.dagster.rglob("*.db"):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in database.execute(f"select * from {table}"):
                    yield " ".join(map(str, row))


def test_what_respondents_said_is_stored_in_the_restricted_folder_alone(refreshed: tuple[Home, list[str]]) -> None:
    home, _ = refreshed
    with duckdb.connect(str(home.database), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select distinct table_name from duckdb_tables()").fetchall()]
        survey = connection.execute(
            "select distinct respondents, agreeing, marker from staff_survey_findings"
        ).fetchall()

    assert not {"survey_responses", "survey_answers", "stg_survey_responses"} & set(tables)
    assert survey == [(None, None, "c")]
    elsewhere = [file for file in home.path.rglob("*.parquet") if not file.is_relative_to(home.restricted)]
    assert {file.stem for file in elsewhere} == {mart.name for mart in home.project.marts}


def test_every_model_with_a_row_a_respondent_keeps_its_number_of_rows_secret(tmp_path: Path) -> None:
    project = Home(tmp_path).project
    answers = [
        model for model in project.models if {"landing.survey_responses", "landing.survey_answers"} & {*model.reads}
    ]

    assert len(answers) == 2
    assert all(model.rows_are_secret for model in answers)
