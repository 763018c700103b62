"""Everything that Dagster shows and runs, put together for one home."""

import dagster as dg

from dipp_pipeline.house import open_house
from dipp_pipeline.intake_process import IntakeProcess
from dipp_pipeline.orchestration.assets import feedback_asset, landing_asset, model_assets, release_asset, seed_assets
from dipp_pipeline.orchestration.jobs import new_returns_sensor, nightly_refresh, nightly_schedule, refresh_regions
from dipp_pipeline.settings import Settings, dbt_like_sql
from dipp_pipeline.warehouse.project import load_project


def build_definitions(settings: Settings, intake: IntakeProcess | None = None) -> dg.Definitions:
    """The definitions for a home. An intake that was started ahead is waited for, in place of starting one.

    Raises ProgrammeError or ModelError where the reference data or the SQL contradict themselves.
    """
    house = open_house(settings)
    programme = house.programme
    project = load_project(dbt_like_sql())
    nightly = nightly_refresh(programme)
    return dg.Definitions(
        assets=[
            *seed_assets(),
            landing_asset(programme, intake),
            model_assets(project, programme),
            feedback_asset(),
            release_asset(project),
        ],
        jobs=[nightly, refresh_regions()],
        schedules=[nightly_schedule(nightly)],
        sensors=[new_returns_sensor(nightly)],
        resources={"house": house},
        executor=dg.in_process_executor,
    )
