"""A valid case return as data, made from the Programme, and writers of it in every format that is taken.

Nothing here reads or judges. Whether a question applies is worked out by SQLite, so that the pipeline's own answer is
put to the test. Cells are what a person types: text, numbers, Booleans, dates, None for a blank, and the two kinds of
formula below.
"""

import csv
import sqlite3
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlsxwriter
import xlwt
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from dipp_pipeline.programme.model import Field, Question, Region
from dipp_pipeline.programme.seeds import load_programme
from tests.homes import SEEDS
from tests.opendocument import MANIFEST, NAMESPACES

PROGRAMME = load_programme(SEEDS)
SHEET = "Case scores"

Rows = Sequence[Sequence[object]]
Writer = Callable[..., Path]


@dataclass(frozen=True)
class FormulaError:
    """A formula whose stored result is an error, such as #REF!."""

    text: str


@dataclass(frozen=True)
class Unstored:
    """A formula whose result was never stored."""


@dataclass
class CaseReturn:
    """A region's return: a heading a column, a cell a case and column. Tests break its cells in place."""

    region: Region
    headings: dict[str, str]
    """Field or question to its heading, in the order of the columns."""
    cases: list[dict[str, object]]
    """Field or question to what the cell says, one a row."""

    def rows(self) -> list[list[object]]:
        """The heading row and the rows of cases."""
        return [list(self.headings.values()), *([case[name] for name in self.headings] for case in self.cases)]

    def address(self, case: int, column: str, columns_before: int = 0) -> str:
        """Where a cell stands when the headings are in row 1."""
        return f"{get_column_letter(columns_before + list(self.headings).index(column) + 1)}{case + 2}"

    def references(self) -> list[str]:
        return [str(case["case_reference"]) for case in self.cases]


EVERYTHING, NOTHING_MORE, NEW_PRACTITIONER, ADJUSTED = range(4)
"""The cases of a valid return: a core case to which every question applies, one to which no conditional question does,
one to which oversight applies for the practitioner's sake, and an adjusted case to which every question applies."""

_CASES: tuple[Mapping[str, str], ...] = (
    {"question_set": "core", "risk_of_serious_harm": "high"},
    {
        "question_set": "core",
        "risk_of_serious_harm": "medium",
        "practitioner_inexperienced": "false",
        "child_safeguarding_concern": "false",
        "domestic_abuse_concern": "false",
    },
    {"question_set": "core", "risk_of_serious_harm": "low", "domestic_abuse_concern": "false"},
    {"question_set": "adjusted", "risk_of_serious_harm": "very_high", "practitioner_inexperienced": "false"},
)


def valid_return(region_slug: str = "wales") -> CaseReturn:
    """A return of four cases without a single problem, to be changed as a test likes."""
    return deepcopy(_valid_return(region_slug))


@cache
def _valid_return(region_slug: str) -> CaseReturn:
    region = PROGRAMME.region_by_slug[region_slug]
    pdus = cycle(pdu.name for pdu in PROGRAMME.pdus if pdu.region_code == region.code)
    cases = [_case(f"R{677_931 + 7 * place}", next(pdus), details) for place, details in enumerate(_CASES)]
    headings = {name: PROGRAMME.label(name) for name in PROGRAMME.column_names}
    return CaseReturn(region, headings, cases)


def _case(reference: str, pdu: str, given: Mapping[str, str]) -> dict[str, object]:
    details = {field.name: given.get(field.name) or _usual(field) for field in PROGRAMME.fields}
    fields = {field.name: _written(field, details[field.name]) for field in PROGRAMME.fields}
    answers = {question.code: _answer(question, details) for question in PROGRAMME.questions}
    return {**fields, "case_reference": reference, "pdu": pdu, **answers}


def _usual(field: Field) -> str:
    match field.type:
        case "choice":
            return field.allowed[0]
        case "boolean":
            return "true"
        case "integer":
            return field.minimum or "1"
        case "date":
            return {"start_date": "2025-05-24", "assessed_on": "2025-11-08"}[field.name]
        case _:
            return ""


def _written(field: Field, value: str) -> object:
    match field.type:
        case "choice" | "boolean":
            return PROGRAMME.choices_of(field.name)[value]
        case "integer":
            return int(value)
        case "date":
            return date.fromisoformat(value)
        case _:
            return value


def _answer(question: Question, details: Mapping[str, str]) -> str | None:
    if question.question_set != details["question_set"]:
        return None
    if not _applies(question, details):
        return "Not applicable"
    return "No" if question.code.endswith("b") and question.kind == "prompt" else "Yes"


def _applies(question: Question, details: Mapping[str, str]) -> bool:
    facts = {name: {"true": 1, "false": 0}.get(value, value) for name, value in details.items()}
    columns = ", ".join(f":{name} as {name}" for name in facts)
    with closing(sqlite3.connect(":memory:")) as database:
        query = f"select {question.applies_when or 'true'} from (select {columns})"
        return bool(database.execute(query, facts).fetchone()[0])


