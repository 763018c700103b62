"""Files from which a case is taken: a scrubbed copy stands where the file stood."""

from pathlib import Path

from dipp_pipeline.house import House
from dipp_pipeline.intake.workers import Workers
from dipp_pipeline.privacy.scrub import scrub
from dipp_pipeline.privacy.search import references_within


class ErasureError(Exception):
    """A case cannot be taken out of a file; the message says why."""


def references_of(file: Path, house: House, workers: Workers) -> frozenset[str]:
    """The case references in a file. Raises WorkerLimitError where looking for them takes more than reading may."""
    return workers.call(references_within, file, house.settings.limits)


def scrub_original(original: str, references: frozenset[str], house: House, workers: Workers) -> None:
    """Put a copy without these cases in the place of a stored original, and remember whose place it has.

    An original that cannot be read is emptied, since no case of it counts. Raises ErasureError if one does.
    """
    kept = house.settings.originals / original
    if not scrub_file(kept, references, house, workers):
        if _was_read(original, house):
            raise ErasureError(f"{kept} was read before and is over a limit now. Raise the limit, and erase again")
        kept.write_bytes(b"")
    house.erasures().with_content(Path(original).parent.name)


def _was_read(original: str, house: House) -> bool:
    versions = [version for known in house.history().returns for version in known.versions]
    return any(version.original == original and version.reading and not version.reading.refused for version in versions)


def scrub_file(file: Path, references: frozenset[str], house: House, workers: Workers) -> bool:
    """Put a copy without these cases in the place of a file. False where it cannot be read, and stays as it is."""
    aside = file.with_name(f".scrubbed{file.suffix}")
    try:
        workers.call(scrub, file, aside, references, house.programme, house.settings.limits)
        if not aside.stat().st_size:
            return False
        aside.replace(file)
        return True
    finally:
        aside.unlink(missing_ok=True)
