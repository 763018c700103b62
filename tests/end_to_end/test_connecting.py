"""The recipes of docs/connecting.md, each run as it stands there, in an environment of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dipp_pipeline.settings import shipped

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive, pytest.mark.compatibility]

DOCUMENT = (shipped("dbt_like_sql").parent / "docs" / "connecting.md").read_text("utf-8")
SECTIONS = {section.partition("\n")[0]: section for section in DOCUMENT.split("\n### ")[1:]}


def blocks(section: str) -> list[tuple[str, str]]:
    """Language and text of each block of code."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


TESTED = [name for name, section in SECTIONS.items() if "sh" in dict(blocks(section))]


@pytest.mark.parametrize("name", TESTED)
def test_a_recipe_gives_the_figures_of_the_sample_programme(name: str, sample_programme: Path, tmp_path: Path) -> None:
    section = SECTIONS[name]
    if "published/tables/" in section and not (sample_programme / "published" / "tables").is_dir():
        pytest.skip("the release holds the database alone")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    environment = {**os.environ, "PATH": f"{tmp_path / 'venv' / 'bin'}:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)

    printed = "".join(run(language, text, sample_programme, environment) for language, text in blocks(section))

    assert {"41", "84"} <= set(re.findall(r"\d+", printed)), printed


def test_what_is_not_tested_says_so() -> None:
    untested = [name for name, section in SECTIONS.items() if "*Not tested here.*" in section]

    assert sorted([*TESTED, *untested]) == sorted(SECTIONS)
    assert set(TESTED) >= {"Python", "DuckDB on the command line", "SQLAlchemy and Superset", "ADBC", "ibis"}


def run(language: str, text: str, home: Path, environment: Mapping[str, str]) -> str:
    """What a block prints in the home's folder."""
    command = {"sh": ["bash", "-ec", text], "python": ["python", "-c", text]}[language]
    ran = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
