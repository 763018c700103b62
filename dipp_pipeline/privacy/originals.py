"""Files from which a case is taken: a scrubbed copy stands where the file stood."""

from collections.abc import Collection
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.errors import DippError
from dipp_pipeline.intake.workers import Workers
from dipp_pipeline.privacy.scrub import scrub
from dipp_pipeline.privacy.search import references_within
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits


class ErasureError(DippError):
    """A case cannot be taken out of a file; the message says why."""


def references_of(file: Path, limits: Limits, workers: Workers) -> frozenset[str]:
    """The case references in a file. Raises WorkerLimitError where looking for them takes more than reading may."""
    return workers.call(references_within, file, limits)


def scrub_original(
    original: Path, references: Collection[str], was_read: bool, programme: Programme, limits: Limits, workers: Workers
) -> None:
    """Put a copy without these cases in the place of a stored original.

    One that cannot be read is emptied, since no case of it counts. Raises ErasureError if one does: if it was read.
    """
    if not scrub_file(original, references, programme, limits, workers):
        if was_read:
            raise ErasureError(f"{original} was read before and is over a limit now. Raise the limit, and erase again.")
        atomic.write_bytes(original, b"")


def scrub_file(file: Path, references: Collection[str], programme: Programme, limits: Limits, workers: Workers) -> bool:
    """Put a copy without these cases in the place of a file. False where it cannot be read, and stays as it is."""
    with atomic.new_folder_beside(file) as folder:
        copy = folder / f"copy{file.suffix}"
        workers.call(scrub, file, copy, frozenset(references), programme, limits)
        if not copy.stat().st_size:
            return False
        copy.chmod(file.stat().st_mode & 0o777)
        atomic.replace(copy, file)
        return True
