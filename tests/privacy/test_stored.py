"""What a person typed into a return is stored in originals and marked-up copies alone; elsewhere it is described."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dipp_pipeline.intake.issues import Issue, is_described, to_be_kept
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.settings import Limits
from tests.homes import Home
from tests.privacy.test_unfinished import under
from tests.returns import PROGRAMME, SHEET, FormulaError, valid_return, write_csv, write_ods, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

NAME = "Quillan Featherby"
TEN = "a text of 17 characters"


def kept(issue: Issue) -> Issue:
    (stored,) = to_be_kept([issue], PROGRAMME)
    return stored


@pytest.mark.parametrize(
    "text",
    [
        *(
            "White",
            "whiTe ",
            "Yes",
            "N/A",
            "ineffective",
            "high",
            "Cardiff & Vale",
            "N03CTM",
            "Tameside",
        ),
        *("Wales", "Surname", "CRN", "C1", "C1a", "12", "-35", "45292.5", "2019-01-01", "31/02/2026", "3 March 2026"),
        *("2026-01-02 10:30:00", "#REF!", "#n/a", "Err:502", "a formula whose result was never stored"),
    ],
)
def test_reference_data_dates_numbers_and_errors_are_stored_as_they_stand(text: str):
    issue = Issue("R07", "quarantine", f'"{text}" is not a value of Sex. Use Male.', SHEET, "B2", 2, "sex", text)

    assert kept(issue) == issue


@pytest.mark.parametrize(
    "text",
    [NAME, "07700900123", "3 Marymount 2026", "Male?!x", "#MARY", "C1 for Mary", "x", 'Ann "Bo" Lee', "Lee. Ann"],
)
@pytest.mark.parametrize(
    "message",
    ['"{}" is not a value of Sex. Use Male.', 'The heading "{}" is not known.', "The cell: it holds {}. Type it in."],
)
def test_all_else_is_described_in_what_was_found_and_in_the_message(text: str, message: str):
    stored = kept(Issue("R07", "quarantine", message.format(text), SHEET, "B2", 2, "sex", text))

    assert is_described(stored.found or "")
    assert text == "x" or text not in stored.message
    assert stored.found.lower() in stored.message.lower()


def test_a_description_reads_as_a_part_of_the_message():
    first = kept(Issue("R07", "quarantine", f'"{NAME}" is not a value of Sex. Use Male.', SHEET, "B2", 2, "sex", NAME))
    later = kept(Issue("W01", "warn", f'The heading "{NAME}" is not known.', SHEET, "B2", 2, None, NAME))
    sheet = kept(Issue("F02", "refuse", f'Sheet "{NAME}" has more than 2 rows. Send the case scores only.'))

    assert first.message == "A text of 17 characters is not a value of Sex. Use Male."
    assert later.message == "The heading (a text of 17 characters) is not known."
    assert sheet.message == "Sheet (a text of 17 characters) has more than 2 rows. Send the case scores only."


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a return in which somebody typed a name wherever one can be typed."""
    home = Home(tmp_path_factory.mktemp("stored") / "home")
    (home.incoming / "wales").mkdir(parents=True)
    given = valid_return()
    given.headings |= {"c1_again": f"C1 {NAME}", "other": NAME, "surname": "Surname"}
    for case in given.cases:
        case |= {"c1_again": NAME, "other": NAME, "surname": NAME}
    given.cases[0] |= dict.fromkeys(("ethnicity", "pdu", "age", "start_date", "C1", "C2b"), NAME)
    given.cases[1] |= {"case_reference": NAME, "C7a": NAME}
    other = [[NAME] * 5, [NAME] * 5]
    given.headings.pop("c1_again")
    rows = given.rows()
    write_xlsx(home.incoming / "wales" / "scores.xlsx", {SHEET: rows, "Cover": [["a"]], NAME: other})
    given.headings["c1_again"] = f"C1 {NAME}"
    write_ods(home.incoming / "wales" / "twice.ods", {SHEET: given.rows(), NAME: rows}, hidden=[NAME])
    home.ingest()
    home.build()
    home.give_feedback()
    return home


def stored_texts(home: Home) -> Iterator[str]:
    """All that is stored outside originals and marked-up copies, and the names of their files."""
    for file in home.restricted.rglob("*"):
        if file.is_file() and file.suffix != ".xlsx" and not file.is_relative_to(home.originals):
            yield file.name
            yield file.read_bytes().decode("utf-8", "replace")
            if file.suffix == ".parquet":
                for column in pl.read_parquet(file).iter_columns():
                    yield from map(str, column.unique())
            if file.suffix == ".duckdb":
                yield from _texts_of(file)


