"""Judge the returns: accepted records apart from quarantined ones, and every problem as an issue with its cell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import polars as pl

from dipp_pipeline.intake.counts import Contents, Counts
from dipp_pipeline.intake.issues import LONGEST_QUOTE, Issue
from dipp_pipeline.intake.table import RecordTable
from dipp_pipeline.programme.case_reference import CASE_REFERENCE_STRUCK, holds_case_reference
from dipp_pipeline.programme.kinds import ROW_KEY
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import ROW
from dipp_pipeline.validation.duplicates import repeated_rows
from dipp_pipeline.validation.frame import RETURN, SHEET, Received, RecordFrame
from dipp_pipeline.validation.messages import message
from dipp_pipeline.validation.rules import read_as_not_applicable, typed
from dipp_pipeline.validation.schema import failures, record_schema

OUTCOME = "_outcome"


@dataclass(frozen=True)
class Validated:
    """What became of a return."""

    issues: tuple[Issue, ...]
    counts: Counts
    rows: pl.DataFrame
    """One row an accepted record: SHEET, ROW, ROW_KEY where its kind has a key, and the fields in their types."""
    answers: pl.DataFrame
    """One row an answer of an accepted record: ROW_KEY where that is a case reference, else SHEET and ROW; its
    question_code and answer."""
    columns: pl.DataFrame
    """Where each field and question stands: SHEET, column_name, letters."""
    contents: Contents
    for_now: bool
    """Whether it is refused for what the machine could not give, and another time might."""

    @property
    def refused(self) -> bool:
        return any(issue.severity == "refuse" for issue in self.issues)


def validate(returns: Sequence[Received], programme: Programme) -> list[Validated]:
    """Judge returns of one kind together, since a schema costs the same for one as for many.

    R04 is decided in the warehouse.
    """
    frame = RecordFrame(returns, programme)
    broken = failures(frame.values, record_schema(programme))
    values = frame.values.with_columns(read_as_not_applicable(programme))
    identical, clashing = repeated_rows(values, programme)
    broken = broken.filter(~pl.col("row").is_in(identical))
    values = values.with_columns(_outcomes(values.height, identical, {*clashing, *_quarantining(broken, programme)}))
    found = _found_issues(frame, broken, identical, clashing, returns, programme)
    return [
        _validated(arrived, found[place], values.filter(pl.col(RETURN) == place), programme)
        for place, arrived in enumerate(returns)
    ]


def _quarantining(broken: pl.DataFrame, programme: Programme) -> list[int]:
    rules = [rule.code for rule in programme.rules.values() if rule.severity == "quarantine"]
    return broken.filter(pl.col("rule_code").is_in(rules))["row"].to_list()


def _outcomes(rows: int, identical: Sequence[int], quarantined: Iterable[int]) -> pl.Series:
    outcomes = ["accepted"] * rows
    for row in quarantined:
        outcomes[row] = "quarantined"
    for row in identical:
        outcomes[row] = "identical_dropped"
    return pl.Series(OUTCOME, outcomes, pl.String)


def _found_issues(
    frame: RecordFrame,
    broken: pl.DataFrame,
    identical: Sequence[int],
    clashing: Sequence[int],
    returns: Sequence[Received],
    programme: Programme,
) -> Mapping[int, list[Issue]]:
    """The issues of rows and cells, by the place of their return, in the order of the rows."""
    regions = {region.code: region for region in programme.regions}
    found = [
        *broken.iter_rows(),
        *((row, programme.kind.key_column, "W03") for row in identical),
        *((row, programme.kind.key_column, "R03") for row in clashing),
    ]
    issues: dict[int, list[Issue]] = defaultdict(list)
    for row, column, rule in sorted(found, key=itemgetter(0)):
        place, cell = frame.place(row), frame.cell(row, column)
        region = regions[returns[place].region_code]
        issues[place].append(
            Issue(
                rule_code=rule,
                severity=programme.rules[rule].severity,
                message=message(rule, column, cell.found, region, programme),
                sheet=cell.sheet,
                cell=cell.address,
                row=cell.row,
                field=column,
                found=_told(cell.found, column, programme) if cell.found else None,
            )
        )
    return issues


def _told(found: str, column: str, programme: Programme) -> str:
    """What was found, shortened; of prose that holds a case reference no more than that."""
    field = programme.field_by_name.get(column)
    is_prose = field is not None and field.type == "text"
    return CASE_REFERENCE_STRUCK if is_prose and holds_case_reference(found) else found[:LONGEST_QUOTE]


def _validated(arrived: Received, found: Sequence[Issue], values: pl.DataFrame, programme: Programme) -> Validated:
    outcomes = values[OUTCOME].value_counts()
    key = [pl.concat_str(programme.kind.key, separator=" ").alias(ROW_KEY)] if programme.kind.key else []
    accepted = values.filter(pl.col(OUTCOME) == "accepted").with_columns(key)
    fields = (typed(field, pl.col(field.name)).alias(field.name) for field in programme.fields)
    return Validated(
        issues=(*arrived.read.issues, *found),
        counts=Counts(received=values.height, **dict(outcomes.iter_rows())),
        rows=accepted.select(SHEET, ROW, *([ROW_KEY] if key else []), *fields),
        answers=_answers(accepted, programme),
        columns=_columns(arrived.read.tables),
        contents=arrived.read.contents,
        for_now=arrived.read.for_now,
    )


def _answers(accepted: pl.DataFrame, programme: Programme) -> pl.DataFrame:
    return accepted.unpivot(
        index=[ROW_KEY] if programme.kind.case_reference else [SHEET, ROW],
        on=[question.code for question in programme.questions],
        variable_name="question_code",
        value_name="answer",
    ).filter(pl.col("answer").is_not_null())


def _columns(tables: Sequence[RecordTable]) -> pl.DataFrame:
    rows = [(table.sheet, name, letters) for table in tables for name, letters in table.letters.items()]
    return pl.DataFrame(rows, schema={SHEET: pl.String, "column_name": pl.String, "letters": pl.String}, orient="row")
