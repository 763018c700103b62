"""Rows of one return that speak of the same case: identical ones are dropped but for the first, others clash."""

from collections.abc import Sequence

import polars as pl

from dipp_pipeline.programme.model import CASE_REFERENCE, Programme
from dipp_pipeline.validation.frame import ERRORS, RETURN
from dipp_pipeline.validation.rules import is_valid


def repeated_rows(values: pl.DataFrame, programme: Programme) -> tuple[Sequence[int], Sequence[int]]:
    """The rows, from 0, that are dropped as identical, and those that clash with another.

    Rows are identical where all recognised cells are equal after reading; only valid case references count.
    """
    same_case = [RETURN, CASE_REFERENCE]
    reference = programme.field_by_name[CASE_REFERENCE]
    repeated = (
        values.with_row_index("_row")
        .filter(is_valid(reference, programme))
        .filter(pl.struct(same_case).is_duplicated())
    )
    first = pl.struct(RETURN, *programme.column_names, ERRORS).is_first_distinct()
    identical = repeated.filter(~first)["_row"].to_list()
    clashing = repeated.filter(first).filter(pl.struct(same_case).is_duplicated())["_row"].to_list()
    return identical, clashing
