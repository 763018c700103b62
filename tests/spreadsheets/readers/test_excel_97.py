import pytest

from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.readers.workbook import read_sheets
from tests.intake.reading import LIMITS, sentence


def test_what_xlrd_cannot_make_sense_of_is_one_damaged_file(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096)

    with pytest.raises(Refusal) as refusal:
        read_sheets(path, LIMITS)

    assert refusal.value.rule_code == "F01"
    assert "damaged" in sentence(refusal.value)
