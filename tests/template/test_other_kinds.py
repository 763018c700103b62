"""The templates of the other kinds of return: what they say, what their cells take, and that filled in they pass.

What is typed in is chosen by hypothesis from the workbook alone: its lists and its limits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.model import Programme, Region
from dipp_pipeline.reports.check import check_files
from dipp_pipeline.template.workbook import write_template
from tests.homes import Home
from tests.other_returns import OTHER_KINDS
from tests.returns import PROGRAMME
from tests.template.spreadsheet import worked_out

SURVEY, STAFFING, RECOMMENDATIONS = OTHER_KINDS
SHEETS = {SURVEY: "Staff survey", STAFFING: "Staffing figures", RECOMMENDATIONS: "Recommendations"}
COVER = "How to fill it in"

WALES = PROGRAMME.region_by_slug["wales"]
LAST_ROW = 501


@dataclass(frozen=True, eq=False)
class Template:
    """What whoever fills in a template sees of it."""

    programme: Programme
    path: Path

    @property
    def book(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path)

    @property
    def sheet(self) -> Worksheet:
        return self.book[SHEETS[self.programme.kind.name]]

    def letters(self) -> Mapping[str, str]:
        """Column to its letter."""
        return {str(self.programme.column_for_heading(str(cell.value))): cell.column_letter for cell in self.sheet[1]}

    def rules(self) -> Mapping[str, DataValidation]:
        """Column to the one validation of its cells."""
        by_cells = {str(rule.sqref): rule for rule in self.sheet.data_validations.dataValidation}
        return {column: by_cells[f"{letter}2:{letter}{LAST_ROW}"] for column, letter in self.letters().items()}

    def choices(self, rule: DataValidation) -> Sequence[object]:
        """What the drop-down list of a validation offers."""
        return [cell.value for (cell,) in self.book["Lists"][rule.formula1.split("!")[1].replace("$", "")]]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Template]:
    """The template of Wales of each kind."""
    return {kind: made(tmp_path_factory.mktemp(kind), kind, WALES) for kind in OTHER_KINDS}


def made(folder: Path, kind: str, region: Region | None) -> Template:
    programme = PROGRAMME.of(kind)
    write_template(folder / "template.xlsx", programme, region)
    return Template(programme, folder / "template.xlsx")


TITLES = {SURVEY: "Staff survey return", STAFFING: "Staffing return", RECOMMENDATIONS: "Recommendations return"}
RECORDS = {SURVEY: "response", STAFFING: "post", RECOMMENDATIONS: "recommendation"}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_the_sheets_and_the_title_are_called_after_the_kind(templates: Mapping[str, Template], kind: str) -> None:
    book = templates[kind].book

    assert book.sheetnames == [COVER, SHEETS[kind], "Lists"]
    assert book.properties.title == TITLES[kind]
    assert [book[COVER][address].value for address in ("A1", "A2")] == [TITLES[kind], "Wales"]


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_template_speaks_of_its_own_records_and_not_of_cases(templates: Mapping[str, Template], kind: str) -> None:
    template = templates[kind]
    cover = [str(cell.value) for row in template.book[COVER].iter_rows() for cell in row if cell.value]
    prompts = [f"{rule.prompt or ''} {rule.error}" for rule in template.rules().values()]

    words_of_columns = {question.label for question in template.programme.questions} | {MEAN_CASELOAD}
    said = [text for text in (*cover, *prompts) if not any(words in text for words in words_of_columns)]
    assert [text for text in said if re.search(r"\bcases?\b", text.replace("no case references", ""))] == []
    assert any(f"A row for each {RECORDS[kind]}" in text for text in cover)
    assert not any("grey" in text or "None" in text for text in said)


MEAN_CASELOAD = "Mean number of cases of those in post"
"""The cases that this speaks of are what it counts."""


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_the_cover_tells_of_every_column_what_it_takes(templates: Mapping[str, Template], kind: str) -> None:
    template = templates[kind]
    headings = [cell.value for cell in template.sheet[1]]
    told = {row[0]: row[1] for row in template.book[COVER].iter_rows(values_only=True)}

    assert all(told[heading] for heading in headings)
    assert len(headings) == len(template.programme.column_names)


def test_two_rows_of_one_key_are_warned_of_where_there_is_one(templates: Mapping[str, Template]) -> None:
    said = {kind: str(list(template.book[COVER].values)) for kind, template in templates.items()}

    assert "The same post in two rows will be queried." in said[STAFFING]
    assert "The same recommendation in two rows will be queried." in said[RECOMMENDATIONS]
    assert "two rows" not in said[SURVEY]


@pytest.mark.parametrize(
    ("column", "number", "taken"),
    [
        ("target_fte", 0, True),
        ("target_fte", 36.25, True),
        ("target_fte", 500, True),
        ("target_fte", 500.1, False),
        ("in_post_fte", -1, False),
        ("mean_caseload", 500.01, False),
    ],
)
def test_a_decimal_is_taken_within_its_limits(
    templates: Mapping[str, Template], column: str, number: float, taken: bool
) -> None:
    rule = templates[STAFFING].rules()[column]

    assert (rule.type, rule.operator) == ("decimal", "between")
    assert worked_out(f"AND(A1>={rule.formula1},A1<={rule.formula2})", {"A1": number}) is taken


@pytest.mark.parametrize(("column", "longest"), [("text", 1000), ("action", 300), ("owner_role", 300)])
def test_a_text_is_taken_up_to_its_length(templates: Mapping[str, Template], column: str, longest: int) -> None:
    template = templates[RECOMMENDATIONS]
    rule = template.rules()[column]

    assert (rule.type, rule.operator, rule.formula1) == ("textLength", "lessThanOrEqual", str(longest))
    assert f"A text of up to {longest} characters." in rule.error
    assert template.sheet.column_dimensions[template.letters()[column]].number_format == "@"


def test_a_day_to_come_is_taken_where_the_field_has_a_last_day(templates: Mapping[str, Template]) -> None:
    rules = templates[RECOMMENDATIONS].rules()

    assert (rules["due_on"].type, rules["due_on"].formula2) == ("date", "DATE(2099,12,31)")
    assert (rules["updated_on"].type, rules["updated_on"].formula2) == ("date", "TODAY()")


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_what_is_not_from_a_list_or_limited_is_nothing(templates: Mapping[str, Template], kind: str) -> None:
    template = templates[kind]

    types = {column: rule.type for column, rule in template.rules().items()}

    expected = {"pdu": "list", "choice": "list", "integer": "whole", "decimal": "decimal", "date": "date"}
    assert types == {
        **{field.name: expected.get(field.type, "textLength") for field in template.programme.fields},
        **{question.code: "list" for question in template.programme.questions},
    }
    assert all(rule.showErrorMessage and rule.errorStyle in (None, "stop") for rule in template.rules().values())


# ---------------------------------------------------------------------------------------------------------------------
# Filled in at random.

_LETTERS = st.characters(codec="utf-8", categories=("L", "P", "Zs"), exclude_characters="'")


def _days(rule: DataValidation) -> st.SearchStrategy[date]:
    first, last = (
        date(1899, 12, 30) + timedelta(days=day) if isinstance(day, int) else day
        for day in (worked_out(formula) for formula in (rule.formula1, rule.formula2))
    )
    return st.dates(first, last)


def _texts(rule: DataValidation) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=1, max_size=int(rule.formula1)).filter(lambda text: text.split())


_LIMITED: Mapping[str, Callable[[DataValidation], st.SearchStrategy[object]]] = {
    "date": _days,
    "textLength": _texts,
    "whole": lambda rule: st.integers(int(rule.formula1), int(rule.formula2)),
    "decimal": lambda rule: st.decimals(int(rule.formula1), int(rule.formula2), places=2).map(float),
}


@cache
def _cells(template: Template) -> Mapping[str, st.SearchStrategy[object]]:
    """Column to what may be typed into its cells."""
    return {
        column: st.sampled_from(template.choices(rule)) if rule.type == "list" else _LIMITED[str(rule.type)](rule)
        for column, rule in template.rules().items()
    }


@cache
def _keys(template: Template) -> st.SearchStrategy[list[tuple[object, ...]]]:
    """Keys that do not repeat; a kind without a key has empty ones, as many."""
    key, rules = template.programme.kind.key, template.rules()
    if not key:
        return st.lists(st.just(()), min_size=1, max_size=12)
    if all(rules[column].type == "list" for column in key):
        keys = st.sampled_from(list(product(*(template.choices(rules[column]) for column in key))))
    else:
        keys = st.tuples(*(_cells(template)[column] for column in key))
    return st.lists(keys, min_size=1, max_size=12, unique=True)


@st.composite
def filled_in(draw: st.DrawFn, template: Template) -> list[dict[str, object]]:
    """Records with a value in every cell that needs one."""
    optional = {field.name for field in template.programme.fields if not field.required}
    optional |= set(template.programme.question_by_code)
    records = []
    for key in draw(_keys(template)):
        named = dict(zip(template.programme.kind.key, key, strict=True))
        cells = {
            column: draw(st.none() | values if column in optional else values)
            for column, values in _cells(template).items()
            if column not in named
        }
        records.append({**cells, **named})
    return records


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_template_filled_in_within_its_lists_and_limits_has_nothing_said_of_it(
    templates: Mapping[str, Template], kind: str, tmp_path: Path
) -> None:
    template, letters = templates[kind], templates[kind].letters()
    returns: list[list[dict[str, object]]] = []

    @settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(filled_in(template))
    def draw(records: list[dict[str, object]]) -> None:
        returns.append(records)

    draw()
    files = []
    for number, records in enumerate(returns):
        book = template.book
        for row, record in enumerate(records, 2):
            for column, cell in record.items():
                book[SHEETS[kind]][f"{letters[column]}{row}"] = cell
        files.append(tmp_path / f"{number}.xlsx")
        book.save(files[-1])

    checked = check_files(files, "wales", Home(tmp_path / "home"), kind=kind)

    assert [result.issues for result in checked] == [()] * len(returns)
    assert [result.counts.accepted for result in checked] == [len(records) for records in returns]
    assert sum(map(len, returns)) > 100
