"""Which cases were erased, as keyed marks, and from which contents: what keeps a case from coming back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.landing.pseudonyms import Key


@dataclass(frozen=True)
class Erasures:
    """The erasures of a home. Their key is one of their own, so that another pseudonym key does not make them void."""

    file: Path
    key: Key
    marks: frozenset[str]
    contents: frozenset[str]
    """SHA-256 of each content, as it arrived, whose stored original is a scrubbed copy."""
    unfinished: Mapping[str, str]
    """Mark to pseudonym of the cases that may still stand in what is kept."""

    def among(self, references: Iterable[str]) -> frozenset[str]:
        """Those of the case references that were erased."""
        return frozenset(reference for reference in references if self.key.pseudonym(reference) in self.marks)

    def begun(self, reference: str, pseudonym: str) -> "Erasures":
        """The erasures with that of a case among them, which whatever runs next must finish. Kept."""
        mark = self.key.pseudonym(reference)
        return self._kept(replace(self, marks=self.marks | {mark}, unfinished={**self.unfinished, mark: pseudonym}))

    def finished(self) -> "Erasures":
        """The erasures with none that is unfinished. Kept."""
        return self._kept(replace(self, unfinished={}))

    def with_content(self, sha256: str) -> "Erasures":
        """The erasures with that content among those whose original is scrubbed. Kept."""
        return self._kept(replace(self, contents=self.contents | {sha256}))

    def _kept(self, erasures: "Erasures") -> "Erasures":
        written = {
            "marks": sorted(erasures.marks),
            "contents": sorted(erasures.contents),
            "unfinished": dict(sorted(erasures.unfinished.items())),
        }
        write_document(self.file, written)
        return erasures


def read_erasures(file: Path, key: Key) -> Erasures:
    """The erasures that a file keeps, none where there is no file."""
    written = read_document(file) if file.exists() else {"marks": [], "contents": []}
    return Erasures(
        file, key, frozenset(written["marks"]), frozenset(written["contents"]), written.get("unfinished", {})
    )
