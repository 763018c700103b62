"""From every figure of the sample programme back to the cells that said so, held against what openpyxl finds there."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.matching import value_key
from dipp_pipeline.reports.explain import Evidence, Explanation, ExplanationError, explain
from dipp_pipeline.reports.text import show_explanation
from tests.homes import DEMO, SEEDS, Home
from tests.landing.small_returns import references, return_of, send
from tests.landing.test_store import pseudonym
from tests.returns import PROGRAMME, write_xlsx

pytestmark = pytest.mark.thorough

REGIONS = sorted(folder.name for folder in DEMO.iterdir())

with (SEEDS / "measures.csv").open(encoding="utf-8", newline="") as file:
    MEASURES = {row["measure_code"]: row for row in csv.DictReader(file)}

CORE_QUESTIONS = [question.code for question in PROGRAMME.questions if question.question_set == "core"]

CASE_REFERENCE = re.compile(r"[A-Za-z] ?\d{6}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample programme, published, with a return of Wales of several sheets and one corrected."""
    home = Home(tmp_path_factory.mktemp("explained") / "home")
    home.put(DEMO)
    by_sheet = home.incoming / "wales" / "a sheet a case.xlsx"
    by_sheet.parent.mkdir(parents=True)
    write_xlsx(by_sheet, {f"Case {reference[-1]}": return_of([reference]).rows() for reference in references("Y", 3)})
    corrected = return_of(references("Z", 4))
    corrected.cases[1]["C1"] = "No"
    send(home, "wales/corrected.csv", corrected)
    home.originals.mkdir(parents=True)
    home.corrections_file.write_text(
        "region,return,case,field,from,to,reason,author_role,date\n"
        "wales,corrected.csv,Z000002,C1,No,Yes,Keyed wrongly,inspector,2026-01-05\n"
    )
    home.ingest()
    home.build()
    home.publish()
    return home


@pytest.fixture(scope="module")
def measures(home: Home) -> Mapping[tuple[str, str], Explanation]:
    """Every measure of every region of the sample programme, explained."""
    return {(region, measure): explain(home, region, measure) for region in REGIONS for measure in MEASURES}


def test_a_figure_is_the_published_one(home: Home, measures: Mapping[tuple[str, str], Explanation]):
    with duckdb.connect(str(home.database), read_only=True) as published:
        rows = published.execute(
            "select region_name, measure_code, measure_title, cases_inspected, relevant_cases, counted_cases,"
            " percentage_rounded from regional_findings where region_code <> 'N03'"
        ).fetchall()
        (release_id,) = published.execute("select release_id from release_info").fetchone()

    explained = [
        (
            explanation.region_name,
            explanation.figure_code,
            explanation.title,
            explanation.cases_inspected,
            explanation.relevant_cases,
            explanation.counted_cases,
            explanation.percentage_rounded,
        )
        for explanation in measures.values()
    ]
    assert sorted(explained) == sorted(rows)
    assert len(rows) == 5 * 11
    assert {(entry.release_id, entry.published) for entry in measures.values()} == {(release_id, True)}


def test_the_evidence_of_a_measure_adds_up_to_its_counts(measures: Mapping[tuple[str, str], Explanation]):
    for (_, measure), explanation in measures.items():
        assert_adds_up(explanation, questions=len(MEASURES[measure]["question_code"].split()))


def test_a_case_counts_where_all_its_answers_do(measures: Mapping[tuple[str, str], Explanation]):
    for (_, measure), explanation in measures.items():
        counted_answers = MEASURES[measure]["counted_answers"].split()
        answers: dict[str, list[str]] = {}
        for entry in explanation.evidence:
            answers.setdefault(entry.case_pseudonym, []).append(entry.answer)
        counted = {case for case, given in answers.items() if all(answer in counted_answers for answer in given)}

        assert {entry.case_pseudonym for entry in explanation.evidence if entry.is_counted} == counted


def test_a_composite_lists_every_question_of_a_case_in_the_set_that_it_was_asked(
    measures: Mapping[tuple[str, str], Explanation],
):
    asked = set()
    for region in REGIONS:
        questions: dict[str, list[str]] = {}
        for entry in measures[region, "all_stages_sufficient"].evidence:
            questions.setdefault(entry.case_pseudonym, []).append(entry.question_code)
        asked |= {tuple(codes) for codes in questions.values()}

    assert asked == {("C1", "C2", "C3", "C4"), ("A1", "A2", "A3", "A4")}


def test_every_piece_of_evidence_names_the_cell_in_which_the_answer_stands(
    home: Home, measures: Mapping[tuple[str, str], Explanation]
):
    evidence = [
        (region, entry)
        for (region, _), explanation in measures.items()
        for entry in explanation.evidence
        if entry.return_path.endswith(".xlsx")
    ]

    assert len(evidence) > 3000
    for region, entry in evidence:
        assert_stands_there(home, region, entry)


