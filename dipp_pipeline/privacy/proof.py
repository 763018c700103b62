"""Prove that nothing of a case is left: every file of a home is opened and searched for its reference and pseudonym."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dipp_pipeline.intake.workers import WorkerLimitError, Workers
from dipp_pipeline.privacy.originals import references_of
from dipp_pipeline.programme.case_reference import case_references_within
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.formats import TAKEN
from dipp_pipeline.warehouse.engine import Warehouse, open_warehouse


@dataclass(frozen=True)
class Proof:
    """Which files were searched, and which of them still hold something of the case or cannot be searched."""

    searched: int
    left: tuple[Path, ...]


def prove_erased(home: Path, incoming: Path, reference: str, pseudonym: str, limits: Limits, workers: Workers) -> Proof:
    """Search every file of a home but those in the drop folder, which the pipeline does not own."""
    files = sorted(_own_files(home, incoming))
    left = tuple(file for file in files if _holds(file, reference, pseudonym, limits, workers))
    return Proof(len(files), left)


def _own_files(home: Path, incoming: Path) -> Iterator[Path]:
    return (file for file in home.rglob("*") if file.is_file() and not file.is_relative_to(incoming))


def _holds(file: Path, reference: str, pseudonym: str, limits: Limits, workers: Workers) -> bool:
    texts = (reference, pseudonym)
    content = file.read_bytes()
    in_content = case_references_within(content.decode("latin-1")) | case_references_within(file.name)
    if reference in in_content or pseudonym.encode() in content:
        return True
    if file.suffix == ".parquet":
        return any(_in_column(column, texts) for column in pl.read_parquet(file).get_columns())
    if file.suffix == ".duckdb":
        return _in_database(file, texts)
    if file.suffix.lower() in TAKEN:
        try:
            return reference in references_of(file, limits, workers)
        except (WorkerLimitError, RuntimeError):
            return True
    return False


def _in_column(column: pl.Series, texts: Sequence[str]) -> bool:
    if column.dtype != pl.String:
        return False
    return any(column.str.to_uppercase().str.contains(text.upper(), literal=True).any() for text in texts)


def _in_database(file: Path, texts: Sequence[str]) -> bool:
    with open_warehouse(file) as database:
        columns = database.read("information_schema.columns", {"data_type": "VARCHAR"})
        return any(_in_table_column(database, column, text) for column in columns for text in texts)


def _in_table_column(database: Warehouse, column: dict[str, str], text: str) -> bool:
    place = f'"{column["table_schema"]}"."{column["table_name"]}"'
    return (
        database.count(f"select 1 from {place} where contains(upper(\"{column['column_name']}\"), '{text.upper()}')")
        > 0
    )
