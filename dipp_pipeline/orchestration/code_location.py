"""Everything that Dagster shows and runs, put together for one home."""

from collections.abc import Iterator

import dagster as dg

from dipp_pipeline.house import House, open_house
from dipp_pipeline.orchestration.assets import landing_asset, model_assets, release_asset, seed_assets
from dipp_pipeline.orchestration.jobs import new_returns_sensor, nightly_refresh, nightly_schedule, refresh_regions
from dipp_pipeline.programme.loading import load_programme
from dipp_pipeline.settings import Settings, dbt_like_sql, seeds
from dipp_pipeline.warehouse.models import load_project


def build_definitions(settings: Settings, house: House | None = None) -> dg.Definitions:
    """The definitions for a home. Runs open a house of their own unless one is given.

    Raises ProgrammeError or ModelError where the reference data or the SQL contradict themselves.
    """
    programme = load_programme(seeds())
    project = load_project(dbt_like_sql())
    nightly = nightly_refresh(programme)
    return dg.Definitions(
        assets=[*seed_assets(), landing_asset(programme), model_assets(project, programme), release_asset(project)],
        jobs=[nightly, refresh_regions()],
        schedules=[nightly_schedule(nightly)],
        sensors=[new_returns_sensor(nightly)],
        resources={"house": house or _house(settings)},
        executor=dg.in_process_executor,
    )


def _house(settings: Settings) -> dg.ResourceDefinition:
    @dg.resource(description="The home folder, the programme and the processes that open files.")
    def house(_: dg.InitResourceContext) -> Iterator[House]:
        with open_house(settings) as opened:
            yield opened

    return house
