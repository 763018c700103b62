"""Make the copy of what was approved of a region, and take cases out of it: see approved.py."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from dipp_pipeline import atomic
from dipp_pipeline.landing.approved import APPROVED, Approved
from dipp_pipeline.landing.history import ACCEPTED, MANIFEST, VERSION, Return
from dipp_pipeline.landing.tables import CASE, ISSUES, ROW_KEY

_OF_CASES = ("cases", "answers", "changes")


def keep_approved(
    target: Path,
    returns: Sequence[Return],
    elsewhere: Sequence[Mapping[str, Any]],
    definitions: Mapping[str, str],
    held_above_percent: int,
) -> None:
    """Copy what is landed of returns into a new folder.

    `elsewhere` are the rows of `report_clashes`: what of these returns another one keeps.
    """
    clashes: dict[str, list[Mapping[str, Any]]] = {}
    for clash in elsewhere:
        if clash["case_pseudonym"]:
            clashes.setdefault(clash["return_id"], []).append(clash)
    with atomic.new_folder(target) as new:
        for return_ in returns:
            copy = new / (return_.region_slug or "") / return_.return_id
            others = _other_readings(definitions["definitions"])
            shutil.copytree(return_.folder, copy, copy_function=os.link, ignore=others)
            if return_.in_force:
                version = copy / return_.in_force.folder.name
                atomic.write_document(version / ACCEPTED, {})
                if return_.return_id in clashes:
                    _quarantine(version / definitions["definitions"], clashes[return_.return_id])
        written = {"held_above_percent": held_above_percent, **definitions}
        (new / APPROVED).write_bytes(atomic.as_document(written))


def take_out(approved: Approved, pseudonyms: Collection[str]) -> bool:
    """Take cases out of a copy, wherever they stand in it. True if one did."""
    readings = [
        version.reading.folder
        for return_ in approved.returns
        for version in return_.versions
        if version.reading and not version.purged
    ]
    held = [reading for reading in readings if _take_out(reading, pseudonyms)]
    return bool(held)


def _other_readings(definitions: str) -> Callable[[str, list[str]], list[str]]:
    """What is not copied: readings under other definitions, and what a killed process left."""

    def ignored(folder: str, names: list[str]) -> list[str]:
        is_version = VERSION in names
        return [
            name
            for name in names
            if name.startswith(".") or (is_version and name != definitions and (Path(folder) / name).is_dir())
        ]

    return ignored


def _quarantine(reading: Path, clashes: Sequence[Mapping[str, Any]]) -> None:
    """Take the cases that another return keeps out of the accepted ones, with a problem each in their place."""
    pseudonyms = {clash["case_pseudonym"] for clash in clashes}
    for table in ("cases", "answers"):
        _filter(reading / f"{table}.parquet", CASE, pseudonyms)
    issues = parquet.read_table(reading / "issues.parquet")
    identity = parquet.read_table(reading / "columns.parquet", columns=["return_id", "version"]).slice(0, 1).to_pylist()
    added = [
        {
            **dict.fromkeys(ISSUES.names),
            **identity[0],
            "rule_code": "R04",
            "severity": "quarantine",
            "sheet": clash["sheet"],
            "cell": clash["cell"],
            "row": clash["row_number"],
            "message": "",
        }
        for clash in clashes
    ]
    _write(reading / "issues.parquet", pa.concat_tables([issues, pa.Table.from_pylist(added, ISSUES)]))
    _recount(reading, {"accepted": -len(clashes), "quarantined": len(clashes)}, {})


def _take_out(reading: Path, pseudonyms: Collection[str]) -> bool:
    """Take cases out of what reading a version gave. True if one was there."""
    gone = {}
    for table in _OF_CASES:
        file = reading / f"{table}.parquet"
        if file.exists():
            gone[table] = _filter(file, ROW_KEY if table == "changes" else CASE, pseudonyms)
    cases = gone.get("cases", 0)
    if cases:
        _recount(reading, {"received": -cases, "accepted": -cases}, {"rows_read": -cases})
    elif any(gone.values()):
        _recount(reading, {}, {})
    return any(gone.values())


def _filter(file: Path, key: str, pseudonyms: Collection[str]) -> int:
    """Write a table anew without the rows of these cases; how many there were."""
    table = parquet.read_table(file)
    among = compute.is_in(table[key], pa.array(sorted(pseudonyms), pa.string()))
    left = table.filter(compute.invert(among))
    gone = table.num_rows - left.num_rows
    if gone:
        _write(file, left)
    return int(gone)


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
