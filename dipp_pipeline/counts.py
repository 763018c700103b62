"""How the case rows of a return fared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """The case rows of a return: every one received is accepted, quarantined or dropped as identical."""

    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    identical_dropped: int = 0
