"""Run the whole job in this process, recorded in the home's Dagster instance like any other run."""

import shutil
from dataclasses import dataclass

import dagster as dg

from dipp_pipeline.house import House
from dipp_pipeline.intake_process import IntakeProcess
from dipp_pipeline.orchestration.assets import CASE_SCORES, FINDINGS
from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.orchestration.jobs import NIGHTLY_REFRESH
from dipp_pipeline.settings import Settings, dagster_yaml


@dataclass(frozen=True)
class RefreshRun:
    """What a run did."""

    returns_read: int
    changed: bool
    """Whether it made a new release."""
    error: str | None
    """Why it failed, or None."""


def prepare_dagster_home(settings: Settings) -> None:
    """Make the folder of the Dagster instance, with its configuration, if it is not there."""
    settings.dagster_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (settings.dagster_home / "dagster.yaml").exists():
        shutil.copyfile(dagster_yaml(), settings.dagster_home / "dagster.yaml")


def run_refresh(house: House, intake: IntakeProcess, debug: bool = False) -> RefreshRun:
    """Run the nightly job now, on an intake that was started. With `debug`, errors are raised and the log is shown."""
    prepare_dagster_home(house.settings)
    job = build_definitions(house.settings, intake).resolve_job_def(NIGHTLY_REFRESH)
    with dg.DagsterInstance.from_config(str(house.settings.dagster_home)) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=debug,
            run_config={"loggers": {"console": {"config": {"log_level": "DEBUG" if debug else "CRITICAL"}}}},
        )
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    shown = {materialization.asset_key: materialization.metadata for materialization in made}
    return RefreshRun(
        returns_read=int(str(shown[CASE_SCORES]["returns_read"].value)) if CASE_SCORES in shown else 0,
        changed=bool(shown[FINDINGS]["changed"].value) if FINDINGS in shown else False,
        error=None if result.success else _why(result),
    )


def _why(result: dg.ExecuteInProcessResult) -> str:
    """The message of the first error behind the run's failure."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error and error.cause:
                error = error.cause
            if error:
                return error.message.strip().partition(": ")[2] or error.message.strip()
    return "The run failed before any step."
