"""Write what arrived and what reading it gave: immutable folders, each put in place by one rename."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import polars as pl

from dipp_pipeline.issues import Issue, may_be_kept
from dipp_pipeline.landing.arrivals import UNREADABLE, Arrival, content_hash
from dipp_pipeline.landing.documents import write_document
from dipp_pipeline.landing.history import KnownReturn, Version
from dipp_pipeline.validation.validate import Validated

ISSUES = {
    "rule_code": pl.String,
    "severity": pl.String,
    "sheet": pl.String,
    "cell": pl.String,
    "row": pl.Int32,
    "field": pl.String,
    "found": pl.String,
    "message": pl.String,
}


NOT_OPENED = ""
"""Stands for the content of a file that lies under no region."""


def receive(arrival: Arrival, known: KnownReturn | None, landing: Path, originals: Path, received_at: datetime) -> bool:
    """Record the arrival as a version of its return if its content is new. True if it was.

    A file under no region is not opened: it has one version, without an original. So has one that cannot be opened,
    until it can.
    """
    if arrival.region_slug is None:
        sha256, original = NOT_OPENED, None
    else:
        sha256, original = content_hash(arrival.file), None
    if (known is not None and sha256 == known.latest.sha256) or not os.path.lexists(arrival.file):
        return False
    if sha256 not in (NOT_OPENED, UNREADABLE):
        try:
            sha256, original = _keep_original(arrival.file, originals)
        except FileNotFoundError:  # it was taken away while it was read
            return False
    folder = landing / (arrival.region_slug or "_no_region") / arrival.return_id
    number = known.latest.number + 1 if known else 1
    if known is None:
        folder.mkdir(parents=True, exist_ok=True)
        write_document(folder / "return.json", {"region": arrival.region_slug, "path": arrival.path})
    with _new_folder(folder / f"{number:04}") as new:
        write_document(
            new / "version.json", {"sha256": sha256, "original": original, "received_at": received_at.isoformat()}
        )
    return True


def land(known: KnownReturn, version: Version, validated: Validated, definitions: Mapping[str, str]) -> None:
    """Land what reading a version gave, under the definitions of that identity."""
    identity = {"return_id": known.return_id, "version": version.number}
    manifest = {
        "region": known.region_slug,
        "path": known.path,
        "version": version.number,
        "sha256": version.sha256,
        "received_at": version.received_at.isoformat(),
        **definitions,
        "refused": validated.refused,
        "counts": asdict(validated.counts),
        "contents": asdict(validated.contents),
    }
    with _new_folder(version.folder / definitions["definitions"]) as new:
        write_document(new / "manifest.json", manifest)
        tables = {
            "cases": validated.cases,
            "answers": validated.answers,
            "columns": validated.columns,
            "issues": _issues_frame(validated.issues),
        }
        for name, frame in tables.items():
            marks = (pl.lit(value).alias(column) for column, value in identity.items())
            frame.select(*marks, pl.all()).write_parquet(new / f"{name}.parquet", compression="zstd")


def _keep_original(file: Path, originals: Path) -> tuple[str, str]:
    """Copy a file among the originals, under its own name; its hash, which is of the copy, and where the copy is."""
    originals.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=originals, prefix=".arriving-") as folder:
        copy = Path(folder, "original")
        shutil.copyfile(file, copy)
        sha256 = content_hash(copy)
        kept = originals / sha256 / file.name
        kept.parent.mkdir(exist_ok=True)
        copy.replace(kept)
    return sha256, f"{sha256}/{file.name}"


def _issues_frame(issues: tuple[Issue, ...]) -> pl.DataFrame:
    rows = [{**asdict(issue), "found": issue.found if may_be_kept(issue) else None} for issue in issues]
    return pl.DataFrame(rows, schema=ISSUES, orient="row")


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which is renamed into place at the end and is never seen before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        yield new
        new.replace(target)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
