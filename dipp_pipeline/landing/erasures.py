"""Which cases were erased, as keyed marks, and from which contents: what keeps a case from coming back."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dipp_pipeline.landing.documents import read_document, write_document
from dipp_pipeline.landing.pseudonyms import Key


@dataclass(frozen=True)
class Erasures:
    """The erasures of a home. Their key is one of their own, so that another pseudonym key does not make them void."""

    file: Path
    key: Key
    marks: frozenset[str]
    contents: frozenset[str]
    """SHA-256 of each content, as it arrived, whose stored original is a scrubbed copy."""

    def among(self, references: Iterable[str]) -> frozenset[str]:
        """Those of the case references that were erased."""
        return frozenset(reference for reference in references if self.key.pseudonym(reference) in self.marks)

    def with_cases(self, references: Iterable[str]) -> "Erasures":
        """The erasures with these cases among them, kept."""
        return self._kept(self.marks | {self.key.pseudonym(reference) for reference in references}, self.contents)

    def with_content(self, sha256: str) -> "Erasures":
        """The erasures with that content among those whose original is scrubbed, kept."""
        return self._kept(self.marks, self.contents | {sha256})

    def _kept(self, marks: frozenset[str], contents: frozenset[str]) -> "Erasures":
        write_document(self.file, {"marks": sorted(marks), "contents": sorted(contents)})
        return Erasures(self.file, self.key, marks, contents)


def read_erasures(file: Path, key: Key) -> Erasures:
    """The erasures that a file keeps, none where there is no file."""
    known = read_document(file) if file.exists() else {"marks": [], "contents": []}
    return Erasures(file, key, frozenset(known["marks"]), frozenset(known["contents"]))
