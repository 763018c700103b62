import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

import dipp_pipeline
from dipp_pipeline.errors import reason

MODULES = {
    path.relative_to(Path(dipp_pipeline.__file__).parent): ast.parse(path.read_text("utf-8"))
    for path in sorted(Path(dipp_pipeline.__file__).parent.rglob("*.py"))
}

ADVISING = {"DippError", "ClickException", "UsageError", "BadParameter"} | {
    entry.name
    for module in MODULES.values()
    for entry in ast.walk(module)
    if isinstance(entry, ast.ClassDef) and "DippError" in map(ast.unparse, entry.bases)
}
"""The exceptions whose message a person reads as it is."""


def messages() -> Iterator[tuple[str, str]]:
    """Where each message of those exceptions is written, and its text, with what it names in braces."""
    for path, module in MODULES.items():
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ADVISING:
                match call.args:
                    case [ast.Constant(value=str() as text), *_]:
                        yield f"{path}:{call.lineno}", text
                    case [ast.JoinedStr(values=parts), *_]:
                        yield f"{path}:{call.lineno}", "".join(map(_part, parts))


def _part(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"


def test_every_message_is_whole_sentences():
    said = dict(messages())

    assert len(said) > 50
    assert {where: text for where, text in said.items() if not re.search(r"[.?]$", text) or ".." in text} == {}


def test_no_message_puts_a_full_stop_after_what_another_library_said_with_its_own():
    assert {where: text for where, text in messages() if re.search(r"\{(str\()?error\)?\}\.", text)} == {}


def failure(call, text: str) -> Exception:
    with pytest.raises(Exception) as error:  # noqa: PT011
        call(text)
    return error.value


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("It broke."), "It broke"),
        (ValueError("It broke"), "It broke"),
        (ValueError("It broke. \n\n  LINE 1: select\n"), "It broke"),
        (ValueError(""), "ValueError"),
        (failure(tomllib.loads, "a = "), "Invalid value (at end of document)"),
        (
            failure(sqlglot.parse_one, "select a frm b where"),
            "Invalid expression / Unexpected token. Line 1, Col: 14",
        ),
    ],
    ids=str,
)
def test_why_something_failed_becomes_a_part_of_a_sentence(error, said):
    assert reason(error) == said
