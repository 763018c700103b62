from collections.abc import Callable

import pytest

from dipp_pipeline.validation.validate import Validated
from tests.validation.changed_cells import BROKEN_CELLS, FAILED_VALUES, SOUND_CELLS, ChangedCell
from tests.validation.judging import judge_together

Verdict = Callable[[ChangedCell], Validated]


@pytest.fixture(scope="session")
def verdict() -> Verdict:
    """The verdict on a changed cell's return."""
    changes = {str(changed): changed.given() for changed in (*BROKEN_CELLS, *FAILED_VALUES, *SOUND_CELLS)}
    verdicts = judge_together(changes)
    return lambda changed: verdicts[str(changed)]
