"""The command `dipp refresh`: stop where nothing is to do, else run the job in Dagster, and say what came of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.home import Home, Lock
from dipp_pipeline.orchestration.ingest import Refresh
from dipp_pipeline.release.kept import Held, held_back
from dipp_pipeline.reports.status import HeldVersion, Summary, held_versions, summarise, unsafe_milestone
from dipp_pipeline.warehouse.engine import WarehouseError


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
    error: Exception | None
    """Why publication failed, or None."""
    held: tuple[HeldVersion, ...]
    """Versions that wait for acceptance."""
    feedback: Path | None
    """Where the marked-up returns are, if there are any."""
    public: Summary | None
    """Of the public edition in force, if there is one."""
    unsafe: str | None
    """Why the tables by characteristic could not be fixed at the milestone that is due, or None."""
    held_back: Sequence[Held]
    """The editions that are pinned to a release that they were taken back to."""

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
            "held_back": [held.as_json() for held in self.held_back],
        }


def refresh_home(home: Home, lock: Lock, debug: bool = False) -> Refreshed:
    """Refresh a home that is locked. Where nothing is to do, Dagster is not even started."""
    if home.nothing_to_do():
        in_force = summarise(home.database)
        return Refreshed(in_force, home.database, in_force.returns_received, False, None, *_for_the_data_team(home))
    changed, error = False, None
    refresh = Refresh(home, lock)
    try:
        changed, error = _run(refresh, debug)
    except DippError as fault:
        if debug:
            raise
        error = fault
    finally:
        refresh.stop()
    database = home.warehouse if error else home.database
    summary = summarise(database) if database.exists() else None
    received, read = summary.returns_received if summary else 0, refresh.returns_read
    unchanged = received if read is None else sum(map(home.is_counted, home.history().returns)) - read
    return Refreshed(summary, home.database, unchanged, changed, error, *_for_the_data_team(home))


def _run(refresh: Refresh, debug: bool) -> tuple[bool, Exception | None]:
    """Run the job in Dagster, which is imported while returns are read: whether a release was made, or why not."""
    with machine_faults_told():
        refresh.start_ingest(refresh.home.programme.region_by_slug)
        from dipp_pipeline.orchestration.refresh import run_refresh

        run = run_refresh(refresh, debug)
    return run.changed, run.error


def _for_the_data_team(
    home: Home,
) -> tuple[tuple[HeldVersion, ...], Path | None, Summary | None, str | None, Sequence[Held]]:
    """Which versions are held, where the marked-up returns are, what is public, and what could not be protected.

    Also which editions are held back.
    """
    marked_up = next(home.feedback.rglob("*.xlsx"), None)
    try:
        held, unsafe = held_versions(home.warehouse), unsafe_milestone(home.warehouse)
    except WarehouseError:  # another version built it, and the run failed before it was built anew
        held, unsafe = (), None
    public = summarise(home.public.database) if home.public.database.exists() else None
    return held, home.feedback if marked_up else None, public, unsafe, held_back([home.internal, home.public])
