"""Nothing of a case leaves the drop folder, the originals and the marked-up returns but under its pseudonym.

The references and names are taken from the sample files by other readers than the pipeline's, and searched for in every
byte of the home, in every file opened and unpacked, and in whatever the command says.
"""

import csv
import io
import re
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pytest
import xlrd
from openpyxl import load_workbook

from tests.end_to_end.dipp import DEMO_RETURNS, SAMPLES, dipp
from tests.returns import CaseReturn, valid_return, write_xlsx

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]

PERSONAL = {
    "Surname": "Quillfeatherton",
    "First name(s)": "Ebbalinda",
    "Address": "17 Oddlestone Rise",
    "Remarks": "Moved in with Zorabel",
    "Remarks on Q 765432": "Q765 432",
}
"""Heading to what stands under it: people and places that do not exist."""

IN_A_SHEET_S_NAME = "Q765430"

MISPLACED = "Q765431"
"""A case reference where a PDU should be."""

TYPED = "Trudgen Wessenlake"
"""A name where an ethnicity should be, and on a sheet that is not read, as its name."""

IN_A_FILE_S_NAME, IN_A_FOLDER_S_NAME = "Q765433", "CRNQ765434"

KEY = "0" * 64
"""A fixed key: under a new one each time, one run in a hundred has a pseudonym that looks like a reference."""

SEEN_AS_SENT = ("incoming", "restricted/originals", "restricted/feedback")

REFERENCE = re.compile(r"[A-Za-z]\s*(?:\d\s*){6}")


def personal_return() -> CaseReturn:
    """A return with personal details, prose, and case references in wrong places."""
    given = valid_return()
    for heading, text in PERSONAL.items():
        given.headings[heading] = heading
        for case in given.cases:
            case[heading] = text
    given.cases[0] |= {"pdu": MISPLACED, "ethnicity": TYPED}
    given.cases[1]["case_reference"] = "Q76543O"
    return given


