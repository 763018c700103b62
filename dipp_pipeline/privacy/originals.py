"""Files from which a case is taken: a scrubbed copy stands where the file stood."""

from collections.abc import Collection, Sequence
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.errors import DippError
from dipp_pipeline.intake.workers import WorkerLimitError, Workers
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits


class ErasureError(DippError):
    """A case cannot be taken out of a file; the message says why."""


def references_of(file: Path, limits: Limits, workers: Workers) -> frozenset[str]:
    """The case references in a file. Raises WorkerLimitError where looking for them takes more than reading may."""
    from dipp_pipeline.privacy.search import references_within  # only now: polars is slow to import

    return workers.call(references_within, file, limits)


def scrub_original(
    original: Path,
    references: Collection[str],
    was_read: bool,
    programmes: Sequence[Programme],
    limits: Limits,
    workers: Workers,
) -> None:
    """Put a copy without these cases in the place of a stored original.

    One that cannot be read is emptied, since no case of it counts. Raises ErasureError if one does: if it was read.
    """
    scrubbed = scrubbed_content(original, references, programmes, limits, workers, original.parent)
    if scrubbed is None and was_read:
        raise ErasureError(
            f"{original} holds the case and was read before, and now it cannot be read within the limits. "
            "Raise the limits, and erase again."
        )
    atomic.write_bytes(original, scrubbed or b"")


def scrubbed_content(
    file: Path,
    references: Collection[str],
    programmes: Sequence[Programme],
    limits: Limits,
    workers: Workers,
    beside: Path,
) -> bytes | None:
    """A file without these cases, made in a folder beside a path of ours. None where the file cannot be read."""
    from dipp_pipeline.privacy.scrub import scrub

    with atomic.new_folder_beside(beside) as folder:
        copy = folder / f"copy{file.suffix}"
        try:
            workers.call(scrub, file, copy, frozenset(references), programmes, limits)
        except (WorkerLimitError, RuntimeError):
            return None
        return copy.read_bytes() or None
