"""Write what arrived and what reading it gave: immutable folders, each put in place by one rename."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from operator import attrgetter
from pathlib import Path

import polars as pl

from dipp_pipeline.intake.corrections import Applied
from dipp_pipeline.intake.drop_folder import UNREADABLE, Arrival, content_hash
from dipp_pipeline.intake.issues import Issue, to_be_kept
from dipp_pipeline.landing.changes import CASE, changes
from dipp_pipeline.landing.documents import write_document
from dipp_pipeline.landing.erasures import Erasures
from dipp_pipeline.landing.history import MANIFEST, KnownReturn, Version
from dipp_pipeline.landing.pseudonyms import Key
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.programme.model import CASE_REFERENCE
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

CORRECTIONS = {
    "line": pl.Int32,
    "sheet": pl.String,
    "row": pl.Int32,
    "column_name": pl.String,
    "author_role": pl.String,
    "corrected_on": pl.Date,
}

_KEPT = attrgetter(*ISSUES)

NOT_OPENED = ""
"""Stands for the content of a file that lies under no region."""


def receive(
    arrival: Arrival,
    known: KnownReturn | None,
    landing: Path,
    originals: Path,
    erasures: Erasures,
    received_at: datetime,
) -> bool:
    """Record the arrival as a version of its return if its content is new. True if it was.

    A file under no region is not opened: it has one version, without an original. So has one that cannot be opened, or
    that changes while it is copied, until it can be kept.
    """
    if not os.path.lexists(arrival.file):  # it was taken away since it was listed
        return False
    sha256, original = NOT_OPENED, None
    if arrival.region_slug is not None:
        sha256 = content_hash(arrival.file)
        if sha256 != UNREADABLE and (known is None or sha256 != known.latest.sha256):
            sha256, original = _keep_original(arrival.file, sha256, originals, erasures)
    if known is not None and sha256 == known.latest.sha256:
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


def land(
    known: KnownReturn,
    version: Version,
    validated: Validated,
    applied: Sequence[Applied],
    definitions: Mapping[str, str],
    key: Key,
) -> None:
    """Land what reading a version gave, under the definitions of that identity: pseudonyms in place of references.

    The versions before it are landed already.
    """
    pseudonyms = {reference: key.pseudonym(reference) for reference in validated.cases[CASE_REFERENCE]}
    sheets = pl.col("sheet").replace(_names_to_keep(validated.columns["sheet"]))
    tables = {
        "cases": _with_pseudonyms(validated.cases, pseudonyms).with_columns(sheets),
        "answers": _with_pseudonyms(validated.answers, pseudonyms).with_columns(sheets),
        "columns": validated.columns.with_columns(sheets),
        "issues": _issues_frame(validated.issues),
        "corrections": _corrections_frame(applied).with_columns(sheets),
    }
    before = None if validated.refused else known.readable_before(version.number)
    tables["changes"] = changes(_landed(before) if before else None, tables)
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
        "corrections": sorted({entry.correction.line for entry in applied}),
        "loss": None if validated.refused else _loss(known.in_force_before(version.number), tables["cases"]),
    }
    with _new_folder(version.folder / definitions["definitions"]) as new:
        write_document(new / MANIFEST, manifest)
        for name, frame in tables.items():
            marks = (pl.lit(known.return_id).alias("return_id"), pl.lit(version.number).alias("version"))
            frame.select(*marks, pl.all()).write_parquet(new / f"{name}.parquet", compression="zstd")


def clear_former_readings(known: KnownReturn, definitions: str) -> None:
    """Remove what reading gave under definitions that are no longer in force, another key's pseudonyms among it."""
    for version in known.versions:
        for folder in version.folder.iterdir():
            if folder.is_dir() and folder.name != definitions:
                shutil.rmtree(folder)


def _with_pseudonyms(frame: pl.DataFrame, pseudonyms: Mapping[str, str]) -> pl.DataFrame:
    pseudonym = pl.col(CASE_REFERENCE).replace_strict(pseudonyms, default=None, return_dtype=pl.String)
    return frame.with_columns(pseudonym).rename({CASE_REFERENCE: CASE})


def _names_to_keep(sheets: pl.Series) -> dict[str, str]:
    """Each sheet's name without the case reference that it may hold; by its place it is still told from the others."""
    names = {name: without_case_references(name) for name in sheets.unique(maintain_order=True)}
    return {name: kept if kept == name else f"{kept} ({place})" for place, (name, kept) in enumerate(names.items(), 1)}


def _landed(version: Version) -> dict[str, pl.DataFrame]:
    """What changes are told from."""
    folder = version.reading.folder if version.reading else version.folder
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("cases", "answers")}


def _loss(in_force: Version | None, cases: pl.DataFrame) -> dict[str, int] | None:
    """How many of the cases accepted of the version in force are not accepted any more."""
    if in_force is None:
        return None
    accepted = _landed(in_force)["cases"]
    return {"cases": accepted.join(cases, on=CASE, how="anti").height, "of": accepted.height}


def _keep_original(file: Path, sha256: str, originals: Path, erasures: Erasures) -> tuple[str, str | None]:
    """Copy a file among the originals, under its own name; its hash, and where the copy is.

    Of a content from which a case was erased the scrubbed copy is kept, and not what arrived again.
    """
    kept = originals / sha256 / file.name
    scrubbed = next((originals / sha256).glob("*"), None) if sha256 in erasures.contents else None
    originals.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=originals, prefix=".arriving-") as folder:
        copy = Path(folder, "original")
        try:
            shutil.copyfile(scrubbed or file, copy)
        except OSError:
            return UNREADABLE, None
        if not scrubbed and content_hash(copy) != sha256:  # it is still being written
            return UNREADABLE, None
        kept.parent.mkdir(exist_ok=True)
        copy.replace(kept)
    return sha256, f"{sha256}/{file.name}"


def _issues_frame(issues: tuple[Issue, ...]) -> pl.DataFrame:
    return pl.DataFrame([_KEPT(to_be_kept(issue)) for issue in issues], schema=ISSUES, orient="row")


def _corrections_frame(applied: Sequence[Applied]) -> pl.DataFrame:
    rows = [
        {
            "line": done.correction.line,
            "sheet": done.sheet,
            "row": done.row,
            "column_name": done.correction.column,
            "author_role": done.correction.author_role,
            "corrected_on": done.correction.corrected_on,
        }
        for done in applied
    ]
    return pl.DataFrame(rows, schema=CORRECTIONS, orient="row")


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
