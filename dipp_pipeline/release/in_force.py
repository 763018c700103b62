"""Which release readers see, and of what milestone its tables by characteristic are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dipp_pipeline.warehouse.engine import open_warehouse


def release_in_force(database: Path) -> str | None:
    """The identity of the release that readers see, or None where there is none."""
    return _about(database).get("release_id")


def milestone_in_force(database: Path) -> int | None:
    """Of how many regions the tables by characteristic are that readers see; None where they have none."""
    return _about(database).get("milestone_regions")


def _about(database: Path) -> Mapping[str, Any]:
    """What a published database says of its release."""
    if not database.exists():
        return {}
    with open_warehouse(database) as opened:
        return next(iter(opened.read("release_info")), {})
