"""The workbook of a release: one content in two formats, by the rules for spreadsheets that everyone can read."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.readers_order import in_readers_order
from dipp_pipeline.release.workbook import excel, opendocument
from dipp_pipeline.release.workbook.findings import findings_workbook, sheet_names
from dipp_pipeline.release.workbook.verify import verify
from dipp_pipeline.release.workbook.write import write_workbooks
from tests.release.contents import ODD_TEXTS, made, row

FILES = ("dipp_findings.xlsx", "dipp_findings.ods")

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"


def written(folder: Path, contents: Contents) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_workbooks(folder, contents)
    return folder


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Odd texts, a withheld row, one of no relevant case, one of a region that is not inspected, and empty tables."""
    figures = ("percentage", "percentage_rounded", "lower_95", "upper_95")
    rest = dict.fromkeys(("rest_percentage", "difference", "p_value", "p_adjusted", "differs_from_rest"))
    return made(
        {"is_sample": True},
        recommendations=[
            row("recommendations", number=number, text=text, due_on=None if number else date(1850, 1, 1))
            for number, text in enumerate(ODD_TEXTS)
        ],
        staff_survey_findings=[
            row("staff_survey_findings", marker=None),
            row(
                "staff_survey_findings",
                level="nation",
                region_code=None,
                region_name=None,
                marker="c",
                **dict.fromkeys(("respondents", "agreeing", *figures)),
            ),
        ],
        regional_findings=[
            row("regional_findings"),
            row("regional_findings", relevant_cases=0, counted_cases=0, **dict.fromkeys(figures), **rest),
        ],
        findings_for_charts=[
            row("findings_for_charts", relevant_cases=None, counted_cases=None, **dict.fromkeys(figures), **rest)
        ],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, contents: Contents) -> Path:
    return written(tmp_path_factory.mktemp("workbook"), contents)


