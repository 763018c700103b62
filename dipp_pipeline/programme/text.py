"""When two texts count as equal: the keys by which headings, values and names are matched.

What a text means is not decided here; see model.py for what is known and intake/canonical.py for reading.
"""

import re
from collections.abc import Collection

CASE_REFERENCE_STRUCK = "a case reference"
"""Stands where a case reference stood."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_CASE_REFERENCE = re.compile(r"[A-Z][0-9]{6}")
_CASE_REFERENCE_WITHIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:\s*[0-9]){6}(?![0-9])")
_TRAILING_PUNCTUATION = re.compile(r"[\W_]+$")


def tidy(text: str) -> str:
    """Trimmed, with every run of spaces, line breaks and non-breaking spaces as one space."""
    return " ".join(text.split())


def value_key(text: str) -> str:
    """The key of a value: tidied, without regard to case or to the kind of dash."""
    return tidy(text).translate(_DASHES).casefold()


def heading_key(text: str) -> str:
    """The key of a heading: as of a value, without punctuation at the end."""
    return _TRAILING_PUNCTUATION.sub("", value_key(text))


def pdu_key(text: str) -> str:
    """The key of a PDU's name, in which `&` equals `and`."""
    return tidy(value_key(text).replace("&", " and "))


def without_spaces(text: str) -> str:
    """A case reference as it is compared: every space lost, in capitals."""
    bare = "".join(text.split())
    return bare.upper() if bare.isascii() else bare  # or a letter that is none of ours would become one


def case_reference(text: str) -> str | None:
    """The well-formed case reference that a text gives, or None."""
    reference = without_spaces(text)
    return reference if _CASE_REFERENCE.fullmatch(reference) else None


def case_references_within(text: str) -> set[str]:
    """The well-formed case references that stand somewhere in a text."""
    return {without_spaces(found) for found in _CASE_REFERENCE_WITHIN.findall(text)}


def without_case_references(text: str, references: Collection[str] | None = None) -> str:
    """A text in which every well-formed case reference, or each of these, is replaced by words."""

    def instead(found: re.Match[str]) -> str:
        struck = references is None or without_spaces(found[0]) in references
        return CASE_REFERENCE_STRUCK if struck else found[0]

    return _CASE_REFERENCE_WITHIN.sub(instead, text)
