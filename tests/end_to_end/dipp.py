"""Run the command as a user does, and compare what it published with what is expected."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
DEMO_RETURNS = ROOT / "dipp_pipeline" / "demo" / "incoming"
DIPP = Path(sys.executable).parent / "dipp"

MEASURED = {"percentage", "lower_95", "upper_95"}
FINDINGS = ("regional_findings", "national_findings", "regional_question_findings", "national_question_findings")


def dipp(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command's exit code, standard output and standard error."""
    return subprocess.run(
        [DIPP, *map(str, arguments)], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def refresh(home: Path, *options: str) -> dict[str, Any]:
    """A refresh that must succeed; its JSON document."""
    done = dipp("refresh", "--home", home, "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def published(home: Path, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """The rows of a published table, sorted, through the published file alone."""
    with duckdb.connect(str(home / "published" / "dipp_findings.duckdb"), read_only=True) as connection:
        rows = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
    return sorted(rows, key=_key)


def all_published(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every published table as it stands in the file, without what the clock and the run decide."""
    changing = {"published_at", "pipeline_version", "release_id", "last_received_at"}
    with duckdb.connect(str(home / "published" / "dipp_findings.duckdb"), read_only=True) as connection:
        tables: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal order by all"
        ).fetchall():
            tables.setdefault(table, []).append(column)
        return {
            table: connection.execute(
                f"select {', '.join(column for column in columns if column not in changing)} from {table}"
            ).fetchall()
            for table, columns in tables.items()
        }


def assert_published_as_expected(home: Path, expected: Path, tables: tuple[str, ...]) -> None:
    """Counts and texts exactly, percentages and intervals to 1e-6."""
    for table in tables:
        with (expected / f"{table}.csv").open(newline="") as file:
            wanted = list(csv.DictReader(file))
        columns = list(wanted[0])
        rows = published(home, table, columns)
        wanted_rows = sorted((tuple(row.values()) for row in wanted), key=_key)
        assert len(rows) == len(wanted_rows), table
        for row, wanted_row in zip(rows, wanted_rows, strict=True):
            for column, value, want in zip(columns, row, wanted_row, strict=True):
                where = f"{table} {row[:2]} {column}"
                if column in MEASURED and want:
                    assert abs(value - float(want)) < 1e-6, where
                else:
                    assert ("" if value is None else str(value)) == want, where


def _key(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in row[:2])
