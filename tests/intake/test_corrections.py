"""Corrections as they are read from their file, and as they mend a return before it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from dipp_pipeline.intake.corrections import Correction, CorrectionError, correct, read_corrections
from dipp_pipeline.validation.frame import Received
from dipp_pipeline.validation.validate import Validated, validate
from tests.returns import (
    ADJUSTED,
    EVERYTHING,
    NOTHING_MORE,
    PROGRAMME,
    SHEET,
    CaseReturn,
    FormulaError,
    Unstored,
    valid_return,
)
from tests.validation.judging import accepted, answers, arrived, where

AS_IT_IS = "as it is"
"""Stands for what the valid return holds."""

HEADINGS = "region,return,case,field,from,to,reason,author_role,date\n"
LINE = "wales,part 1.csv,R677931,C2,No,Yes,Keyed wrongly,inspector,2026-01-05\n"


def correction(
    column: str, before: str, after: str, case: int = EVERYTHING, reference: str | None = None
) -> Correction:
    """A correction of a cell of the valid return."""
    return Correction(
        line=2,
        region_slug="wales",
        path="part 1.csv",
        key=(reference or valid_return().references()[case],),
        column=column,
        before=before,
        after=after,
        author_role="inspector",
        corrected_on=date(2026, 1, 5),
    )


def corrected(given: CaseReturn, *corrections: Correction) -> tuple[Validated, list[tuple[str, int]]]:
    """The verdict on the corrected return, and the corrections that were applied, each with its row."""
    return corrected_as_read(arrived(given), *corrections)


def corrected_as_read(as_read: Received, *corrections: Correction) -> tuple[Validated, list[tuple[str, int]]]:
    mended, applied = as_corrected(as_read, *corrections)
    (verdict,) = validate([mended], PROGRAMME)
    return verdict, applied


def as_corrected(as_read: Received, *corrections: Correction) -> tuple[Received, list[tuple[str, int]]]:
    read, applied = correct(as_read.read, corrections, as_read.region_code, PROGRAMME)
    return replace(as_read, read=read), [(done.correction.column, done.row) for done in applied]


@dataclass(frozen=True)
class Mending:
    """What a cell of the valid return holds, and a correction of it."""

    column: str
    before: str
    after: str
    found: object = AS_IT_IS

    def given(self) -> CaseReturn:
        given = valid_return()
        if self.found is not AS_IT_IS:
            given.cases[EVERYTHING][self.column] = self.found
        return given


FIELDS: Mapping[Mending, object] = {
    Mending("pdu", "Atlantis", "Gwent", "Atlantis"): "gwent",
    Mending("sex", "F emale", "Female", "F emale"): "female",
    Mending("start_date", "31/02/2025", "28/2/2025", "31/02/2025"): date(2025, 2, 28),
    Mending("start_date", "24/5/2025", "2025-05-25", date(2025, 5, 24)): date(2025, 5, 25),
    Mending("age", "190", "19", 190): 19,
    Mending("practitioner_inexperienced", "N/K", "Yes", "N/K"): True,
    Mending("assessor_role", "", "Inspector", None): "inspector",
    Mending("mappa_level", "1", ""): None,
    Mending("mappa_level", "2", "3", 2.0): "3",
}

SPELLINGS = [
    Mending("C1a", before, "Yes", found)
    for found, before in (
        ("Maybe", "Maybe"),
        ("Maybe", " MAYBE "),
        ("May  be", "may be"),
        ("No", "no"),
        ("No", "N"),
        ("n", "No"),
        (None, ""),
        ("  ", ""),
        (None, "  "),
        (FormulaError("#REF!"), "#REF!"),
        (FormulaError("#DIV/0!"), " #div/0! "),
        (Unstored(), "a formula whose result was never stored"),
    )
]

MISMATCHES = [
    Mending("C1a", before, "Not applicable", found)
    for found, before in (
        ("Yes", "No"),
        ("Yes", ""),
        (None, "Yes"),
        (None, "None"),
        ("Maybe", "Perhaps"),
        (FormulaError("#REF!"), "#N/A"),
        (FormulaError("#REF!"), ""),
        ("Maybe", "#REF!"),
    )
]

BROKEN: Mapping[Mending, str] = {
    Mending("C2", "Yes", "Perhaps"): "R07",
    Mending("C2", "Yes", ""): "R11",
    Mending("C2", "Yes", "Not applicable"): "R12",
    Mending("A2", "", "Yes"): "R14",
    Mending("pdu", "Cardiff and The Vale", "Derby City"): "R06",
    Mending("age", "18", "7"): "R07",
    Mending("start_date", "2025-05-24", "2025-12-24"): "R10",
    Mending("sex", "Female", ""): "R08",
    Mending("case_reference", "R677931", "R67793"): "R02",
    Mending("case_reference", "R677931", "R677938"): "R03",
    Mending("C1", "Yes", "#REF!"): "R07",
}


Verdicts = Mapping[Mending, tuple[Validated, list[tuple[str, int]]]]


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Of each, the verdict on the corrected return and what was applied, judged at once."""
    mendings = [*FIELDS, *SPELLINGS, *MISMATCHES, *BROKEN]
    mended = [
        as_corrected(arrived(mending.given()), correction(mending.column, mending.before, mending.after))
        for mending in mendings
    ]
    judged = validate([as_read for as_read, _ in mended], PROGRAMME)
    return {mending: (verdict, rows) for mending, verdict, (_, rows) in zip(mendings, judged, mended, strict=True)}