def _texts_of(database: Path) -> Iterator[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        for schema, table, column in connection.execute(columns).fetchall():
            values = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            yield from (str(value) for (value,) in values)


def test_a_name_that_somebody_typed_is_stored_nowhere_else(refreshed: Home):
    assert not [text for text in stored_texts(refreshed) if "Featherby" in text]


def test_what_is_stored_says_which_rule_and_what_to_do(refreshed: Home):
    return_ = refreshed.of_path("scores.xlsx")
    issues = pl.read_parquet(return_.latest.reading.folder / "issues.parquet")

    ethnicity = issues.filter(pl.col("field") == "ethnicity").row(0, named=True)
    assert ethnicity["found"] == TEN
    assert ethnicity["message"].startswith("A text of 17 characters is not a value of Ethnicity. Use ")
    (sheet,) = issues.filter(pl.col("rule_code") == "W06")["sheet"]
    assert sheet == "sheet 3 of the file"
    assert {"R07", "R09", "W01", "W02", "W06"} <= set(issues["rule_code"])


def test_the_marked_up_return_shows_what_was_found(refreshed: Home):
    book = openpyxl.load_workbook(next(refreshed.feedback.rglob("scores.xlsx*")))
    listed = [[cell or "" for cell in row[:3]] for row in book["Problems"].values]

    found = {where: (what, advice) for where, what, advice in listed}
    ethnicity = next(
        place
        for place in found
        if found[place][1].startswith("Error R07: A text of 17 characters is not a value of Eth")
    )
    assert found[ethnicity][0] == NAME
    assert found[f"Sheet {NAME}"][1].startswith("Warning W06: This sheet has no row of headings")
    links = {cell.value: cell.hyperlink for (cell, *_) in book["Problems"].iter_rows() if cell.hyperlink}
    assert links[f"Sheet {NAME}"].location == f"'{NAME}'!A1"
    assert not any(is_described(str(what)) for what, _ in found.values())


def test_check_stores_nothing_and_quotes(refreshed: Home):
    (checked,) = check_files([refreshed.incoming / "wales" / "scores.xlsx"], None, refreshed)

    assert f'"{NAME}" is not a value of Ethnicity' in " ".join(issue.message for issue in checked.issues)
    assert NAME in {issue.sheet for issue in checked.issues}
    assert all("sheet_number" not in issue for issue in checked.as_json()["issues"])


def test_the_name_of_a_sheet_over_a_limit_is_not_stored(tmp_path: Path):
    home = under(Home(tmp_path / "home"), Limits(rows=2))
    (home.incoming / "wales").mkdir(parents=True)
    write_xlsx(home.incoming / "wales" / "scores.xlsx", {NAME: valid_return().rows()})

    home.ingest()

    assert home.of_path("scores.xlsx").refused
    assert not [text for text in stored_texts(home) if "Featherby" in text]


def test_an_error_that_is_none_is_described(tmp_path: Path):
    home = Home(tmp_path / "home")
    (home.incoming / "wales").mkdir(parents=True)
    given = valid_return()
    given.cases[0]["sex"] = FormulaError(NAME)
    write_ods(home.incoming / "wales" / "scores.ods", {SHEET: given.rows()})

    home.ingest()

    assert home.of_path("scores.ods").in_force
    assert not [text for text in stored_texts(home) if "Featherby" in text]


OPENING = st.text("QXZJVKW", min_size=8, max_size=8)
"""What no word begins with."""

MORE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=90)
TYPED = st.builds(str.__add__, OPENING, MORE)
PLACES = (
    "case_reference",
    "pdu",
    "ethnicity",
    "age",
    "start_date",
    "practitioner_inexperienced",
    "C1",
    "C2b",
    "heading",
)


@settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    max_examples=15,
)
@given(typed=st.dictionaries(st.sampled_from(PLACES), TYPED, min_size=3))
def test_no_text_whatever_is_stored_wherever_it_is_typed(
    tmp_path_factory: pytest.TempPathFactory, typed: dict[str, str]
):
    home = Home(tmp_path_factory.mktemp("typed") / "home")
    (home.incoming / "wales").mkdir(parents=True)
    heading = typed.pop("heading", "Other")
    given_return = valid_return()
    given_return.headings["other"] = heading
    for case in given_return.cases:
        case["other"] = heading
    given_return.cases[0] |= typed
    rows = [[heading, "a title"], *given_return.rows(), [heading]]
    write_csv(home.incoming / "wales" / "scores.csv", {SHEET: rows})

    home.ingest()

    stored = [text for text in stored_texts(home) if text]
    for text in (heading, *typed.values()):
        if text != "Other":
            assert not [entry for entry in stored if text[:8] in entry]
