"""Every kind of damage to a release is found, whoever did it and however well, and told with what to do."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from click.testing import CliRunner

from dipp_pipeline.cli import main
from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublishedTable, write_database
from dipp_pipeline.release.manifest import files_of, write_manifest
from dipp_pipeline.release.retest import retest
from dipp_pipeline.release.tables import write_tables
from dipp_pipeline.release.verify import check_release
from tests.homes import SQL_FOLDER, Home
from tests.release.contents import arrow_table, contents_of, mart, small_contents, with_rows

DATABASE = "dipp_findings.duckdb"


def write_release(folder: Path, contents: Contents) -> Path:
    folder.mkdir()
    write_database(folder / DATABASE, contents)
    write_tables(folder / "tables", contents)
    write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def contents(published_demo: Home) -> Contents:
    return contents_of(published_demo.database)


@pytest.fixture(scope="module")
def whole(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("whole") / "release", contents)


@pytest.fixture
def release(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(whole, tmp_path / "release")


@pytest.fixture(scope="module")
def small_whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of one table of texts."""
    notes = mart("notes", {"number": "INTEGER", "text": "VARCHAR"}, key=["number"])
    contents = small_contents((notes, [{"number": 1, "text": "so"}]))
    return write_release(tmp_path_factory.mktemp("small") / "release", contents)


