"""Which tests are thorough: they open hundreds of files or walk whole homes through the house, and take their time.

The unit tests alone are `python -m pytest -m "not thorough"`.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent

THOROUGH = (
    "end_to_end",
    "privacy",
    "intake/test_hostile_files.py",
    "landing",
    "orchestration",
    "publishing",
    "template/test_filled_in.py",
    "test_explaining.py",
    "test_recounting.py",
    "validation/test_properties.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if str(item.path.relative_to(HERE)).startswith(THOROUGH):
            item.add_marker(pytest.mark.thorough)
