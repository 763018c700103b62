"""What docs/connecting.md promises whoever reads a release: every table has its line, and nobody locks others out."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.settings import shipped
from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER, Home

DOCUMENT = shipped("dbt_like_sql").parent / "docs" / "connecting.md"

NOBODY = 65534

OPEN = f"""
import os, sys
import duckdb

if not os.geteuid():
    os.setuid({NOBODY})  # root may write whatever the mode is
try:
    duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "to read")
    print("opened")
except duckdb.IOException as error:
    print(error)
"""

HOLD = """
import sys
import duckdb

with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_every_published_table_has_its_line_in_the_document():
    table = DOCUMENT.read_text("utf-8").split("| table | one row |")[1].split("\n\n")[0]

    assert set(re.findall(r"`(\w+)`", table)) >= {mart.name for mart in load_project(SQL_FOLDER).marts}


@pytest.fixture
def published_to_all(published_demo: Home) -> Iterator[Path]:
    """The published file, with its mode, where every user gets. It is its reader's own where the tests run as root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / published_demo.database.name
        file.write_bytes(published_demo.database.read_bytes())
        file.chmod(published_demo.database.stat().st_mode)
        if not os.geteuid():
            os.chown(file, NOBODY, NOBODY)
        yield file


@pytest.mark.thorough
def test_even_the_owner_who_opens_the_published_file_to_write_is_refused(published_to_all: Path):
    assert opened(published_to_all, "to write").endswith("Permission denied")
    assert opened(published_to_all, "to read") == "opened"


@pytest.mark.thorough
def test_one_who_opens_a_file_to_write_would_lock_out_all_others(published_to_all: Path):
    published_to_all.chmod(0o666)
    command = [sys.executable, "-c", HOLD, str(published_to_all)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(duckdb.IOException, match="Could not set lock on file"):
            duckdb.connect(str(published_to_all), read_only=True)
        holder.stdin.close()

    assert opened(published_to_all, "to read") == "opened"


def opened(file: Path, how: str) -> str:
    """What becomes of a user who opens the file so."""
    answer = subprocess.run([sys.executable, "-c", OPEN, str(file), how], capture_output=True, text=True, check=True)
    return answer.stdout.strip()