@pytest.fixture
def small(small_whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(small_whole, tmp_path / "release")


def problems(folder: Path, definitions: Path | None = None) -> list[str]:
    return [problem.message for problem in check_release(folder, definitions).problems]


def test_a_release_that_is_whole_has_no_problem(small: Path):
    assert problems(small) == []
    assert check_release(small).release_id == "0a1b2c3d4e5f"


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_the_release_of_the_sample_programme_is_whole_and_its_sums_are_tested_again(whole: Path):
    checked = check_release(whole, SQL_FOLDER)

    assert checked.problems == []
    assert {
        "nation_is_sum_of_regions",
        "nation_is_sum_of_regions_by_question",
        "region_and_rest_are_the_nation",
        "complements_are_tested_once",
        "counts_are_nested",
        "percentages_agree_with_their_counts",
        "last_step_is_the_nation",
        "charts_show_the_findings",
        "differences_are_tested",
    } <= set(checked.tests)


# A file that is not what was published.


@pytest.mark.parametrize("file", [DATABASE, "tables/notes.csv", "tables/notes.parquet", "tables/datapackage.json"])
def test_a_changed_byte_is_found_by_the_list_of_checksums(small: Path, file: str):
    content = bytearray((small / file).read_bytes())
    content[len(content) // 2] ^= 1
    (small / file).write_bytes(content)

    assert f"{file} was changed since it was published: its SHA-256 is not that of SHA256SUMS." in " ".join(
        problems(small)
    )


@pytest.mark.parametrize("file", [DATABASE, "tables/notes.csv", "tables/datapackage.json"])
def test_a_missing_file_is_told_once(small: Path, file: str):
    (small / file).unlink()

    assert [told for told in problems(small) if told.startswith(file)] == [
        f"{file} is missing: SHA256SUMS names it. Get the release again from whoever published it."
    ]


@pytest.mark.parametrize(
    "file", [DATABASE, "tables/notes.csv", "tables/notes.parquet", "tables/notes.csv-metadata.json"]
)
def test_a_file_that_is_missing_in_the_list_too_is_missed(small: Path, file: str):
    (small / file).unlink()
    write_manifest(small)

    assert f"{file} is missing. Get the release again from whoever published it." in problems(small)


def test_a_file_that_is_not_listed_is_told(small: Path):
    (small / "notes.txt").write_text("more", "utf-8")

    assert problems(small) == ["notes.txt does not belong to the release: SHA256SUMS does not name it. Take it away."]


def test_a_table_that_the_database_does_not_have_is_told(small: Path):
    (small / "tables" / "more.csv").write_bytes(b"number\r\n1\r\n")
    write_manifest(small)

    assert problems(small) == [
        "tables/more.csv is of no table of the database. Get the release again from whoever published it."
    ]


@pytest.mark.parametrize("lines", [None, "not a checksum\n", ""])
def test_a_list_that_is_none_is_told(small: Path, lines: str | None):
    (small / "SHA256SUMS").unlink()
    if lines is not None:
        (small / "SHA256SUMS").write_text(lines, "utf-8")

    assert "SHA256SUMS" in problems(small)[0]


def test_a_folder_without_a_release_is_told_in_one_sentence_and_not_searched(tmp_path: Path):
    (tmp_path / "large.json").write_bytes(b"{")

    assert problems(tmp_path) == [
        f"{tmp_path} holds no release: neither {DATABASE} nor SHA256SUMS is in it. "
        "Name the folder of one, such as published in a home."
    ]


@pytest.mark.parametrize("content", [b"", b"no database", bytes(20_000)])
def test_a_database_that_is_none_is_told(small: Path, content: bytes):
    (small / DATABASE).write_bytes(content)
    write_manifest(small)

    assert any(DATABASE in told for told in problems(small))


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("file", ["notes.csv", "notes.parquet", "notes.csv-metadata.json", "datapackage.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"resources": [1]}'])
def test_a_file_of_rubbish_is_told_and_not_stumbled_over(small: Path, file: str, content: bytes):
    (small / "tables" / file).write_bytes(content)
    write_manifest(small)

    assert any(told.startswith(f"tables/{file}") for told in problems(small))


def test_a_link_is_no_file_of_a_release(small: Path, tmp_path: Path):
    elsewhere = (tmp_path / "elsewhere").absolute()
    elsewhere.mkdir()
    (small / "site").symlink_to(elsewhere)
    (small / "nowhere").symlink_to(tmp_path / "nowhere")
    (small / "tables" / "notes.csv").rename(elsewhere / "notes.csv")
    (small / "tables" / "notes.csv").symlink_to(elsewhere / "notes.csv")

    assert [told.partition(":")[0] for told in problems(small)] == [
        "nowhere does not belong to the release",
        "site does not belong to the release",
        "tables/notes.csv was changed since it was published",
    ]


# A file that does not say what the others say, though it is the one that is listed.


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())


def package_again(release: Path) -> None:
    """Make the package and the list agree with the files, as whoever changed them would."""
    file = release / "tables" / "datapackage.json"
    package = json.loads(file.read_bytes())
    files = files_of(release / "tables")
    for resource in package["resources"]:
        resource["bytes"] = (release / "tables" / resource["path"]).stat().st_size
        resource["hash"] = f"sha256:{files[resource['path']]}"
    file.write_text(json.dumps(package), "utf-8")
    write_manifest(release)


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_count_that_is_another_in_the_csv_alone_is_told(release: Path):
    replaced(release / "tables" / "regional_findings.csv", ",84,84,41,", ",84,84,42,")
    package_again(release)

    (told,) = problems(release)

    assert told.startswith("tables/regional_findings.csv says 42 of counted_cases in row ")
    assert "and the database says 41" in told


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_figure_that_is_withheld_in_one_form_is_withheld_in_every_form(
    contents: Contents, whole: Path, tmp_path: Path, form: str
):
    survey = contents.rows("staff_survey_findings")
    figures = ("respondents", "agreeing", "percentage", "percentage_rounded", "lower_95", "upper_95")
    withheld = [{**survey[0], **dict.fromkeys(figures), "marker": "c"}, *survey[1:]]
    release = write_release(tmp_path / "release", with_rows(contents, "staff_survey_findings", withheld))
    assert problems(release) == []
    shutil.copyfile(whole / f"tables/staff_survey_findings.{form}", release / f"tables/staff_survey_findings.{form}")
    package_again(release)

    (told,) = problems(release)

    assert told.startswith(f"tables/staff_survey_findings.{form} says ")
    assert "of respondents in row 1, and the database says nothing" in told


def test_a_text_that_is_empty_in_one_form_and_missing_in_another_is_told(small: Path):
    replaced(small / "tables" / "notes.csv", "1,so,", '1,"",')
    package_again(small)
    told_of_empty = problems(small)
    replaced(small / "tables" / "notes.csv", '1,"",', "1,,")
    package_again(small)

    assert "says  of text in row 1, and the database says so" in told_of_empty[0]
    assert "says nothing of text in row 1, and the database says so" in problems(small)[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"rowCount": 1', '"rowCount": 2', "counts 2 rows of notes.csv, and there are 1"),
        ('"hash": "sha256:', '"hash": "sha256:0', "has another size or hash of notes.csv than that file"),
        ('"type": "integer"', '"type": "number"', "describes number otherwise than the database"),
        ("what number is", "what it is", "describes number otherwise than the database"),
        ('"path": "notes.csv"', '"path": "/etc/passwd"', "and the database have not the same tables"),
    ],
)
def test_a_package_that_says_otherwise_is_told(small: Path, old: str, new: str, told: str):
    replaced(small / "tables" / "datapackage.json", old, new)
    write_manifest(small)

    assert told in problems(small)[0]


@pytest.mark.parametrize(
    ("old", "new"), [('"datatype": "int"', '"datatype": "string"'), ("what text is", "what it is")]
)
def test_metadata_of_a_csv_that_say_otherwise_are_told(small: Path, old: str, new: str):
    replaced(small / "tables" / "notes.csv-metadata.json", old, new)
    write_manifest(small)

    assert "tables/notes.csv-metadata.json describes" in problems(small)[0]


def test_a_parquet_file_of_other_types_is_told(small: Path):
    file = small / "tables" / "notes.parquet"
    table = pq.read_table(file)
    number = table.schema.field("number")
    pq.write_table(table.cast(table.schema.set(0, number.with_type(pa.int64()))), file)
    package_again(small)

    assert "tables/notes.parquet has number as int64, and the database as INTEGER" in problems(small)[0]


def changed_database(release: Path, statement: str) -> None:
    with duckdb.connect(str(release / DATABASE)) as connection:
        connection.execute(statement)
    write_manifest(release)


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update notes set text = 'otherwise'", "notes.csv says so of text in row 1, and the database says otherwise"),
        ("insert into notes values (2, 'more')", "notes.csv has 1 rows, and the database 2"),
        ("comment on column notes.text is 'another'", "notes.parquet describes text otherwise than the database"),
        ("comment on table notes is 'another'", "notes.parquet describes the table otherwise than the database"),
        ("create table more as select 1 as number", "more.csv is missing"),
        ("create view more as select 1 as number", "more.csv is missing"),
        ("alter table notes drop column text", "notes.csv has not the columns that the database asks for"),
        ("alter table notes alter text type integer[] using [1]", "notes.csv cannot be compared with the database"),
        ("create schema s; create table s.hidden as select 1 as number", "s.hidden.csv is missing"),
        ("update release_info set release_id = 'ffffffffffff'", "notes.csv says 0a1b2c3d4e5f of release_id in row 1"),
        ("delete from release_info", "does not say once which release it is"),
        ("drop table notes", "notes.csv is of no table of the database"),
    ],
)
def test_a_database_that_says_otherwise_is_told(small: Path, statement: str, told: str):
    changed_database(small, statement)

    assert told in " ".join(problems(small))


