"""The second half of the walk through the house: what is landed and in force is built, tested and published."""

from datetime import UTC, datetime

from dipp_pipeline import __version__
from dipp_pipeline.house import House
from dipp_pipeline.release.publish import Release, publish
from dipp_pipeline.settings import dbt_like_sql
from dipp_pipeline.warehouse.build import Outcome, build_warehouse
from dipp_pipeline.warehouse.project import load_project
from dipp_pipeline.warehouse.sources import Build


class UnreadError(Exception):
    """A version is not read under the definitions in force, so that what is in force cannot be told."""


def build(house: House) -> Outcome:
    """Build and test the warehouse from all that is landed and in force. Raises UnreadError, CorrectionError."""
    with house.alone():
        returns = house.history().returns
        unread = sorted({known.region_slug or "" for known in returns if known.to_read})
        if unread:
            raise UnreadError(f"Returns of {', '.join(unread)} must be read first. Run the refresh of all regions")
        house.check_corrections(house.programme.region_by_slug)
        made_from = Build(house.release_id(returns), datetime.now(UTC), __version__, returns)
        project = load_project(dbt_like_sql())
        return build_warehouse(house.settings.warehouse, made_from, dbt_like_sql(), house.programme, project)


def release(house: House) -> Release:
    """Publish the warehouse, if its tests passed. Raises PublicationError."""
    with house.alone():
        return publish(house.settings, load_project(dbt_like_sql()))
