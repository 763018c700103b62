"""A release: what the marts say of a warehouse whose tests all passed, in a folder of its own, switched in at once.

published -> releases/20260226T020512-0a1b2c3d4e5f       the release in force: a relative symbolic link
releases/                                                it, and the one before it, which somebody may still read
restricted/releases/                                     former ones

The public edition has the like: public, public-releases/ and restricted/public-releases/.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.disclosure.fixed import set_down, settle
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.edition import DATABASE, Edition
from dipp_pipeline.release.kept import bring_back, keep_pinned
from dipp_pipeline.warehouse.build import recorded_outcome
from dipp_pipeline.warehouse.engine import open_warehouse
from dipp_pipeline.warehouse.project import Project


@dataclass(frozen=True)
class Release:
    """The release that is in force after publication."""

    release_id: str
    changed: bool
    """Whether this publication made it."""
    held_back: bool = False
    """Whether it is pinned, so that what was built is not published."""


def publish(edition: Edition, project: Project, kept: int, selection: str = "") -> Release:
    """Publish an edition's warehouse as it stands, unless its release is in force already or the edition is pinned.

    Raises PublicationError, ReleaseLostError.

    Of former releases so many are kept. `selection` is the identity of what the edition was to be built from, where
    that is not all.
    """
    published, releases, former = edition.published, edition.releases, edition.former_releases
    with open_warehouse(edition.warehouse) as opened:
        outcome = recorded_outcome(opened)
        built_from = opened.read("landing.release_returns")
        contents = Contents(project.marts, {mart.name: opened.table(mart.name) for mart in project.marts})
    _check_tests(outcome.failed_tests, set(outcome.wrong_rows), project, edition)
    adopt(edition)
    if keep_pinned(edition):
        return Release(edition.in_force or "", changed=False, held_back=True)
    edition.lift_pin()  # one that does not hold any more
    if edition.in_force == outcome.release_id:
        if edition.selection != selection:  # the record was lost
            edition.remember(outcome.release_id, selection, built_from)
        return Release(outcome.release_id, changed=False)
    folder = releases / release_name(outcome.release_id, contents.about["published_at"])
    if (former / folder.name).exists():  # it was published before, and taken back
        bring_back(edition, folder.name)
    if not folder.exists():  # else a publication was killed just before the switch
        _write(folder, contents)
    edition.remember(outcome.release_id, selection, built_from)
    _put_away(releases, former, {folder.name, published.resolve().name}, kept)
    if edition.milestones and outcome.fixed:
        set_down(edition.milestones, outcome.fixed)
    atomic.switch_link(published, folder)
    if edition.milestones:
        settle(edition.milestones, outcome.release_id)
    return Release(outcome.release_id, changed=True)


def take_away(edition: Edition) -> None:
    """Leave readers without this edition: what was published of it goes to the former releases.

    Its warehouse goes altogether: what it was built from is not kept for it any more.
    """
    edition.lift_pin()
    edition.warehouse.unlink(missing_ok=True)
    if edition.published.is_dir():
        adopt(edition)
    edition.published.unlink(missing_ok=True)
    if edition.releases.is_dir():
        edition.former_releases.mkdir(parents=True, exist_ok=True)
        for folder in edition.releases.iterdir():
            folder.rename(edition.former_releases / folder.name)
        edition.releases.rmdir()


def _write(folder: Path, contents: Contents) -> None:
    from dipp_pipeline.release.forms import write_forms  # only now: what writes and reads workbooks is slow to import

    with atomic.new_folder(folder, atomic.FOR_EVERYONE) as aside:
        write_forms(aside, contents)


def release_name(release_id: str, published_at: datetime) -> str:
    """What the folder of a release is called: by its name releases sort by time."""
    return f"{published_at:%Y%m%dT%H%M%S}-{release_id}"


def _check_tests(failed: Sequence[str], run: set[str], project: Project, edition: Edition) -> None:
    missing = sorted({test.name for test in project.tests} - run)
    if failed:
        raise PublicationError(
            f"{edition.unchanged}, since these tests found wrong rows: {', '.join(failed)}. Their checks in Dagster "
            "say what they test; look at the rows before anything else."
        )
    if missing:
        raise PublicationError(
            f"{edition.unchanged}, since these tests were not run: {', '.join(missing)}. Build the warehouse again."
        )


def _put_away(releases: Path, former: Path, staying: set[str], kept: int) -> None:
    """Move releases that nobody reads any more to the former ones, and of these leave the latest few.

    Counted among those that are kept are the one that is about to be in force and the one before it.
    """
    former.mkdir(parents=True, exist_ok=True)
    for folder in releases.iterdir():
        if folder.name not in staying:
            folder.rename(former / folder.name)
    oldest_first = sorted(former.iterdir())
    for old in oldest_first[: max(len(oldest_first) - max(kept - len(staying), 0), 0)]:
        shutil.rmtree(old)


def adopt(edition: Edition) -> None:
    """Take over a home of before version 0.3, in which `published` was a folder and former releases were files."""
    published, releases, former = edition.published, edition.releases, edition.former_releases
    releases.mkdir(mode=atomic.FOR_EVERYONE, parents=True, exist_ok=True)
    releases.chmod(atomic.FOR_EVERYONE)
    atomic.sweep(releases)
    for file in former.glob("*.duckdb"):
        if not (former / file.stem).exists():
            with atomic.new_folder(former / file.stem) as folder:
                shutil.copyfile(file, folder / DATABASE)  # not moved: what a killed process leaves aside is swept
        file.unlink()
    if published.is_symlink() or not published.is_dir():
        return
    if not (published / DATABASE).exists():
        _take_away_empty(published, edition)
        return
    with open_warehouse(published / DATABASE) as opened:
        (release,) = opened.read("release_info")
    folder = releases / release_name(release["release_id"], release["published_at"])
    if folder.exists():  # the home was copied, and the link followed
        shutil.rmtree(published)
    else:
        published.rename(folder)
    atomic.switch_link(published, folder)


def _take_away_empty(published: Path, edition: Edition) -> None:
    """Make room for the link. Raises PublicationError where somebody put something there."""
    files = sorted(path.name for path in published.iterdir())
    if files:
        raise PublicationError(
            f"{edition.unchanged}: {published} holds no release, but {', '.join(files)}. Move that away, and run the "
            "refresh again."
        )
    published.rmdir()
