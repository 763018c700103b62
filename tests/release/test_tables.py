"""The tables for machines, each opened by other programs than the one that wrote it."""

import csv
import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

import csvw
import duckdb
import frictionless
import polars as pl
import pyarrow.parquet as pq
import pytest

from dipp_pipeline.release.contents import Contents
from dipp_pipeline.release.database import PublicationError
from dipp_pipeline.release.tables import write_tables
from dipp_pipeline.warehouse.project import load_project
from tests.homes import SQL_FOLDER, Home
from tests.release.contents import contents_of, mart, small_contents

MARTS = [model.name for model in load_project(SQL_FOLDER).marts]

NOTES = mart(
    "notes",
    {
        "number": "INTEGER",
        "text": "VARCHAR",
        "share": "DOUBLE",
        "is_so": "BOOLEAN",
        "on_day": "DATE",
        "at": "TIMESTAMP",
        "total": "BIGINT",
    },
    key=["number"],
    null=["text", "share"],
)
NOTHING = dict.fromkeys(("text", "share", "is_so", "on_day", "at", "total"))


@pytest.fixture(scope="module")
def contents(published_demo: Home) -> Contents:
    return contents_of(published_demo.database)


@pytest.fixture(scope="module")
def tables(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "tables"
    write_tables(folder, contents)
    return folder


@pytest.fixture(scope="module")
def package(tables: Path):
    return json.loads((tables / "datapackage.json").read_text("utf-8"))


def written(folder: Path, *tables: tuple[object, Sequence[dict[str, object]]], **about: object) -> Path:
    folder.mkdir(exist_ok=True)
    write_tables(folder / "tables", small_contents(*tables, **about))
    return folder / "tables"


def as_moment(value: object) -> object:
    """A day as its midnight, which is what csvw makes of it, and a time without the zone, which is UTC."""
    if isinstance(value, datetime):
        assert value.utcoffset() in (None, timedelta(0))
        return value.replace(tzinfo=None)
    return datetime.combine(value, time()) if isinstance(value, date) else value


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("table", MARTS)
def test_a_csv_has_every_value_of_its_table_and_last_the_release(contents: Contents, tables: Path, table: str):
    expected = pl.from_arrow(contents.tables[table])
    if "release_id" in expected.columns:
        expected = expected.drop("release_id")
    expected = expected.with_columns(pl.lit(contents.about["release_id"]).alias("release_id"))
    times = [name for name, kind in expected.schema.items() if kind == pl.Datetime]

    read = pl.read_csv(
        tables / f"{table}.csv",
        schema=pl.Schema({name: pl.String if name in times else kind for name, kind in expected.schema.items()}),
    ).with_columns(pl.col(times).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us"))

    assert read.equals(expected)


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("table", MARTS)
def test_a_parquet_file_has_every_value_and_type_of_its_table(contents: Contents, tables: Path, table: str):
    file = tables / f"{table}.parquet"

    with duckdb.connect() as connection:
        connection.execute(f"create table read_back as from read_parquet('{file}')")
        read = connection.sql("from read_back").to_arrow_table()
        types = connection.execute(
            "select column_name, data_type from duckdb_columns() where not internal order by column_index"
        ).fetchall()

    assert read.equals(contents.tables[table])
    assert pq.read_table(file).equals(contents.tables[table])
    (model,) = (model for model in contents.marts if model.name == table)
    assert types == [(column.name, column.data_type) for column in model.columns]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_a_parquet_file_describes_itself_and_its_columns(contents: Contents, tables: Path):
    for model in contents.marts:
        schema = pq.read_schema(tables / f"{model.name}.parquet")

        assert model.description in schema.metadata[b"description"].decode()
        assert schema.metadata[b"grain"].decode() == model.grain
        assert schema.metadata[b"release_id"].decode() == contents.about["release_id"]
        words = {column.name: column.description for column in model.columns}
        assert json.loads(schema.metadata[b"columns"]) == words
        assert {column.name: column.metadata[b"description"].decode() for column in schema} == words


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_the_package_is_valid_for_frictionless(tables: Path):
    report = frictionless.validate(str(tables / "datapackage.json"))

    assert report.flatten(["title", "message"]) == []
    assert report.valid
    assert len(report.tasks) == 2 * len(MARTS)


@pytest.mark.thorough
@pytest.mark.exhaustive
@pytest.mark.parametrize("table", MARTS)
def test_the_metadata_of_a_csv_are_valid_and_give_every_value_of_its_table(
    contents: Contents, tables: Path, table: str
):
    read = csvw.CSVW(str(tables / f"{table}.csv"), validate=True)

    assert read.warnings == []
    assert read.is_valid
    (of_csv,) = read.tables
    of_release = {"release_id": contents.about["release_id"]}
    assert [{name: as_moment(value) for name, value in row.items()} for row in of_csv] == [
        {name: as_moment(value) for name, value in {**row, **of_release}.items()} for row in contents.rows(table)
    ]


@pytest.mark.thorough
@pytest.mark.exhaustive
def test_the_package_says_of_every_file_what_it_is(contents: Contents, tables: Path, package):
    assert package["version"] == contents.about["release_id"]
    assert package["created"] == contents.about["published_at"].isoformat() + "Z"
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    assert package["contributors"] == [{"title": "HM Inspectorate of Probation", "role": "publisher"}]
    by_path = {resource["path"]: resource for resource in package["resources"]}
    assert sorted(by_path) == sorted(f"{name}.{form}" for name in MARTS for form in ("csv", "parquet"))
    for path, resource in by_path.items():
        content = (tables / path).read_bytes()
        (model,) = (model for model in contents.marts if model.name == path.partition(".")[0])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
        assert resource["rowCount"] == contents.tables[model.name].num_rows
        assert resource["grain"] == model.grain
        key = resource["schema"].get("primaryKey") or (resource["schema"].get("uniqueKeys") or [[]])[0]
        assert key == list(model.key)


def test_invented_data_are_called_so_in_every_description(tmp_path: Path):
    row = {**NOTHING, "number": 1}
    for is_sample in (True, False):
        folder = written(tmp_path / str(is_sample), (NOTES, [row]), is_sample=is_sample)
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        of_csv = json.loads((folder / "notes.csv-metadata.json").read_text("utf-8"))
        of_parquet = pq.read_schema(folder / "notes.parquet").metadata[b"description"].decode()
        descriptions = [of["description"] for of in (package, *package["resources"])]
        for description in (*descriptions, of_csv["dc:description"], of_parquet):
            assert description.startswith("Invented sample data") == is_sample
        assert package["is_sample"] is is_sample


def test_the_same_contents_give_the_same_bytes(tmp_path: Path):
    contents = small_contents((NOTES, [{**NOTHING, "number": number, "text": "so"} for number in range(100)]))
    table = contents.tables["notes"]
    in_pieces = Contents(contents.marts, {**contents.tables, "notes": duckdb.arrow(table).to_arrow_table(batch_size=7)})
    for name, given in (("once", contents), ("again", in_pieces)):
        write_tables(tmp_path / name, given)

    files = sorted(path.name for path in (tmp_path / "once").iterdir())

    assert len(files) == 7
    assert [
        name for name in files if (tmp_path / "once" / name).read_bytes() != (tmp_path / "again" / name).read_bytes()
    ] == []


def test_a_csv_is_by_rfc_4180_and_tells_an_empty_text_from_none(tmp_path: Path):
    rows = [
        {
            "number": 1,
            "text": 'He said "no", twice\nin lines\r\nof é – 안녕',
            "share": 0.1 + 0.2,
            "is_so": True,
            "on_day": date(2026, 1, 29),
            "at": datetime(2026, 2, 26, 2, 5, 12, 34),
            "total": 2**62,
        },
        {**NOTHING, "number": 2, "text": "", "is_so": False, "at": datetime(2026, 2, 26, 2, 5), "share": 1e-7},
        {**NOTHING, "number": 3, "text": "=1+1"},
    ]

    folder = written(tmp_path, (NOTES, rows))

    assert (folder / "notes.csv").read_bytes().decode() == (
        "number,text,share,is_so,on_day,at,total,release_id\r\n"
        '1,"He said ""no"", twice\nin lines\r\nof é – 안녕",0.30000000000000004,true,2026-01-29,'
        "2026-02-26T02:05:12.000034Z,4611686018427387904,0a1b2c3d4e5f\r\n"
        '2,"",1e-07,false,,2026-02-26T02:05:00Z,,0a1b2c3d4e5f\r\n'
        "3,=1+1,,,,,,0a1b2c3d4e5f\r\n"
    )
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    assert csvw.CSVW(str(folder / "notes.csv"), validate=True).is_valid
    assert pq.read_table(folder / "notes.parquet").to_pylist() == rows
    with (folder / "notes.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [rows[0]["text"], "", "=1+1"]
    with duckdb.connect() as connection:
        read = connection.execute(f"select text from read_csv('{folder}/notes.csv', allow_quoted_nulls = false)")
        assert [text for (text,) in read.fetchall()] == [row["text"] for row in rows]


def test_every_type_has_its_name_in_each_description(tmp_path: Path):
    folder = written(tmp_path, (NOTES, []))
    of_csv = json.loads((folder / "notes.csv-metadata.json").read_text("utf-8"))
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    by_path = {resource["path"]: resource["schema"]["fields"] for resource in package["resources"]}

    assert [column["datatype"] for column in of_csv["tableSchema"]["columns"]] == [
        *("int", "string", "double", "boolean", "date", "dateTimeStamp", "long", "string")
    ]
    types = ["integer", "string", "number", "boolean", "date", "datetime", "integer"]
    assert [field["type"] for field in by_path["notes.csv"]] == [*types, "string"]
    assert [field["type"] for field in by_path["notes.parquet"]] == types


def test_an_empty_table_has_its_header_and_its_types(tmp_path: Path):
    folder = written(tmp_path, (NOTES, []))

    assert (folder / "notes.csv").read_bytes() == b"number,text,share,is_so,on_day,at,total,release_id\r\n"
    assert pq.read_table(folder / "notes.parquet").num_rows == 0
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    assert csvw.CSVW(str(folder / "notes.csv"), validate=True).is_valid


def test_the_release_stands_last_in_its_own_table_too(tmp_path: Path):
    folder = written(tmp_path)

    header, row = (folder / "release_info.csv").read_text("utf-8").splitlines()
    assert header.split(",").count("release_id") == 1
    assert (header.split(",")[-1], row.split(",")[-1]) == ("release_id", "0a1b2c3d4e5f")
    assert pq.read_schema(folder / "release_info.parquet").names[0] == "release_id"


def test_a_key_that_may_be_null_is_a_unique_key_and_not_the_primary_one(tmp_path: Path):
    columns = {"level": "VARCHAR", "region_code": "VARCHAR"}
    whole, partly = (
        mart("whole", columns, key=list(columns)),
        mart("partly", columns, key=list(columns), null=["region_code"]),
    )

    folder = written(tmp_path, (whole, []), (partly, [{"level": "nation", "region_code": None}]))

    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    schemas = {resource["path"]: resource["schema"] for resource in package["resources"]}
    required = {
        path: [field["name"] for field in schema["fields"] if field.get("constraints") == {"required": True}]
        for path, schema in schemas.items()
    }
    assert schemas["whole.csv"]["primaryKey"] == ["level", "region_code"]
    assert "primaryKey" not in schemas["partly.csv"]
    assert schemas["partly.parquet"]["uniqueKeys"] == [["level", "region_code"]]
    assert required["whole.csv"] == ["level", "region_code", "release_id"]
    assert required["partly.csv"] == ["level", "release_id"]
    assert frictionless.validate(str(folder / "datapackage.json")).valid


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        (
            "OGL v3.0",
            {
                "name": "OGL-UK-3.0",
                "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            },
        ),
        ("For the inspectorate alone", {"name": "For-the-inspectorate-alone"}),
    ],
)
def test_another_licence_is_named_as_it_is_and_leads_nowhere(tmp_path: Path, licence: str, expected: dict[str, str]):
    folder = written(tmp_path, licence=licence)

    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert package["licenses"] == [{**expected, "title": licence}]
    assert frictionless.validate(str(folder / "datapackage.json")).valid


def test_a_number_that_is_none_is_not_published(tmp_path: Path):
    with pytest.raises(PublicationError, match="notes holds nan, which is no number"):
        written(tmp_path, (NOTES, [{**NOTHING, "number": 1, "share": float("nan")}]))


def test_a_type_that_readers_do_not_have_is_not_published(tmp_path: Path):
    contents = small_contents((NOTES, []))
    other = mart("notes", {**{column.name: column.data_type for column in NOTES.columns}, "number": "BIGINT"})

    with pytest.raises(PublicationError, match="notes has not the columns and types of its model"):
        write_tables(tmp_path / "tables", Contents([other, *contents.marts[1:]], contents.tables))
