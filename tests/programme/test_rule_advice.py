"""What is said of a broken rule: one sentence or more for each, all of them in rule_advice.csv and all of them used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import dipp_pipeline
from dipp_pipeline.intake.table import refused
from dipp_pipeline.programme.model import ProgrammeError, Rule
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.validation.messages import PLACEHOLDERS
from tests.returns import PROGRAMME

ADVICE = {
    (rule.code, situation): advice for rule in PROGRAMME.rules.values() for situation, advice in rule.advice.items()
}

BY_HAND = {("R04", ""): {"region", "path"}}
"""Said where the warehouse finds it; see pipeline.py."""

TO_DO = (
    *("Add", "Answer", "Check", "Clear", "Copy", "Fill", "Give", "Keep", "Leave", "Mend", "Move", "Open", "Put"),
    *("Rename", "Save", "Send", "Shorten", "Take", "Type", "Unhide", "Use"),
)

RATING = re.compile(r"\b(Outstanding|Good|Requires improvement|Inadequate)\b")


REPORTING = r"Refusal|WorkerLimitError|self\._report"
"""What intake calls to report a problem, with rule, situation, place and facts."""


def placeholders(advice: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(advice) if name}


def said_of_files() -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Rule, situation and the facts that are given with them, of every problem that intake reports in the code."""
    for path in Path(dipp_pipeline.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and re.fullmatch(REPORTING, ast.unparse(call.func)):
                code, situation, *_ = (*(ast.unparse(entry).strip("'") for entry in call.args), "", "")
                yield (code, situation), {entry.arg for entry in call.keywords if entry.arg}


def said_of_cells(code: str) -> bool:
    return code[0] in "RW" and code not in ("R04", "W01", "W02", "W06")


SAID_OF_FILES = list(said_of_files())


@pytest.mark.parametrize("said", ADVICE, ids=":".join)
def test_advice_is_whole_sentences_that_end_in_what_to_do(said):
    advice = ADVICE[said]
    *_, last = re.split(r"[.:;?] (?=[A-Z])", advice)

    assert re.match(r'["{A-Z]', advice)
    assert advice.endswith(".")
    assert ".." not in advice
    assert last.split()[0] in TO_DO
    assert not RATING.search(advice)


def test_every_rule_says_something():
    assert {code for code, _ in ADVICE} == set(PROGRAMME.rules)


def test_every_sentence_for_a_file_is_said_of_one_and_every_one_said_is_there():
    sentences = {said for said in ADVICE if not said_of_cells(said[0])}

    assert {said for said, _ in SAID_OF_FILES} | set(BY_HAND) == sentences


def test_what_a_sentence_for_a_file_names_is_given_with_it():
    given = [*SAID_OF_FILES, *BY_HAND.items()]
    words = set(PROGRAMME.kind.words)

    assert [(said, facts) for said, facts in given if facts != placeholders(ADVICE[said]) - words] == []


@pytest.mark.parametrize("said", [said for said in ADVICE if said_of_cells(said[0])], ids=":".join)
def test_what_a_sentence_for_a_cell_names_can_be_told_of_a_cell(said):
    assert placeholders(ADVICE[said]) <= set(PLACEHOLDERS)


@pytest.mark.parametrize("value", ["Sheet {1}", "{found}", "{}"])
def test_what_is_named_may_hold_braces(value):
    (issue,) = refused(PROGRAMME, Refusal("F02", "rows", sheet=value, limit=9)).issues

    assert issue.message.startswith(f'Sheet "{value}" has more than 9 rows.')


def test_a_situation_without_a_sentence_is_an_error_and_never_another_ones_sentence():
    rule = Rule("R99", "warn", "new", {"": "Mend it."})

    with pytest.raises(ProgrammeError, match=r"^rule_advice\.csv: R99 has no line for the situation \"odd\"\."):
        rule.says("odd", {})


def test_a_placeholder_that_nothing_fills_is_an_error_that_names_it():
    rule = Rule("R99", "warn", "new", {"": "Mend {colour}."})

    with pytest.raises(ProgrammeError, match=r"^rule_advice\.csv: R99, \"\" has the placeholder \"colour\""):
        rule.says("", {"name": "Sex"})