@pytest.mark.parametrize("mending", FIELDS, ids=str)
def test_a_field_of_each_kind_is_mended(verdicts: Verdicts, mending: Mending):
    verdict, applied = verdicts[mending]

    assert applied == [(mending.column, EVERYTHING + 2)]
    assert where(verdict) == []
    assert verdict.rows.row(EVERYTHING, named=True)[mending.column] == FIELDS[mending]


@pytest.mark.parametrize("mending", SPELLINGS, ids=str)
def test_what_stands_there_may_be_spelt_in_any_way(verdicts: Verdicts, mending: Mending):
    verdict, applied = verdicts[mending]

    assert applied == [("C1a", EVERYTHING + 2)]
    assert where(verdict) == []
    assert answers(verdict, valid_return().references()[EVERYTHING])["C1a"] == "yes"


@pytest.mark.parametrize("mending", MISMATCHES, ids=str)
def test_a_correction_of_what_does_not_stand_there_is_not_applied(verdicts: Verdicts, mending: Mending):
    verdict, applied = verdicts[mending]

    read = answers(verdict, valid_return().references()[EVERYTHING])
    assert applied == []
    assert read.get("C1a", "held back") == ("yes" if mending.found == "Yes" else "held back")


@pytest.mark.parametrize("mending", BROKEN, ids=str)
def test_what_is_put_there_is_judged(verdicts: Verdicts, mending: Mending):
    verdict, applied = verdicts[mending]

    assert len(applied) == 1
    assert (BROKEN[mending], valid_return().address(EVERYTHING, mending.column)) in where(verdict)
    assert verdict.counts.accepted < 4


def test_a_malformed_case_reference_is_mended():
    given = valid_return()
    given.cases[EVERYTHING]["case_reference"] = "r67793I"

    verdict, applied = corrected(given, correction("case_reference", "R67793i", "R677931", reference="R67793I"))

    assert applied == [("case_reference", 2)]
    assert where(verdict) == []
    assert accepted(verdict) == valid_return().references()


def test_several_corrections_of_a_case_find_it_by_the_reference_that_stands_in_the_return():
    given = valid_return()
    given.cases[EVERYTHING] |= {"case_reference": "R67793I", "C1": "Maybe"}

    verdict, applied = corrected(
        given,
        correction("case_reference", "R67793I", "R677931", reference="R67793I"),
        correction("C1", "Maybe", "Yes", reference="R67793I"),
    )

    assert len(applied) == 2
    assert where(verdict) == []


