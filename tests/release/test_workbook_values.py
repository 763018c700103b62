"""Every value of the workbook of the sample programme, read by other programs than those that wrote it."""

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.workbook.write import write_workbooks
from tests.homes import Home
from tests.release.contents import ODD_TEXTS, contents_of, made, row

pytestmark = pytest.mark.thorough

EXCEL, OPEN_DOCUMENT = "dipp_findings.xlsx", "dipp_findings.ods"

SHORTHAND = {"[c]", "[x]", "[z]"}

SIXTEEN_DIGITS, FIFTEEN_DIGITS = 1e-15, 1e-14
"""Of a number openpyxl writes sixteen digits; LibreOffice shows and converts fifteen."""

A_HUNDREDTH_OF_A_SECOND = timedelta(milliseconds=10)
"""As far as LibreOffice converts a time."""

Rows = list[list[Any]]


@pytest.fixture(scope="module")
def contents(published_demo: Home) -> Contents:
    return contents_of(published_demo.warehouse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, contents: Contents) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    write_workbooks(folder, contents)
    return folder


def by_openpyxl(file: Path) -> dict[str, Rows]:
    book = openpyxl.load_workbook(file)
    return {
        sheet.title: [[cell.value for cell in cells] for cells in marked_up(sheet)] for sheet in book if sheet.tables
    }


def marked_up(sheet: Worksheet) -> Any:
    (table,) = sheet.tables.values()
    return sheet[table.ref]


def by_calamine(file: Path) -> dict[str, Rows]:
    with CalamineWorkbook.from_path(str(file)) as book:
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [row for row in rows if len(row) > 1 and row[1] != ""] for name, rows in sheets.items()}


def differences(found: dict[str, Rows], contents: Contents, digits: float = SIXTEEN_DIGITS) -> Iterator[str]:
    """Where a workbook does not have what the release says."""
    for mart in contents.marts:
        headings, *rows = found[mart.name]
        if [heading.lower().replace(" ", "_") for heading in headings] != [column.name for column in mart.columns]:
            yield f"{mart.name}: {headings}"
        meant = contents.rows(mart.name) or [dict.fromkeys(column.name for column in mart.columns)]
        if len(rows) != len(meant):
            yield f"{mart.name}: {len(rows)} rows"
        for cells, values in zip(rows, meant, strict=False):
            for cell, (name, value) in zip(cells, values.items(), strict=True):
                if not agrees(cell, name, value, digits):
                    yield f"{mart.name}.{name}: {cell!r} for {value!r}"


def agrees(cell: Any, name: str, value: Any, digits: float) -> bool:
    match value:
        case None:
            return cell in SHORTHAND or (name, cell) == ("marker", "none")
        case bool():
            return cell is value
        case int() | float():
            return not isinstance(cell, bool | str) and cell == pytest.approx(value, rel=digits, abs=0)
        case datetime():
            return isinstance(cell, datetime) and abs(cell - value) < A_HUNDREDTH_OF_A_SECOND
        case str():
            return cell == (f"[{value}]" if name == "marker" else value)
        case day:
            return (cell.date() if isinstance(cell, datetime) else cell) == day


@pytest.mark.parametrize(
    ("name", "read"),
    [(EXCEL, by_openpyxl), (EXCEL, by_calamine), (OPEN_DOCUMENT, by_calamine)],
    ids=["openpyxl", "calamine", "calamine of the open document"],
)
def test_every_value_is_that_of_the_release(folder: Path, contents: Contents, name: str, read):
    assert list(differences(read(folder / name), contents)) == []


def test_a_figure_that_is_missing_is_withheld_where_its_row_says_so_and_nowhere_else(folder: Path, contents: Contents):
    _, *rows = by_openpyxl(folder / EXCEL)["staff_survey_findings"]
    withheld = [row["marker"] == "c" for row in contents.rows("staff_survey_findings")]

    assert sum(withheld) > 0
    assert [set(row[6:12]) == {"[c]"} for row in rows] == withheld
    assert [row[-1] for row in rows] == ["[c]" if is_withheld else "none" for is_withheld in withheld]


@pytest.fixture(scope="module")
def converted(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return by_libreoffice(folder, tmp_path_factory.mktemp("converted"))


def by_libreoffice(folder: Path, target: Path) -> Path:
    """What LibreOffice makes of each file in the format of the other."""
    for name, ending in ((EXCEL, "ods"), (OPEN_DOCUMENT, "xlsx")):
        subprocess.run(
            [
                *("soffice", "--headless", f"-env:UserInstallation={(target / 'profile').as_uri()}"),
                *("--convert-to", ending, "--outdir", str(target), str(folder / name)),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return target


@pytest.mark.exhaustive
@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("name", "read"),
    [(EXCEL, by_calamine), (OPEN_DOCUMENT, by_calamine), (EXCEL, by_openpyxl)],
    ids=["to .xlsx", "to .ods", "to .xlsx as marked up"],
)
def test_libreoffice_converts_each_format_to_the_other_and_loses_no_value(
    converted: Path, contents: Contents, name: str, read
):
    assert list(differences(read(converted / name), contents, FIFTEEN_DIGITS)) == []


@pytest.mark.exhaustive
@pytest.mark.libreoffice
def test_libreoffice_keeps_the_sheets_the_links_and_what_the_file_says_of_itself(folder: Path, converted: Path):
    before, after = (openpyxl.load_workbook(place / EXCEL) for place in (folder, converted))

    assert after.sheetnames == before.sheetnames
    assert links(after) == links(before)
    assert (after.properties.title, after.properties.creator) == (before.properties.title, before.properties.creator)


def links(book: openpyxl.Workbook) -> set[tuple[str, str, str]]:
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink)
    return {
        (cell.parent.title, cell.coordinate, re.sub(r"[#']", "", cell.hyperlink.location or cell.hyperlink.target))
        for cell in cells
    }


@pytest.mark.exhaustive
@pytest.mark.libreoffice
@pytest.mark.parametrize("name", [EXCEL, OPEN_DOCUMENT])
def test_libreoffice_takes_no_text_for_anything_else(odd_texts: Path, name: str):
    _, *found = by_calamine(odd_texts / name)["recommendations"]

    assert [cells[4] for cells in found] == list(ODD_TEXTS)


@pytest.fixture(scope="module")
def odd_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts that look like formulas and the like, each format converted to the other."""
    folder = tmp_path_factory.mktemp("odd")
    write_workbooks(folder, made(recommendations=[row("recommendations", text=text) for text in ODD_TEXTS]))
    return by_libreoffice(folder, tmp_path_factory.mktemp("odd-converted"))
