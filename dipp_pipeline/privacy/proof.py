"""Prove that nothing of a case is left: every file of a home is opened and searched for its reference and pseudonym."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from dipp_pipeline.house import House
from dipp_pipeline.intake.workers import WorkerLimitError, Workers, open_workers
from dipp_pipeline.privacy.originals import references_of
from dipp_pipeline.programme.case_reference import case_references_within
from dipp_pipeline.spreadsheets.formats import TAKEN
from dipp_pipeline.warehouse.engine import open_database


@dataclass(frozen=True)
class Proof:
    """Which files were searched, and which of them still hold something of the case or cannot be searched."""

    searched: int
    left: tuple[Path, ...]


def prove_erased(house: House, reference: str) -> Proof:
    """Search every file of the home but those in the drop folder, which the pipeline does not own."""
    settings = house.settings
    texts = (reference, house.pseudonym_key.pseudonym(reference))
    files = sorted(file for file in _own_files(settings.home, settings.incoming))
    with house.alone(), open_workers(house.programme, settings.limits, settings.readers) as workers:
        left = tuple(file for file in files if _holds(file, texts, house, workers))
    return Proof(len(files), left)


def _own_files(home: Path, incoming: Path) -> Iterator[Path]:
    return (file for file in home.rglob("*") if file.is_file() and not file.is_relative_to(incoming))


def _holds(file: Path, texts: tuple[str, str], house: House, workers: Workers) -> bool:
    reference, pseudonym = texts
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
            return reference in references_of(file, house, workers)
        except (WorkerLimitError, RuntimeError):
            return True
    return False


def _in_column(column: pl.Series, texts: tuple[str, str]) -> bool:
    if column.dtype != pl.String:
        return False
    return any(column.str.to_uppercase().str.contains(text.upper(), literal=True).any() for text in texts)


def _in_database(file: Path, texts: tuple[str, str]) -> bool:
    with open_database(file) as database:
        columns = database.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where not internal and data_type = 'VARCHAR'"
        ).fetchall()
        return any(_in_table_column(database, column, text) for column in columns for text in texts)


def _in_table_column(database: duckdb.DuckDBPyConnection, column: tuple[str, str, str], text: str) -> bool:
    schema, table, name = column
    query = f'select 1 from "{schema}"."{table}" where contains(upper("{name}"), upper(?)) limit 1'
    return database.execute(query, [text]).fetchone() is not None
