"""Readers have older DuckDBs than we: the published file opens in them, comments and keys included."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

QUESTION = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(duckdb.__version__)
print(connection.execute("select counted_cases from regional_findings where region_code = 'N52' "
                         "and measure_code = 'delivery_effective'").fetchone()[0])
print(connection.execute("select count(*) from duckdb_columns() where not internal and comment is null").fetchone()[0])
print(connection.execute("select count(*) from duckdb_tables() where not internal and comment is null").fetchone()[0])
print(connection.execute("select constraint_column_names from duckdb_constraints() "
                         "where constraint_type = 'PRIMARY KEY' and table_name = 'follow_up'").fetchone()[0][0])
"""


@pytest.mark.compatibility
@pytest.mark.parametrize("version", ["1.1.3", "1.5.5", "2.0.0"])
def test_the_published_file_opens_in_duckdb(version: str, sample_programme: Path, tmp_path: Path) -> None:
    installed = tmp_path / version
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(installed)]
    subprocess.run([*pip, f"duckdb=={version}"], check=True)
    database = str(sample_programme / "published" / "dipp_findings.duckdb")

    answer = subprocess.run(
        [sys.executable, "-c", QUESTION, database],
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.split() == [version, "41", "0", "0", "region_code"]
