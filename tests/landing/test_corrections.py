"""Corrections of a home take effect without new bytes, and stop everything once they do not meet their mistake."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dipp_pipeline.intake.corrections import CorrectionError
from dipp_pipeline.pipeline import UnreadError
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases

pytestmark = pytest.mark.thorough

HEADINGS = "region,return,case,field,from,to,reason,author_role,date"

GOOD_LINES = (
    "wales,parts/one.csv,A000002,C1,maybe,No,Keyed wrongly,inspector,2026-01-05",
    "wales,parts/one.csv,A000003,age,190,19,Keyed wrongly,local assessor,2026-01-06",
)


@pytest.fixture(scope="module")
def uncorrected(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home, published, in which two cases of Wales are held back and a return of London is refused."""
    home = Home(tmp_path_factory.mktemp("uncorrected") / "home")
    given = return_of(references("A", 5))
    given.cases[1]["C1"] = "Maybe"
    given.cases[2]["age"] = 190
    send(home, "wales/parts/one.csv", given)
    send_cases(home, "london/scores.csv", references("B", 5))
    (home.incoming / "london" / "refused.csv").write_text("no case table\n")
    home.ingest()
    home.build()
    home.publish()
    return home


@pytest.fixture(scope="module")
def corrected(uncorrected: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same with both cases corrected and the refused file gone from the drop folder, as it was."""
    home = uncorrected.copy(tmp_path_factory.mktemp("corrected") / "home")
    shutil.rmtree(home.incoming)
    write(home, GOOD_LINES)
    assert home.ingest() == ["parts/one.csv", "refused.csv", "scores.csv"]
    home.build()
    return home


@pytest.fixture
def home(corrected: Home, tmp_path: Path) -> Home:
    """A copy, to be changed."""
    return corrected.copy(tmp_path / "home")


def test_a_changed_file_takes_effect_without_new_bytes(uncorrected: Home, corrected: Home):
    before, after = (home.of_path("parts/one.csv").in_force for home in (uncorrected, corrected))

    assert (before.number, before.reading.counts.accepted, before.reading.counts.quarantined) == (1, 3, 2)
    assert (after.number, after.reading.counts.accepted, after.reading.counts.quarantined) == (1, 5, 0)


def test_every_correction_that_was_applied_is_counted_and_listed(corrected: Home):
    with duckdb.connect(str(corrected.warehouse), read_only=True) as warehouse:
        counted = warehouse.execute("select return_path, cells_corrected from int_reconciliation order by 1").fetchall()
        listed = warehouse.execute(
            "select version, line, sheet, row_number, column_name, author_role, corrected_on"
            " from stg_corrections order by line"
        ).fetchall()

    assert counted == [("parts/one.csv", 2), ("scores.csv", 0)]
    assert listed == [
        (1, 2, "one", 3, "C1", "inspector", date(2026, 1, 5)),
        (1, 3, "one", 4, "age", "local assessor", date(2026, 1, 6)),
    ]


def test_a_corrected_value_counts(uncorrected: Home, corrected: Home):
    assert figure(uncorrected, "assessment_sufficient") == (3, 3)
    assert figure(corrected, "assessment_sufficient") == (5, 4)


def test_without_its_corrections_a_home_is_what_it_was(uncorrected: Home, home: Home):
    home.corrections_file.unlink()

    home.ingest()

    assert landed(home) == landed(uncorrected)


def test_a_correction_may_mend_what_holds_a_version(home: Home):
    misspelt = return_of(references("B", 5), "london")
    misspelt.cases[0]["C2"] = misspelt.cases[4]["C2"] = "Perhaps"
    send(home, "london/scores.csv", misspelt)
    home.ingest()
    assert home.of_path("scores.csv").held.number == 2

    mended = [f"london,scores.csv,B00000{n},C2,Perhaps,No,Keyed wrongly,inspector,2026-01-05" for n in (1, 5)]
    write(home, [*GOOD_LINES, *mended])
    home.ingest()

    known = home.of_path("scores.csv")
    assert (known.in_force.number, known.held) == (2, None)
    assert known.in_force.reading.corrections == [4, 5]


@pytest.mark.parametrize(
    "line",
    [
        "london,scores.csv,B000001,C2,No,Yes",
        "london,scores.csv,B000009,C2,Yes,No",
        "london,nothing.csv,B000001,C2,Yes,No",
        "wales,scores.csv,B000001,C2,Yes,No",
        "london,refused.csv,B000001,C2,Yes,No",
        "london,scores.csv,B000001,case_reference,B00000I,B000001",
    ],
    ids=["another value", "no such case", "no such return", "another region", "a refused return", "a case reference"],
)
def test_a_correction_that_does_not_meet_its_mistake_stops_everything_and_names_its_line(home: Home, line: str):
    write(home, [*GOOD_LINES, f"{line},Keyed wrongly,inspector,2026-01-05"])

    with pytest.raises(CorrectionError) as first:
        home.ingest()
    with pytest.raises(CorrectionError) as again:
        home.ingest()

    assert str(first.value).startswith("corrections.csv, line 4: ")
    assert str(first.value).endswith(". Take the line out, or mend it.")
    assert "B00000" not in str(first.value)
    assert str(again.value) == str(first.value)


def test_a_correction_of_a_withdrawn_return_stops_everything(home: Home):
    home.of_path("parts/one.csv").withdraw()

    with pytest.raises(CorrectionError, match=r"line 2: C1 of that case in wales/parts/one\.csv"):
        home.ingest()


@pytest.mark.exhaustive
def test_a_correction_does_not_outlive_its_mistake(home: Home):
    released, mended = home.publish(), return_of(references("A", 5))
    mended.cases[2]["age"] = 190
    send(home, "wales/parts/one.csv", mended)

    with pytest.raises(CorrectionError, match=r"corrections\.csv, line 2: C1 of that case in wales/parts/one\.csv"):
        home.ingest()
    assert in_force(home) == released.release_id

    write(home, GOOD_LINES[1:])
    home.ingest()
    home.build()
    assert home.publish().changed
    assert figure(home, "assessment_sufficient") == (5, 5)
    assert home.of_path("parts/one.csv").in_force.number == 2


def test_a_malformed_file_stops_everything_until_it_is_mended(home: Home):
    write(home, [*GOOD_LINES, "wales"])

    with pytest.raises(CorrectionError, match=r"corrections\.csv, line 4: return is blank"):
        home.ingest()
    with pytest.raises(UnreadError):
        home.build()

    write(home, GOOD_LINES)
    assert home.ingest() == []


def test_the_correction_of_another_region_is_checked_as_far_as_that_is_read(home: Home):
    write(home, [*GOOD_LINES, "london,scores.csv,B000001,C2,No,Yes,Keyed wrongly,inspector,2026-01-05"])

    home.ingest("wales")
    with pytest.raises(UnreadError, match=r"Returns of london must be read first\. Run the refresh of all regions"):
        home.build()
    with pytest.raises(CorrectionError):
        home.ingest("london")
    with pytest.raises(CorrectionError):
        home.ingest("wales")


def write(home: Home, lines: Sequence[str]) -> None:
    home.corrections_file.write_text("\n".join([HEADINGS, *lines, ""]), "utf-8")


def figure(home: Home, measure: str) -> tuple[int, int]:
    """The relevant and the counted cases of Wales."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            "select relevant_cases, counted_cases from regional_findings"
            " where region_code = 'N03' and measure_code = ?",
            [measure],
        ).fetchone()


def in_force(home: Home) -> str:
    with duckdb.connect(str(home.database), read_only=True) as published:
        return published.execute("select release_id from release_info").fetchone()[0]


def landed(home: Home) -> dict[str, bytes]:
    return {path: content for path, content in home.stored().items() if path.startswith("landing/")}
