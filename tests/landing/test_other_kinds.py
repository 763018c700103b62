"""Returns of the other kinds over time: what a new version changes, loses and displaces, and what two of them share."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from dipp_pipeline.reports.history import history_of_region
from dipp_pipeline.reports.status import HeldVersion, held_versions
from dipp_pipeline.reports.text import show_history
from tests.homes import Home, add_line, copied_definitions
from tests.landing.other_returns import Row, posts, recommendations, responses, send_rows
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

TABLES = ("staffing", "recommendations", "recommendation_progress", "follow_up", "staff_survey_findings")

STAFFING, RECOMMENDATIONS, SURVEY = "wales/staffing/s.csv", "wales/recommendations/r.csv", "wales/staff-survey/q.csv"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def refresh(home: Home) -> None:
    home.ingest()
    home.build()
    home.give_feedback()
    home.publish()


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def outcomes(home: Home, path: str) -> list[str]:
    """What became of each version of a return."""
    region, _, within = path.partition("/")
    return [version.outcome for version in history_of_region(home, region, within)]


def changes(home: Home, path: str) -> list[dict[str, Any]]:
    """What the latest version of a return changed, as a script reads it, without what is null."""
    region, _, within = path.partition("/")
    document = json.loads(json.dumps(history_of_region(home, region, within)[-1].as_json()))
    return [{name: value for name, value in change.items() if value is not None} for change in document["changes"]]


def problems(home: Home, path: str) -> list[str]:
    """The rules that the latest version of a return breaks, as it stands by itself."""
    region, _, within = path.partition("/")
    (return_,) = (
        entry for entry in home.again().history().returns if (entry.region_slug, entry.path) == (region, within)
    )
    landed = duckdb.from_parquet(str(return_.latest.reading.folder / "issues.parquet"))
    return sorted(rule for (rule,) in landed.select("rule_code").fetchall())


def test_what_a_new_staffing_return_changed_is_told_by_pdu_and_grade(home: Home) -> None:
    send_rows(home, STAFFING, posts())
    refresh(home)
    send_rows(home, STAFFING, posts({"in_post_fte": "9.25", "mean_caseload": None}, {"as_of": "1/10/2025"}))
    refresh(home)

    place = {"change": "value_changed", "sheet": "s", "row_key": "gwent probation_officer"}
    other = {"change": "value_changed", "sheet": "s", "row_key": "gwent probation_services_officer"}
    assert changes(home, STAFFING) == [
        place | {"cell": "E2", "column_name": "in_post_fte", "value_before": "15.5", "value_after": "9.25"},
        place | {"cell": "F2", "column_name": "mean_caseload", "value_before": "40.0"},
        other | {"cell": "C3", "column_name": "as_of", "value_before": "2025-09-30", "value_after": "2025-10-01"},
    ]


def test_what_a_new_recommendations_return_changed_is_told_by_number(home: Home) -> None:
    send_rows(home, RECOMMENDATIONS, recommendations(count=6))
    refresh(home)
    sent = recommendations({"status": "Under way"}, {"due_on": None}, count=7)
    send_rows(home, RECOMMENDATIONS, [row for row in sent if row["number"] != 4])
    refresh(home)

    assert changes(home, RECOMMENDATIONS) == [
        {
            "change": "value_changed",
            "row_key": "1",
            "column_name": "status",
            "value_before": "not_started",
            "value_after": "in_progress",
            "sheet": "r",
            "cell": "H2",
        },
        {
            "change": "value_changed",
            "row_key": "2",
            "column_name": "due_on",
            "value_before": "2026-03-31",
            "sheet": "r",
            "cell": "G3",
        },
        {"change": "case_lost", "row_key": "4", "sheet": "r", "cell": "5"},
        {"change": "case_added", "row_key": "7", "sheet": "r", "cell": "7"},
    ]


def test_the_same_rows_spelt_otherwise_are_no_change(home: Home) -> None:
    send_rows(home, STAFFING, posts())
    send_rows(home, RECOMMENDATIONS, recommendations(count=2))
    refresh(home)
    send_rows(home, STAFFING, posts({"grade": "Probation_Officer", "in_post_fte": "15.50"})[::-1])
    send_rows(home, RECOMMENDATIONS, recommendations({"number": "01", "status": "not_started"}, count=2))
    refresh(home)

    assert outcomes(home, STAFFING) == ["superseded", "in_force"]
    assert outcomes(home, RECOMMENDATIONS) == ["superseded", "in_force"]
    assert changes(home, STAFFING) == changes(home, RECOMMENDATIONS) == []


def test_a_survey_tells_how_many_responses_a_version_has_and_no_response(home: Home) -> None:
    send_rows(home, SURVEY, responses(12))
    refresh(home)
    send_rows(home, SURVEY, responses(11, {"S1": "disagree"}, {"role": "Admin"}))
    refresh(home)

    before, after = history_of_region(home, "wales", "staff-survey/q.csv")
    assert (before.cases_accepted, after.cases_accepted, after.cases_lost) == (12, 11, 1)
    assert (before.changes, after.changes, after.measures) == ((), (), ())


LOSSES: dict[str, tuple[str, Sequence[Row], Sequence[Row], HeldVersion]] = {
    "another grade in the place of one": (
        STAFFING,
        posts()[:2],
        posts()[1:],
        HeldVersion("wales", "staffing/s.csv", 2, 1, 2),
    ),
    "other numbers": (
        RECOMMENDATIONS,
        recommendations(),
        recommendations({"number": 11}, {"number": 12}),
        HeldVersion("wales", "recommendations/r.csv", 2, 2, 5),
    ),
    "fewer responses": (
        SURVEY,
        responses(14),
        responses(11),
        HeldVersion("wales", "staff-survey/q.csv", 2, None, None),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_version_that_loses_more_than_a_fifth_of_its_rows_waits_until_it_is_accepted(home: Home, name: str) -> None:
    path, before, after, held = LOSSES[name]
    send_rows(home, path, before)
    refresh(home)
    send_rows(home, path, after)
    refresh(home)

    assert held_versions(home.warehouse) == (held,)
    assert outcomes(home, path) == ["in_force", "held"]

    home.of_path(held.return_path).held.accept()
    refresh(home)

    assert outcomes(home, path) == ["superseded", "in_force"]
    assert held_versions(home.warehouse) == ()


def test_other_responses_of_the_same_number_come_into_force_at_once(home: Home) -> None:
    send_rows(home, SURVEY, responses(10))
    refresh(home)
    send_rows(home, SURVEY, responses(8, *[{"S1": "strongly disagree"}] * 8))
    refresh(home)

    assert outcomes(home, SURVEY) == ["superseded", "in_force"]


@pytest.mark.parametrize("path", [STAFFING, RECOMMENDATIONS, SURVEY])
def test_a_refused_version_displaces_nothing(home: Home, path: str) -> None:
    rows = {STAFFING: posts(), RECOMMENDATIONS: recommendations(), SURVEY: responses(10)}[path]
    send_rows(home, path, rows)
    refresh(home)
    in_force = [published(home, f"from {table}") for table in TABLES]
    (home.incoming / path).write_text("nothing,of,the,kind\n1,2,3,4\n")
    refresh(home)

    assert outcomes(home, path) == ["in_force", "refused"]
    assert problems(home, path) == ["F03"]
    assert [published(home, f"from {table}") for table in TABLES] == in_force
    assert published(home, "select rule_code, occurrences, case_score_occurrences from data_quality") == [("F03", 1, 0)]


def test_what_is_withdrawn_leaves_the_tables_until_new_bytes_arrive(home: Home) -> None:
    send_rows(home, STAFFING, posts())
    send_rows(home, RECOMMENDATIONS, recommendations())
    send_rows(home, SURVEY, responses(10))
    refresh(home)
    for path in ("staffing/s.csv", "recommendations/r.csv", "staff-survey/q.csv"):
        home.of_path(path).withdraw()
    refresh(home)

    assert [table for table in TABLES if published(home, f"from {table}")] == []
    assert outcomes(home, STAFFING) == outcomes(home, RECOMMENDATIONS) == outcomes(home, SURVEY) == ["withdrawn"]

    send_rows(home, RECOMMENDATIONS, recommendations({"status": "Done"}, count=1))
    refresh(home)

    assert published(home, "select made, completed from follow_up") == [(1, 1)]


def test_a_new_spelling_takes_effect_in_what_arrived_before(home: Home, tmp_path: Path) -> None:
    send_rows(home, STAFFING, posts({"grade": "Grade 1 officer"}))
    send_rows(home, RECOMMENDATIONS, recommendations({"status": "As good as done"}))
    send_rows(home, SURVEY, responses(11, {"S1": "aye"}))
    refresh(home)
    assert problems(home, STAFFING) == problems(home, RECOMMENDATIONS) == problems(home, SURVEY) == ["R07"]
    seeds = copied_definitions(tmp_path / "sql") / "seeds"
    for line in ("grade,Grade 1 officer,probation_officer", "status,As good as done,completed", "agreement,aye,agree"):
        add_line(seeds / "value_spellings.csv", line)
    home = home.under(seeds)
    refresh(home)

    assert problems(home, STAFFING) == problems(home, RECOMMENDATIONS) == problems(home, SURVEY) == []
    assert [home.of_path(path).latest.number for path in ("staffing/s.csv", "staff-survey/q.csv")] == [1, 1]
    assert published(home, "select completed from follow_up") == [(1,)]
    respondents = "select respondents from staff_survey_findings where level = 'region' and statement_code = 'S1'"
    assert published(home, respondents) == [(11,)]


def test_progress_has_the_first_version_and_those_that_change_acceptance_or_status(home: Home) -> None:
    versions: Sequence[Row] = (
        {"accepted": "Awaited"},
        {"accepted": "Awaited", "text": "Check each address", "updated_on": "1/10/2025"},
        {"accepted": "Yes", "status": "Under way", "updated_on": "2/10/2025"},
    )
    for cells in versions:
        send_rows(home, RECOMMENDATIONS, recommendations(cells, count=1))
        refresh(home)

    columns = "number, version, accepted, status, updated_on::varchar"
    assert published(home, f"select {columns} from recommendation_progress") == [
        (1, 1, "awaited", "not_started", "2025-09-30"),
        (1, 3, "yes", "in_progress", "2025-10-02"),
    ]


def test_a_version_that_never_came_into_force_is_no_progress(home: Home) -> None:
    send_rows(home, RECOMMENDATIONS, recommendations(count=5))
    refresh(home)
    send_rows(home, RECOMMENDATIONS, recommendations({"status": "Done"}, count=1))  # held
    refresh(home)
    send_rows(home, RECOMMENDATIONS, recommendations({"status": "Under way"}, count=5))
    refresh(home)

    assert outcomes(home, RECOMMENDATIONS) == ["superseded", "never_in_force", "in_force"]
    progress = "select version, status from recommendation_progress where number = 1"
    assert published(home, progress) == [(1, "not_started"), (3, "in_progress")]


def test_a_purge_leaves_the_hash_and_counts_of_versions_that_are_not_in_force(home: Home) -> None:
    later = home.at(home.clock().replace(year=2030))
    for path, before, after in (
        (STAFFING, posts(), posts({"in_post_fte": 1})),
        (RECOMMENDATIONS, recommendations({"text": "Zorabel"}), recommendations({"status": "Done"})),
        (SURVEY, responses(12), responses(11)),
    ):
        send_rows(home, path, before)
        refresh(home)
        send_rows(later, path, after)
        refresh(later)

    purged = home.purge(date(2029, 1, 1))
    refresh(home)

    assert (purged.versions, [return_.path for return_, _ in purged.still_needed]) == (3, [])
    for path, accepted in ((STAFFING, 3), (RECOMMENDATIONS, 5), (SURVEY, 12)):
        first, _ = history_of_region(home, *path.split("/", 1))
        assert (first.outcome, first.cases_accepted) == ("purged", accepted)
        assert changes(home, path) or path == SURVEY, "what the version in force changed is kept with it"
    stored = [file for file in home.originals.rglob("*") if file.is_file() and b"Zorabel" in file.read_bytes()]
    assert stored == []
    assert published(home, "select version, status from recommendation_progress where number = 1") == [(2, "completed")]


SENTENCE = {
    "staffing": "Error R04: This post stands in another return too, which arrived first (Wales: staffing/a.csv). "
    "Take it out of one.",
    "recommendations": "Error R04: This recommendation stands in another return too, which arrived first "
    "(Wales: recommendations/a.csv). Take it out of one.",
}


@pytest.mark.parametrize(
    ("kind", "rows", "cell"),
    [("staffing", posts()[:1], "b, cell B2"), ("recommendations", recommendations(count=1), "b, cell A2")],
)
def test_a_key_in_two_returns_of_a_region_is_kept_by_the_first_and_told_to_the_other(
    home: Home, kind: str, rows: list[Row], cell: str
) -> None:
    send_rows(home, f"wales/{kind}/a.csv", rows)
    refresh(home)
    later = {"in_post_fte": 400} if kind == "staffing" else {"status": "Done"}
    send_rows(home, f"wales/{kind}/b.csv", [row | later for row in rows])
    refresh(home)

    assert published(home, "select rule_code, occurrences, case_score_occurrences from data_quality") == [("R04", 1, 0)]
    assert published(
        home, "select distinct in_post_fte from staffing union all select number from recommendations"
    ) == [(15.5,) if kind == "staffing" else (1,)]
    copies = sorted(str(file.relative_to(home.feedback)) for file in home.feedback.rglob("*.xlsx"))
    assert copies == [f"wales/{kind}/b.csv.marked-up.xlsx"]
    said = told(home.feedback / copies[0])
    assert SENTENCE[kind] in said
    assert cell in said

    home.of_path(f"{kind}/a.csv").withdraw()
    refresh(home)

    assert published(home, "from data_quality") == []
    assert not list(home.feedback.rglob("*.xlsx"))


def told(copy: Path) -> list[object]:
    """All that a marked-up copy says, in its cells and notes."""
    book = openpyxl.load_workbook(copy)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [*(cell.value for cell in cells), *(cell.comment.text for cell in cells if cell.comment)]


def test_a_number_stands_once_in_a_region_and_kind_alone(home: Home) -> None:
    send_rows(home, "wales/recommendations/r.csv", recommendations(count=2))
    send_rows(home, "london/recommendations/r.csv", recommendations(count=2))
    send_rows(home, "wales/staffing/s.csv", posts())
    send_cases(home, "wales/scores.csv", references("A", 3))
    refresh(home)

    assert published(home, "from data_quality") == []
    assert len(published(home, "from recommendations")) == 4


def test_the_feedback_marks_what_is_held_back_and_what_is_refused(home: Home) -> None:
    send_rows(home, STAFFING, posts({"in_post_fte": "lots"}))
    send_rows(home, RECOMMENDATIONS, [{**row, "number": 1} for row in recommendations({"text": "Another"}, count=2)])
    send_rows(home, SURVEY, responses(10, {"S1": "perhaps"}))
    send_cases(home, "wales/staffing/cases.csv", references("A", 3))
    refresh(home)

    said = {
        path: "\n".join(map(str, told(home.feedback / f"wales/{path}.marked-up.xlsx")))
        for path in ("staffing/s.csv", "recommendations/r.csv", "staff-survey/q.csv", "staffing/cases.csv")
    }
    assert "A text of 4 characters is not a number from 0 to 500 for In post FTE. Mend it." in said["staffing/s.csv"]
    assert "This recommendation stands more than once in this return" in said["recommendations/r.csv"]
    assert "A text of 7 characters is not an answer to S1." in said["staff-survey/q.csv"]
    assert "No visible sheet has a row of headings of a post table." in said["staffing/cases.csv"]
    assert not any("case table" in text for text in said.values())


FORMULAS = ("=1+1", '=HYPERLINK("http://localhost","x")', "+1", "@SUM(A1)")


def test_a_text_that_looks_like_a_formula_is_text_wherever_it_goes(home: Home) -> None:
    sent = [{"text": text, "status": "nowhere"} for text in FORMULAS] + [{"text": "Go\r\n on"}]
    send_rows(home, RECOMMENDATIONS, recommendations(*sent))
    refresh(home)

    book = openpyxl.load_workbook(home.feedback / "wales/recommendations/r.csv.marked-up.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in FORMULAS]
    assert len(cells) >= len(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}
    assert published(home, "select number, text from recommendations") == [(5, "Go on")]


Put = Callable[[Home], object]

MISPLACED: dict[str, tuple[Put, str, str, list[str]]] = {
    "under no region": (
        lambda home: send_rows(home, "staff-survey/x.csv", responses(3), "staff-survey"),
        "staff-survey/x.csv",
        "case-scores",
        ["F06"],
    ),
    "in a folder of that name further down": (
        lambda home: send_rows(home, "wales/deep/staffing/x.csv", posts(), "staffing"),
        "wales/deep/staffing/x.csv",
        "case-scores",
        ["F03"],
    ),
    "in a folder of that name in capitals": (
        lambda home: send_rows(home, "wales/Staffing/x.csv", posts(), "staffing"),
        "wales/Staffing/x.csv",
        "staffing",
        [],
    ),
    "deeper in the folder": (
        lambda home: send_rows(home, "wales/staffing/2026/x.csv", posts()),
        "wales/staffing/2026/x.csv",
        "staffing",
        [],
    ),
    "a file of that name": (
        lambda home: (
            (home.incoming / "wales").mkdir(parents=True) or (home.incoming / "wales" / "staffing").write_text("text")
        ),
        "wales/staffing",
        "case-scores",
        ["F01"],
    ),
    "case scores among staffing": (
        lambda home: send_cases(home, "wales/staffing/x.csv", references("A", 3)).rename(
            home.incoming / "wales" / "staffing" / "y.csv"
        ),
        "wales/staffing/y.csv",
        "staffing",
        ["F03"],
    ),
    "staffing among case scores": (
        lambda home: send_rows(home, "wales/x.csv", posts(), "staffing"),
        "wales/x.csv",
        "case-scores",
        ["F03"],
    ),
    "staffing among recommendations": (
        lambda home: send_rows(home, "wales/recommendations/x.csv", posts(), "staffing"),
        "wales/recommendations/x.csv",
        "recommendations",
        ["F03"],
    ),
    "a binary workbook": (
        lambda home: send_rows(home, "wales/staffing/x.csv", posts()).rename(
            home.incoming / "wales" / "staffing" / "x.xlsb"
        ),
        "wales/staffing/x.xlsb",
        "staffing",
        ["F01"],
    ),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_the_first_folder_under_the_region_tells_the_kind(home: Home, name: str) -> None:
    put, path, kind, rules = MISPLACED[name]
    put(home)
    refresh(home)

    (return_,) = home.again().history().returns
    landed = duckdb.from_parquet(str(return_.latest.reading.folder / "issues.parquet"))
    assert home.programme_of(return_).kind.name == kind
    assert "/".join(filter(None, (return_.region_slug, return_.path))) == path
    assert [rule for (rule,) in landed.select("rule_code").fetchall()] == rules


def test_a_csv_with_a_byte_order_mark_and_a_row_of_totals_is_read(home: Home) -> None:
    file = send_rows(home, STAFFING, [*posts(), {"pdu": "Total", "target_fte": 60, "in_post_fte": 46.5}])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    refresh(home)

    (version,) = history_of_region(home, "wales", "staffing/s.csv")
    assert (version.cases_received, version.cases_accepted) == (3, 3)


@pytest.mark.parametrize(
    "pdu", ["Gwent", " GWENT", "wptgwt", "Gwent (Blaenau Gwent, Caerphilly, Monmouthshire, Newport, Torfaen)"]
)
def test_a_pdu_by_any_name_is_the_same_key(home: Home, pdu: str) -> None:
    send_rows(home, STAFFING, [*posts()[:1], *posts({"pdu": pdu, "in_post_fte": 3})[:1]])
    refresh(home)

    assert problems(home, STAFFING) == ["R03", "R03"]


def test_an_empty_folder_of_a_kind_is_nothing(home: Home) -> None:
    (home.incoming / "wales" / "staffing").mkdir(parents=True)
    refresh(home)

    assert home.again().history().returns == []
    assert published(home, "select staffing_received from programme_progress where region_code = 'N03'") == [(False,)]


def test_two_surveys_of_a_region_count_together(home: Home) -> None:
    send_rows(home, "wales/staff-survey/north.csv", responses(6))
    send_rows(home, "wales/staff-survey/south.csv", responses(6))
    refresh(home)

    figures = "select respondents, agreeing from staff_survey_findings where level = 'region' and statement_code = 'S1'"
    assert published(home, figures) == [(12, 12)]
    assert published(home, "from data_quality") == []


def test_a_region_with_other_kinds_alone_has_not_started_on_case_scores(home: Home) -> None:
    send_rows(home, STAFFING, posts())
    refresh(home)

    columns = "status, returns_received, staff_survey_received, staffing_received, recommendations_received"
    progress = published(home, f"select {columns} from programme_progress where region_code = 'N03'")
    assert progress == [("not_started", 0, False, True, False)]


WHOLE = ("1", "01", " 1 ")
NOT_WHOLE = ("1.5", "1e3", "1,000", "-1", "one", "0", "1000")


def test_only_whole_numbers_are_numbers_of_recommendations(home: Home) -> None:
    for place, text in enumerate(WHOLE):
        send_rows(home, f"wales/recommendations/{place}.csv", recommendations({"number": text}, count=1))
    send_rows(home, "london/recommendations/r.csv", recommendations(*({"number": text} for text in NOT_WHOLE), count=7))
    refresh(home)

    assert published(home, "select region_code, number from recommendations") == [("N03", 1)]
    quality = "select region_code, rule_code, occurrences from data_quality order by all"
    assert published(home, quality) == [("N03", "R04", 2), ("N07", "R07", 7)]


def test_what_a_text_holds_cannot_command_the_terminal_that_shows_its_history(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    send_rows(home, RECOMMENDATIONS, recommendations({"text": "Before"}))
    refresh(home)
    send_rows(home, RECOMMENDATIONS, recommendations({"text": "After\x1b[2J\x07"}))
    refresh(home)

    show_history(history_of_region(home, "wales", "recommendations/r.csv"), lambda _: "recommendation", in_full=True)

    said = capsys.readouterr().out
    assert "r!C2: 1 text: Before -> After?[2J?" in said
    assert "\x1b" not in said
