"""The releases of an edition that are kept, and how one of them comes into force again.

Their folders sort by time. Those that readers may have open lie in releases/, older ones under restricted/.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.disclosure.fixed import settle
from dipp_pipeline.errors import DippError
from dipp_pipeline.release.edition import DATABASE, Edition
from dipp_pipeline.warehouse.engine import open_warehouse

_EMPTY = "not_started"
"""The status of a region of which a release holds nothing."""


class ReleaseLostError(DippError):
    """A release that is to be in force is not kept any more; the message says what to do."""


@dataclass(frozen=True)
class Kept:
    """A release that is kept, as it says of itself. What versions before did not say is None."""

    release_id: str
    published_at: datetime
    """UTC."""
    edition: str
    state: str
    """in_force; pinned, where refreshes hold back what would follow it; or former."""
    regions_included: int | None
    cases_inspected: int | None
    folder: Path

    def as_json(self) -> dict[str, object]:
        """Its object in `dipp releases --json`."""
        return {**asdict(self), "published_at": f"{self.published_at.isoformat()}Z", "folder": str(self.folder)}


@dataclass(frozen=True)
class Held:
    """An edition that a pin holds at a release: what refreshes build after it is not published."""

    edition: str
    release_id: str | None
    since: datetime

    def as_json(self) -> dict[str, object]:
        """Its object under `held_back` in `dipp refresh --json`."""
        return {"edition": self.edition, "release_id": self.release_id, "since": self.since.isoformat()}


def held_back(editions: Iterable[Edition]) -> Sequence[Held]:
    """Those of the editions that are held."""
    pins = [(edition, edition.pin) for edition in editions]
    return [Held(edition.name, edition.in_force, pin.since) for edition, pin in pins if pin]


def kept_folders(edition: Edition) -> Sequence[Path]:
    """The folders of its releases, the newest first."""
    places = (edition.releases, edition.former_releases)
    folders = [folder for place in places for folder in place.glob("[!.]*/") if (folder / DATABASE).exists()]
    return sorted(folders, key=lambda folder: folder.name, reverse=True)


def kept_releases(edition: Edition) -> Sequence[Kept]:
    """The same, with what each says of itself."""
    in_force = "in_force" if edition.pin is None else "pinned"
    current = edition.folder_in_force
    return [
        _kept(folder, edition, in_force if folder.name == current else "former") for folder in kept_folders(edition)
    ]


def folder_before(edition: Edition) -> Path | None:
    """The folder of the release that readers saw before the one in force, else of the next older one that is kept.

    A newer one that was taken back is neither.
    """
    current = edition.folder_in_force
    older = [folder for folder in kept_folders(edition) if current and folder.name < current]
    return next((folder for folder in older if folder.parent == edition.releases), next(iter(older), None))


def region_codes(folder: Path) -> Sequence[str]:
    """The regions of which a release holds anything."""
    with open_warehouse(folder / DATABASE) as opened:
        progress = opened.read("programme_progress", order_by=("region_code",))
    return [row["region_code"] for row in progress if row["status"] != _EMPTY]


def bring_back(edition: Edition, name: str) -> Path:
    """Have a release where readers can open it, whether it was put away or not. Raises ReleaseLostError."""
    folder, former = edition.releases / name, edition.former_releases / name
    if folder.exists():
        return folder
    if not (former / DATABASE).exists():
        raise ReleaseLostError(
            f"Release {name}, which is to be in force, is not kept any more. Restore its folder to {former} from your "
            "backup, or let the next refresh publish with dipp rollback --undo."
        )
    atomic.open_to_readers(former)  # one of an earlier version was for its owner alone
    edition.releases.mkdir(mode=atomic.FOR_EVERYONE, parents=True, exist_ok=True)
    atomic.replace(former, folder)
    return folder


def put_in_force(edition: Edition, name: str) -> None:
    """Switch an edition to a kept release, if it is another one. The one in force stays where readers have it open.

    What that one fixed is kept for good: readers saw it. Raises ReleaseLostError.
    """
    before = edition.folder_in_force
    folder = bring_back(edition, name)
    if before == name:
        return
    if edition.milestones:
        settle(edition.milestones, edition.in_force)
    atomic.switch_link(edition.published, folder)
    edition.former_releases.mkdir(parents=True, exist_ok=True)
    for other in edition.releases.glob("[!.]*/"):
        if other.name not in (name, before):
            other.rename(edition.former_releases / other.name)


def keep_pinned(edition: Edition) -> bool:
    """Whether a pin holds an edition; a rollback that was killed before it switched is finished then.

    Raises ReleaseLostError.
    """
    pin = edition.pin
    if pin:
        put_in_force(edition, pin.folder)
    return pin is not None


def _kept(folder: Path, edition: Edition, state: str) -> Kept:
    with open_warehouse(folder / DATABASE) as opened:
        (about,) = opened.read("release_info")
    return Kept(
        about["release_id"],
        about["published_at"],
        edition.name,
        state,
        about.get("regions_included"),
        about.get("cases_inspected"),
        folder,
    )
