"""What a case reference is, where one stands in a text, and the text without it.

Two searches, for two purposes. Whatever is stored or shown is masked of every well-formed reference: one that stands
as a word of its own, so that "London-202601" is none. A case that is erased must not be missed: its reference is found
in the midst of a word, and with a few separators between its characters.
"""

import re
from collections.abc import Callable, Collection

CASE_REFERENCE_STRUCK = "a case reference"
"""Stands where a case reference stood."""

_SEPARATORS = (
    *((0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2028, 0x2029), (0x3000, 0x3000)),
    *((0x2D, 0x2D), (0xAD, 0xAD), (0x58A, 0x58A), (0x5BE, 0x5BE), (0x1806, 0x1806), (0x2212, 0x2212), (0x2E3A, 0x2E3B)),
    *((0x301C, 0x301C), (0x3030, 0x3030), (0xFE31, 0xFE32), (0xFE58, 0xFE58), (0xFE63, 0xFE63), (0xFF0D, 0xFF0D)),
    *((0x2E, 0x2F), (0x5C, 0x5C), (0x5F, 0x5F), (0xB7, 0xB7), (0x2022, 0x2022), (0x2044, 0x2044), (0x2215, 0x2215)),
    *((0x61C, 0x61C), (0x180E, 0x180E), (0x2000, 0x2015), (0x202A, 0x202F), (0x205F, 0x206F), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0x96, 0x97)),
)
SEPARATORS = "".join(chr(code) for first, last in _SEPARATORS for code in range(first, last + 1))
"""Spaces; dashes; dots, slashes and underscores; and what has no width: what people put between the characters.

The last two are the dashes of Windows-1252, as they stand in bytes of whatever encoding.
"""

_BETWEEN = "[" + SEPARATORS.replace("\\", r"\\").replace("-", r"\-") + "]{0,3}"

_CASE_REFERENCE = re.compile(r"[A-Z][0-9]{6}")
_AS_A_WORD = re.compile(r"(?<![A-Za-z0-9])(?:[Cc][Rr][Nn])?[A-Za-z][-‐‑‒–—―−_./]?(?:\s*[0-9]){6}(?![0-9])")
_ANYWHERE = re.compile(f"[A-Za-z](?:{_BETWEEN}[0-9]){{6}}")
_NEITHER = re.compile("[^A-Za-z0-9]")


def without_spaces(text: str) -> str:
    """A case reference as it is compared: every space lost, in capitals."""
    bare = "".join(text.split())
    return bare.upper() if bare.isascii() else bare  # or a letter that is none of ours would become one


def case_reference(text: str) -> str | None:
    """The well-formed case reference that a text gives, or None."""
    reference = without_spaces(text)
    return reference if _CASE_REFERENCE.fullmatch(reference) else None


def holds_case_reference(text: str) -> bool:
    """Whether a well-formed case reference stands in a text as a word."""
    return _AS_A_WORD.search(text) is not None


def without_case_references(text: str) -> str:
    """A text in which every well-formed case reference that stands as a word is replaced by words."""
    return _AS_A_WORD.sub(CASE_REFERENCE_STRUCK, text)


def references_anywhere(text: str) -> set[str]:
    """All that may be a case reference in a text, whatever stands before, after and between its characters."""
    return {_bare(found) for found in _ANYWHERE.findall(text)}


def struck_anywhere(text: str, is_struck: Callable[[str], bool]) -> str:
    """A text in which each reference that is to be struck is replaced by words, wherever it may be one."""

    def instead(found: re.Match[str]) -> str:
        return CASE_REFERENCE_STRUCK if is_struck(_bare(found[0])) else found[0]

    while (struck := _ANYWHERE.sub(instead, text)) != text:  # the last letter of the words and what follows may be one
        text = struck
    return text


def without_references(text: str, references: Collection[str]) -> str:
    """A text in which each of these references is replaced by words, wherever it may be one."""
    return struck_anywhere(text, lambda reference: reference in references)


def pattern_of(reference: str) -> str:
    """A regular expression, for other engines too, that finds a reference wherever it may be one."""
    letter, digits = reference[0], reference[1:]
    return f"[{letter}{letter.lower()}]" + "".join(_BETWEEN + digit for digit in digits)


def _bare(found: str) -> str:
    return _NEITHER.sub("", found).upper()
