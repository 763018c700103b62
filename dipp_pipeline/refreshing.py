"""The command `dipp refresh`: stop where nothing is new, else run the job in Dagster, and say what came of it."""

import gc
from dataclasses import asdict, dataclass
from pathlib import Path

from dipp_pipeline.house import open_house
from dipp_pipeline.intake_process import IntakeProcess
from dipp_pipeline.reports.status import Held, Summary, summarise, summarise_returns
from dipp_pipeline.settings import Settings


@dataclass(frozen=True)
class Refreshed:
    """What came of a refresh."""

    summary: Summary | None
    """Of the release in force; of the warehouse where publication failed; None where there is neither."""
    database: Path
    unchanged: int
    """Returns that the run did not need to read."""
    changed: bool
    """Whether it made a new release."""
    error: str | None
    """Why publication failed, or None."""
    held: tuple[Held, ...]
    """Versions that wait for acceptance."""
    feedback: Path | None
    """Where the marked-up returns are, if there are any."""

    def as_json(self) -> dict[str, object]:
        """The document of `dipp refresh --json`."""
        summary = self.summary
        return {
            "published": self.database.exists(),
            "changed": self.changed,
            "release_id": summary.release_id if summary else None,
            "returns": {
                "received": summary.returns_received if summary else 0,
                "unchanged": self.unchanged,
                "refused": summary.returns_refused if summary else 0,
            },
            "cases": summary.cases
            if summary
            else dict.fromkeys(("received", "accepted", "quarantined", "identical_dropped"), 0),
            "issues": summary.issues if summary else {},
            "database": str(self.database),
            "held": list(map(asdict, self.held)),
        }


def refresh_home(settings: Settings, debug: bool = False) -> Refreshed:
    """Refresh a home. A run that finds nothing new stops before Dagster is started."""
    house = open_house(settings)
    if house.nothing_new():
        standing = summarise(settings.database)
        unchanged = standing.returns_received
        return Refreshed(standing, settings.database, unchanged, False, None, *_for_the_data_team(settings))
    gc.disable()  # this process ends in seconds; looking for cycles would be a tenth of its time
    intake = IntakeProcess(settings, house.programme.region_by_slug, debug)
    from dipp_pipeline.orchestration.refresh import run_refresh

    run = run_refresh(house, intake, debug)
    database = settings.warehouse if run.error else settings.database
    summary = summarise(database) if database.exists() else None
    unchanged = summary.returns_received - run.returns_read if summary else 0
    return Refreshed(summary, settings.database, unchanged, run.changed, run.error, *_for_the_data_team(settings))


def _for_the_data_team(settings: Settings) -> tuple[tuple[Held, ...], Path | None]:
    """Which versions are held, and where the marked-up returns are."""
    marked_up = next(settings.feedback.rglob("*.xlsx"), None)
    return summarise_returns(settings.warehouse).held, settings.feedback if marked_up else None