# Figures that contradict each other, the same in every form.


def one_row_changed(contents: Contents, table: str, number: int, **values: object) -> Contents:
    rows = contents.rows(table)
    rows[number] = {**rows[number], **values}
    return with_rows(contents, table, rows)


def broken_tests(contents: Contents) -> list[str]:
    published = [
        PublishedTable(model.name, model.description, model.columns, contents.tables[model.name])
        for model in contents.marts
    ]
    return [result.test.description for result in retest(published, SQL_FOLDER) if result.wrong_rows]


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("table", "values", "told"),
    [
        ("regional_findings", {"counted_cases": 1}, "The nation's counts are the sums of its regions'"),
        ("regional_findings", {"counted_cases": 999}, "Counted cases are among the relevant ones"),
        ("regional_findings", {"percentage_rounded": 1}, "Percentage, rounding and interval are those of the counts"),
        (
            "regional_findings",
            {"rest_counted_cases": 1},
            "A region and the rest of the programme together have the nat",
        ),
        ("national_findings", {"relevant_cases": 400}, "among the relevant ones, and these among the inspected ones"),
        ("national_findings", {"cases_inspected": 333}, "The nation's counts are the sums of its regions'"),
        (
            "release_info",
            {"cases_inspected": 333},
            "The release says once what it is, and agrees with the accepted cas",
        ),
        ("findings_over_time", {"step": 9}, "Every region with accepted cases is one step"),
        ("national_findings", {"status": "final"}, "and are final only when every region is in"),
        ("national_question_findings", {"counted_cases": 1}, "The nation's counts are the sums of its regions'"),
        ("regional_question_findings", {"lower_95": 99.0}, "Percentage, rounding and interval are those of the counts"),
        ("findings_over_time", {"counted_cases": 1}, "Percentage, rounding and interval are those of the counts"),
        ("staff_survey_findings", {"agreeing": 1}, "Percentage, rounding and interval are those of the counts"),
        ("findings_for_charts", {"difference": 50.0}, "The table for charts has every place and measure once"),
    ],
)
def test_figures_that_contradict_each_other_are_found(
    contents: Contents, table: str, values: dict[str, object], told: str
):
    changed = one_row_changed(contents, table, 0 if table == "release_info" else 5, **values)

    assert any(told in description for description in broken_tests(changed))


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_complement_that_does_not_complement_is_told(contents: Contents, tmp_path: Path):
    rows = contents.rows("regional_findings")
    number = next(number for number, row in enumerate(rows) if row["measure_code"] == "oversight_effective")
    changed = one_row_changed(contents, "regional_findings", number, counted_cases=1)

    found = problems(write_release(tmp_path / "release", changed), SQL_FOLDER)

    (told,) = (problem for problem in found if "A complement counts the cases that its partner does not" in problem)
    assert told.startswith(f"{DATABASE} breaks a rule (")
    assert f"look at region_code {rows[number]['region_code']}, measure_code " in told
    assert told.endswith("Do not use the release, and tell whoever published it.")


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_tables_of_another_version_are_tested_as_far_as_they_are_as_of_this(contents: Contents, tmp_path: Path):
    fewer = next(model for model in contents.marts if model.name == "regional_findings")
    without_country = replace(fewer, columns=[column for column in fewer.columns if column.name != "country"])
    marts = [without_country if model is fewer else model for model in contents.marts]
    tables = {**contents.tables, fewer.name: contents.tables[fewer.name].drop_columns(["country"])}

    checked = check_release(write_release(tmp_path / "release", Contents(marts, tables)), SQL_FOLDER)

    assert checked.problems == []
    assert "complements_are_tested_once" not in checked.tests
    assert "last_step_is_the_nation" in checked.tests


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_dictionary_that_says_otherwise_than_the_database_is_told(contents: Contents, tmp_path: Path):
    changed = one_row_changed(contents, "data_dictionary", 7, description="something else")
    row = changed.rows("data_dictionary")[7]

    assert problems(write_release(tmp_path / "release", changed)) == [
        f"{DATABASE} has in data_dictionary not what stands in it of {row['table_name']}.{row['column_name']}. "
        "Do not use the release, and tell whoever published it."
    ]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_count_that_is_withheld_contradicts_nothing(contents: Contents):
    statistics = ["relevant_cases", "counted_cases", "percentage_rounded"], ["percentage", "lower_95", "upper_95"]
    types = {**dict.fromkeys(statistics[0], "INTEGER"), **dict.fromkeys(statistics[1], "DOUBLE"), "marker": "VARCHAR"}
    withheld = {**dict.fromkeys(types), "relevant_cases": 84, "marker": "c"}
    shown = {**withheld, "counted_cases": 42, "marker": None}
    of_characteristics = mart("of_characteristics", types)

    def broken(row: dict[str, object]) -> list[str]:
        tables = {**contents.tables, "of_characteristics": arrow_table(of_characteristics, [row])}
        return broken_tests(Contents([*contents.marts, of_characteristics], tables))

    assert broken(withheld) == []
    assert [told.partition(",")[0] for told in broken(shown)] == ["Percentage"]


