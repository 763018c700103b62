"""One home folder as every stage meets it: its settings, the programme and its history."""

import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from dipp_pipeline import __version__
from dipp_pipeline.intake.corrections import Correction, CorrectionError, read_corrections
from dipp_pipeline.intake.drop_folder import arrivals, content_hash
from dipp_pipeline.landing.erasures import Erasures, read_erasures
from dipp_pipeline.landing.history import History, KnownReturn
from dipp_pipeline.landing.pseudonyms import Key, kept_key
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.reports.status import release_in_force
from dipp_pipeline.settings import Settings, dbt_like_sql, seeds

INSPECTORATE_TIME = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class House:
    """What every stage needs."""

    settings: Settings
    programme: Programme

    @cached_property
    def definitions(self) -> dict[str, str]:
        """What a reading depends on besides the file: an identity, and what it was made of."""
        made_of = {
            "seeds": self.programme.fingerprint,
            "pipeline_version": __version__,
            "corrections_file": content_hash(self.settings.corrections),
            "key": self.pseudonym_key.identity,
        }
        return {"definitions": hashlib.sha256("\n".join(made_of.values()).encode()).hexdigest()[:12], **made_of}

    @cached_property
    def pseudonym_key(self) -> Key:
        """The key from the environment, else the home's own."""
        given = self.settings.pseudonym_key
        return Key(given) if given else kept_key(self.settings.keys / "pseudonym.key")

    @cached_property
    def corrections(self) -> Sequence[Correction]:
        """The reviewed corrections. Raises CorrectionError."""
        return read_corrections(self.settings.corrections, self.programme)

    def check_corrections(self, region_slugs: Collection[str]) -> None:
        """Raise CorrectionError where a correction of these regions, or of what is read, outlives its mistake."""
        history = self.history()
        for entry in self.corrections:
            known = history.find(entry.region_slug, entry.path)
            reading = known.in_force.reading if known and known.in_force else None
            is_read = entry.region_slug in region_slugs or (known is not None and known.to_read is None)
            if is_read and (reading is None or entry.line not in reading.corrections):
                raise CorrectionError(
                    f"corrections.csv, line {entry.line}: {entry.column} of that case in "
                    f"{entry.region_slug}/{entry.path} is not what the line says it is mended from. "
                    "Take the line out, or mend it"
                )

    def erasures(self) -> Erasures:
        """The erasures as they stand now."""
        return read_erasures(self.settings.erasures, kept_key(self.settings.keys / "erasure.key"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process works on this home. What is written meanwhile is for its owner alone."""
        before = os.umask(0o077)
        try:
            self.settings.restricted.mkdir(parents=True, exist_ok=True)
            self.settings.restricted.chmod(0o700)
            with (self.settings.restricted / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        finally:
            os.umask(before)

    def history(self) -> History:
        """The returns as they stand now."""
        settings = self.settings
        return History(settings.landing, self.definitions["definitions"], settings.held_above_percent)

    def release_id(self, returns: Sequence[KnownReturn]) -> str:
        """First 12 hex digits of a SHA-256 over what a release is built from: returns, definitions and SQL."""
        standing = [
            [
                known.return_id,
                known.in_force.number if known.in_force else None,
                known.refused,
                known.held.number if known.held else None,
                [[version.sha256, version.received_at.isoformat()] for version in known.versions],
            ]
            for known in returns
        ]
        erasures = self.erasures()
        erased = [sorted(erasures.marks), sorted(erasures.contents)]
        digest = hashlib.sha256(json.dumps([standing, erased, self.definitions]).encode())
        for path in sorted(dbt_like_sql().glob("*/*.sql")):
            digest.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
        return digest.hexdigest()[:12]

    def new_content(self) -> dict[str, str]:
        """Path to content hash of each file in the drop folder that differs from the latest version of its return."""
        known = self.history().by_id
        new = {}
        for arrival in arrivals(self.settings.incoming, self.programme):
            before = known.get(arrival.return_id)
            if arrival.region_slug is None:
                if before is None:
                    new[arrival.path] = ""
            elif (sha256 := content_hash(arrival.file)) != (before.latest.sha256 if before else None):
                new[f"{arrival.region_slug}/{arrival.path}"] = sha256
        return new

    def nothing_new(self) -> bool:
        """Whether a refresh would change nothing: no new content, nothing to read again, its release in force.

        The warehouse that explains the release must be there too.
        """
        returns = self.history().returns
        return (
            not self.new_content()
            and not any(known.to_read for known in returns)
            and self.settings.warehouse.exists()
            and self.release_id(returns) == release_in_force(self.settings.database)
        )


def open_house(settings: Settings) -> House:
    """The house of a home. Raises ProgrammeError."""
    return House(settings, load_programme(seeds()))
