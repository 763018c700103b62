"""Three refreshes of one home: problems and a clash, then mended and refused versions, then nothing new."""

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.dipp import FINDINGS, SAMPLES, assert_published_as_expected, dipp, refresh

pytestmark = pytest.mark.thorough

TABLES = (*FINDINGS, "programme_progress", "data_quality")


def test_every_step_of_the_story_gives_its_tables_and_its_document(tmp_path: Path) -> None:
    for step in ("step-1", "step-2", "step-3"):
        shutil.copytree(SAMPLES / "story" / step / "incoming", tmp_path / "incoming", dirs_exist_ok=True)

        document = refresh(tmp_path)

        expected = json.loads((SAMPLES / "story" / step / "expected" / "refresh.json").read_text())
        assert {key: document[key] for key in expected} == expected, step
        assert_published_as_expected(tmp_path, SAMPLES / "story" / step / "expected", TABLES)

    strict = dipp("refresh", "--home", tmp_path, "--strict")
    assert strict.returncode == 3
    withdrawn = dipp("withdraw", "--home", tmp_path, "north-east", "North East.xlsx")
    assert withdrawn.returncode == 0
    assert refresh(tmp_path)["cases"]["accepted"] == 38
