"""Rows of one return that have the same key: identical ones are dropped but for the first, others clash."""

from collections.abc import Sequence

import polars as pl

from dipp_pipeline.programme.model import Programme
from dipp_pipeline.validation.frame import ERRORS, RETURN
from dipp_pipeline.validation.rules import is_valid


def repeated_rows(values: pl.DataFrame, programme: Programme) -> tuple[Sequence[int], Sequence[int]]:
    """The rows, from 0, that are dropped as identical, and those that clash with another.

    Rows are identical where all recognised cells are equal after reading; only valid keys count. Where there is no key,
    equal rows are of different people.
    """
    if not programme.kind.key:
        return (), ()
    same = [RETURN, *programme.kind.key]
    valid = (is_valid(programme.field_by_name[name], programme) for name in programme.kind.key)
    repeated = values.with_row_index("_row").filter(*valid).filter(pl.struct(same).is_duplicated())
    first = pl.struct(RETURN, *programme.column_names, ERRORS).is_first_distinct()
    identical = repeated.filter(~first)["_row"].to_list()
    clashing = repeated.filter(first).filter(pl.struct(same).is_duplicated())["_row"].to_list()
    return identical, clashing
