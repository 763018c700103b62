"""Take erased cases out of the originals and the corrections; see pipeline.py for what follows from it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.intake.corrections import HEADINGS
from dipp_pipeline.intake.workers import WorkerLimitError, Workers
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.privacy.originals import references_of
from dipp_pipeline.programme.case_reference import references_anywhere
from dipp_pipeline.settings import Limits


@dataclass(frozen=True)
class Searched:
    """What a search of files for erased cases found."""

    holding: Mapping[Path, frozenset[str]]
    """File to the erased cases that it holds."""
    unsearched: Sequence[Path]
    """Files that take more than reading may, so that nobody knows whether they hold one."""


def search_files(files: Sequence[Path], erasures: Erasures, limits: Limits, workers: Workers) -> Searched:
    """Search files for cases that were erased."""

    def search(file: Path) -> frozenset[str] | None:
        try:
            return erasures.among(references_of(file, limits, workers))
        except (WorkerLimitError, RuntimeError):
            return None

    found = dict(zip(files, workers.each(search, files), strict=True))
    holding = {file: references for file, references in found.items() if references}
    return Searched(holding, [file for file in files if found[file] is None])


def drop_corrections(file: Path, erasures: Erasures) -> None:
    """Take the corrections of erased cases out of the file, and their references out of the others."""
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = list(csv.reader(text))
    case = HEADINGS.index("case")
    others = [line for line in lines if not erasures.among(references_anywhere("".join(line[case : case + 1])))]
    without = [[erasures.struck(cell) for cell in line] for line in others]
    if without != lines:
        written = io.StringIO(newline="")
        csv.writer(written).writerows(without)
        atomic.write_bytes(file, written.getvalue().encode())