def test_only_the_named_case_is_mended():
    given = valid_return()
    for case in given.cases[:2]:
        case["C2"] = "Maybe"

    verdict, applied = corrected(given, correction("C2", "Maybe", "Yes", case=NOTHING_MORE))

    assert applied == [("C2", NOTHING_MORE + 2)]
    assert where(verdict) == [("R07", given.address(EVERYTHING, "C2"))]


def test_of_several_broken_formulas_only_the_corrected_one_is_mended():
    given = valid_return()
    for case, column in ((EVERYTHING, "C1"), (EVERYTHING, "C2"), (EVERYTHING + 1, "C1")):
        given.cases[case][column] = FormulaError("#REF!")

    verdict, _ = corrected(given, correction("C1", "#REF!", "Yes"))

    left = [("R13", given.address(EVERYTHING, "C2")), ("R13", given.address(EVERYTHING + 1, "C1"))]
    assert [problem for problem in where(verdict) if problem[0] == "R13"] == left


def test_every_row_of_the_case_in_which_the_mistake_stands_is_mended():
    given = valid_return()
    given.cases[EVERYTHING]["C2"] = "Maybe"
    headings, *rows = given.rows()

    verdict, applied = corrected_as_read(arrived(given, [headings, rows[EVERYTHING]]), correction("C2", "Maybe", "Yes"))

    assert applied == [("C2", 2), ("C2", 2)]
    assert [issue.rule_code for issue in verdict.issues] == ["W03"]
    assert verdict.counts.accepted == 4


def test_a_case_can_be_moved_to_the_other_question_set_answer_by_answer():
    given = valid_return()
    given.cases[ADJUSTED]["question_set"] = "Core"
    given.cases[ADJUSTED]["A1"] = None

    verdict, _ = corrected(
        given,
        correction("question_set", "Core", "Adjusted", case=ADJUSTED),
        correction("A1", "", "No", case=ADJUSTED),
    )

    assert where(verdict) == []
    assert answers(verdict, given.references()[ADJUSTED])["A1"] == "no"


def test_no_case_can_be_moved_to_the_adjusted_set_in_a_sheet_without_its_questions():
    given = valid_return()
    del given.cases[ADJUSTED]
    given.headings = {name: heading for name, heading in given.headings.items() if not name.startswith("A")}

    with pytest.raises(CorrectionError) as raised:
        corrected(given, correction("question_set", "Core", "a"))

    assert str(raised.value) == (
        "corrections.csv, line 2: the sheet of that case has no column for A1, which an adjusted case needs. "
        "Take the line out, or have the return sent again with that column."
    )


def test_a_column_that_is_not_there_is_not_corrected():
    given = valid_return()
    del given.headings["assessor_role"]

    _, applied = corrected(given, correction("assessor_role", "", "Inspector"))

    assert applied == []


def test_a_corrected_return_keeps_its_other_cells_and_what_is_counted_of_them():
    given = valid_return()

    verdict, _ = corrected(given, correction("C2", "Yes", "No"))

    (before,) = validate([arrived(given)], PROGRAMME)
    changed = before.answers.join(verdict.answers, on=["row_key", "question_code", "answer"], how="anti")
    assert changed.select("row_key", "question_code").rows() == [(given.references()[0], "C2")]
    assert verdict.answers.height == before.answers.height
    assert verdict.contents == before.contents


def test_the_corrections_of_a_file_are_read(tmp_path: Path):
    file = tmp_path / "corrections.csv"
    file.write_text(
        "\ufeff" + HEADINGS + LINE + '\nwales,"a, b.csv", r677 938 ,start_date,,"1/2/2025",'
        '"Said ""yes"", meant no",local assessor,2026-01-06\n',
        "utf-8",
    )

    first, second = read_corrections(file, PROGRAMME)

    assert first == replace(correction("C2", "No", "Yes"), line=2)
    assert second == Correction(
        4, "wales", "a, b.csv", ("R677938",), "start_date", "", "1/2/2025", "local assessor", date(2026, 1, 6)
    )