@pytest.fixture(scope="module")
def book(folder: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(folder / FILES[0])


@pytest.fixture(scope="module")
def content(folder: Path) -> ElementTree.Element:
    return part(folder / FILES[1], "content.xml")


def part(file: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(file) as archive:
        return ElementTree.fromstring(archive.read(name))


def rows(file: Path, sheet: str) -> list[list[object]]:
    """The rows of a sheet as calamine reads them."""
    with CalamineWorkbook.from_path(str(file)) as opened:
        return opened.get_sheet_by_name(sheet).to_python()


def table_rows(file: Path, sheet: str) -> list[dict[object, object]]:
    """The rows of a sheet's table, which comes after the lines of column A alone, by their headings."""
    headings, *below = [cells for cells in rows(file, sheet) if cells[1] != ""]
    return [dict(zip(headings, cells, strict=True)) for cells in below]


def every_cell(book: openpyxl.Workbook) -> Iterator[Cell]:
    return (cell for sheet in book for cells in sheet.iter_rows() for cell in cells)


def sheet_table(sheet: Worksheet) -> tuple[tuple[Cell, ...], ...]:
    (found,) = sheet.tables.values()
    return sheet[found.ref]


def test_there_is_a_cover_contents_notes_and_a_sheet_for_every_table(book: openpyxl.Workbook, contents: Contents):
    first, last = book.sheetnames[:5], book.sheetnames[-2:]

    assert first == ["cover", "contents", "notes", "headlines", "national_findings"]
    assert last == ["release_info", "data_dictionary"]
    assert sorted(book.sheetnames[3:]) == sorted(mart.name for mart in contents.marts)


@pytest.mark.parametrize("name", FILES)
def test_both_formats_have_the_same_sheets(folder: Path, book: openpyxl.Workbook, name: str):
    with CalamineWorkbook.from_path(str(folder / name)) as opened:
        assert opened.sheet_names == book.sheetnames


def test_the_title_stands_in_a1_as_a_heading_and_what_is_shown_below_it(book: openpyxl.Workbook):
    assert book["regional_findings"]["A1"].value == "Regional findings"
    assert book["regional_findings"]["A2"].value == "How each region answers each measure."
    assert {sheet["A1"].style for sheet in book} == {"Heading 1"}


def test_every_sheet_but_the_cover_has_one_table_of_its_own_name(book: openpyxl.Workbook):
    tables = {sheet.title: list(sheet.tables) for sheet in book}

    assert tables == {name: [] if name == "cover" else [name] for name in book.sheetnames}


def test_a_table_begins_in_column_a_with_different_headings_and_ends_the_sheet(book: openpyxl.Workbook):
    for sheet in book.worksheets[1:]:
        headings, *below = sheet_table(sheet)
        texts = [cell.value for cell in headings]
        (marked_up,) = sheet.tables.values()

        assert [column.name for column in marked_up.tableColumns] == texts
        assert len(set(texts)) == len(texts)
        assert headings[0].column == 1
        assert below[-1][-1].coordinate == f"{sheet.dimensions.split(':')[1]}"


def test_no_cell_of_a_table_and_no_line_above_it_is_blank(book: openpyxl.Workbook):
    for sheet in book:
        above = len(list(sheet["A"])) if sheet.title == "cover" else sheet_table(sheet)[0][0].row - 1
        assert [cell.coordinate for cell in sheet["A"][:above] if cell.value is None] == []
        if sheet.title != "cover":
            cells = [cell for cells in sheet_table(sheet) for cell in cells]
            assert [cell.coordinate for cell in cells if cell.value in (None, "")] == []


def test_nothing_is_merged_hidden_filtered_or_a_formula(book: openpyxl.Workbook):
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert list(sheet.merged_cells.ranges) == []
        assert [table.autoFilter for table in sheet.tables.values()] == [None] * len(sheet.tables)
        assert not any(place.hidden for place in (*sheet.column_dimensions.values(), *sheet.row_dimensions.values()))
    assert [cell.coordinate for cell in every_cell(book) if cell.data_type in ("f", "e")] == []


def test_nothing_is_merged_hidden_or_a_formula_in_the_open_document(content: ElementTree.Element):
    attributes = {name for element in content.iter() for name in element.attrib}

    assert not attributes & {f"{TABLE}formula", f"{TABLE}number-columns-spanned", f"{TABLE}visibility"}
    assert {element.get(f"{TABLE}display-filter-buttons") for element in content.iter(f"{TABLE}database-range")} == {
        "false"
    }


def test_the_tables_are_named_ranges_in_the_open_document(content: ElementTree.Element, book: openpyxl.Workbook):
    ranges = {
        element.get(f"{TABLE}name"): element.get(f"{TABLE}target-range-address")
        for element in content.iter(f"{TABLE}database-range")
    }
    of_excel = {sheet.title: table.ref.split(":") for sheet in book for table in sheet.tables.values()}

    assert ranges == {name: f"{name}.{first}:{name}.{last}" for name, (first, last) in of_excel.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_text_stays_the_text_that_it_is_whatever_it_begins_with(folder: Path, name: str):
    texts = [found["Text"] for found in table_rows(folder / name, "recommendations")]

    assert texts == list(ODD_TEXTS)


def test_spaces_that_a_reader_of_xml_would_drop_are_spelled_out(content: ElementTree.Element):
    spaces = [
        (paragraph.text, space.get(f"{TEXT}c"), space.tail)
        for paragraph in content.iter(f"{TEXT}p")
        for space in paragraph.iter(f"{TEXT}s")
    ]

    assert spaces == [("two", "2", "spaces"), ("two", "1", None), (None, "1", "lines")]


def test_excel_is_told_that_such_a_text_is_one(book: openpyxl.Workbook):
    kinds = {cells[4].data_type for cells in sheet_table(book["recommendations"])}

    assert kinds == {"s"}


@pytest.mark.parametrize("name", FILES)
def test_what_neither_format_can_hold_is_marked_as_such(tmp_path: Path, name: str):
    contents = made(recommendations=[row("recommendations", text="a\x01b\x0b\uffff\tc\r\nd")])

    (found,) = table_rows(written(tmp_path, contents) / name, "recommendations")

    assert found["Text"] == "a�b�� c\nd"


@pytest.mark.parametrize("name", FILES)
def test_a_text_is_trimmed_and_a_blank_one_is_not_available(tmp_path: Path, name: str):
    texts = (" a\n", "", " \u2028 ")
    contents = made(recommendations=[row("recommendations", text=text) for text in texts])

    found = table_rows(written(tmp_path, contents) / name, "recommendations")

    assert [cells["Text"] for cells in found] == ["a", "[x]", "[x]"]


@pytest.mark.parametrize("at", [datetime(2026, 2, 26), datetime(2026, 2, 26, 23, 59, 59, 999999)])
def test_a_release_of_midnight_is_a_release_like_any_other(tmp_path: Path, at: datetime):
    assert written(tmp_path, made({"published_at": at}))


@pytest.mark.parametrize("name", FILES)
def test_a_figure_that_is_missing_has_its_shorthand(folder: Path, name: str):
    shown, withheld = table_rows(folder / name, "staff_survey_findings")
    _, irrelevant = table_rows(folder / name, "regional_findings")
    (not_inspected,) = table_rows(folder / name, "findings_for_charts")

    assert (shown["Percentage"], shown["Marker"]) == (pytest.approx(41.666666666666664), "none")
    assert (withheld["Respondents"], withheld["Upper 95"], withheld["Marker"]) == ("[c]", "[c]", "[c]")
    assert (withheld["Region code"], withheld["Level"]) == ("[z]", "nation")
    assert (irrelevant["Relevant cases"], irrelevant["Percentage"], irrelevant["Differs from rest"]) == (
        0,
        "[z]",
        "[z]",
    )
    assert (not_inspected["Relevant cases"], not_inspected["Percentage"]) == ("[x]", "[x]")


@pytest.mark.parametrize("name", FILES)
def test_an_empty_table_has_one_row_that_says_so(folder: Path, name: str):
    (found,) = table_rows(folder / name, "headlines")

    assert set(found.values()) == {"[z]"}


@pytest.mark.parametrize("name", FILES)
def test_a_day_that_excel_does_not_know_is_a_text(folder: Path, name: str):
    days = [found["Due on"] for found in table_rows(folder / name, "recommendations")]

    assert days[:2] == ["1850-01-01", "[x]"]


def test_figures_are_numbers_shown_with_as_many_decimals_as_they_deserve(book: openpyxl.Workbook):
    headings, cells, _ = sheet_table(book["regional_findings"])
    shown = {heading.value: cell.number_format for heading, cell in zip(headings, cells, strict=True)}

    assert shown["Relevant cases"] == "#,##0"
    assert shown["Percentage"] == "#,##0.0"
    assert shown["P value"] == "0.000"
    assert sheet_table(book["release_info"])[1][1].number_format == "yyyy-mm-dd hh:mm:ss"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("is_sample", [True, False])
def test_every_sheet_of_invented_data_says_so_and_no_other(tmp_path: Path, name: str, is_sample: bool):
    file = written(tmp_path, made({"is_sample": is_sample})) / name

    with CalamineWorkbook.from_path(str(file)) as opened:
        names = opened.sheet_names
    saying = [
        sheet for sheet in names if any("Invented sample data" in str(cells[0]) for cells in rows(file, sheet)[:4])
    ]

    assert saying == (names if is_sample else [])


def test_the_links_of_the_contents_lead_to_every_table(book: openpyxl.Workbook):
    _, *listed = sheet_table(book["contents"])

    assert [cells[0].value for cells in listed] == book.sheetnames[3:]
    assert [cells[0].hyperlink.location for cells in listed] == [f"'{name}'!A1" for name in book.sheetnames[3:]]


def test_every_link_leads_somewhere(book: openpyxl.Workbook, content: ElementTree.Element):
    places = {f"'{name}'!A1" for name in book.sheetnames}
    licence = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    links = [cell.hyperlink for cell in every_cell(book) if cell.hyperlink]
    within = {link.location for link in links if link.location}
    opened = {link.get(f"{XLINK}href") for link in content.iter(f"{TEXT}a")}

    assert within <= places
    assert [link.target for link in links if not link.location] == [licence]
    assert opened - {licence} == {f"#{place.split(chr(39))[1]}.A1" for place in within}


@pytest.mark.parametrize("name", FILES)
def test_the_cover_says_what_it_is_from_whom_and_how_to_cite_it(folder: Path, name: str):
    cover = [str(cells[0]) for cells in rows(folder / name, "cover")]

    for heading, text in (
        ("Status", "Provisional: 5 of 12 regions included so far."),
        ("Release", "Release 0a1b2c3d4e5f of 26 February 2026"),
        ("Edition", "The inspectorate's own edition"),
        ("Next update", "When the next region has been inspected"),
        ("Publisher", "HM Inspectorate of Probation"),
        ("Contact", "The data team"),
        ("Licence", "Open Government Licence v3.0"),
        ("How to cite", "HM Inspectorate of Probation (2026). Dynamic Inspection of Public Protection: findings"),
    ):
        assert cover[cover.index(heading) + 1].startswith(text)


def test_the_properties_of_the_files_say_what_they_are(folder: Path, book: openpyxl.Workbook):
    of_excel, of_open = book.properties, part(folder / FILES[1], "meta.xml")

    assert of_excel.title == "Dynamic Inspection of Public Protection: findings (invented sample data)"
    assert (of_excel.creator, of_excel.language) == ("HM Inspectorate of Probation", "en-GB")
    assert of_excel.created.isoformat() == of_excel.modified.isoformat() == "2026-02-26T02:05:12"
    assert of_open.findtext(f".//{DUBLIN_CORE}title") == of_excel.title
    assert of_open.findtext(f".//{DUBLIN_CORE}creator") == of_excel.creator
    assert of_open.findtext(f".//{DUBLIN_CORE}language") == "en-GB"
    assert of_open.findtext(f".//{DUBLIN_CORE}date") == "2026-02-26T02:05:12"
    assert [keyword.text for keyword in of_open.iter(f"{META}keyword")] == of_excel.keywords.split(", ")


@pytest.mark.parametrize("name", FILES)
def test_the_same_contents_give_the_same_bytes(folder: Path, tmp_path: Path, contents: Contents, name: str):
    again = written(tmp_path, contents) / name

    assert again.read_bytes() == (folder / name).read_bytes()
    with zipfile.ZipFile(again) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_first_entry_of_the_open_document_says_what_it_is(folder: Path):
    start = (folder / FILES[1]).read_bytes()[:100]

    assert start[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def test_a_table_that_is_not_named_in_the_order_of_readers_comes_before_the_last_two(contents: Contents):
    new = [replace(contents.marts[0], name=name) for name in ("zebras", "antelopes")]

    names = [mart.name for mart in in_readers_order([*contents.marts, *new])]

    assert names[-4:] == ["antelopes", "zebras", "release_info", "data_dictionary"]


def test_names_of_sheets_are_short_and_different():
    long = "a_table_with_a_name_of_more_than_31_letters"

    assert sheet_names([long, f"{long}_again", "notes"]) == [
        "a_table_with_a_name_of_more_tha",
        "a_table_with_a_name_of_more_t_2",
        "notes_2",
    ]


@pytest.mark.parametrize(("included", "status"), [(0, "provisional"), (1, "provisional"), (12, "final")])
def test_none_one_or_all_regions_make_a_workbook(tmp_path: Path, included: int, status: str):
    made_of = made({"regions_included": included, "status": status, "cases_inspected": 0, "edition": "public"})

    cover = [cells[0] for cells in rows(written(tmp_path, made_of) / FILES[1], "cover")]

    assert cover[cover.index("Status") + 1].startswith(
        "Final: all 12 regions are included." if included == 12 else f"Provisional: {included} of 12 regions"
    )


@pytest.mark.parametrize(("name", "write"), [(FILES[0], excel.write), (FILES[1], opendocument.write)])
def test_a_file_that_says_something_else_is_not_published(tmp_path: Path, contents: Contents, name: str, write):
    workbook = findings_workbook(contents)
    (place,) = (number for number, sheet in enumerate(workbook.sheets) if sheet.name == "staff_survey_findings")
    sheet = workbook.sheets[place]
    first, second = sheet.table.rows
    other = replace(sheet, table=replace(sheet.table, rows=[[*first[:6], first[6] + 1, *first[7:]], second]))
    write(tmp_path / name, replace(workbook, sheets=[*workbook.sheets[:place], other, *workbook.sheets[place + 1 :]]))

    with pytest.raises(PublicationError, match=re.escape(f"of the sheet staff_survey_findings in {name} is not")):
        verify(tmp_path / name, workbook)
