"""The command `dipp erase`: mark the case, take it out of what is kept and, where asked, dropped; refresh; prove it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.erasure import Erased, erase
from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.home import Home
from dipp_pipeline.intake.drop_folder import arrival_of, content_hash
from dipp_pipeline.intake.workers import Workers, open_workers
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.originals import scrubbed_copy
from dipp_pipeline.privacy.erase import search_files
from dipp_pipeline.privacy.originals import scrubbed_content
from dipp_pipeline.privacy.proof import Proof, prove_erased
from dipp_pipeline.programme.case_reference import references_anywhere


@dataclass(frozen=True)
class ErasureReport:
    """What came of an erasure."""

    erased: Erased
    scrub_incoming: bool
    """Whether the drop folder was to be scrubbed too."""
    scrubbed: Sequence[Path]
    """Files in the drop folder that do not hold the case any more."""
    holding: Sequence[Path]
    """Files in the drop folder that still hold it."""
    misnamed: Sequence[Path]
    """Files and folders in the drop folder whose name holds it."""
    unsearched: Sequence[Path]
    """Files in the drop folder that take more than reading may, so that nobody knows whether they hold it."""
    failed: Sequence[str]
    """What could not be scrubbed or made anew, and what to do."""
    proof: Proof
    refresh_code: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left in what the pipeline keeps and in what was to be scrubbed, and nothing unsearched."""
        dropped = self.scrub_incoming and (self.holding or self.misnamed)
        unsearched = self.erased.unsearched or self.unsearched
        return not (self.proof.left or dropped or unsearched or self.failed or self.refresh_code)


def erase_case(home: Home, reference: str, scrub_incoming: bool, refresh: Callable[[], int]) -> ErasureReport:
    """Erase a case from a home that is locked; `refresh` makes what is published anew and gives its exit code.

    It is marked as unfinished first, so that whatever runs next finishes it if this does not.
    """
    pseudonym = home.pseudonym_key.pseudonym(reference)
    home.erasures().begun(reference, pseudonym)
    limits = home.settings.limits
    with open_workers(limits, home.settings.readers) as workers:
        erased = erase(home, workers)
        dropped = [path for path in sorted(home.incoming.rglob("*")) if path.is_file() and not path.is_symlink()]
        found = search_files(dropped, home.erasures(), limits, workers)
        holding = {file: references for file, references in found.holding.items() if reference in references}
        scrubbed, failed = _scrub(holding, home, workers) if scrub_incoming else ([], [])
        code, why_not = _refreshed(refresh) if not erased.failed else (1, [])
        proof = prove_erased(home.path, home.incoming, reference, pseudonym, limits, workers)
        again = search_files(scrubbed, home.erasures(), limits, workers)
    return ErasureReport(
        erased,
        scrub_incoming,
        scrubbed=[file for file in scrubbed if file not in again.holding],
        holding=[file for file in holding if file not in scrubbed or file in again.holding],
        misnamed=[path for path in sorted(home.incoming.rglob("*")) if reference in references_anywhere(path.name)],
        unsearched=found.unsearched,
        failed=[*erased.failed.values(), *failed, *why_not],
        proof=proof,
        refresh_code=code,
    )


def _refreshed(refresh: Callable[[], int]) -> tuple[int, list[str]]:
    """The exit code of a refresh, and why there is none where it cannot even begin."""
    try:
        return refresh(), []
    except DippError as error:
        return 1, [str(error)]


def _scrub(holding: Mapping[Path, Collection[str]], home: Home, workers: Workers) -> tuple[list[Path], list[str]]:
    """Which files in the drop folder were scrubbed of the erased cases that they hold, and why others were not."""
    scrubbed, failed, erasures = [], [], home.erasures()
    for file, references in holding.items():
        try:
            with machine_faults_told():
                if _is_scrubbed(file, references, erasures, home, workers):
                    scrubbed.append(file)
        except DippError as error:
            failed.append(str(error))
    return scrubbed, failed


def _is_scrubbed(file: Path, references: Collection[str], erasures: Erasures, home: Home, workers: Workers) -> bool:
    """Put into the place of a file what stands for its content among the originals, so that it is nothing new.

    Where nothing does, a copy without the cases. False where the file cannot be read.
    """
    kept = scrubbed_copy(file, content_hash(file), home.originals, erasures)
    content = kept.read_bytes() if kept else None
    if not content:
        arrival = arrival_of(file, home.incoming, home.programme)
        programme = home.programme.of_return(arrival.region_slug, arrival.path)
        content = scrubbed_content(file, references, [programme], home.settings.limits, workers, home.originals)
    if content:
        with atomic.new_file(file, file.stat().st_mode & 0o777) as aside:
            aside.write_bytes(content)
    return bool(content)
