"""Whether the folder of a release is whole and agrees with itself, wherever it lies and whoever received it.

Nothing is asked but the folder and, for its sums, the tests of the models. A problem is told with what to do about it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipp_pipeline.programme.case_reference import holds_case_reference
from dipp_pipeline.release.agreement import disagreements
from dipp_pipeline.release.database import PublishedTable, UnreadableError, read_tables
from dipp_pipeline.release.edition import DATABASE
from dipp_pipeline.release.manifest import MANIFEST, files_of, read_manifest
from dipp_pipeline.release.retest import retest
from dipp_pipeline.release.tables import TABLES
from dipp_pipeline.release.texts import texts_of, texts_of_table

_GET_AGAIN = "Get the release again from whoever published it."
_DO_NOT_USE = "Do not use the release, and tell whoever published it."
_TAKE_AWAY = "Do not pass it on, and tell whoever published it at once."

MARKERS = {"c": "withheld", "x": "not available", "z": "not applicable", "u": "of few cases"}

_COUNTS = frozenset(
    {"agreeing", "cases", "cases_accepted", "cases_inspected", "counted_cases", "relevant_cases", "respondents"}
)
"""Of which a row that is marked as withheld lacks one at least."""

_PERCENTAGES = frozenset({"percentage", "percentage_rounded", "lower_95", "upper_95"})

_NAMES_IN_HEX = re.compile(r"\b(?:[0-9a-f]{12}|[0-9a-f]{64})\b")
"""Releases and checksums, of which the beginning may look like a case reference."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file of a release, and what to do."""

    file: str
    """Its path in the folder."""
    what: str
    """Goes on from the file."""
    advice: str
    """For whoever received it."""

    @property
    def message(self) -> str:
        return f"{self.file} {self.what}. {self.advice}"


@dataclass(frozen=True)
class Checked:
    """What came of checking a release."""

    release_id: str | None
    files: int
    tests: Sequence[str]
    """The tests of the models that were run on it."""
    problems: Sequence[Problem]

    def as_json(self) -> Mapping[str, object]:
        """As the command prints it."""
        return {
            "release_id": self.release_id,
            "sound": not self.problems,
            "files": self.files,
            "tests": self.tests,
            "problems": [{"file": problem.file, "message": problem.message} for problem in self.problems],
        }


def check_release(folder: Path, definitions: Path | None = None) -> Checked:
    """Check a folder; where a folder of models is given, also that their tests hold of what is published."""
    if not ((folder / DATABASE).exists() or (folder / MANIFEST).exists()):
        return Checked(None, 0, [], [_no_release(folder)])
    files = files_of(folder)
    problems = [*_unlisted(folder, files), *_named_cases(folder, files)]
    tables: Sequence[PublishedTable] = []
    if files.get(DATABASE):
        try:
            tables = read_tables(folder / DATABASE)
        except UnreadableError as error:
            problems.append(Problem(DATABASE, str(error), _GET_AGAIN))
    elif DATABASE not in {problem.file for problem in problems}:
        problems.append(Problem(DATABASE, "is missing", _GET_AGAIN))
    release_id = _release_id(tables)
    if tables:
        missing = {problem.file for problem in problems if problem.file not in files}
        problems += [found for found in _of_tables(folder, tables, release_id) if found.file not in missing]
    tested = retest(tables, definitions) if tables and definitions else []
    for result in tested:
        if result.wrong_rows:
            problems.append(_broken_test(result.test.description.rstrip("."), result.wrong_rows))
    return Checked(release_id, len(files), [result.test.name for result in tested], problems)


def _no_release(folder: Path) -> Problem:
    what = f"holds no release: neither {DATABASE} nor {MANIFEST} is in it"
    return Problem(str(folder), what, "Name the folder of one, such as published in a home.")


