"""The defective returns of the samples, each with one defect, through `dipp check`'s own stage."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dipp_pipeline.reports.check import Checked, check_files
from tests.homes import Home
from tests.intake.reading import sheets
from tests.returns import valid_return, write_csv

DEFECTS = Path(__file__).parents[1] / "samples" / "defects"
EXPECTED = json.loads((DEFECTS / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> dict[str, Checked]:
    """What is said of each defective return, all checked in one go."""
    home = tmp_path_factory.mktemp("home")
    found = check_files([DEFECTS / expected["file"] for expected in EXPECTED], None, Home(home))
    assert list(home.iterdir()) == []
    return {expected["file"]: result for expected, result in zip(EXPECTED, found, strict=True)}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["file"])
def test_a_defect_is_found_as_its_rule_and_as_no_other(checked, expected):
    issues = checked[expected["file"]].issues

    assert {issue.rule_code for issue in issues} == {expected["rule_code"]}
    assert len(issues) == (2 if expected["rule_code"] == "R03" else 1)


@pytest.mark.parametrize(
    "expected", [expected for expected in EXPECTED if expected["cell"]], ids=lambda expected: expected["file"]
)
def test_a_defect_is_found_in_its_cell(checked, expected):
    (issue,) = checked[expected["file"]].issues

    assert (issue.sheet, issue.cell) == (expected["sheet"], expected["cell"])
    assert issue.row == int(issue.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


@pytest.mark.parametrize(
    "expected", [expected for expected in EXPECTED if expected["accepted"]], ids=lambda expected: expected["file"]
)
def test_a_defect_of_a_row_costs_that_row_alone(checked, expected):
    result = checked[expected["file"]]

    repeated = expected["rule_code"] in ("R03", "W03")
    assert result.outcome == "accepted"
    assert result.counts.received == expected["rows"] + repeated
    assert result.counts.accepted == expected["accepted"]
    assert result.clean is expected["rule_code"].startswith("W")


@pytest.mark.parametrize(
    "expected", [expected for expected in EXPECTED if not expected["accepted"]], ids=lambda expected: expected["file"]
)
def test_a_defect_of_a_file_refuses_it_whole(checked, expected):
    result = checked[expected["file"]]

    assert result.outcome == "refused"
    assert not result.clean
    assert (result.counts.received, result.counts.accepted) == (0, 0)


def test_the_samples_hold_a_defect_for_every_rule_but_those_that_need_more_than_a_file():
    rules = Counter(expected["rule_code"] for expected in EXPECTED)

    assert not {"F02", "R04"} & set(rules)
    assert len(rules) == 25


def test_the_region_is_that_of_the_nearest_folder_unless_it_is_given(tmp_path):
    folder = tmp_path / "wales" / "london" / "inner"
    folder.mkdir(parents=True)
    file = write_csv(folder / "a.csv", sheets(valid_return("london")))
    home = Home(tmp_path / "home")

    (nearest,) = check_files([file], None, home)
    (given,) = check_files([file], "wales", home)

    assert nearest.issues == ()
    assert {issue.rule_code for issue in given.issues} == {"R06"}


def test_what_is_said_of_a_file_is_what_check_prints_as_json(checked):
    document = checked["wales/R07-1.xlsx"].as_json()

    assert document["file"] == str(DEFECTS / "wales/R07-1.xlsx")
    assert document["outcome"] == "accepted"
    assert document["cases"] == {"received": 6, "accepted": 5, "quarantined": 1, "identical_dropped": 0}
    (issue,) = document["issues"]
    assert set(issue) == {"rule_code", "severity", "sheet", "cell", "row", "field", "found", "message"}
