"""Rows of the warehouse as records: what every report makes of what it reads."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

Row = Mapping[str, Any]


def only(record: type, row: Row) -> dict[str, Any]:
    """The columns of a row that are fields of a record."""
    return {entry.name: row[entry.name] for entry in fields(record) if entry.name in row}
