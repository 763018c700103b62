import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dipp_pipeline.programme.kinds import COLUMNS_OF_EVERY_KIND, TABLES_OF_EVERY_KIND
from dipp_pipeline.programme.model import ProgrammeError
from dipp_pipeline.programme.seeds import load_programme, seeds_fingerprint
from dipp_pipeline.warehouse.sources import source_columns
from tests.homes import SEEDS


@pytest.fixture
def own_seeds(tmp_path) -> Path:
    return shutil.copytree(SEEDS, tmp_path / "seeds")


def add(line: str) -> Callable[[str], str]:
    return lambda text: text.rstrip("\n") + f"\n{line}\n"


def without(beginning: str) -> Callable[[str], str]:
    """The file without the lines that begin so."""

    def edit(text: str) -> str:
        assert f"\n{beginning}" in text
        return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(beginning))

    return edit


def replace(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def change(folder: Path, name: str, edit: Callable[[str], str]) -> None:
    path = folder / name
    path.write_text(edit(path.read_text("utf-8").replace("\r\n", "\n")), "utf-8")


def test_the_seeds_agree_with_themselves():
    programme = load_programme(SEEDS)

    assert len(programme.regions) == 12
    assert len(programme.pdus) == 110
    assert {question.question_set for question in programme.questions} == {"core", "adjusted"}


@pytest.mark.parametrize(
    ("name", "edit", "entry"),
    [
        pytest.param("regions.csv", add("N03,Cymru,cymru,Wales"), "N03", id="region code twice"),
        pytest.param("regions.csv", add("N99,Cymru,wales,Wales"), "wales", id="region slug twice"),
        pytest.param("pdus.csv", add("gwent,Gwent,N03,N03GWT"), "gwent", id="pdu twice"),
        pytest.param("pdus.csv", add("avalon,Avalon,N99,N99AVA"), "N99", id="pdu of no region"),
        pytest.param("pdus.csv", add("new-gwent,Gwent,N03,N03NEW"), "Gwent", id="two PDUs of one name"),
        pytest.param("pdu_aliases.csv", add("N03,Cardiff & Vale,gwent"), "Cardiff & Vale", id="alias of two PDUs"),
        pytest.param("pdu_aliases.csv", add("N03,Gwent,north-wales"), "Gwent", id="alias that is another's name"),
        pytest.param("pdu_aliases.csv", add("N03,Cov,coventry"), "Cov", id="alias of another region's PDU"),
        pytest.param("pdu_aliases.csv", add("N03,Avalon,avalon"), "avalon", id="alias of no PDU"),
        pytest.param("superseded_pdus.csv", add("N50,Old,2025-04-28,avalon"), "avalon", id="successor is no PDU"),
        pytest.param("superseded_pdus.csv", add("N50,Tameside,2025-04-28,wigan"), "Tameside", id="superseded twice"),
        pytest.param("fields.csv", add("age,no,integer,,1,2,"), "age", id="field twice"),
        pytest.param("fields.csv", add("mood,no,emotion,,,,"), "emotion", id="field of unknown type"),
        pytest.param("fields.csv", add("end,no,date,,,,,finish"), "finish", id="date not after what is no field"),
        pytest.param("fields.csv", add("end,no,date,,,,,age"), "age", id="date not after what is no date"),
        pytest.param("fields.csv", add("end,no,date,,,,,end"), "end", id="date not after itself"),
        pytest.param("fields.csv", add("end,no,text,,,,,start_date"), "end", id="no date, not after one"),
        pytest.param("heading_spellings.csv", add("pdu,CRN"), "CRN", id="heading of two fields"),
        pytest.param(
            "heading_spellings.csv", add("pdu,case ref:"), "case ref:", id="heading of two fields but for case"
        ),
        pytest.param("heading_spellings.csv", add("mood,Mood"), "mood", id="heading of no field"),
        pytest.param("value_spellings.csv", add("sex,M,female"), "sex: M", id="spelling of two values"),
        pytest.param("value_spellings.csv", add("sex,Neither,neither"), "neither", id="spelling of no value"),
        pytest.param("value_spellings.csv", add("mood,Good,good"), "mood", id="spelling for no field"),
        pytest.param(
            "questions.csv",
            add("C1,core,,assessment,Again,summary,answer,,C1,provisional"),
            '"C1"',
            id="question twice",
        ),
        pytest.param(
            "questions.csv",
            replace("C1a,core,C1,", "C1a,core,,"),
            "C1a",
            id="prompt without a parent",
        ),
        pytest.param(
            "questions.csv",
            replace("C1a,core,C1,", "C1a,core,A1,"),
            "C1a",
            id="prompt with a parent of the other set",
        ),
        pytest.param(
            "questions.csv",
            replace("C1a,core,C1,", "C1a,core,C99,"),
            "C99",
            id="prompt with a parent that is none",
        ),
        pytest.param(
            "questions.csv",
            add("A8,adjusted,,assessment,New,summary,answer,,C8,provisional"),
            "C8",
            id="counts with no question",
        ),
        pytest.param(
            "questions.csv",
            add("A8,adjusted,,assessment,New,summary,answer,,A1,provisional"),
            "A8",
            id="counts with no core question",
        ),
        pytest.param(
            "questions.csv",
            add("C8,core,,assessment,New,summary,rating,,C8,provisional"),
            "rating",
            id="answers of an unknown list",
        ),
        pytest.param("rules.csv", add("R01,row,warn,again,none,"), "R01", id="rule twice"),
        pytest.param("rules.csv", add("R99,row,warn,new,none,"), "R99", id="rule without advice"),
        pytest.param("rule_advice.csv", add("R99,,Mend it."), "R99", id="advice for no rule"),
        pytest.param("rule_advice.csv", add("R01,,Mend it."), '"R01", ""', id="advice twice"),
        pytest.param("rule_advice.csv", add("R01,new,Mend {it."), '"R01", "new"', id="advice with a brace too many"),
        pytest.param("rule_advice.csv", add("R01,new,Mend {0}."), '"R01", "new"', id="placeholder without a name"),
        pytest.param(
            "measures.csv",
            add("planning_sufficient,99,planning,Again,C2,yes,positive"),
            "planning_sufficient",
            id="measure twice",
        ),
        *(
            pytest.param(
                "kinds.csv",
                add(f"posts,{folder},Return,posts,post,staffing_fields.csv,,{key},no,,no,{heads},no,{cells},{table},"),
                entry,
                id=f"kind of return with {what}",
            )
            for what, entry, folder, key, heads, cells, table in (
                ("no folder", "folder", "", "pdu grade", 4, 3, "posts"),
                ("another's folder", "staffing", "staffing", "pdu grade", 4, 3, "posts"),
                ("a folder in a folder", "a/b", "a/b", "pdu grade", 4, 3, "posts"),
                ("a key that is no field", "mood", "posts", "pdu mood", 4, 3, "posts"),
                ("a key that may be blank", "mean_caseload", "posts", "pdu mean_caseload", 4, 3, "posts"),
                ("no number of headings", "headings_of_table", "posts", "pdu grade", "", 3, "posts"),
                ("no cells in a row", "cells_of_row", "posts", "pdu grade", 4, 0, "posts"),
                ("more headings than it has", "7 headings", "posts", "pdu grade", 7, 3, "posts"),
                ("another's table", "staffing", "posts", "pdu grade", 4, 3, "staffing"),
                ("another's table of answers", "answers", "posts", "pdu grade", 4, 3, "answers"),
                ("a table of every kind", "issues", "posts", "pdu grade", 4, 3, "issues"),
            )
        ),
        pytest.param(
            "staffing_fields.csv", add("version,no,integer,,1,2,,"), "version", id="field called like a column"
        ),
        pytest.param("staffing_fields.csv", add("mood,no,choice,,,,,"), "mood", id="choice of nothing"),
        pytest.param("measures.csv", add("new,99,planning,New,C2 C9,yes,positive,"), "C9", id="measure of no question"),
        *(
            pytest.param(
                "measures.csv",
                add(f"new,99,planning,New,{questions},{answers},negative,{partner}"),
                f'"new" is the complement of "{partner}", {what}',
                id=f"complement {what}",
            )
            for partner, questions, answers, what in (
                ("none", "C2", "no", "which is no measure"),
                ("planning_sufficient", "C3", "no", "and they are not of the same one question"),
                ("all_stages_sufficient", "C1 C2 C3 C4", "no", "and they are not of the same one question"),
                ("oversight_ineffective_or_absent", "C5", "yes", "which is one itself"),
                ("oversight_effective", "C5", "no_absent", "and together they do not count each answer to C5 once"),
                ("oversight_effective", "C5", "yes no_ineffective no_absent", "and together they do not count each"),
            )
        ),
        pytest.param(
            "stages.csv",
            replace("planning,Planning\n", ""),
            '"planning", the stage of question "C2"',
            id="stage of a question without a label",
        ),
        pytest.param(
            "stages.csv",
            replace("All four stages", ""),
            '"all_stages", the stage of measure "all_stages_sufficient"',
            id="stage of a measure without a label",
        ),
        pytest.param("stages.csv", add("planning,Plans"), "planning", id="stage twice"),
        pytest.param(
            "headline_templates.csv",
            replace("lower_than_rest,", "below_the_rest,"),
            "below_the_rest",
            id="headline of no situation",
        ),
        pytest.param(
            "headline_templates.csv",
            lambda text: text[: text.index("lower_than_rest")],
            "lower_than_rest",
            id="situation without a headline",
        ),
        pytest.param("headline_templates.csv", replace("{rest_counted}", "{rank}"), "{rank}", id="headline of a rank"),
        pytest.param(
            "headline_templates.csv", replace("{phrase}.", "{phrase."), "no_relevant_case", id="headline with a brace"
        ),
        pytest.param("headline_phrases.csv", add("new,it was new"), "new", id="phrase of no measure"),
        pytest.param(
            "headline_phrases.csv",
            replace("oversight_effective,management oversight was effective\n", ""),
            "oversight_effective",
            id="measure without a phrase",
        ),
        pytest.param(
            "headline_phrases.csv",
            replace("was effective", "was {effective}"),
            "delivery_effective",
            id="filled phrase",
        ),
        pytest.param("characteristics.csv", add("mood,8,Mood,fair,1,Fair,,"), "mood", id="characteristic of no case"),
        pytest.param("characteristics.csv", without("sex,"), '"sex"', id="characteristic left out"),
        pytest.param("characteristics.csv", without("sex,1,Sex,female"), "female", id="category left out"),
        pytest.param("characteristics.csv", add("sex,1,Sex,neither,5,Neither,,"), "neither", id="category of no case"),
        pytest.param("characteristics.csv", add("sex,1,Sex,male,5,Male,,"), "male", id="category twice"),
        pytest.param("characteristics.csv", replace(",26,35", ",27,35"), "26-35", id="ages between two bands"),
        pytest.param("characteristics.csv", replace(",26,35", ",26,40"), "36-55", id="ages in two bands"),
        pytest.param("characteristics.csv", replace(",56,110", ",56,99"), "110", id="ages above all bands"),
        pytest.param("programme.csv", add("N99,,,,,"), "N99", id="programme of no region"),
        pytest.param("programme.csv", add("N52,,,,,"), "N52", id="region twice in the programme"),
        pytest.param(
            "programme.csv", replace("N53,,", "N53,sixth,"), "sixth", id="publication order that is no number"
        ),
        pytest.param("programme.csv", replace("2026-02-26", "26.2.2026"), "26.2.2026", id="report of no day"),
        *(
            pytest.param("published_figures.csv", add(line), entry, id=f"published figure of {what}")
            for what, entry, line in (
                ("no region", "N99", "N99,delivery_effective,half,,,50,,,,leaflet"),
                ("no measure", "mood", "N52,mood,half,,,50,,,,leaflet"),
                ("no number of cases", "many", "N52,delivery_effective,many,many,,,,,,leaflet"),
                ("no bound", "half", "N52,delivery_effective,less,,,,,half,,leaflet"),
                ("no day", "spring", "N52,delivery_effective,half,,,50,,,spring,leaflet"),
                ("nothing to compare", "a few", "N52,delivery_effective,a few,,,,,,,leaflet"),
            )
        ),
    ],
)
def test_a_contradiction_is_an_error_that_names_file_and_entry(own_seeds, name, edit, entry):
    change(own_seeds, name, edit)

    with pytest.raises(ProgrammeError) as error:
        load_programme(own_seeds)

    assert f'"{entry}"' in str(error.value) or f"{entry}" in str(error.value)
    assert str(error.value).endswith(".")


def test_the_error_names_the_file_that_holds_the_contradiction(own_seeds):
    change(own_seeds, "questions.csv", replace("C1a,core,C1,", "C1a,core,,"))

    with pytest.raises(ProgrammeError, match=r"^questions\.csv: "):
        load_programme(own_seeds)


def test_the_same_spelling_twice_with_the_same_meaning_is_no_contradiction(own_seeds):
    change(own_seeds, "value_spellings.csv", add("sex,male,male"))

    assert load_programme(own_seeds).value_list("sex")["male"] == "male"


def test_the_fingerprint_changes_with_any_seed_and_with_nothing_else(own_seeds):
    before = seeds_fingerprint(own_seeds)
    (own_seeds / "README.md").write_text("other words", "utf-8")
    unchanged = seeds_fingerprint(own_seeds)
    change(own_seeds, "value_spellings.csv", add("sex,Man,male"))

    assert unchanged == before == seeds_fingerprint(SEEDS)
    assert seeds_fingerprint(own_seeds) != before


def test_a_value_without_a_spelling_is_written_as_it_is_with_spaces(own_seeds):
    change(own_seeds, "staffing_fields.csv", add("hue,no,choice,dark_red blue,,,,"))
    change(own_seeds, "value_spellings.csv", add("hue,Light blue,blue"))

    programme = load_programme(own_seeds).of("staffing")

    assert programme.choices_of("hue") == {"blue": "Light blue", "dark_red": "Dark red"}
    assert programme.value_list("hue")["dark red"] == "dark_red"


def test_the_names_that_no_kind_can_take_are_those_that_are_landed_of_every_kind():
    programme = load_programme(SEEDS)
    kinds = [of_kind.kind for of_kind in programme.by_kind.values()]
    landed = {
        name.removeprefix("landing."): set(columns)
        for name, columns in source_columns(SEEDS, programme).items()
        if name.startswith("landing.")
    }
    rows = {kind.rows_table for kind in kinds}

    assert landed.keys() - rows - {kind.answers_table for kind in kinds} == TABLES_OF_EVERY_KIND
    assert {
        column for kind in kinds for column in landed[kind.rows_table] - programme.of(kind.name).field_by_name.keys()
    } == COLUMNS_OF_EVERY_KIND
