"""Make the copy of what was approved of a region, and take cases out of it: see approved.py."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import compute, parquet

from dipp_pipeline import atomic
from dipp_pipeline.landing.approved import APPROVED, SQL, Approved, Conditions
from dipp_pipeline.landing.history import ACCEPTED, MANIFEST, VERSION, Return
from dipp_pipeline.landing.tables import CASE, ISSUES, landed_tables
from dipp_pipeline.programme.kinds import ROW_KEY
from dipp_pipeline.programme.model import Programme

_OF_CASES = ("answers", "changes", "cases")
"""In the order in which a case is taken out of them. Cases come last: what they still hold is not done yet."""


def keep_approved(
    target: Path,
    returns: Sequence[Return],
    kept_elsewhere: Mapping[str, Collection[str]],
    conditions: Conditions,
) -> None:
    """Copy what is landed of a region's returns into a new folder, with what makes figures of it.

    `kept_elsewhere` are the cases that do not count here, by return.
    """
    definitions = conditions.definitions
    with atomic.new_folder(target) as new:
        for return_ in returns:
            copy = new / (return_.region_slug or "") / return_.return_id
            _link(return_.folder, copy, definitions["definitions"])
            if return_.in_force:
                version = copy / return_.in_force.folder.name
                atomic.write_document(version / ACCEPTED, {})
                elsewhere = kept_elsewhere.get(return_.return_id, ())
                if elsewhere and (version / definitions["definitions"] / "cases.parquet").exists():
                    _quarantine(version / definitions["definitions"], elsewhere)
        for path in conditions.sql_folder.glob("*/*"):
            if path.suffix in {".csv", ".sql"}:
                copied = new / SQL / path.parent.name / path.name
                copied.parent.mkdir(parents=True, exist_ok=True)
                copied.write_bytes(path.read_bytes())
        written = {
            "region": returns[0].region_slug,
            "held_above_percent": conditions.held_above_percent,
            "models": conditions.models,
            "settings": conditions.settings,
            **definitions,
        }
        (new / APPROVED).write_bytes(atomic.as_document(written))


def cases_of(approved: Approved) -> frozenset[str]:
    """The pseudonyms of the cases that count in a copy."""
    tables = [
        return_.in_force.reading.folder / "cases.parquet"
        for return_ in approved.returns
        if return_.in_force and return_.in_force.reading
    ]
    return frozenset(
        pseudonym
        for table in tables
        if table.exists()
        for pseudonym in parquet.read_table(table, columns=[CASE])[CASE].to_pylist()
    )


def is_outdated(approved: Approved, programme: Programme) -> bool:
    """Whether a copy lacks what is landed under the definitions of now: a table, a column, or a column of that type."""
    return any(
        not _has(version.reading.folder / f"{name}.parquet", schema)
        for return_ in approved.returns
        for version in return_.versions
        if version.reading and not version.purged
        for name, schema in landed_tables(programme.of_return(return_.region_slug, return_.path)).items()
    )


def take_out(approved: Approved, pseudonyms: Collection[str]) -> None:
    """Take cases out of a copy, wherever they stand in it. If it is interrupted, do it again."""
    for return_ in approved.returns:
        for version in return_.versions:
            if version.reading and not version.purged:
                _take_out(version.reading.folder, pseudonyms)


def _has(file: Path, columns: pa.Schema) -> bool:
    if not file.exists():
        return False
    there = parquet.read_schema(file)
    return all(column.name in there.names and there.field(column.name).type == column.type for column in columns)


def _link(folder: Path, copy: Path, definitions: str) -> None:
    """Make a folder of the same files: not of readings under other definitions, nor of what a killed process left."""
    copy.mkdir(parents=True)
    is_version = (folder / VERSION).exists()
    for path in folder.glob("[!.]*"):
        if not path.is_dir():
            (copy / path.name).hardlink_to(path)
        elif not is_version or path.name == definitions:
            _link(path, copy / path.name, definitions)


def _quarantine(reading: Path, pseudonyms: Collection[str]) -> None:
    """Take the cases that another return keeps out of the accepted ones, with a problem each in their place."""
    cases = parquet.read_table(reading / "cases.parquet")
    columns = parquet.read_table(reading / "columns.parquet").to_pylist()
    letters = {column["sheet"]: column["letters"] for column in columns if column["column_name"] == "case_reference"}
    clashes = cases.filter(_among(cases, CASE, pseudonyms)).to_pylist()
    added = [
        {
            **dict.fromkeys(ISSUES.names),
            **{name: clash[name] for name in ("return_id", "version", "sheet", "row")},
            "rule_code": "R04",
            "severity": "quarantine",
            "cell": f"{letters[clash['sheet']]}{clash['row']}",
            "message": "",
        }
        for clash in clashes
    ]
    for table in ("answers", "cases"):
        _filter(reading / f"{table}.parquet", CASE, pseudonyms)
    issues = parquet.read_table(reading / "issues.parquet")
    _write(reading / "issues.parquet", pa.concat_tables([issues, pa.Table.from_pylist(added, ISSUES)]))
    _recount(reading, {"accepted": -len(clashes), "quarantined": len(clashes)}, {})


def _take_out(reading: Path, pseudonyms: Collection[str]) -> None:
    """Take cases out of what reading a version gave, with the problems of their rows."""
    if not (reading / "cases.parquet").exists():
        return
    _drop_issues(reading, pseudonyms)
    gone = [
        _filter(reading / f"{table}.parquet", ROW_KEY if table == "changes" else CASE, pseudonyms)
        for table in _OF_CASES
    ]
    left = parquet.read_metadata(reading / "cases.parquet").num_rows
    more = atomic.read_document(reading / MANIFEST)["counts"]["accepted"] - left
    if more or any(gone):
        _recount(reading, {"received": -more, "accepted": -more}, {"rows_read": -more})


def _drop_issues(reading: Path, pseudonyms: Collection[str]) -> None:
    """Drop what was told of the rows of these cases, which none of the cases left has."""
    cases = parquet.read_table(reading / "cases.parquet", columns=["sheet", "row", CASE])
    rows = {(case["sheet"], case["row"]) for case in cases.filter(_among(cases, CASE, pseudonyms)).to_pylist()}
    for name in ("issues", "corrections"):
        table = parquet.read_table(reading / f"{name}.parquet")
        places = zip(table["sheet"].to_pylist(), table["row"].to_pylist(), strict=True)
        left = table.filter(pa.array([place not in rows for place in places], pa.bool_()))
        if left.num_rows < table.num_rows:
            _write(reading / f"{name}.parquet", left)


def _filter(file: Path, key: str, pseudonyms: Collection[str]) -> bool:
    """Write a table anew without the rows of these cases. True if there were some."""
    table = parquet.read_table(file)
    left = table.filter(compute.invert(_among(table, key, pseudonyms)))
    if left.num_rows < table.num_rows:
        _write(file, left)
    return bool(left.num_rows < table.num_rows)


def _among(table: pa.Table, key: str, pseudonyms: Collection[str]) -> pa.ChunkedArray:
    """Of each row whether it is of one of these cases."""
    return compute.is_in(table[key], pa.array(sorted(pseudonyms), pa.string()))


def _write(file: Path, table: pa.Table) -> None:
    """In place of a file that may be one with that in landing/."""
    with atomic.new_file(file) as aside:
        parquet.write_table(table, aside, compression="zstd")


def _recount(reading: Path, counts: Mapping[str, int], contents: Mapping[str, int]) -> None:
    """Say in the manifest what is left, and give the reading the identity of what it is now."""
    manifest = atomic.read_document(reading / MANIFEST)
    for name, more in counts.items():
        manifest["counts"][name] += more
    for name, more in contents.items():
        manifest["contents"][name] += more
    digest = hashlib.sha256(json.dumps([manifest["identity"], manifest["counts"]]).encode())
    for file in sorted(reading.glob("*.parquet")):
        digest.update(file.read_bytes())
    atomic.write_document(reading / MANIFEST, {**manifest, "identity": digest.hexdigest()})
