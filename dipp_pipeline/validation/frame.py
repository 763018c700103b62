"""The case tables of many returns as one frame of canonical texts, and the way back from a row to its cell."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import polars as pl
import pyarrow as pa

from dipp_pipeline.intake.normalise import canonical, normaliser_of
from dipp_pipeline.intake.table import CaseTable, ReturnTables
from dipp_pipeline.programme.matching import tidy
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.spreadsheets.cells import ERROR_MARK, Column
from dipp_pipeline.validation.rules import RECEIVED_ON, REGION, applicability, facts

RETURN = "_return"
SHEET = "sheet"
ROW = "row"


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


class CaseFrame:
    """All cases of the returns, in order: `values` has RETURN (place in the list), SHEET, ROW and canonical texts."""

    def __init__(self, returns: Sequence[Received], programme: Programme) -> None:
        self._tables = [table for arrived in returns for table in arrived.read.tables]
        self._starts = [0, *accumulate(len(table.rows) for table in self._tables)]
        parts = [
            _table_frame(place, arrived, table, programme)
            for place, arrived in enumerate(returns)
            for table in arrived.read.tables
        ]
        self.values = _with_applicability(pl.concat([_no_cases(programme), *parts]), programme)

    def place(self, row: int) -> int:
        """The place in the list of the return that a row of `values` is from."""
        return int(self.values[RETURN][row])

    def cell(self, row: int, column: str) -> Cell:
        """The cell of a column in a row of `values`; the column must stand in the sheet."""
        table, place = self._locate(row)
        text = table.columns[column][place]
        number = table.rows[place]
        return Cell(
            table.sheet, number, f"{table.letters[column]}{number}", tidy(text.removeprefix(ERROR_MARK)) or None
        )

    def _locate(self, row: int) -> tuple[CaseTable, int]:
        index = bisect_right(self._starts, row) - 1
        return self._tables[index], row - self._starts[index]


def _no_cases(programme: Programme) -> pl.DataFrame:
    texts = dict.fromkeys(programme.column_names, pl.String)
    return pl.DataFrame(
        schema={RETURN: pl.Int32, REGION: pl.String, RECEIVED_ON: pl.Date, SHEET: pl.String, ROW: pl.Int32, **texts}
    )


def _table_frame(place: int, arrived: Received, table: CaseTable, programme: Programme) -> pl.DataFrame:
    rows = pl.Series(ROW, pl.from_arrow(pa.array(table.rows, pa.int32())))
    constants = [
        pl.lit(place, pl.Int32).alias(RETURN),
        pl.lit(arrived.region_code).alias(REGION),
        pl.lit(arrived.received_on).alias(RECEIVED_ON),
        pl.lit(table.sheet).alias(SHEET),
        pl.col(ROW),
    ]
    texts = [
        _texts(name, table.columns[name], arrived.region_code, table.epoch_1904, programme)
        if name in table.columns
        else pl.lit(None, pl.String).alias(name)
        for name in programme.column_names
    ]
    return rows.to_frame().select(*constants, *texts)


def _texts(name: str, column: Column, region_code: str, epoch_1904: bool, programme: Programme) -> pl.Series:
    normalise = normaliser_of(name, programme, region_code, epoch_1904)
    meanings = pa.array([canonical(text, normalise) for text in column.texts], pa.large_string())
    codes = pa.Array.from_buffers(pa.int32(), len(column.codes), [None, pa.py_buffer(column.codes)])
    return pl.Series(name, pl.from_arrow(meanings.take(codes)))


def _with_applicability(values: pl.DataFrame, programme: Programme) -> pl.DataFrame:
    known = values.select(*facts(programme))
    return values.hstack(known.select(applicability(question, programme) for question in programme.questions))