def write_xlsx(
    path: Path, sheets: Mapping[str, Rows], hidden: Mapping[str, str] | Collection[str] = (), date_1904: bool = False
) -> Path:
    """As openpyxl writes it. `hidden` names sheets, with their state where it is not "hidden"."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.epoch = CALENDAR_MAC_1904 if date_1904 else CALENDAR_WINDOWS_1900
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        if name in hidden:
            sheet.sheet_state = hidden[name] if isinstance(hidden, Mapping) else "hidden"
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells, 1):
                sheet.cell(row, column, _for_openpyxl(cell))
    book.save(path)
    return path


def _for_openpyxl(cell: object) -> object:
    match cell:
        case FormulaError():
            return cell.text
        case Unstored():
            return "=1+1"
        case _:
            return cell


def write_xlsx_as_excel(path: Path, sheets: Mapping[str, Rows], date_1904: bool = False) -> Path:
    """As xlsxwriter writes it, which is close to Excel itself: shared strings, formulas with their results."""
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, FormulaError):
                        sheet.write_formula(row, column, "=1/0", None, cell.text)
                    elif isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    else:
                        sheet.write(row, column, cell)
    return path


_XLS_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def write_xls(path: Path, sheets: Mapping[str, Rows], hidden: Collection[str] = (), date_1904: bool = False) -> Path:
    """As xlwt writes it."""
    book = xlwt.Workbook()
    book.dates_1904 = date_1904
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, FormulaError):
                    sheet.row(row).set_cell_error(column, _XLS_ERRORS[cell.text])
                elif isinstance(cell, date):
                    sheet.write(row, column, cell, day)
                elif cell is not None:
                    sheet.write(row, column, cell)
    book.save(str(path))
    return path


def write_csv(path: Path, sheets: Mapping[str, Rows], encoding: str = "utf-8") -> Path:
    """The first sheet, as a spreadsheet exports it."""
    rows = next(iter(sheets.values()))
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([_for_csv(cell) for cell in cells] for cells in rows)
    return path


def _for_csv(cell: object) -> object:
    match cell:
        case FormulaError():
            return cell.text
        case bool():
            return str(cell).upper()
        case _:
            return cell


def write_ods(path: Path, sheets: Mapping[str, Rows], hidden: Collection[str] = (), date_1904: bool = False) -> Path:
    """As LibreOffice writes it, down to the repeated blank cells and rows at the end."""
    tables = "".join(_ods_table(name, rows, "ta2" if name in hidden else "ta1") for name, rows in sheets.items())
    null_date = '<table:null-date table:date-value="1904-01-01"/>' if date_1904 else ""
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3" {NAMESPACES}><office:automatic-styles>
<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>
<table:calculation-settings table:automatic-find-labels="false">{null_date}</table:calculation-settings>
{tables}</office:spreadsheet></office:body></office:document-content>"""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return path


def _ods_table(name: str, rows: Rows, style: str) -> str:
    blank_rows = (
        '<table:table-row table:number-rows-repeated="1048500">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    return (
        f'<table:table table:name={quoteattr(name)} table:style-name="{style}">'
        + "".join(_ods_row(cells) for cells in rows)
        + f"{blank_rows}</table:table>"
    )


def _ods_row(cells: Sequence[object]) -> str:
    blank_cells = '<table:table-cell table:number-columns-repeated="16200"/>'
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}{blank_cells}</table:table-row>"


def _ods_cell(cell: object) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case FormulaError(text="#DIV/0!"):
            return (
                '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0" '
                'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
            )
        case FormulaError():
            return (
                '<table:table-cell table:formula="of:=[.#REF!]" office:value-type="string" office:string-value="" '
                f'calcext:value-type="error"><text:p>{cell.text}</text:p></table:table-cell>'
            )
        case Unstored():
            return '<table:table-cell table:formula="of:=1+1"/>'
        case bool():
            return _ods_value("boolean", "boolean-value", str(cell).lower(), str(cell).upper())
        case int() | float():
            return _ods_value("float", "value", cell, cell)
        case date() | datetime():
            return _ods_value("date", "date-value", cell.isoformat(), f"{cell:%d/%m/%y}")
        case _:
            paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell).split("\n"))
            kind = 'office:value-type="string" calcext:value-type="string"'
            return f"<table:table-cell {kind}>{paragraphs}</table:table-cell>"


def _ods_value(kind: str, attribute: str, value: object, shown: object) -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}" calcext:value-type="{kind}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


WRITERS: Mapping[str, Writer] = {
    "openpyxl.xlsx": write_xlsx,
    "xlsxwriter.xlsx": write_xlsx_as_excel,
    "macros.xlsm": write_xlsx_as_excel,
    "xlwt.xls": write_xls,
    "libreoffice.ods": write_ods,
    "export.csv": write_csv,
}
"""A file's name to its writer: every format that is taken. Each writer takes the path and rows by sheet."""


def edit_part(path: Path, part: str, edit: Callable[[str], str]) -> Path:
    """Change the text of one part of a zipped workbook, by its name's end."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, edit(content.decode()) if name.endswith(part) else content)
    return path
