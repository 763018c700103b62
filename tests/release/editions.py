"""What tests of the editions ask of a home: to refresh it without Dagster, to approve and revoke, what is public."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from dipp_pipeline import approval, pipeline
from dipp_pipeline.approval import Proposal
from tests.homes import Home

BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)

Tables = Mapping[str, list[tuple[object, ...]]]


def hours(number: float) -> datetime:
    """A moment, so many hours after the beginning."""
    return BEGUN + timedelta(hours=number)


def refresh(home: Home) -> None:
    """A whole refresh, whether something is to do or not."""
    home = home.again()
    with home.locked("a test", print):
        pipeline.ingest(home, home.all_regions)
        pipeline.build(home)
        pipeline.feedback(home)
        pipeline.publish(home)
        pipeline.publish_public(home)


def approve(home: Home, region_slug: str, begins_at: datetime | None = None) -> Proposal:
    """Approve a region as it stands; what it was said to publish."""
    home = home.again()
    region = home.programme.region_by_slug[region_slug]
    with home.locked("a test", print), approval.proposed(home, region, "head", begins_at) as (proposal, entry):
        approval.decide(home, entry)
    return proposal


def revoke(home: Home, region_slug: str) -> None:
    home = home.again()
    with home.locked("a test", print):
        approval.revoke(home, home.programme.region_by_slug[region_slug], "head")


def files(folder: Path) -> Mapping[str, bytes]:
    """All that a folder holds, by path; where the folder itself leads, too."""
    held = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {"": str(folder.resolve()).encode(), **held}


def tables(database: Path) -> Tables:
    """A published file, table by table."""
    with duckdb.connect(str(database), read_only=True) as opened:
        names = [name for (name,) in opened.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: opened.execute(f"from {name}").fetchall() for name in sorted(names)}


def asked(database: Path, query: str) -> list[tuple[object, ...]]:
    """What a published file answers."""
    with duckdb.connect(str(database), read_only=True) as opened:
        return opened.execute(query).fetchall()


def cases(home: Home) -> Mapping[object, object]:
    """Region to accepted cases in the public edition."""
    return dict(asked(home.public.database, "select region_code, cases_accepted from programme_progress"))
