"""The pages of data: every table of the release to look at and to download.

A long table is shown in parts, so that no page grows large.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dipp_pipeline.release.site.findings import Findings, Row
from dipp_pipeline.release.site.formats import cell
from dipp_pipeline.release.site.page import DATA, Page, Place
from dipp_pipeline.warehouse.project import Model

_PART_BYTES = 120_000
"""How long the rows of a part may be, so that with all that stands around them a page stays under 200 KiB."""

_AROUND_A_CELL = 24
"""The bytes of its tags."""

_LEVELS = ("level",)
"""Columns of too few values to part a table by."""


def data_pages(findings: Findings) -> Iterator[Page]:
    """The list of tables, and a page for each."""
    marts = sorted(findings.contents.marts, key=lambda mart: mart.name)
    places = {mart.name: Place(mart.name, f"data/{mart.name}.html") for mart in marts}
    rows = {mart.name: len(findings.rows(mart.name)) for mart in marts}
    yield Page(DATA, "data.html", {"marts": marts, "places": places, "rows": rows})
    for mart in marts:
        yield from table_parts(mart, findings, places[mart.name], "table.html", (DATA,))


def table_parts(mart: Model, findings: Findings, first: Place, template: str, above: Sequence[Place]) -> Iterator[Page]:
    """The pages of a table: one, or as many as it takes."""
    parts = parted(mart, findings.rows(mart.name))
    places = [first, *(_later(first, number) for number in range(2, len(parts) + 1))]
    for number, (place, rows) in enumerate(zip(places, parts, strict=True), start=1):
        values: Mapping[str, Any] = {
            "mart": mart,
            "rows": rows,
            "all_rows": len(findings.rows(mart.name)),
            "part": number,
            "parts_of_table": places,
        }
        yield Page(place, template, values, above if number == 1 else (*above, first))


def parted(mart: Model, rows: Sequence[Row]) -> Sequence[Sequence[Row]]:
    """Rows in parts of no more than so many bytes. A table without rows has one part, without rows."""
    parts: list[list[Row]] = [[]]
    size = 0
    for kept_together in _pieces(mart, rows):
        added = sum(map(_size, kept_together))
        if parts[-1] and size + added > _PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].extend(kept_together)
        size += added
    return parts


def _pieces(mart: Model, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows with the same first value of the key that is no level, together unless they are too many for a part."""
    column = next((column for column in mart.key if column not in _LEVELS), None)
    for _, group in groupby(rows, key=lambda row: row[column] if column else None):
        piece = list(group)
        if sum(map(_size, piece)) <= _PART_BYTES:
            yield piece
        else:
            yield from ([row] for row in piece)


def _size(row: Row) -> int:
    """About how many bytes a row is in a page."""
    return sum(len(cell(value, column, row).encode()) + _AROUND_A_CELL for column, value in row.items())


def _later(first: Place, number: int) -> Place:
    return Place(f"{first.title}, part {number}", first.path.replace(".html", f"-{number}.html"))
