import shutil
from pathlib import Path

import pytest

from tests.end_to_end.dipp import DEMO_RETURNS, refresh


@pytest.fixture(scope="session")
def sample_programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the five sample regions were refreshed once. Read it only."""
    home = tmp_path_factory.mktemp("sample") / "home"
    shutil.copytree(DEMO_RETURNS, home / "incoming")
    refresh(home)
    return home
