"""What of a region was approved for the public edition: a copy of all that is landed of its returns at that time.

    restricted/approved/<approval>/approved.json               under which definitions it was read
                                   <region>/<return>/…         as in landing/, see history.py

How it is made and changed is in approved_copies.py. Nothing changes it but an erasure and a purge, so that new returns,
corrections and definitions reach the public edition by another approval alone. A case that another return kept at that
time (R04) is quarantined in it: whatever is approved of other regions later, the region stays as it was seen.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dipp_pipeline.atomic import read_document
from dipp_pipeline.landing.history import History, Return

APPROVED = "approved.json"


class Approved:
    """The copy of an approval."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[str, Any] = read_document(folder / APPROVED)

    @property
    def key(self) -> str:
        """The identity of the key under which its cases have pseudonyms."""
        return str(self._written["key"])

    @property
    def returns(self) -> Sequence[Return]:
        """The returns as they stood."""
        return History(self.folder, self._written["definitions"], self._written["held_above_percent"]).returns

    @property
    def identity(self) -> str:
        """SHA-256 over all that is kept of it: another one after an erasure or a purge."""
        readings = [
            [return_.return_id, version.number, version.purged, version.reading and version.reading.identity]
            for return_ in self.returns
            for version in return_.versions
        ]
        return hashlib.sha256(json.dumps(readings).encode()).hexdigest()