def _unlisted(folder: Path, files: Mapping[str, str]) -> Iterator[Problem]:
    """What was changed, is missing or was added, by the list of the release."""
    listed = read_manifest(folder)
    if listed is None:
        yield Problem(
            MANIFEST, "is missing or is no list of checksums, so that nobody knows what was changed", _GET_AGAIN
        )
        return
    for file in sorted(listed.keys() | files.keys()):
        if file not in files:
            yield Problem(file, f"is missing: {MANIFEST} names it", _GET_AGAIN)
        elif file not in listed:
            yield Problem(file, f"does not belong to the release: {MANIFEST} does not name it", "Take it away.")
        elif files[file] != listed[file]:
            yield Problem(
                file, f"was changed since it was published: its SHA-256 is not that of {MANIFEST}", _GET_AGAIN
            )


def _of_tables(folder: Path, tables: Sequence[PublishedTable], release_id: str | None) -> Iterator[Problem]:
    if release_id is None:
        yield Problem(DATABASE, "does not say once which release it is", _DO_NOT_USE)
    for file, what in disagreements(folder / TABLES, tables, release_id or ""):
        yield Problem(f"{TABLES}/{file}", what, _GET_AGAIN)
    for table in tables:
        words = [
            table.name,
            table.description,
            *(word for column in table.columns for word in (column.name, column.description)),
        ]
        if any(_names_case(text) for text in (*words, *texts_of_table(table.rows))):
            yield Problem(DATABASE, f"names a case in {table.name}", _TAKE_AWAY)
        if table.name == "data_dictionary" and (wrong := _undescribed(table, tables)):
            yield Problem(DATABASE, f"has in data_dictionary not what stands in it of {wrong}", _DO_NOT_USE)
        if wrong := _wrong_marker(table):
            yield Problem(DATABASE, f"has a wrong marker in {table.name}: {wrong}", _DO_NOT_USE)


def _undescribed(dictionary: PublishedTable, tables: Sequence[PublishedTable]) -> str | None:
    """The first column of which the dictionary does not say type and comment as they are."""
    said = {(row.get("table_name"), row.get("column_name")): row for row in dictionary.rows.to_pylist()}
    for table in tables:
        for column in table.columns:
            row = said.get((table.name, column.name), {})
            if (row.get("data_type"), row.get("description")) != (column.data_type, column.description):
                return f"{table.name}.{column.name}"
    return None


def _wrong_marker(table: PublishedTable) -> str | None:
    """The first row of which the marker and the figures contradict each other, in words."""
    if "marker" not in table.rows.column_names:
        return None
    for number, row in enumerate(table.rows.to_pylist(), 1):
        percentages = sorted(name for name in _PERCENTAGES & row.keys() if row[name] is not None)
        match row["marker"]:
            case None | "x" | "u":
                pass
            case "c" if percentages:
                return f"row {number} is marked as withheld and shows {percentages[0]}"
            case "c" if None not in [row[name] for name in _COUNTS & row.keys()]:
                return f"row {number} is marked as withheld and shows every count"
            case "z" if percentages or row.get("relevant_cases"):
                return f"row {number} is marked as not applicable and shows figures"
            case "c" | "z":
                pass
            case unknown:
                return f"row {number} has {unknown}, which is none of {', '.join(MARKERS)}"
    return None


def _named_cases(folder: Path, files: Mapping[str, str]) -> Iterator[Problem]:
    for file in (file for file, digest in files.items() if digest and file != DATABASE):  # of which tables are searched
        try:
            named = _names_case(file) or any(_names_case(text) for text in texts_of(folder / file))
        except ValueError:
            yield Problem(file, "cannot be read as what its name says, so that nobody knows what it holds", _GET_AGAIN)
            continue
        if named:
            yield Problem(file, "names a case", _TAKE_AWAY)


def _names_case(text: str) -> bool:
    return holds_case_reference(_NAMES_IN_HEX.sub("", text))


def _release_id(tables: Sequence[PublishedTable]) -> str | None:
    ids = [row.get("release_id") for table in tables if table.name == "release_info" for row in table.rows.to_pylist()]
    return ids[0] if len(ids) == 1 else None


def _broken_test(description: str, wrong_rows: Sequence[Mapping[str, Any]]) -> Problem:
    first = ", ".join(f"{name} {value}" for name, value in wrong_rows[0].items() if value is not None)
    more = f", and {len(wrong_rows) - 1} more" if len(wrong_rows) > 1 else ""
    return Problem(DATABASE, f"breaks a rule ({description}): look at {first}{more}", _DO_NOT_USE)