def test_a_core_question_is_explained_too(home: Home):
    region, asked = "kent-surrey-and-sussex", ["C1a", "C3e", "C5", "C6b"]
    with duckdb.connect(str(home.database), read_only=True) as published:
        rows = published.execute(
            "select question_code, relevant_cases, counted_cases from regional_question_findings"
            " where region_code = ? and list_contains(?, question_code)",
            [PROGRAMME.region_by_slug[region].code, asked],
        ).fetchall()

    explained = {code: explain(home, region, code) for code in asked}

    assert sorted(rows) == [(code, entry.relevant_cases, entry.counted_cases) for code, entry in explained.items()]
    for explanation in explained.values():
        assert_adds_up(explanation, questions=1)
        for entry in explanation.evidence:
            assert entry.is_counted == (entry.answer == "yes")
            assert_stands_there(home, region, entry)


def test_sheets_of_a_return_are_told_apart(home: Home):
    explanation = explain(home, "wales", "C1")

    evidence = [entry for entry in explanation.evidence if entry.return_path == "a sheet a case.xlsx"]
    assert_adds_up(explanation, questions=1)
    assert len({(entry.sheet, entry.cell) for entry in evidence}) == len(evidence) == 3


def test_a_corrected_answer_says_so_and_no_other(home: Home, capsys: pytest.CaptureFixture[str]):
    explanation = explain(home, "wales", "assessment_sufficient")

    corrected = {(entry.case_pseudonym, entry.answer) for entry in explanation.evidence if entry.is_corrected}
    assert corrected == {(pseudonym(home, "Z000002"), "yes")}
    show_explanation(explanation)
    assert capsys.readouterr().out.count("yes (corrected)") == 1


def test_a_region_without_cases_has_figures_of_nothing(home: Home):
    explanation = explain(home, "london", "delivery_effective")

    assert (explanation.relevant_cases, explanation.counted_cases, explanation.percentage_rounded) == (0, 0, None)
    assert explanation.evidence == ()


def test_a_figure_of_a_release_that_is_not_published_says_so(home: Home, tmp_path: Path):
    unpublished = home.copy(tmp_path / "home")
    unpublished.database.unlink()

    explanation = explain(unpublished, "wales", "C1")

    assert replace(explanation, published=True) == explain(home, "wales", "C1")
    assert not explanation.published


def test_an_unknown_measure_is_answered_with_those_there_are(home: Home):
    with pytest.raises(ExplanationError) as raised:
        explain(home, "wales", "delivery")

    codes = ", ".join([*MEASURES, *sorted(CORE_QUESTIONS)])
    assert str(raised.value) == f'There is no figure "delivery" of wales. Use one of {codes}.'


def test_an_unknown_region_is_answered_with_those_there_are(home: Home):
    with pytest.raises(ExplanationError) as raised:
        explain(home, "atlantis", "delivery_effective")

    slugs = ", ".join(sorted(PROGRAMME.region_by_slug))
    assert str(raised.value) == f'"atlantis" is no region. Use one of {slugs}.'


def test_nothing_is_explained_before_anything_is_built(tmp_path: Path):
    with pytest.raises(ExplanationError, match=r"Nothing is built in .* yet\. Run the refresh first"):
        explain(Home(tmp_path), "wales", "C1")


def assert_adds_up(explanation: Explanation, questions: int) -> None:
    """As many cases as the figure says are relevant and counted, each with a piece of evidence a question."""
    pieces = Counter(entry.case_pseudonym for entry in explanation.evidence)
    counted = {entry.case_pseudonym for entry in explanation.evidence if entry.is_counted}
    assert len(pieces) == explanation.relevant_cases
    assert len(counted) == explanation.counted_cases
    assert set(pieces.values()) <= {questions}


def assert_stands_there(home: Home, region: str, entry: Evidence) -> None:
    """The cell holds the answer, under the heading of the question, in the row of the case."""
    sheet = workbook(DEMO / region / entry.return_path)[entry.sheet]
    cell = sheet[entry.cell]
    assert PROGRAMME.value_list(entry.question_code)[value_key(str(cell.value))] == entry.answer
    above = [str(heading.value) for heading in sheet[cell.column_letter][: cell.row - 1]]
    assert any(PROGRAMME.column_for_heading(heading) == entry.question_code for heading in above)
    assert entry.case_pseudonym == pseudonym(home, case_in(sheet, cell.row))


@cache
def case_in(sheet: Worksheet, row: int) -> str:
    """The case reference that stands somewhere in the row."""
    (reference,) = (str(cell.value) for cell in sheet[row] if CASE_REFERENCE.fullmatch(str(cell.value).strip()))
    return reference


@cache
def workbook(file: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(file)
