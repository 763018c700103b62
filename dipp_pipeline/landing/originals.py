"""Keep what arrives: a copy of each new content among the originals, and its version in the history."""

import hashlib
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.intake import drop_folder
from dipp_pipeline.intake.drop_folder import UNREADABLE, Arrival, UnreadableError, content_of
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import Return
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.settings import Limits


def receive(
    arrival: Arrival,
    return_: Return | None,
    landing: Path,
    originals: Path,
    erasures: Erasures,
    limits: Limits,
    received_at: datetime,
) -> bool:
    """Record the arrival as a version of its return if its content is new. True if it was.

    A file that is not opened has a version without an original. So has one that cannot be opened, or that changes while
    it is copied, until it can be kept. Raises OSError where the machine is at fault, and then nothing is recorded.
    """
    content, original = content_of(arrival, limits), None
    if content is None or (return_ is not None and content == return_.latest.sha256):
        return False
    if drop_folder.is_hash(content):
        content, original = _keep_original(arrival.file, content, originals, erasures)
    if return_ is not None and content == return_.latest.sha256:
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
            new / "version.json", {"sha256": content, "original": original, "received_at": received_at.isoformat()}
        )
    return True


def _keep_original(file: Path, sha256: str, originals: Path, erasures: Erasures) -> tuple[str, str | None]:
    """Copy a file among the originals, under its own name; its hash, and where the copy is.

    Of a content from which a case was erased the scrubbed copy is kept, and not what arrived again.
    """
    kept = originals / sha256 / file.name
    scrubbed = next((originals / sha256).glob("*"), None) if sha256 in erasures.contents else None
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        with atomic.new_file(kept) as copy:
            if scrubbed:
                shutil.copyfile(scrubbed, copy)
            else:
                _copy(file, copy, sha256)
    except UnreadableError:
        with suppress(OSError):  # another return's original may be in it
            kept.parent.rmdir()
        return UNREADABLE, None
    return sha256, f"{sha256}/{kept.name}"


def _copy(file: Path, copy: Path, sha256: str) -> None:
    """Copy the content that has that hash. Raises UnreadableError where the file has another, or cannot be read."""
    digest = hashlib.sha256()
    with copy.open("wb") as written:
        for piece in drop_folder.pieces(file):
            digest.update(piece)
            written.write(piece)
    if digest.hexdigest() != sha256:
        raise UnreadableError("The file is still being written.")
