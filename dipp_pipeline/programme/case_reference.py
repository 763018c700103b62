"""What a case reference is, where one stands in a text, and the text without it."""

import re
from collections.abc import Collection

CASE_REFERENCE_STRUCK = "a case reference"
"""Stands where a case reference stood."""

_CASE_REFERENCE = re.compile(r"[A-Z][0-9]{6}")
_CASE_REFERENCE_WITHIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:\s*[0-9]){6}(?![0-9])")


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
