"""Keep what arrives: a copy of each new content among the originals, and its version in the history.

Of a content from which a case was erased the scrubbed copy is kept, and the name of no erased case is.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from dipp_pipeline import atomic
from dipp_pipeline.intake import drop_folder
from dipp_pipeline.intake.drop_folder import UNREADABLE, Arrival, UnreadableError, content_hash, content_of
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import MANIFEST, PURGED, RETURN, VERSION, Return
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
    if content is None or (return_ is not None and erasures.are_same(content, return_.latest.sha256)):
        return False
    if drop_folder.is_hash(content):
        content, original = _keep_original(arrival.file, content, originals, erasures)
    if return_ is not None and erasures.are_same(content, return_.latest.sha256):
        return False
    folder = landing / (arrival.region_slug or "_no_region") / arrival.return_id
    number = return_.latest.number + 1 if return_ else 1
    if return_ is None:
        folder.mkdir(parents=True, exist_ok=True)
        path = erasures.struck(without_case_references(arrival.path))
        written = {"region": arrival.region_slug, "path": path, "names_a_case": arrival.names_a_case}
        atomic.write_document(folder / RETURN, written)
    with atomic.new_folder(folder / f"{number:04}") as new:
        version = {"sha256": content, "original": original, "received_at": received_at.isoformat()}
        (new / VERSION).write_bytes(atomic.as_document(version))
    return True


def _keep_original(file: Path, sha256: str, originals: Path, erasures: Erasures) -> tuple[str, str | None]:
    """Copy a file among the originals, under its own name; its hash, and where the copy is.

    Of a content from which a case was erased the scrubbed copy is kept, and not what arrived again.
    """
    kept = originals / sha256 / erasures.struck(file.name)
    scrubbed = scrubbed_copy(file, sha256, originals, erasures)
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


def scrubbed_copy(file: Path, sha256: str, originals: Path, erasures: Erasures) -> Path | None:
    """What stands among the originals for a file of that content, if a case was erased from it."""
    content = erasures.as_arrived(sha256)
    if content not in erasures.contents:
        return None
    return next((copy for copy in kept_of(content, originals) if copy.suffix == file.suffix), None)


def kept_of(content: str, originals: Path) -> list[Path]:
    """The originals of a content, as it arrived: one of each name that it had."""
    return sorted((originals / content).glob("[!.]*"))


def hashes_of_copies(contents: Iterable[str], originals: Path) -> dict[str, str]:
    """SHA-256 of each scrubbed copy of these contents to the content; not of one that was emptied."""
    return {
        content_hash(copy): content
        for content in contents
        for copy in kept_of(content, originals)
        if copy.stat().st_size
    }


def strike_names(returns: Sequence[Return], originals: Path, erasures: Erasures) -> None:
    """Take erased cases out of the names of originals and the paths of returns. If it is interrupted, do it again."""
    named = [file for file in originals.glob("[!.]*/[!.]*") if erasures.struck(file.name) != file.name]
    for file in named:
        struck = file.with_name(erasures.struck(file.name))
        if not struck.exists():
            struck.hardlink_to(file)
    for document in _documents(returns):
        written = atomic.read_document(document)
        struck_document = _struck(written, erasures)
        if struck_document != written:
            atomic.write_document(document, struck_document)
    for file in named:
        file.unlink()


def _documents(returns: Sequence[Return]) -> Iterator[Path]:
    """The documents of returns that say what they are called."""
    for return_ in returns:
        yield return_.folder / RETURN
        for version in return_.versions:
            yield version.folder / VERSION
            if version.purged:
                yield version.folder / PURGED
            elif version.reading and (version.reading.folder / MANIFEST).exists():
                yield version.reading.folder / MANIFEST


def _struck(written: dict[str, Any], erasures: Erasures) -> dict[str, Any]:
    """A document without erased cases. An original lies under its hash, in which a reference may stand by chance."""
    struck = dict(written)
    if written.get("path"):
        struck["path"] = erasures.struck(written["path"])
    if written.get("original"):
        content, _, name = written["original"].partition("/")
        struck["original"] = f"{content}/{erasures.struck(name)}"
    return struck
