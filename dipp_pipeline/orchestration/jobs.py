"""When the assets are made: the jobs, the nightly schedule, and the sensor that sees new returns."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import dagster as dg

from dipp_pipeline.home import Home
from dipp_pipeline.programme.model import INSPECTORATE_TIME, Programme

if TYPE_CHECKING:  # Dagster has no public name for what define_asset_job returns
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHTLY_REFRESH = "nightly_refresh"


def whole_programme(programme: Programme) -> dict[str, str]:
    """The run tags that mean every region, as one range of partitions."""
    return {
        "dagster/asset_partition_range_start": programme.regions[0].slug,
        "dagster/asset_partition_range_end": programme.regions[-1].slug,
    }


def nightly_refresh(programme: Programme) -> UnresolvedAssetJobDefinition:
    """The whole job over all twelve regions."""
    return dg.define_asset_job(
        NIGHTLY_REFRESH,
        selection=dg.AssetSelection.all(),
        tags=whole_programme(programme),
        description="Take in what is new of all regions, build, test and publish.",
    )


def refresh_regions() -> UnresolvedAssetJobDefinition:
    """The whole job, over the regions that are chosen."""
    return dg.define_asset_job(
        "refresh_regions",
        selection=dg.AssetSelection.all(),
        description="Take in what is new of the chosen regions, build, test and publish.",
    )


def nightly_schedule(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Every night at two."""
    return dg.ScheduleDefinition(
        name="nightly_refresh_schedule",
        job=job,
        cron_schedule="0 2 * * *",
        execution_timezone=INSPECTORATE_TIME.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def new_returns_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Asks for a refresh when the content of the drop folder differs from what is landed."""

    @dg.sensor(name="new_returns", job=job, minimum_interval_seconds=60)
    def new_returns(home: dg.ResourceParam[Home]) -> dg.RunRequest | dg.SkipReason:
        """Compares contents, never times. Its run key names the state from which the content is new."""
        new = home.new_content()
        if not new:
            return dg.SkipReason("Nothing in the drop folder differs from what is landed.")
        versions = [[return_.return_id, return_.latest.number] for return_ in home.history().returns]
        return dg.RunRequest(run_key=hashlib.sha256(json.dumps([sorted(new.items()), versions]).encode()).hexdigest())

    return new_returns
