"""The command `dipp erase`: mark the case, take it out of what is kept and, where asked, dropped; refresh; prove it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.home import Home
from dipp_pipeline.intake.drop_folder import arrivals
from dipp_pipeline.intake.workers import Workers, open_workers
from dipp_pipeline.pipeline import Erased, erase
from dipp_pipeline.privacy.erase import search_files
from dipp_pipeline.privacy.originals import scrub_file
from dipp_pipeline.privacy.proof import Proof, prove_erased


@dataclass(frozen=True)
class ErasureReport:
    """What came of an erasure."""

    erased: Erased
    scrubbed: Sequence[Path]
    """Files in the drop folder that do not hold the case any more."""
    holding: Sequence[Path]
    """Files in the drop folder that still hold it."""
    unsearched: Sequence[Path]
    """Files in the drop folder that take more than reading may, so that nobody knows whether they hold it."""
    failed: Sequence[str]
    """Sentences on files that could not be scrubbed."""
    proof: Proof
    refresh_code: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left in what the pipeline keeps, and nothing unsearched."""
        unsearched = self.erased.unsearched or self.unsearched
        return not (self.proof.left or unsearched or self.failed or self.refresh_code)


def erase_case(home: Home, reference: str, scrub_incoming: bool, refresh: Callable[[], int]) -> ErasureReport:
    """Erase a case from a home that is locked; `refresh` makes what is published anew and gives its exit code."""
    pseudonym = home.pseudonym_key.pseudonym(reference)
    home.erasures().begun(reference, pseudonym)
    limits = home.settings.limits
    with open_workers(home.programme, limits, home.settings.readers) as workers:
        erased = erase(home, workers)
        dropped = sorted(arrival.file for arrival in arrivals(home.incoming, home.programme))
        incoming = search_files(dropped, home.erasures(), limits, workers)
        holding = [file for file, references in incoming.holding.items() if reference in references]
        scrubbed, failed = _scrub(holding, reference, home, workers) if scrub_incoming else ([], [])
        code = refresh()
        proof = prove_erased(home.path, home.incoming, reference, pseudonym, limits, workers)
    left = [file for file in holding if file not in scrubbed]
    return ErasureReport(erased, scrubbed, left, incoming.unsearched, failed, proof, code)


def _scrub(files: Sequence[Path], reference: str, home: Home, workers: Workers) -> tuple[list[Path], list[str]]:
    """Those of the files that are scrubbed, and why others are not."""
    scrubbed, failed = [], []
    for file in files:
        try:
            with machine_faults_told():
                if scrub_file(file, [reference], home.programme, home.settings.limits, workers):
                    scrubbed.append(file)
        except DippError as error:
            failed.append(str(error))
    return scrubbed, failed
