import random

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import cols_from_range

from dipp_pipeline.spreadsheets.ranges import cell_ranges


@pytest.mark.parametrize(
    ("cells", "ranges"),
    [
        ([], []),
        (["A2"], ["A2"]),
        ([f"A{row}" for row in range(2, 86)], ["A2:A85"]),
        (["A9", "A2", "A5", "A6", "A10"], ["A2", "A5:A6", "A9:A10"]),
        (["C2", "C3", "A2", "A3", "B2", "B3"], ["A2:C3"]),
        (["A2", "A3", "C2", "C3", "B2"], ["A2:A3", "B2", "C2:C3"]),
        (["Z9", "AA9", "AB9"], ["Z9:AB9"]),
        (["B10", "AA2"], ["B10", "AA2"]),
        (["A2", "A2"], ["A2"]),
    ],
    ids=str,
)
def test_cells_are_told_as_ranges(cells, ranges):
    assert cell_ranges(cells) == ranges


@pytest.mark.parametrize("seed", range(20))
def test_the_ranges_hold_each_cell_once_and_no_other(seed):
    chance = random.Random(seed)
    cells = {f"{get_column_letter(chance.randint(24, 30))}{chance.randint(1, 9)}" for _ in range(40)}

    held = [cell for area in cell_ranges(cells) for column in cols_from_range(area) for cell in column]

    assert sorted(held) == sorted(cells)
