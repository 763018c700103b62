"""When two texts count as equal: the keys by which headings, values and names are matched.

What a text means is not decided here; see model.py for the definitions and intake/normalise.py for values.
"""

import re

_ALIKE = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"_": " "})
_TRAILING_PUNCTUATION = re.compile(r"[\W_]+$")


def tidy(text: str) -> str:
    """Trimmed, with every run of spaces, line breaks and non-breaking spaces as one space."""
    return " ".join(text.split())


def value_key(text: str) -> str:
    """The key of a value: tidied, without regard to case or to the kind of dash; an underscore equals a space."""
    return tidy(text.translate(_ALIKE)).casefold()


def heading_key(text: str) -> str:
    """The key of a heading: as of a value, without punctuation at the end."""
    return _TRAILING_PUNCTUATION.sub("", value_key(text))


def pdu_key(text: str) -> str:
    """The key of a PDU's name, in which `&` equals `and`."""
    return tidy(value_key(text).replace("&", " and "))
