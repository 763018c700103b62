"""The history of a region's returns: versions in order, what each changed cell by cell, and what that did."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from dipp_pipeline.reports.history import Change, MeasureChange, VersionReport, history_of_region
from dipp_pipeline.warehouse.engine import WarehouseError
from tests.homes import Home, story
from tests.landing.small_returns import references, return_of, send_cases
from tests.landing.test_store import pseudonym
from tests.returns import PROGRAMME, SHEET, CaseReturn, write_xlsx, write_xlsx_as_excel

pytestmark = pytest.mark.thorough

SCORES = "parts/scores.xlsx"

Findings = Mapping[str, tuple[int, int]]
"""Measure to the relevant and the counted cases of Wales."""


@dataclass(frozen=True)
class Told:
    """A home whose one return had six versions, the fifth withdrawn, while another return stayed as it was."""

    home: Home
    began: datetime
    ended: datetime
    files: Mapping[int, bytes]
    """What each version was."""
    findings: Mapping[str, Findings]
    """What was found at each step."""
    while_held: VersionReport
    """The third version while it was held."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    began = datetime.now(UTC).replace(tzinfo=None)
    home = Home(tmp_path_factory.mktemp("recounted") / "home")
    file = home.incoming / "wales" / SCORES
    file.parent.mkdir(parents=True)
    files, findings = {}, {}

    def arrive(number: int, given: CaseReturn, above: int = 0) -> None:
        write = write_xlsx_as_excel if above else write_xlsx
        write(file, {SHEET: [["Case scores"]] * above + given.rows()})
        files[number] = file.read_bytes()
        home.ingest()

    def build(step: str) -> None:
        home.build()
        findings[step] = found(home)

    send_cases(home, "wales/constant.csv", references("B", 5))
    send_cases(home, "london/elsewhere.csv", references("C", 1))
    home.put(story(1) / "atlantis", "atlantis")
    arrive(1, return_of(references("A", 10)))
    build("first")
    arrive(2, second_version(), above=3)
    build("second")
    arrive(3, return_of(references("A", 3)))
    build("third held")
    while_held = history_of_region(home, "wales", SCORES)[2]
    accepted = home.copy(home.path.with_name("accepted"))
    accepted.of_path(SCORES).held.accept()
    accepted.build()
    findings["third accepted"] = found(accepted)
    file.write_bytes(b"")
    files[4] = b""
    home.ingest()
    arrive(5, fifth_version())
    build("fifth")
    home.of_path(SCORES).withdraw()
    build("withdrawn")
    arrive(6, return_of(references("A", 2)))
    build("sixth")
    return Told(home, began, datetime.now(UTC).replace(tzinfo=None), files, findings, while_held)


def second_version() -> CaseReturn:
    """One case fewer, in another order and layout; an answer and a PDU changed, a field blanked."""
    given = return_of(references("A", 9))
    given.cases[0]["C1"] = "No"
    given.cases[1]["pdu"] = "Gwent"
    given.cases[2]["mappa_level"] = None
    given.cases.reverse()
    given.headings = dict(reversed(given.headings.items()))
    return given


def fifth_version() -> CaseReturn:
    """Of the second version's cases the last lost, a new one won, and one answer changed back."""
    given = return_of([*references("A", 8), "Z000001"])
    given.cases[1]["pdu"] = "Gwent"
    given.cases[2]["mappa_level"] = None
    given.cases[8]["C3"] = "No"
    return given


@pytest.fixture(scope="module")
def versions(told: Told) -> list[VersionReport]:
    return history_of_region(told.home, "wales", SCORES)


def test_every_version_is_told_with_its_hash_and_arrival_in_order(told: Told, versions: list[VersionReport]):
    arrivals = [version.received_at for version in versions]

    assert [(version.return_path, version.version) for version in versions] == [
        (SCORES, number) for number in told.files
    ]
    assert [version.content_sha256 for version in versions] == [
        hashlib.sha256(content).hexdigest() for content in told.files.values()
    ]
    assert arrivals == sorted(set(arrivals))
    assert told.began <= arrivals[0] <= arrivals[-1] <= told.ended


def test_every_version_is_told_with_its_outcome_and_counts(versions: list[VersionReport]):
    outcomes = [(version.outcome, version.cases_received, version.cases_accepted) for version in versions]

    assert outcomes == [
        ("withdrawn", 10, 10),
        ("withdrawn", 9, 9),
        ("never_in_force", 3, 3),
        ("refused", 0, 0),
        ("withdrawn", 9, 9),
        ("in_force", 2, 2),
    ]
    assert [version.cases_lost for version in versions] == [None, 1, 6, None, 1, None]


def test_a_version_that_waits_is_held(told: Told):
    assert told.while_held.outcome == "held"


def test_a_change_is_told_with_the_cell_of_the_later_version(told: Told, versions: list[VersionReport], tmp_path: Path):
    changed = {change.column_name: change for change in versions[1].changes if change.change == "value_changed"}

    (first_pdu,) = (pdu.slug for pdu in PROGRAMME.pdus if pdu.name == return_of(references("A", 10)).cases[1]["pdu"])
    assert {name: (change.value_before, change.value_after) for name, change in changed.items()} == {
        "C1": ("yes", "no"),
        "pdu": (first_pdu, "gwent"),
        "mappa_level": ("1", None),
    }
    sheet = workbook(told, 2, tmp_path)
    assert {name: sheet[change.cell].value for name, change in changed.items()} == {
        "C1": "No",
        "pdu": "Gwent",
        "mappa_level": None,
    }
    assert {name: case_of(sheet, change) for name, change in changed.items()} == {
        "C1": "A000001",
        "pdu": "A000002",
        "mappa_level": "A000003",
    }
    assert all(change.case_pseudonym == pseudonym(told.home, case_of(sheet, change)) for change in changed.values())