MARKED = mart(
    "marked",
    {
        "number": "INTEGER",
        "relevant_cases": "INTEGER",
        "counted_cases": "INTEGER",
        "percentage": "DOUBLE",
        "marker": "VARCHAR",
    },
    key=["number"],
    null=["relevant_cases", "counted_cases", "percentage", "marker"],
)


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("relevant", "counted", "percentage", "marker", "told"),
    [
        (84, 42, 50.0, None, None),
        (84, None, None, "c", None),
        (None, None, None, "c", None),
        (0, 0, None, "z", None),
        (6, 3, 50.0, "u", None),
        (84, 3, None, "c", "row 1 is marked as withheld and shows every count"),
        (84, None, 3.6, "c", "row 1 is marked as withheld and shows percentage"),
        (84, 0, 0.0, "z", "row 1 is marked as not applicable and shows figures"),
        (84, 0, 0.0, "*", "row 1 has *, which is none of c, x, z, u"),
    ],
)
def test_a_marker_stands_only_where_it_may(
    tmp_path: Path, relevant: int | None, counted: int | None, percentage: float | None, marker: str, told: str | None
):
    row = {
        "number": 1,
        "relevant_cases": relevant,
        "counted_cases": counted,
        "percentage": percentage,
        "marker": marker,
    }
    release = write_release(tmp_path / "release", small_contents((MARKED, [row])))

    found = problems(release)

    assert [told is not None and told in problem for problem in found] == [True] * (told is not None)


# A case that is named.


def a_workbook(file: Path, text: str) -> None:
    with xlsxwriter.Workbook(file) as workbook:
        workbook.add_worksheet().write_string("A1", text)


def an_open_document(file: Path, text: str) -> None:
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("content.xml", f"<office:document><text:p>{text}</text:p></office:document>")


