"""Take an edition back to a release that is kept, and hold there what refreshes make until that is undone."""

from collections.abc import Sequence
from pathlib import Path

from dipp_pipeline.errors import DippError
from dipp_pipeline.home import Home
from dipp_pipeline.release.edition import DATABASE, Edition
from dipp_pipeline.release.kept import (
    Kept,
    bring_back,
    folder_before,
    kept_folders,
    kept_releases,
    put_in_force,
    region_codes,
)
from dipp_pipeline.release.publish import adopt
from dipp_pipeline.warehouse.engine import open_warehouse

_ASKED_FOR = ("programme_progress", "data_quality")
"""The tables of the release in force of which every column is read, by each refresh."""


class RollbackError(DippError):
    """An edition cannot be taken back, or that cannot be undone; the message says why."""


class UnknownReleaseError(DippError):
    """No release is called so, or more than one; the message says which there are."""


def releases(home: Home) -> Sequence[Kept]:
    """The releases of both editions that are kept, the newest first."""
    kept = [*kept_releases(home.internal), *kept_releases(home.public)]
    return sorted(kept, key=lambda release: (release.published_at, release.folder.name), reverse=True)


def roll_back(home: Home, edition: Edition, wanted: str | None) -> Edition:
    """Put a kept release in force and pin it: one that is named, of whatever edition that is, else the one before.

    The home is locked. Gives the edition that the release is of. Raises UnknownReleaseError, RollbackError.
    """
    for either in (home.internal, home.public):
        if _is_published(either):
            adopt(either)
    if wanted is not None:
        edition, folder = _find(home, wanted)
        _check_published(edition)
    else:
        _check_published(edition)
        before = folder_before(edition)
        if before is None:
            raise RollbackError(f"No older release of the {edition.name} edition is kept than the one in force.")
        folder = before
    _check_readable(home, folder)
    _check_approved(home, edition, folder)
    bring_back(edition, folder.name)
    edition.pin_at(folder.name, home.clock())  # first, so that a switch that is missing can be made afterwards
    put_in_force(edition, folder.name)
    return edition


def undo(edition: Edition) -> None:
    """Let the next refresh publish again. Raises RollbackError where it would anyway."""
    if edition.pin is None:
        raise RollbackError(f"The {edition.name} edition is not held back, so that there is nothing to undo.")
    edition.lift_pin()


def _find(home: Home, wanted: str) -> tuple[Edition, Path]:
    """The release whose id or folder is called or begins so, and its edition."""
    kept = [(edition, folder) for edition in (home.internal, home.public) for folder in kept_folders(edition)]
    called = [one for one in kept if wanted in _names(one[1])]
    found = called or [one for one in kept if any(name.startswith(wanted) for name in _names(one[1]))]
    if len(found) == 1 and wanted:
        return found[0]
    if not kept:
        raise UnknownReleaseError("No release is kept yet.")
    there_are = ", ".join(f"{folder.name} ({edition.name})" for edition, folder in found or kept)
    how = "is more than one release" if found else "is no release that is kept"
    raise UnknownReleaseError(f'"{wanted}" {how}. Name one of: {there_are}.')


def _names(folder: Path) -> tuple[str, str]:
    return folder.name.rpartition("-")[2], folder.name


def _is_published(edition: Edition) -> bool:
    return edition.published.is_symlink() or edition.published.is_dir()


def _check_published(edition: Edition) -> None:
    if not _is_published(edition):
        raise RollbackError(f"Nothing of the {edition.name} edition is published, so that nothing can be taken back.")


def _check_readable(home: Home, folder: Path) -> None:
    """Raise RollbackError where this version could not say of a release what stands in it, once it is in force."""
    with open_warehouse(folder / DATABASE) as opened:
        there = {table: set(opened.table(table).column_names) for table in _ASKED_FOR}
    lacks = [
        f"{table}.{column.name}"
        for table in _ASKED_FOR
        for column in home.project.model_by_name[table].columns
        if column.name not in there[table]
    ]
    if lacks:
        raise RollbackError(
            f"Release {folder.name} was published by a version of the pipeline whose tables this one cannot read: it "
            f"lacks {', '.join(lacks)}. Name a later one."
        )


def _check_approved(home: Home, edition: Edition, folder: Path) -> None:
    """Raise RollbackError where a release would show others a region that is not approved now."""
    if edition.name != home.public.name:
        return
    approved = {home.programme.region_by_slug[copy.region_slug].code for copy in home.approved()}
    names = {region.code: region.name for region in home.programme.regions}
    others = [names.get(code, code) for code in region_codes(folder) if code not in approved]
    if others:
        raise RollbackError(
            f"Release {folder.name} holds {', '.join(others)}, not approved for the public edition now. "
            "Name one that does not."
        )
