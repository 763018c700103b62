"""Prove that nothing of a case is left: every file of a home is opened and searched for its reference and pseudonym."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dipp_pipeline.intake.workers import WorkerLimitError, Workers
from dipp_pipeline.privacy.originals import references_of
from dipp_pipeline.programme.case_reference import pattern_of, references_anywhere
from dipp_pipeline.settings import Limits
from dipp_pipeline.warehouse.engine import Warehouse, open_warehouse

_SENT = (("restricted", "originals"), ("restricted", "feedback"))
"""Where files are that others sent, and copies of them: they are opened in a worker alone, whatever they are called."""

# Pseudonyms, hashes and identities that are ours, in which a reference may stand by chance.
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DIGESTS = "(?:[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})"
_OURS = re.compile(f"{_UUID}|(?<![0-9a-f]){_DIGESTS}(?![0-9a-f])")

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Proof:
    """How many files were searched, and what still holds something of the case or cannot be searched."""

    searched: int
    left: tuple[Path, ...]
    """Files, and folders whose name holds it."""


def prove_erased(home: Path, incoming: Path, reference: str, pseudonym: str, limits: Limits, workers: Workers) -> Proof:
    """Search every file of a home but those in the drop folder, which the pipeline does not own."""
    case = _Case(reference, pseudonym)
    paths = sorted(_own_paths(home, incoming))

    def holds(path: Path) -> bool:
        if case.is_named_in(path.name):
            return True
        if not path.is_file():
            return False
        if path.relative_to(home).parts[:2] in _SENT:
            return _is_held_by_sent(path, case, limits, workers)
        return _is_held_by_own(path, case)

    left = tuple(path for path, held in zip(paths, workers.each(holds, paths), strict=True) if held)
    return Proof(sum(path.is_file() for path in paths), left)


@dataclass(frozen=True)
class _Case:
    """What a case is known by."""

    reference: str
    pseudonym: str

    def is_named_in(self, text: str) -> bool:
        """Whether a text, which one of our programs may have written, names it."""
        if self.pseudonym in text:
            return True
        named = self.reference in references_anywhere(text)
        return named and self.reference in references_anywhere(_OURS.sub("|", text))


def _own_paths(home: Path, incoming: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if not path.is_relative_to(incoming))


def _is_held_by_sent(file: Path, case: _Case, limits: Limits, workers: Workers) -> bool:
    try:
        return case.reference in references_of(file, limits, workers) or case.pseudonym.encode() in file.read_bytes()
    except (WorkerLimitError, RuntimeError):
        return True


def _is_held_by_own(file: Path, case: _Case) -> bool:
    text = file.read_bytes().decode("utf-8", "replace")
    if case.is_named_in(_ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)):
        return True
    if file.suffix == ".parquet":
        return any(_is_in_column(column, case) for column in pl.read_parquet(file).get_columns())
    return file.suffix == ".duckdb" and _is_in_database(file, case)


def _is_in_column(column: pl.Series, case: _Case) -> bool:
    if column.dtype != pl.String:
        return False
    likely = column.str.contains(pattern_of(case.reference)) | column.str.contains(case.pseudonym, literal=True)
    return any(case.is_named_in(text) for text in column.filter(likely).unique())


def _is_in_database(file: Path, case: _Case) -> bool:
    with open_warehouse(file) as database:
        columns = database.read("information_schema.columns", {"data_type": "VARCHAR"})
        return any(_is_in_table_column(database, column, case) for column in columns)


def _is_in_table_column(database: Warehouse, column: dict[str, str], case: _Case) -> bool:
    place, name = f'"{column["table_schema"]}"."{column["table_name"]}"', f'"{column["column_name"]}"'
    without_ours = f"regexp_replace({name}, '{_UUID}|\\b{_DIGESTS}\\b', '|', 'g')"
    naming = f"contains({name}, '{case.pseudonym}') or regexp_matches({without_ours}, '{pattern_of(case.reference)}')"
    return database.count(f"select 1 from {place} where {naming}") > 0