def test_nothing_else_changed_with_another_order_and_layout(versions: list[VersionReport]):
    assert len(versions[1].changes) == len(("C1", "pdu", "mappa_level")) + len(("the lost case",))


def test_cases_that_are_new_or_lost_are_told_with_their_row(told: Told, versions: list[VersionReport]):
    second, fifth = (
        {
            (change.change, change.case_pseudonym, change.cell)
            for change in versions[number - 1].changes
            if change.column_name is None
        }
        for number in (2, 5)
    )

    row_in_first_version, row_in_fifth = "11", "10"
    assert second == {("case_lost", pseudonym(told.home, "A000010"), row_in_first_version)}
    assert ("case_added", pseudonym(told.home, "Z000001"), row_in_fifth) in fifth
    assert len(fifth) == 6


def test_a_version_is_compared_with_the_one_before_it_held_or_not(told: Told, versions: list[VersionReport]):
    third, fifth = ({(change.change, change.case_pseudonym) for change in versions[n].changes} for n in (2, 4))

    back = {("case_added", pseudonym(told.home, f"A00000{number}")) for number in range(4, 9)}
    gone = {("case_lost", pseudonym(told.home, f"A00000{number}")) for number in range(4, 10)}
    assert third >= gone
    assert {change for change in fifth if change[0] == "case_added"} == {
        *back,
        ("case_added", pseudonym(told.home, "Z000001")),
    }


def test_the_first_version_and_a_refused_one_changed_nothing(versions: list[VersionReport]):
    assert (versions[0].changes, versions[3].changes, versions[3].measures) == ((), (), ())


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (1, "withdrawn", "first"),
        (2, "first", "second"),
        (5, "second", "fifth"),
        (6, "withdrawn", "sixth"),
    ],
)
def test_what_a_version_did_is_the_difference_that_its_release_made(
    told: Told, versions: list[VersionReport], number: int, before: str, after: str
):
    expected = difference(told.findings[before], told.findings[after])

    assert len(expected) > 0
    assert measures_of(versions[number - 1]) == expected


def test_what_a_held_version_would_do_is_the_difference_that_accepting_it_makes(told: Told):
    expected = difference(told.findings["third held"], told.findings["third accepted"])

    assert told.findings["third held"] == told.findings["second"]
    assert measures_of(told.while_held) == expected


def test_a_version_that_never_came_into_force_did_nothing(versions: list[VersionReport]):
    assert versions[2].measures == ()


def test_a_region_is_told_return_by_return(told: Told):
    whole = history_of_region(told.home, "wales", None)

    assert [(version.return_path, version.version) for version in whole] == [
        ("constant.csv", 1),
        *((SCORES, number) for number in told.files),
    ]


@pytest.mark.parametrize("path", [None, "scores.xlsx"])
def test_a_file_under_no_region_has_a_history(told: Told, path: str | None):
    (version,) = history_of_region(told.home, "atlantis", path)

    assert (version.return_path, version.outcome, version.content_sha256) == ("atlantis/scores.xlsx", "refused", "")


@pytest.mark.parametrize(("region", "path"), [("wal", None), ("north-east", None), ("wales", "scores.xlsx")])
def test_nothing_is_told_of_what_never_arrived(told: Told, region: str, path: str | None):
    assert history_of_region(told.home, region, path) == []


def test_a_warehouse_of_another_version_is_told_with_what_to_do(tmp_path: Path):
    home = Home(tmp_path)
    home.restricted.mkdir()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("create table of_before (x integer)")

    with pytest.raises(WarehouseError, match=r"built by another version of the pipeline\. Run the refresh"):
        history_of_region(home, "wales", None)


def test_there_is_no_history_without_a_warehouse(tmp_path: Path):
    assert history_of_region(Home(tmp_path), "wales", None) == []


def found(home: Home) -> Findings:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select measure_code, relevant_cases, counted_cases from regional_findings where region_code = 'N03'"
        ).fetchall()
    return {measure: (relevant, counted) for measure, relevant, counted in rows}


def difference(before: Findings, after: Findings) -> set[MeasureChange]:
    return {
        MeasureChange(measure, *before[measure], *after[measure])
        for measure in after
        if before[measure] != after[measure]
    }


def measures_of(version: VersionReport) -> set[MeasureChange]:
    assert len(set(version.measures)) == len(version.measures)
    return set(version.measures)


def workbook(told: Told, number: int, folder: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    file = folder / "version.xlsx"
    file.write_bytes(told.files[number])
    return openpyxl.load_workbook(file)[SHEET]


def case_of(sheet: openpyxl.worksheet.worksheet.Worksheet, change: Change) -> str:
    """The case reference in the row of a change: in the second version it stands in the last column."""
    return sheet.cell(sheet[change.cell].row, sheet.max_column).value
