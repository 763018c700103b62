"""What tests of erasures ask of a home: to refresh it without Dagster, what is left of a case, how many cases count."""

from pathlib import Path

from dipp_pipeline.intake.workers import open_workers
from dipp_pipeline.privacy.proof import prove_erased
from dipp_pipeline.reports.status import summarise
from tests.homes import Home


def refresh(home: Home) -> None:
    home.ingest()
    home.build()
    home.give_feedback()
    home.publish()


def left_of(reference: str, home: Home) -> tuple[Path, ...]:
    pseudonym, limits = home.again().pseudonym_key.pseudonym(reference), home.settings.limits
    with open_workers(limits, 1) as workers:
        return prove_erased(home.path, home.incoming, reference, pseudonym, limits, workers).left


def accepted(home: Home) -> int:
    return summarise(home.database).cases["accepted"]
