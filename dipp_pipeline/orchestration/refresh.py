"""Run the whole job in this process, recorded in the home's Dagster instance like any other run."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from sqlalchemy.exc import DBAPIError

from dipp_pipeline.errors import DippError, MachineError
from dipp_pipeline.home import Home
from dipp_pipeline.orchestration.assets import FINDINGS
from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.orchestration.event_log import OpenEventLog
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.orchestration.jobs import NIGHTLY_REFRESH
from dipp_pipeline.settings import shipped


@dataclass(frozen=True)
class RefreshRun:
    """What a run did."""

    changed: bool
    """Whether it made a new release."""
    error: Exception | None
    """Why it failed, or None."""


def prepare_dagster_home(home: Home) -> None:
    """Make the folder of the Dagster instance, with its configuration, if it is not there."""
    home.dagster.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home.dagster / "dagster.yaml").exists():
        shutil.copyfile(shipped("dagster.yaml"), home.dagster / "dagster.yaml")


def run_refresh(refresh: Refresh, debug: bool = False) -> RefreshRun:
    """Run the nightly job now, on a home that is locked. With `debug`, errors are raised and the log is shown.

    Raises MachineError where Dagster's history cannot be used, and KeyboardInterrupt where the run was stopped, once
    Dagster has noted it.
    """
    job = build_definitions(refresh.home, refresh).resolve_job_def(NIGHTLY_REFRESH)
    with _history_faults_told(refresh.home), _instance(refresh.home) as instance:
        try:
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=debug,
                run_config={"loggers": {"console": {"config": {"log_level": "DEBUG" if debug else "CRITICAL"}}}},
            )
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
    if _is_stopped(result):
        raise KeyboardInterrupt
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    shown = {materialization.asset_key: materialization.metadata for materialization in made}
    return RefreshRun(
        changed=bool(shown[FINDINGS]["changed"].value) if FINDINGS in shown else False,
        error=None if result.success else _why(result),
    )


def _instance(home: Home) -> dg.DagsterInstance:
    """The home's instance. What steps print stays here: no step of ours prints, and to capture it takes processes.

    Where Dagster keeps its history as it does by itself, the event log stays open during the run.
    """
    prepare_dagster_home(home)
    folder = str(home.dagster)
    overrides = {"compute_logs": _class(NoOpComputeLogManager)}
    default = InstanceRef.config_defaults(folder)
    if InstanceRef.from_dir(folder).storage_data == default["storage"] and (log := default["event_log_storage"]):
        overrides["event_log_storage"] = _class(OpenEventLog, log.config_dict)
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(folder, overrides=overrides))


def _class(kind: type, config: Mapping[str, object] | None = None) -> Mapping[str, object]:
    """A class as Dagster's configuration names one."""
    return {"module": kind.__module__, "class": kind.__name__, "config": config or {}}


@contextmanager
def _history_faults_told(home: Home) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise MachineError(
            f"Dagster's history in {home.dagster} cannot be read or written ({error.orig}). Look whether the disk is "
            "full or another process has it open, and run it again. If it is broken, move that folder away: nothing "
            "but the history of runs is in it."
        ) from error


def _is_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a run was stopped: in a step, or between two."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    errors += [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    stopped = {DagsterExecutionInterruptedError.__name__, KeyboardInterrupt.__name__}
    return any(error is not None and error.cls_name in stopped for error in errors)


def _why(result: dg.ExecuteInProcessResult) -> Exception:
    """The first error behind the run's failure: advice for a person, or what nobody foresaw."""
    advice = _names_of_advice(DippError)
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error and error.cls_name not in advice and error.cause:
                error = error.cause
            if error:
                message = error.message.strip().partition(": ")[2] or error.message.strip()
                return DippError(message) if error.cls_name in advice else RuntimeError(f"{error.cls_name}: {message}")
    return RuntimeError("The run failed before any step.")


def _names_of_advice(kind: type[DippError]) -> set[str]:
    return {kind.__name__}.union(*map(_names_of_advice, kind.__subclasses__()))
