"""Dagster's own web server, as `dagster dev` starts it in a clone, shows the graph and runs the nightly refresh."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, ROOT

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

LAUNCH = """mutation ($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector}) { __typename ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message } ... on RunConfigValidationInvalid { errors { message } } }
}"""

FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}


class WebPage:
    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["data"]

    def wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert process.poll() is None, "dagster dev ended"
            try:
                self.repository()
            except (urllib.error.URLError, ConnectionError, TimeoutError, LookupError):
                time.sleep(0.2)
            else:
                return
        raise AssertionError("dagster dev did not come up")

    def run(self, job: str) -> str:
        """Launch a job and wait for its end: its status."""
        location, repository = self.repository()
        selector = {"repositoryLocationName": location, "repositoryName": repository, "pipelineName": job}
        launched = self.ask(LAUNCH, selector=selector)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        for _ in range(600):
            found = self.ask(
                "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }", id=launched["run"]["runId"]
            )
            if found["runOrError"]["status"] in FINISHED:
                return str(found["runOrError"]["status"])
            time.sleep(0.2)
        raise AssertionError("the run did not end")

    def repository(self) -> tuple[str, str]:
        """The names of the one code location and its repository."""
        found = self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }")
        node = found["repositoriesOrError"]["nodes"][0]
        return node["location"]["name"], node["name"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has that `dagster dev` needs, with the sample returns in its default home."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("workspace.yaml", "dagster.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(DEMO_RETURNS, folder / "dipp_home" / "incoming")
    return folder


@pytest.fixture(scope="module")
def page(clone: Path) -> Iterator[WebPage]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DIPP_", "DAGSTER_", "PYTHON"))
    }
    command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port)]
    with (clone / "dagster.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        served = WebPage(port)
        served.wait_until_up(process)
        yield served
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def test_the_asset_graph_shows_every_stage_with_its_columns(page: WebPage) -> None:
    nodes = page.ask("{ assetNodes { assetKey { path } groupName isPartitioned dependencyKeys { path } } }")[
        "assetNodes"
    ]

    by_name = {"/".join(node["assetKey"]["path"]): node for node in nodes}
    assert by_name["case_scores"]["isPartitioned"]
    assert {"path": ["case_scores"]} in by_name["stg_cases"]["dependencyKeys"]
    assert {"path": ["regional_findings"]} in by_name["dipp_findings"]["dependencyKeys"]
    assert {node["groupName"] for node in nodes} == {
        "seeds",
        "landing",
        "staging",
        "feedback",
        "intermediate",
        "marts",
        "reports",
        "publication",
    }


def test_the_nightly_refresh_is_scheduled_and_runs_by_default(page: WebPage) -> None:
    location, repository = page.repository()
    schedules = page.ask(
        "query ($selector: RepositorySelector!) { schedulesOrError(repositorySelector: $selector) { ... on Schedules {"
        " results { cronSchedule executionTimezone pipelineName scheduleState { status } } } } }",
        selector={"repositoryLocationName": location, "repositoryName": repository},
    )["schedulesOrError"]["results"]

    assert schedules == [
        {
            "cronSchedule": "0 2 * * *",
            "executionTimezone": "Europe/London",
            "pipelineName": "nightly_refresh",
            "scheduleState": {"status": "RUNNING"},
        }
    ]


def test_the_nightly_refresh_launched_from_the_page_publishes(page: WebPage, clone: Path) -> None:
    status = page.run("nightly_refresh")

    assert status == "SUCCESS", (clone / "dagster.log").read_text()
    with duckdb.connect(str(clone / "dipp_home" / "published" / "dipp_findings.duckdb"), read_only=True) as connection:
        assert connection.execute("select cases_inspected from release_info").fetchone() == (332,)
