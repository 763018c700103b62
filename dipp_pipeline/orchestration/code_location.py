"""Everything that Dagster shows and runs, put together for one home."""

from collections.abc import Iterator

import dagster as dg

from dipp_pipeline.home import Home
from dipp_pipeline.orchestration.assets import (
    feedback_asset,
    model_assets,
    public_asset,
    release_asset,
    report_assets,
    seed_assets,
)
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.orchestration.jobs import new_returns_sensor, nightly_refresh, nightly_schedule, refresh_regions
from dipp_pipeline.orchestration.landed import landed_assets
from dipp_pipeline.warehouse.sources import source_columns


def build_definitions(home: Home, refresh: Refresh | None = None) -> dg.Definitions:
    """The definitions for a home. A run waits for the home and locks it, unless a refresh that has it is given.

    Raises ProgrammeError or ModelError where the reference data or the SQL contradict themselves.
    """
    nightly = nightly_refresh(home.programme)
    return dg.Definitions(
        assets=[
            *seed_assets(home.seeds),
            *landed_assets(home.programme),
            model_assets(home.project, source_columns(home.seeds, home.programme), home.programme),
            *report_assets(home.project, home.programme),
            feedback_asset(home.programme),
            release_asset(home.project),
            public_asset(home.programme),
        ],
        jobs=[nightly, refresh_regions()],
        schedules=[nightly_schedule(nightly)],
        sensors=[new_returns_sensor(nightly)],
        resources={"home": home, "refresh": refresh or _refresh_of(home)},
        executor=dg.in_process_executor,
    )


def _refresh_of(home: Home) -> dg.ResourceDefinition:
    """A refresh of the home, which is locked from the first step of a run to the last."""

    @dg.resource(description="The home, locked for the run.")
    def locked(context: dg.InitResourceContext) -> Iterator[Refresh]:
        home.check_drop_folder()
        tell = context.log.info if context.log else print
        purpose = f"Dagster run {context.run.run_id}" if context.run else "Dagster"
        with home.locked(purpose, tell) as lock:
            refresh = Refresh(home, lock)
            try:
                yield refresh
            finally:
                refresh.stop()

    return locked
