"""Give returns back to those who sent them, marked up: one copy for each return whose latest version has problems."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pyarrow import parquet

from dipp_pipeline.house import House
from dipp_pipeline.intake.issues import Issue
from dipp_pipeline.intake.workers import WorkerLimitError, Workers, open_workers
from dipp_pipeline.landing.documents import read_document, write_document
from dipp_pipeline.landing.history import KnownReturn
from dipp_pipeline.programme.model import CASE_REFERENCE
from dipp_pipeline.settings import Limits, Settings
from dipp_pipeline.warehouse.engine import open_database

LONGEST_NAME = 200
"""Bytes of a file's name that leave room for the ending."""

ElsewhereToo = dict[str, list[Issue]]
"""Return to its cases that stand in another return, too (rule R04)."""


@dataclass(frozen=True)
class GivenBack:
    """The marked-up copies as they stand now."""

    written: int
    """How many had to be written."""
    standing: int


@dataclass(frozen=True)
class _Task:
    original: Path
    target: Path
    title: str
    issues: Sequence[Issue]

    def fingerprint(self) -> str:
        """What the copy is made of; the original is known by its hash, which is in its path."""
        made_of = [str(self.original), self.title, *map(asdict, self.issues)]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()

    def write(self, limits: Limits, workers: Workers) -> None:
        write_marked_up(self.original, self.target, self.title, self.issues, limits, workers)


def give_back(house: House) -> GivenBack:
    """Write the marked-up copies that are not as they should be, and take away those that are not needed any more."""
    settings = house.settings
    with house.alone(), open_workers(house.programme, settings.limits, settings.readers) as workers:
        tasks = {str(task.target.relative_to(settings.feedback)): task for task in _tasks(house)}
        made = settings.feedback / ".made.json"
        before = read_document(made) if made.exists() else {}
        now = {name: task.fingerprint() for name, task in tasks.items()}
        due = [task for name, task in tasks.items() if before.get(name) != now[name] or not task.target.exists()]
        for name in before.keys() - tasks.keys():
            (settings.feedback / name).unlink(missing_ok=True)
        list(workers.each(lambda task: task.write(settings.limits, workers), due))
        if before != now:
            settings.feedback.mkdir(parents=True, exist_ok=True)
            write_document(made, now)
    return GivenBack(len(due), len(tasks))


def write_marked_up(
    original: Path, target: Path, title: str, issues: Sequence[Issue], limits: Limits, workers: Workers
) -> None:
    """Mark a return up in a worker, since that opens other people's files. If it fails, the list of problems stays."""
    from dipp_pipeline.feedback.marked_up import mark_up  # only now: openpyxl is slow to import

    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(WorkerLimitError):
        workers.call(mark_up, original, target, title, issues, limits)


def marked_up_return(known: KnownReturn, settings: Settings) -> Path:
    """Where the marked-up copy of a return is, if it has one."""
    path = Path(known.region_slug or "_no_region", known.path)
    return settings.feedback / path.with_name(marked_up_name(path.name))


def marked_up_name(name: str) -> str:
    """What the marked-up copy of a file is called. A name that would be too long is told from others by its hash."""
    if len(name.encode()) > LONGEST_NAME:
        start = name.encode()[: LONGEST_NAME // 2].decode("utf-8", "ignore")
        name = f"{start}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return f"{name}.marked-up.xlsx"


def _tasks(house: House) -> Iterator[_Task]:
    settings = house.settings
    elsewhere = _elsewhere_too(house)
    for known in house.history().returns:
        version = known.latest
        if known.withdrawn or version.purged or version.reading is None:
            continue
        issues = _landed_issues(version.reading.folder)
        if version is known.in_force:
            issues += elsewhere[known.return_id]
        if issues:
            original = settings.originals / (version.original or "none")
            yield _Task(original, marked_up_return(known, settings), Path(known.path).name, issues)


def _landed_issues(folder: Path) -> list[Issue]:
    names = list(Issue.__dataclass_fields__)
    return [Issue(**row) for row in parquet.read_table(folder / "issues.parquet", columns=names).to_pylist()]


def _elsewhere_too(house: House) -> ElsewhereToo:
    """Where a case stands that another return in force keeps."""
    found: ElsewhereToo = defaultdict(list)
    with open_database(house.settings.warehouse) as warehouse:
        for return_id, sheet, cell, row, keeper in warehouse.execute(_CLASHES).fetchall():
            message = f"This case stands in another return too, of {keeper}, which arrived first. Take it out of one."
            issue = Issue("R04", house.programme.rules["R04"].severity, message, sheet, cell, row, CASE_REFERENCE)
            found[return_id].append(issue)
    return found


_CLASHES = """
    select
        claims.return_id,
        cases.sheet,
        columns.letters || cases.row_number,
        cases.row_number,
        regions.region_name
    from int_case_claims as claims
    inner join stg_returns as returns on returns.return_id = claims.return_id
    inner join stg_cases as cases
        on cases.return_id = claims.return_id
        and cases.version = returns.version_in_force
        and cases.case_pseudonym = claims.case_pseudonym
    inner join landing.columns as columns
        on columns.return_id = claims.return_id
        and columns.version = cases.version
        and columns.sheet = cases.sheet
        and columns.column_name = 'case_reference'
    inner join int_case_claims as keepers
        on keepers.case_pseudonym = claims.case_pseudonym
        and keepers.is_kept
    inner join seeds.regions as regions on regions.region_code = keepers.region_code
    where not claims.is_kept
    order by claims.return_id, cases.sheet, cases.row_number
"""
