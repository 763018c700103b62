"""Keep what arrives: a copy of each new content among the originals, and its version in the history."""

import shutil
from datetime import datetime
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.intake.drop_folder import UNREADABLE, Arrival, content_hash
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import Return
from dipp_pipeline.programme.case_reference import without_case_references

NOT_OPENED = ""
"""Stands for the content of a file that is refused for where it lies or what it is called."""


def receive(
    arrival: Arrival,
    return_: Return | None,
    landing: Path,
    originals: Path,
    erasures: Erasures,
    received_at: datetime,
) -> bool:
    """Record the arrival as a version of its return if its content is new. True if it was.

    A file under no region, or whose name holds a case reference, is not opened: it has one version, without an
    original. So has one that cannot be opened, or that changes while it is copied, until it can be kept.
    """
    if not arrival.file.exists() and not arrival.file.is_symlink():  # it was taken away since it was listed
        return False
    sha256, original = NOT_OPENED, None
    if arrival.is_opened:
        sha256 = content_hash(arrival.file)
        if sha256 != UNREADABLE and (return_ is None or sha256 != return_.latest.sha256):
            sha256, original = _keep_original(arrival.file, sha256, originals, erasures)
    if return_ is not None and sha256 == return_.latest.sha256:
        return False
    folder = landing / (arrival.region_slug or "_no_region") / arrival.return_id
    number = return_.latest.number + 1 if return_ else 1
    if return_ is None:
        folder.mkdir(parents=True, exist_ok=True)
        path = without_case_references(arrival.path)
        written = {"region": arrival.region_slug, "path": path, "names_a_case": arrival.names_a_case}
        atomic.write_document(folder / "return.json", written)
    with atomic.new_folder(folder / f"{number:04}") as new:
        atomic.write_document(
            new / "version.json", {"sha256": sha256, "original": original, "received_at": received_at.isoformat()}
        )
    return True


def _keep_original(file: Path, sha256: str, originals: Path, erasures: Erasures) -> tuple[str, str | None]:
    """Copy a file among the originals, under its own name; its hash, and where the copy is.

    Of a content from which a case was erased the scrubbed copy is kept, and not what arrived again.
    """
    kept = originals / sha256 / file.name
    scrubbed = next((originals / sha256).glob("*"), None) if sha256 in erasures.contents else None
    kept.parent.mkdir(parents=True, exist_ok=True)
    with atomic.new_file(kept) as copy:
        try:
            shutil.copyfile(scrubbed or file, copy)
        except OSError:
            return UNREADABLE, None
        if not scrubbed and content_hash(copy) != sha256:  # it is still being written
            return UNREADABLE, None
    return sha256, f"{sha256}/{kept.name}"
