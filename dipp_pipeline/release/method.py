"""How the findings are made and what each table holds, in Markdown.

What is said of a table or column is what its model says; the rest stands in method.md.jinja.
"""

import re
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dipp_pipeline.release import words
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.readers_order import in_readers_order
from dipp_pipeline.settings import Settings
from dipp_pipeline.warehouse.project import Model, ModelColumn

METHOD = "method.md"

_TEMPLATE = "method.md.jinja"

_SPECIAL = re.compile(r"([\\`*\[\]<>|])")

_UNITS_OF_NAMES = {
    r"difference(_.+)?": "percentage points",
    r"(.+_)?percentage(_.+)?|(lower|upper)_95": "per cent",
    r"p_.+": "probability",
    r"regions_.+": "regions",
    r"(.+_)?cases(_.+)?": "cases",
    r"respondents|agreeing": "people",
    r".+_fte": "full-time equivalents",
    r"mean_caseload": "cases a full-time equivalent",
}
_UNITS_OF_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "true or false",
    "DATE": "day",
    "TIMESTAMP": "time, UTC",
    "INTEGER": "number",
    "BIGINT": "number",
    "DOUBLE": "number",
}
_CODE, _FEW = re.compile("[a-z][a-z_]*"), 8

_NUMBERS = ("INTEGER", "BIGINT", "DOUBLE")


def write_method(file: Path, contents: Contents) -> None:
    """Write the method of a release."""
    file.write_text(method_text(contents), "utf-8", newline="\n")


def method_text(contents: Contents) -> str:
    """The method of a release. The same contents give the same text."""
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            about=contents.about,
            regions=contents.rows("programme_progress"),
            held=partial(_held, contents),
            tables=in_readers_order(contents.marts),
            table_names=list(contents.tables),
            survey_minimum=Settings().survey_minimum,
            sample_banner=words.SAMPLE_BANNER,
            release_named=words.release_named(contents),
            outlook=words.outlook(contents),
            edition=words.edition(contents),
            licence=_licence(contents.about["licence"]),
            citation=words.citation(contents),
        )
    )


def unit(column: ModelColumn) -> str:
    """What the values of a column are in: told from its name where it is a number, else from its type."""
    if column.data_type in _NUMBERS:
        for names, told in _UNITS_OF_NAMES.items():
            if re.fullmatch(names, column.name):
                return told
    return _UNITS_OF_TYPES[column.data_type]


def _held(contents: Contents, mart: Model, column: ModelColumn) -> str:
    """What a column holds: the codes that occur, where they are few, else its unit."""
    if column.data_type == "VARCHAR":
        occurring = set(contents.tables[mart.name][column.name].unique().to_pylist()) - {None}
        if 0 < len(occurring) <= _FEW and all(map(_CODE.fullmatch, occurring)):
            return ", ".join(f"`{code}`" for code in sorted(occurring))
    return unit(column)


def plain(text: str) -> str:
    """A text that stays one line of Markdown, whatever it holds."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _licence(licence: str) -> str:
    address = words.LICENCE_ADDRESSES.get(licence)
    return f"{licence} ({address})" if address else plain(licence)  # no link: the pages lead nowhere else


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # it is no HTML: see `plain`
    )
    environment.filters["plain"] = plain
    return environment