FORMS: dict[str, Callable[[Path, str], object]] = {
    "site/index.html": lambda file, text: file.write_text(f"<p>Of <b>{text}</b></p>", "utf-8"),
    "site/alternative.html": lambda file, text: file.write_text(f'<img alt="Of {text}">', "utf-8"),
    "site/chart.svg": lambda file, text: file.write_text(f"<svg><title>{text}</title></svg>", "utf-8"),
    "site/data.js": lambda file, text: file.write_text(f'const of = "{text}";', "utf-8"),
    "method.md": lambda file, text: file.write_text(f"Of {text}.", "utf-8"),
    "more.json": lambda file, text: file.write_text(json.dumps({"of": [text]}), "utf-8"),
    "findings.xlsx": a_workbook,
    "findings.ods": an_open_document,
}


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("form", FORMS)
def test_a_case_reference_is_found_in_any_form(small: Path, form: str):
    for text in ("the nation", "T271828", "crn t 271828"):
        (small / form).parent.mkdir(exist_ok=True)
        FORMS[form](small / form, text)
        write_manifest(small)

        told = [f"{form} names a case. Do not pass it on, and tell whoever published it at once."]
        assert problems(small) == (told if "271828" in text else [])


def test_a_case_reference_is_found_in_the_tables_in_each_of_their_forms(tmp_path: Path):
    notes = mart("notes", {"number": "INTEGER", "text": "VARCHAR"}, key=["number"])
    release = write_release(tmp_path / "release", small_contents((notes, [{"number": 1, "text": "of T271828"}])))

    assert {problem.partition(" names a case")[0] for problem in problems(release)} == {
        DATABASE,
        "tables/notes.csv",
        "tables/notes.parquet",
    }


def test_a_case_reference_is_found_in_a_comment_and_in_the_name_of_a_file(small: Path):
    (small / "T271828.txt").write_text("", "utf-8")
    changed_database(small, "comment on column notes.text is 'of T271828'")

    found = problems(small)

    assert any(problem.startswith("T271828.txt names a case") for problem in found)
    assert any(problem.startswith(f"{DATABASE} names a case in notes") for problem in found)


def test_what_only_looks_like_a_case_reference_is_none(small: Path):
    hexadecimal = "a123456bcdef"
    (small / "more.json").write_text(json.dumps([hexadecimal, "e123456" + "f" * 57, "–2026", "N50"]), "utf-8")
    (small / "chart.svg").write_text('<svg viewBox="0 0 1 1"><path d="M100 200 L300 400"/></svg>', "utf-8")
    write_manifest(small)

    assert problems(small) == []


@pytest.mark.parametrize("file", ["findings.xlsx", "more.json", "page.html"])
def test_a_file_of_which_nobody_knows_what_it_says_is_told(small: Path, file: str):
    (small / file).write_bytes(b"\xff{")
    write_manifest(small)

    assert problems(small) == [
        f"{file} cannot be read as what its name says, so that nobody knows what it holds. "
        "Get the release again from whoever published it."
    ]


def test_a_workbook_that_expands_without_end_is_not_read(small: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dipp_pipeline.release.texts.EXPANDED_MEGABYTES", 0)
    a_workbook(small / "findings.xlsx", "so")
    write_manifest(small)

    assert "findings.xlsx cannot be read as what its name says" in problems(small)[0]


# The command.


def test_the_command_says_in_a_sentence_that_a_release_is_whole(small: Path):
    result = CliRunner().invoke(main, ["publish-check", str(small)])

    assert (result.exit_code, result.output.count("\n")) == (0, 1)
    assert "is release 0a1b2c3d4e5f, whole and as it was published" in result.output


def test_the_command_tells_each_problem_in_a_line_and_ends_with_1(small: Path):
    (small / "one.txt").write_text("", "utf-8")
    (small / "two.txt").write_text("", "utf-8")

    result = CliRunner().invoke(main, ["publish-check", str(small)])
    as_json = CliRunner().invoke(main, ["publish-check", str(small), "--json"])

    assert result.exit_code == as_json.exit_code == 1
    assert [line.partition(" ")[0] for line in result.output.splitlines()] == ["one.txt", "two.txt"]
    document = json.loads(as_json.output)
    assert (document["release_id"], document["sound"], document["files"]) == ("0a1b2c3d4e5f", False, 10)
    assert [problem["file"] for problem in document["problems"]] == ["one.txt", "two.txt"]
    assert [problem["message"] for problem in document["problems"]] == result.output.splitlines()


@pytest.mark.parametrize("arguments", [[], ["nowhere"], [__file__]])
def test_wrong_use_ends_with_2(arguments: list[str]):
    assert CliRunner().invoke(main, ["publish-check", *arguments]).exit_code == 2
