"""The tables of many returns of a kind as one frame of canonical texts, and the way back from a row to its cell."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import polars as pl

from dipp_pipeline.intake.normalise import canonical, normaliser_of
from dipp_pipeline.intake.table import RecordTable, ReturnTables
from dipp_pipeline.programme.matching import tidy
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import COLUMN, ROW, TEXT
from dipp_pipeline.spreadsheets.sheet import cells_as, overlaid
from dipp_pipeline.validation.rules import RECEIVED_ON, REGION, applicability, applies, facts, holds_error

RETURN = "_return"
SHEET = "sheet"
ERRORS = "_errors"


@dataclass(frozen=True)
class Received:
    """A return as read, with what judging it needs to know of its arrival."""

    region_code: str
    received_on: date
    """The last day that a date in it may have."""
    read: ReturnTables


@dataclass(frozen=True)
class Cell:
    """Where a cell stands and what stood there."""

    sheet: str
    row: int
    address: str
    found: str | None


class RecordFrame:
    """All records of the returns, in order: `values` has RETURN (place in the list), SHEET, ROW and canonical texts.

    A formula error has none: `holds_error` says where one stands, and ERRORS what all those of a record are.
    """

    def __init__(self, returns: Sequence[Received], programme: Programme) -> None:
        self._tables = [table for arrived in returns for table in arrived.read.tables]
        self._said = [overlaid(table.cells, table.errors) for table in self._tables]
        self._starts = [0, *accumulate(said.height for said in self._said)]
        parts = [
            _table_frame(place, arrived, table, programme)
            for place, arrived in enumerate(returns)
            for table in arrived.read.tables
        ]
        self.values = _with_applicability(pl.concat([_no_records(programme), *parts]), programme)

    def place(self, row: int) -> int:
        """The place in the list of the return that a row of `values` is from."""
        return int(self.values[RETURN][row])

    def cell(self, row: int, column: str) -> Cell:
        """The cell of a column in a row of `values`; the column must stand in the sheet."""
        index = bisect_right(self._starts, row) - 1
        table, said, place = self._tables[index], self._said[index], row - self._starts[index]
        number = said[ROW][place]
        return Cell(table.sheet, number, f"{table.letters[column]}{number}", tidy(said[column][place] or "") or None)


def _no_records(programme: Programme) -> pl.DataFrame:
    texts = dict.fromkeys(programme.column_names, pl.String)
    errors = {holds_error(name): pl.Boolean for name in programme.column_names}
    places = {RETURN: pl.Int32, REGION: pl.String, RECEIVED_ON: pl.Date, SHEET: pl.String, ROW: pl.Int32}
    return pl.DataFrame(schema={**places, **texts, **errors, ERRORS: pl.String})


def _table_frame(place: int, arrived: Received, table: RecordTable, programme: Programme) -> pl.DataFrame:
    constants = [
        pl.lit(place, pl.Int32).alias(RETURN),
        pl.lit(arrived.region_code).alias(REGION),
        pl.lit(arrived.received_on).alias(RECEIVED_ON),
        pl.lit(table.sheet).alias(SHEET),
    ]
    values = [
        pl.col(name) if name in table.letters else pl.lit(None, pl.String).alias(name)
        for name in programme.column_names
    ]
    rows = {name: there[ROW].to_list() for (name,), there in table.errors.partition_by(COLUMN, as_dict=True).items()}
    errors = [pl.col(ROW).is_in(rows.get(name, [])).alias(holds_error(name)) for name in programme.column_names]
    cells = table.cells.select(ROW).hstack(_values(table, arrived.region_code, programme))
    with_errors = cells.join(_errors_of_rows(table), ROW, "left", maintain_order="left")
    return with_errors.select(*constants, ROW, *values, *errors, ERRORS)


def _values(table: RecordTable, region_code: str, programme: Programme) -> pl.DataFrame:
    normalisers = {name: normaliser_of(name, programme, region_code, table.epoch_1904) for name in table.letters}
    return cells_as(table.cells.drop(ROW), lambda name, text: canonical(text, normalisers[name]))


def _errors_of_rows(table: RecordTable) -> pl.DataFrame:
    error = pl.format("{} {}", COLUMN, TEXT)
    return table.errors.sort(COLUMN).group_by(ROW).agg(error.str.join("\n").alias(ERRORS))


def _with_applicability(values: pl.DataFrame, programme: Programme) -> pl.DataFrame:
    known = values.select(*facts(programme))
    told = known.with_columns(applicability(question, programme) for question in programme.questions)
    return values.hstack([told[applies(question.code)] for question in programme.questions])
