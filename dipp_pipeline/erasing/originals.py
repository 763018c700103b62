"""Files from which a case is taken: a scrubbed copy stands where the file stood."""

from pathlib import Path

from dipp_pipeline.erasing.scrubbing import references_within, scrub
from dipp_pipeline.house import House
from dipp_pipeline.intake.pool import ReaderPool


def references_of(file: Path, house: House, pool: ReaderPool) -> frozenset[str]:
    """The case references in a file. Raises OverLimitError where looking for them takes more than reading may."""
    return pool.call(references_within, file, house.settings.limits)


def scrub_original(original: str, references: frozenset[str], house: House, pool: ReaderPool) -> None:
    """Put a copy without these cases in the place of a stored original, and remember whose place it has."""
    scrub_file(house.settings.originals / original, references, house, pool)
    house.erasures().with_content(Path(original).parent.name)


def scrub_file(file: Path, references: frozenset[str], house: House, pool: ReaderPool) -> None:
    """Put a copy without these cases in the place of a file."""
    aside = file.with_name(f".scrubbed{file.suffix}")
    try:
        pool.call(scrub, file, aside, references, house.programme, house.settings.limits)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
