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
from dipp_pipeline.landing.changes import Records, changes
from dipp_pipeline.landing.history import MANIFEST, Submission, Version
from dipp_pipeline.landing.pseudonyms import Key
from dipp_pipeline.landing.tables import CASE, CORRECTIONS, ISSUES, key_of, landed_tables, unmarked
from dipp_pipeline.programme.kinds import ROW_KEY
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.validation.validate import Validated

OVER_A_LIMIT = "F02"

_PLACE = ["sheet", "row"]
_NONE = pl.DataFrame(schema={"sheet": pl.String, "row": pl.Int32, "question_code": pl.String, "answer": pl.String})
"""The answers of a kind without questions."""


def land(
    submission: Submission,
    validated: Validated,
    applied: Sequence[Applied],
    definitions: Mapping[str, str],
    key: Key,
    limits: Limits,
) -> None:
    """Land what reading a version gave, under the definitions of that identity: pseudonyms in place of references.

    The limits are kept with what is refused for one of them.

    The versions before it are landed already.
    """
    return_, version, programme = submission.return_, submission.version, submission.programme
    rows, answers = validated.rows, validated.answers
    if programme.kind.case_reference:
        pseudonyms = {reference: key.pseudonym(reference) for reference in rows[ROW_KEY]}
        rows, answers = _with_pseudonyms(rows, pseudonyms), _with_pseudonyms(answers, pseudonyms)
    records = _records(rows, answers, programme)
    before = None if validated.refused else return_.readable_before(version.number)
    in_force = None if validated.refused else return_.in_force_before(version.number)
    landed_before = _landed(before, programme) if before else None
    landed_in_force = landed_before if in_force is before else in_force and _landed(in_force, programme)
    frames: dict[str | None, pl.DataFrame] = {
        programme.kind.rows_table: rows,
        programme.kind.answers_table: answers,
        "keys": _keys(rows, programme),
        "columns": validated.columns,
        "changes": changes(landed_before if programme.kind.key else None, records),
        "issues": _issues(validated.issues, programme),
        "corrections": _corrections(applied),
    }
    reading = version.folder / definitions["definitions"]
    if reading.exists():  # of version 0.2
        atomic.remove(reading)
    with atomic.new_folder(reading) as new:
        digest = hashlib.sha256(str(validated.refused).encode())
        own = {programme.kind.rows_table, programme.kind.answers_table}
        for name, schema in landed_tables(programme).items():
            marks = (pl.lit(return_.return_id).alias("return_id"), pl.lit(version.number).alias("version"))
            frame = frames[name].rename({ROW_KEY: key_of(programme)}, strict=False) if name in own else frames[name]
            table = frame.select(*marks, pl.all()).to_arrow().select(schema.names).cast(schema)
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
            "loss": _loss(landed_in_force, records, programme) if landed_in_force else None,
        }
        (new / MANIFEST).write_bytes(atomic.as_document(manifest))


def _with_pseudonyms(frame: pl.DataFrame, pseudonyms: Mapping[str, str]) -> pl.DataFrame:
    return frame.with_columns(pl.col(ROW_KEY).replace_strict(pseudonyms, default=None, return_dtype=pl.String))


def _records(rows: pl.DataFrame, answers: pl.DataFrame, programme: Programme) -> Records:
    """The accepted rows and answers by their key; where there is none, nothing tells them from another version's."""
    if programme.kind.key and not programme.kind.case_reference:
        answers = answers.join(rows.select(*_PLACE, ROW_KEY), on=_PLACE).drop(_PLACE)
    return Records(rows.drop(programme.kind.case_reference or [], strict=False), answers)


def _landed(version: Version, programme: Programme) -> Records:
    """What changes are told from."""
    folder, kind = version.reading.folder if version.reading else version.folder, programme.kind
    rows, answers = (
        pl.read_parquet(folder / f"{table}.parquet").rename({CASE: ROW_KEY}, strict=False) if table else _NONE
        for table in (kind.rows_table, kind.answers_table)
    )
    return _records(rows, answers, programme)


def _loss(in_force: Records, records: Records, programme: Programme) -> dict[str, int]:
    """How many of the records accepted of the version in force are not accepted any more.

    Those without a key are only counted.
    """
    before, now = in_force.rows, records.rows
    lost = before.join(now, on=ROW_KEY, how="anti").height if programme.kind.key else max(before.height - now.height, 0)
    return {"cases": lost, "of": before.height}


def _keys(rows: pl.DataFrame, programme: Programme) -> pl.DataFrame:
    return rows.with_columns(pl.lit(programme.kind.key_column).alias("column_name"))


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