@pytest.mark.parametrize("content", ["", HEADINGS, HEADINGS + "\n\n"], ids=["nothing", "headings", "blank lines"])
def test_there_need_be_no_correction(tmp_path: Path, content: str):
    file = tmp_path / "corrections.csv"
    assert read_corrections(file, PROGRAMME) == ()

    if content:
        file.write_text(content)
        assert read_corrections(file, PROGRAMME) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "corrections.csv: the first line must be region,return,case,field,from,to,reason,author_role,date."),
        (LINE, "corrections.csv: the first line must be region,return,"),
        (HEADINGS.replace(",date", "") + LINE, "corrections.csv: the first line must be region,return,"),
        ("region;return;case\n", "corrections.csv: the first line must be region,return,"),
        (HEADINGS + "wales,part 1.csv,R677931\n", "corrections.csv, line 2: field is blank."),
        (HEADINGS + LINE + LINE.replace("Keyed wrongly", " "), "corrections.csv, line 3: reason is blank."),
        (HEADINGS + LINE.replace("inspector", ""), "corrections.csv, line 2: author_role is blank."),
        (HEADINGS + LINE.replace("R677931", ""), "corrections.csv, line 2: case is blank."),
        (HEADINGS + LINE.replace("part 1.csv", ""), "corrections.csv, line 2: return is blank."),
        (HEADINGS + LINE.replace("2026-01-05", ""), "corrections.csv, line 2: date is blank."),
        (HEADINGS + LINE.replace("2026-01-05", "5/1/2026"), "corrections.csv, line 2: the date must be given as"),
        (HEADINGS + LINE.replace("2026-01-05", "2026-02-30"), "corrections.csv, line 2: the date must be given as"),
        (HEADINGS + LINE.replace("wales", "Wales"), 'corrections.csv, line 2: "Wales" is no region.'),
        (HEADINGS + LINE.replace("C2", "Z9"), 'corrections.csv, line 2: "Z9" is no field or question.'),
        (HEADINGS + LINE.replace("Keyed", "Keyed, as it seems,"), "corrections.csv, line 2 has more than 9 columns."),
        (HEADINGS + LINE.replace("Keyed wrongly", '"Keyed" wrongly'), "corrections.csv cannot be read as CSV"),
        (HEADINGS + LINE.replace("Keyed wrongly", '"Keyed wrongly'), "corrections.csv cannot be read as CSV"),
        (HEADINGS + LINE.replace("Keyed", "Ké"), "corrections.csv cannot be read as CSV in UTF-8"),
        (HEADINGS + LINE + LINE.replace("Yes", "Absent"), "corrections.csv, line 2: another line corrects the same"),
        (
            HEADINGS + LINE + LINE.replace("R677931", "r 677931").replace("No", "Yes"),
            "corrections.csv, line 2: another line corrects the same cell.",
        ),
    ],
)
def test_a_malformed_file_is_told_by_its_line_and_without_a_case(tmp_path: Path, content: str, message: str):
    file = tmp_path / "corrections.csv"
    file.write_bytes(content.encode("cp1252" if "é" in content else "utf-8"))

    with pytest.raises(CorrectionError) as raised:
        read_corrections(file, PROGRAMME)

    assert str(raised.value).startswith(message)
    assert "677931" not in str(raised.value)


@pytest.mark.parametrize("line", ["R677931,wales,part 1.csv,C2", "wales,part 1.csv,C2,R677931"])
def test_a_case_that_stands_in_the_wrong_column_is_not_told(tmp_path: Path, line: str):
    file = tmp_path / "corrections.csv"
    file.write_text(f"{HEADINGS}{line},No,Yes,Keyed wrongly,inspector,2026-01-05\n")

    with pytest.raises(CorrectionError, match='line 2: "a case reference" is no') as raised:
        read_corrections(file, PROGRAMME)

    assert "677931" not in str(raised.value)


def test_the_sheet_of_what_was_applied_is_told():
    given = valid_return()

    _, applied = correct(arrived(given).read, [correction("C2", "Yes", "No")], "N03", PROGRAMME)

    assert [(done.sheet, done.row) for done in applied] == [(SHEET, 2)]
