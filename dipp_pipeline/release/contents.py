"""What a release says, whatever form it takes: the marts with their rows. Every form is made of this alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from dipp_pipeline.warehouse.project import Model


@dataclass(frozen=True)
class Contents:
    """The marts, each with its description, grain, key and columns, and the rows of each by its name."""

    marts: Sequence[Model]
    tables: Mapping[str, pa.Table]

    def rows(self, mart: str) -> list[dict[str, Any]]:
        """The rows of a mart in their order, each by the names of its columns."""
        rows: list[dict[str, Any]] = self.tables[mart].to_pylist()
        return rows

    @cached_property
    def about(self) -> Mapping[str, Any]:
        """What the release is: the row of `release_info`."""
        (row,) = self.rows("release_info")
        return row
