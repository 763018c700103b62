"""Keyed pseudonyms: what stands for a case from landing onward, and cannot be turned back without the key.

A case reference has few possible values, so that a plain hash of it would be as good as the reference itself.
"""

import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dipp_pipeline.errors import faults_placed
from dipp_pipeline.settings import checked_key

LENGTH = 32
"""Hexadecimal digits of a pseudonym: HMAC-SHA-256 cut to 128 bits (RFC 2104, section 5)."""


@dataclass(frozen=True)
class Key:
    """A secret under which each text has one pseudonym."""

    secret: bytes = field(repr=False)

    def pseudonym(self, text: str) -> str:
        """The pseudonym of a text."""
        return hmac.digest(self.secret, text.encode(), "sha256").hex()[:LENGTH]

    @cached_property
    def identity(self) -> str:
        """What tells this key from another without giving it away."""
        return self.pseudonym("identity of the key")


def kept_key(file: Path) -> Key:
    """The key that a file keeps, made the first time that it is asked for. Raises SettingsError where it is damaged."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with faults_placed(file), os.fdopen(handle, "w") as new:
            new.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process was faster, and its key is the key
            file.hardlink_to(aside)
        aside.unlink()
    return Key(checked_key(file.read_bytes(), str(file)))
