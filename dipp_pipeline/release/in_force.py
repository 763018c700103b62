"""Which release readers see, and of what milestone its tables by characteristic are."""

from pathlib import Path

from dipp_pipeline.warehouse.engine import open_warehouse


def release_in_force(database: Path) -> str | None:
    """The identity of the release that readers see, or None where there is none."""
    if not database.exists():
        return None
    with open_warehouse(database) as opened:
        return next((str(row["release_id"]) for row in opened.read("release_info")), None)


def milestone_in_force(database: Path) -> int | None:
    """Of how many regions the tables by characteristic are that readers see; None where they have none."""
    if not database.exists():
        return None
    with open_warehouse(database) as opened:
        return next((row.get("milestone_regions") for row in opened.read("release_info")), None)
