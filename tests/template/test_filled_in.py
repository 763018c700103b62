"""A template filled in as its cover says passes the check with nothing to be said of it.

What is typed in is chosen by looking at the workbook alone: its lists, its limits and what is grey.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dipp_pipeline.programme.model import Region
from dipp_pipeline.reports.check import Checked, check_files
from dipp_pipeline.template.workbook import write_template
from tests.homes import Home
from tests.returns import PROGRAMME
from tests.template.spreadsheet import worked_out

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

CASES = 60
"""Enough that every value of every list comes up, those of questions that are seldom asked too."""


@dataclass
class FilledIn:
    """A template with cases typed in."""

    path: Path
    unused: set[str]
    """Choices of the lists that no case took, with their columns."""
    white: set[str]
    """Addresses of the cells of questions that stayed white in the rows of the cases."""


@dataclass(frozen=True)
class Template:
    """What whoever fills in a template sees of it."""

    book: openpyxl.Workbook
    sheet: Worksheet
    letters: dict[str, str]

    @classmethod
    def opened(cls, path: Path) -> "Template":
        book = openpyxl.load_workbook(path)
        sheet = book["Case scores"]
        return cls(book, sheet, {PROGRAMME.column_for_heading(cell.value): cell.column_letter for cell in sheet[1]})

    def choices(self) -> dict[str, list[object]]:
        """What each drop-down list offers, by column."""
        rules = {str(rule.sqref).split("2:")[0]: rule for rule in self.sheet.data_validations.dataValidation}
        return {
            column: [
                cell.value for (cell,) in self.book["Lists"][rules[letter].formula1.split("!")[1].replace("$", "")]
            ]
            for column, letter in self.letters.items()
            if rules[letter].type == "list"
        }

    def grey_when(self) -> dict[str, str]:
        """The formula that greys a question's cells, by question."""
        formats = self.sheet.conditional_formatting._cf_rules
        formulas = {str(cells.sqref).split("2:")[0]: rule.formula[0] for cells, (rule,) in formats.items()}
        return {column: formulas[letter] for column, letter in self.letters.items() if letter in formulas}


def shuffled(values: list[object], chance: random.Random) -> Iterator[object]:
    """The values in any order, all of them before any comes again."""
    while True:
        yield from chance.sample(values, len(values))


def fill_in(path: Path, region: Region, answer: bool = True) -> FilledIn:
    """Type cases into a template, and answers wherever the cell is white."""
    template, chance = Template.opened(path), random.Random(region.code)
    choices, grey_when = template.choices(), template.grey_when()
    choices["pdu"] = [name for name in choices["pdu"] if PROGRAMME.pdu_in_region(region.code, str(name))]
    decks = {column: shuffled(values, chance) for column, values in choices.items()}
    references = (f"{chance.choice('ABCXYZ')}{number:06}" for number in count(chance.randrange(900_000)))
    unused = {f"{column}: {value}" for column, values in choices.items() for value in values}
    white = set()
    for row in range(2, 2 + CASES):
        case = {field.name: next(decks[field.name]) for field in PROGRAMME.fields if field.name in decks}
        case |= {"case_reference": next(references), "age": chance.randint(18, 110), **days(chance)}
        case |= {field.name: None for field in PROGRAMME.fields if not field.required and chance.random() < 0.3}
        cells = {f"{template.letters[column]}2": value for column, value in case.items()}
        asked = [code for code, formula in grey_when.items() if not worked_out(formula, cells)]
        white |= {f"{template.letters[code]}{row}" for code in asked}
        case |= looked_at_once_more({code: next(decks[code]) for code in asked}) if answer else {}
        for column, value in case.items():
            template.sheet[f"{template.letters[column]}{row}"] = value
            unused.discard(f"{column}: {value}")
    template.book.save(path)
    return FilledIn(path, unused, white)


def days(chance: random.Random) -> dict[str, object]:
    assessed = date(2025, 10, 1) + timedelta(chance.randrange((date.today() - date(2025, 10, 1)).days + 1))
    return {"assessed_on": assessed, "start_date": date(2015, 1, 1) + (assessed - date(2015, 1, 1)) * chance.random()}


def looked_at_once_more(answers: dict[str, object]) -> dict[str, object]:
    """The same answers, but that no summary is yes while not one of its prompts is."""
    for question in PROGRAMME.questions:
        prompts = [prompt.code for prompt in PROGRAMME.questions if prompt.parent_code == question.code]
        if prompts and answers.get(question.code) == "Yes" and "Yes" not in {answers[prompt] for prompt in prompts}:
            answers |= {prompts[0]: "Yes"}
    return answers


@pytest.fixture(scope="module")
def filled_in(tmp_path_factory) -> dict[str, FilledIn]:
    """For every region its own template and one of no region, both with cases of the region, by name."""
    folder = tmp_path_factory.mktemp("filled_in")
    filled = {}
    for region in PROGRAMME.regions:
        (folder / region.slug).mkdir()
        for name, own in (("own", region), ("any", None)):
            path = folder / region.slug / f"{name}.xlsx"
            write_template(path, PROGRAMME, own)
            filled[f"{name} {region.slug}"] = fill_in(path, region)
    return filled


@pytest.fixture(scope="module")
def checked(filled_in, tmp_path_factory) -> dict[str, Checked]:
    """What the check says of each, by name; it tells the region from the folder."""
    home = Home(tmp_path_factory.mktemp("home"))
    return dict(zip(filled_in, check_files([each.path for each in filled_in.values()], None, home), strict=True))


NAMES = [f"{template} {region.slug}" for region in PROGRAMME.regions for template in ("own", "any")]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_filled_in_as_told_has_nothing_said_of_it(checked, name):
    assert checked[name].issues == ()
    assert checked[name].counts.accepted == CASES


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_every_list_was_among_what_was_filled_in(filled_in, name):
    assert filled_in[name].unused == set()


def test_the_white_cells_are_just_those_that_have_to_be_answered(tmp_path):
    write_template(tmp_path / "wales.xlsx", PROGRAMME, None)
    filled = fill_in(tmp_path / "wales.xlsx", PROGRAMME.region_by_slug["wales"], answer=False)

    (checked,) = check_files([filled.path], "wales", Home(tmp_path))

    assert {issue.rule_code for issue in checked.issues} == {"R11"}
    assert {issue.cell for issue in checked.issues} == filled.white


def test_a_case_of_which_little_is_filled_in_yet_is_still_read_as_a_case(tmp_path):
    write_template(tmp_path / "wales.xlsx", PROGRAMME, None)
    template = Template.opened(tmp_path / "wales.xlsx")
    template.sheet["A501"] = "X320741"
    template.book.save(tmp_path / "wales.xlsx")

    (checked,) = check_files([tmp_path / "wales.xlsx"], "wales", Home(tmp_path))

    assert {issue.rule_code for issue in checked.issues} == {"R08"}
    assert {issue.row for issue in checked.issues} == {501}