@pytest.fixture(scope="session")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with good and bad returns on which every command was run, and all that these said."""
    home = tmp_path_factory.mktemp("privacy") / "home"
    shutil.copytree(DEMO_RETURNS, home / "incoming")
    (home / "keys").mkdir(mode=0o700)
    (home / "keys" / "pseudonym.key").write_text(KEY)
    (home / "keys" / "pseudonym.key").chmod(0o600)
    shutil.copytree(SAMPLES / "defects" / "wales", home / "incoming" / "wales")
    wales, rows = home / "incoming" / "wales", personal_return().rows()
    write_xlsx(wales / "personal.xlsx", {f"{IN_A_SHEET_S_NAME} scores": rows})
    write_xlsx(wales / "typed.xlsx", {"Case scores": rows, TYPED: [[TYPED] * 5]})
    (wales / IN_A_FOLDER_S_NAME).mkdir()
    write_xlsx(wales / f"{IN_A_FILE_S_NAME} scores.xlsx", {"Case scores": rows})
    write_xlsx(wales / IN_A_FOLDER_S_NAME / "scores.xlsx", {"Case scores": rows})
    commands = (
        ("refresh", "--json"),
        ("status",),
        ("history", "wales"),
        ("history", "wales", "R07-1.xlsx"),
        ("explain", "wales", "delivery_effective"),
        ("withdraw", "wales", "R01-1.xlsx"),
        ("history", "wales", f"{IN_A_FILE_S_NAME} scores.xlsx"),
        ("withdraw", "wales", "a case reference scores.xlsx"),
        ("refresh",),
    )
    done = [dipp(*command, "--home", home) for command in commands]
    assert [run.returncode for run in done] == [0] * len(commands)
    return home, "".join(run.stdout + run.stderr for run in done)


@pytest.fixture(scope="session")
def secrets() -> set[str]:
    """The case references of all files and what only the personal return holds, in lower case, without spaces."""
    tables = [table for folder in (DEMO_RETURNS, SAMPLES / "defects") for table in _tables(folder)]
    references = {text for table in tables for row in table for text in row if REFERENCE.fullmatch(text.strip())}
    assert len(references) > 400
    in_names = (IN_A_SHEET_S_NAME, IN_A_FILE_S_NAME, IN_A_FOLDER_S_NAME.removeprefix("CRN"))
    personal = (*personal_return().references(), *PERSONAL.values(), MISPLACED, TYPED, *in_names)
    return {_bare(text) for text in (*references, *personal)}


def test_no_byte_outside_what_was_sent_holds_a_reference_or_a_name(used_home: tuple[Path, str], secrets: set[str]):
    home, _ = used_home
    others = [file for file in _files(home) if not str(file.relative_to(home)).startswith(SEEN_AS_SENT)]

    held = {str(file) for file in others for text in _texts(file) if _holds(text, secrets)}

    assert {file.suffix for file in others} >= {".parquet", ".duckdb", ".json", ".db", ".key"}
    assert held == set()


def test_no_name_of_what_is_stored_holds_a_reference(used_home: tuple[Path, str], secrets: set[str]):
    home, _ = used_home
    stored = [path for path in home.rglob("*") if not path.is_relative_to(home / "incoming")]

    assert [path.name for path in stored if _holds(path.name, secrets)] == []
    marked_up = home / "restricted" / "feedback" / "wales"
    assert (marked_up / "a case reference" / "scores.xlsx.marked-up.xlsx").exists()
    assert not (marked_up / "a case reference scores.xlsx.marked-up.xlsx").exists()  # it was withdrawn


def test_the_search_finds_what_is_there(used_home: tuple[Path, str], secrets: set[str], tmp_path: Path):
    home, _ = used_home
    reference = next(text for text in sorted(secrets) if REFERENCE.fullmatch(text))
    pl.DataFrame({"case": [f"x {reference} y"] * 1000}).write_parquet(tmp_path / "a.parquet")
    with duckdb.connect(str(tmp_path / "b.duckdb")) as connection:
        connection.execute("create table cases as select ? as found from range(1000)", [reference.upper()])
    (tmp_path / "c.json").write_text(f'{{"found": "{reference[0]} {reference[1:]}"}}')
    sent = [file for file in _files(home) if str(file.relative_to(home)).startswith("restricted/originals")]

    assert all(any(_holds(text, secrets) for text in _texts(file)) for file in _files(tmp_path))
    assert sum(any(_holds(text, secrets) for text in _texts(file)) for file in sent) > 20


def test_no_command_says_a_reference_or_a_name(used_home: tuple[Path, str], secrets: set[str]):
    _, said = used_home

    assert "delivery_effective" in said
    assert not _holds(said, secrets)


def test_what_is_restricted_is_for_its_owner_alone(used_home: tuple[Path, str]):
    home, _ = used_home

    modes = {
        str(path): stat.S_IMODE(path.stat().st_mode)
        for folder in ("restricted", "keys")
        for path in (home / folder, *(home / folder).rglob("*"))
    }

    assert {path: mode for path, mode in modes.items() if mode != (0o700 if Path(path).is_dir() else 0o600)} == {}


def test_what_is_published_is_for_everyone(used_home: tuple[Path, str]):
    home, _ = used_home

    assert stat.S_IMODE((home / "published").stat().st_mode) == 0o755
    assert stat.S_IMODE((home / "published" / "dipp_findings.duckdb").stat().st_mode) == 0o444


def _tables(folder: Path) -> Iterator[list[list[str]]]:
    """The sheets of all files of a folder as rows of texts."""
    for file in _files(folder):
        if file.suffix == ".xls":
            for sheet in xlrd.open_workbook(file).sheets():
                yield [[str(value) for value in sheet.row_values(row)] for row in range(sheet.nrows)]
        elif file.suffix == ".csv":
            yield list(csv.reader(io.StringIO(file.read_bytes().decode("cp1252"))))
        elif file.suffix == ".ods":
            with zipfile.ZipFile(file) as archive:
                yield [re.findall(r"<text:p>([^<]*)</text:p>", archive.read("content.xml").decode())]
        elif zipfile.is_zipfile(file):
            for sheet in load_workbook(file).worksheets:
                yield [["" if value is None else str(value) for value in row] for row in sheet.values]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _texts(file: Path) -> Iterator[str]:
    """A file's bytes as text, and what it holds once it is opened and unpacked."""
    content = file.read_bytes()
    yield content.decode("latin-1")
    yield content.decode("utf-16-le", "ignore")
    if file.suffix == ".parquet":
        frame = pl.read_parquet(file)
        yield "\n".join(frame.columns)
        yield "\n".join(str(value) for column in frame for value in column.unique())
    elif file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as connection:
            columns = connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() where not internal"
            ).fetchall()
            for schema, table, column in columns:
                values = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
                yield "\n".join(str(value) for (value,) in values)
    elif content.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(file)) as connection:
            yield "\n".join(connection.iterdump())
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name).decode("latin-1") for name in archive.namelist())
    elif file.suffix == ".xls":
        yield from ("\n".join(text for row in table for text in row) for table in _tables(file.parent))


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _holds(text: str, secrets: set[str]) -> bool:
    """Whether any of them stands in the text, by words and pieces of words, which is faster than looking for each."""
    bare = _bare(text)
    found = {bare[place : place + 7] for match in re.finditer(r"(?=[a-z]\d{6})", bare) for place in [match.start()]}
    return bool(found & secrets) or any(name in bare for name in secrets if not REFERENCE.fullmatch(name))
