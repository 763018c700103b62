"""What of a region was approved for the public edition: a copy of all that is landed of its returns at that time.

    restricted/approved/<approval>/approved.json               under which definitions it was read, and settings
                                   dbt_like_sql/…              the seeds and models that made figures of it
                                   <region>/<return>/…         as in landing/, see history.py

How it is made and changed is in approved_copies.py. Nothing changes it but an erasure and a purge, so that new returns,
corrections and definitions reach the public edition by another approval alone. A case that another return kept at that
time (R04), or that another region was approved with, is quarantined in it. So no two copies of different regions hold
one case, and whatever is approved of others later, a region stays as it was seen.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipp_pipeline.atomic import read_document
from dipp_pipeline.errors import DippError
from dipp_pipeline.landing.history import History, Return

APPROVED = "approved.json"
SQL = "dbt_like_sql"


@dataclass(frozen=True)
class Conditions:
    """Under what a region is approved."""

    definitions: Mapping[str, str]
    """Identities of what its returns were read under."""
    held_above_percent: int
    settings: Mapping[str, int]
    """Those that models ask for."""
    sql_folder: Path
    """Seeds and models."""
    models: str
    """The identity of all that makes figures of what was read."""


class ApprovedLostError(DippError):
    """The copy of what was approved is gone; the message names it."""


class Approved:
    """The copy of an approval. Raises ApprovedLostError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._written: dict[str, Any] = read_document(folder / APPROVED)
        except FileNotFoundError:
            raise ApprovedLostError(
                f"What was approved for the public edition is gone from {folder}. Restore it from your backup, or "
                "approve the region again, or revoke it."
            ) from None

    @property
    def region_slug(self) -> str:
        return str(self._written["region"])

    @property
    def key(self) -> str:
        """The identity of the key under which its cases have pseudonyms."""
        return str(self._written["key"])

    @property
    def models(self) -> str:
        """The identity of what made figures of it when it was approved."""
        return str(self._written["models"])

    @property
    def sql_folder(self) -> Path:
        """The seeds and models that made figures of it when it was approved."""
        return self.folder / SQL

    @property
    def settings(self) -> Mapping[str, int]:
        """The settings that models ask for, as they were."""
        return dict(self._written["settings"])

    @property
    def returns(self) -> Sequence[Return]:
        """The returns as they stood."""
        return History(self.folder, self._written["definitions"], self._written["held_above_percent"]).returns

    @property
    def identity(self) -> str:
        """SHA-256 over what was approved: its readings, and the models that made figures of them then.

        It is another one after an erasure. A purge changes no figure, and not this either.
        """
        readings = [
            [return_.return_id, version.number, version.reading and version.reading.identity]
            for return_ in self.returns
            for version in return_.versions
        ]
        return hashlib.sha256(json.dumps([self.models, readings]).encode()).hexdigest()
