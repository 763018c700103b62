"""Land what reading a version gave: immutable Parquet under pseudonyms, in a folder put in place by one rename."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from dipp_pipeline import atomic
from dipp_pipeline.intake.corrections import Applied
from dipp_pipeline.intake.issues import Issue, to_be_kept
from dipp_pipeline.landing.changes import changes
from dipp_pipeline.landing.history import MANIFEST, Submission, Version
from dipp_pipeline.landing.pseudonyms import Key
from dipp_pipeline.landing.tables import CASE, CORRECTIONS, ISSUES, landed_tables, unmarked
from dipp_pipeline.programme.model import CASE_REFERENCE, Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.validation.validate import Validated

OVER_A_LIMIT = "F02"


def land(
    submission: Submission,
    validated: Validated,
    applied: Sequence[Applied],
    programme: Programme,
    definitions: Mapping[str, str],
    key: Key,
    limits: Limits,
) -> None:
    """Land what reading a version gave, under the definitions of that identity: pseudonyms in place of references.

    The limits are kept with what is refused for one of them.

    The versions before it are landed already.
    """
    return_, version = submission.return_, submission.version
    pseudonyms = {reference: key.pseudonym(reference) for reference in validated.cases[CASE_REFERENCE]}
    cases = _with_pseudonyms(validated.cases, pseudonyms)
    answers = _with_pseudonyms(validated.answers, pseudonyms)
    before = None if validated.refused else return_.readable_before(version.number)
    frames = {
        "cases": cases,
        "answers": answers,
        "columns": validated.columns,
        "changes": changes(_landed(before) if before else None, {"cases": cases, "answers": answers}),
        "issues": _issues(validated.issues, programme),
        "corrections": _corrections(applied),
    }
    reading = version.folder / definitions["definitions"]
    if reading.exists():  # of version 0.2
        atomic.remove(reading)
    with atomic.new_folder(reading) as new:
        digest = hashlib.sha256(str(validated.refused).encode())
        for name, schema in landed_tables(programme).items():
            marks = (pl.lit(return_.return_id).alias("return_id"), pl.lit(version.number).alias("version"))
            table = frames[name].select(*marks, pl.all()).to_arrow().select(schema.names).cast(schema)
            parquet.write_table(table, new / f"{name}.parquet", compression="zstd")
            digest.update((new / f"{name}.parquet").read_bytes())
        manifest = {
            "region": return_.region_slug,
            "path": return_.path,
            "version": version.number,
            "sha256": version.sha256,
            "received_at": version.received_at.isoformat(),
            **definitions,
            "identity": digest.hexdigest(),
            "refused": validated.refused,
            "counts": asdict(validated.counts),
            "contents": asdict(validated.contents),
            "limits": asdict(limits) if any(issue.rule_code == OVER_A_LIMIT for issue in validated.issues) else None,
            "for_now": validated.for_now,
            "corrections": sorted({entry.correction.line for entry in applied}),
            "loss": None if validated.refused else _loss(return_.in_force_before(version.number), cases),
        }
        (new / MANIFEST).write_bytes(atomic.as_document(manifest))


def _with_pseudonyms(frame: pl.DataFrame, pseudonyms: Mapping[str, str]) -> pl.DataFrame:
    pseudonym = pl.col(CASE_REFERENCE).replace_strict(pseudonyms, default=None, return_dtype=pl.String)
    return frame.with_columns(pseudonym).rename({CASE_REFERENCE: CASE})


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


def _issues(issues: Sequence[Issue], programme: Programme) -> pl.DataFrame:
    return _frame(map(asdict, to_be_kept(issues, programme)), ISSUES)


def _corrections(applied: Sequence[Applied]) -> pl.DataFrame:
    rows = (
        {**asdict(done.correction), "column_name": done.correction.column, "sheet": done.sheet, "row": done.row}
        for done in applied
    )
    return _frame(rows, CORRECTIONS)


def _frame(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pl.DataFrame:
    """The frame of a landed table before it is marked, of rows that may say more than it holds."""
    return pl.DataFrame(pa.Table.from_pylist(list(rows), unmarked(schema)))
