"""Which cases were erased, as keyed marks, and from which contents: what keeps a case from coming back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dipp_pipeline.atomic import read_document, write_document
from dipp_pipeline.landing.pseudonyms import Key
from dipp_pipeline.programme.case_reference import struck_anywhere


@dataclass(frozen=True)
class Erasures:
    """The erasures of a home. Their key is one of their own, so that another pseudonym key does not make them void."""

    file: Path
    key: Key
    marks: frozenset[str]
    contents: frozenset[str]
    """SHA-256 of each content, as it arrived, whose stored original is a scrubbed copy."""
    copies: Mapping[str, str]
    """SHA-256 of each scrubbed copy to that of the content, as it arrived, which it stands for."""
    unfinished: Mapping[str, str]
    """Mark to pseudonym of the cases that may still stand in what is kept."""
    to_forget: frozenset[str]
    """Contents that are scrubbed for an erasure that is not finished: what was read of them before must go."""

    def is_erased(self, reference: str) -> bool:
        """Whether the case of that reference was erased."""
        return self.key.pseudonym(reference) in self.marks

    def among(self, references: Iterable[str]) -> frozenset[str]:
        """Those of the case references that were erased."""
        return frozenset(filter(self.is_erased, references))

    def struck(self, text: str) -> str:
        """A text, such as a file's name, without the references of erased cases."""
        return struck_anywhere(text, self.is_erased)

    def as_arrived(self, sha256: str) -> str:
        """The content that a content stands for: of a scrubbed copy what it was made of, else itself."""
        return self.copies.get(sha256, sha256)

    def are_same(self, content: str, other: str) -> bool:
        """Whether two contents are one, a scrubbed copy being what it was made of."""
        return self.as_arrived(content) == self.as_arrived(other)

    def begun(self, reference: str, pseudonym: str) -> "Erasures":
        """The erasures with that of a case among them, which whatever runs next must finish. Kept."""
        mark = self.key.pseudonym(reference)
        return self._kept(replace(self, marks=self.marks | {mark}, unfinished={**self.unfinished, mark: pseudonym}))

    def about_to_scrub(self, contents: Iterable[str]) -> "Erasures":
        """The erasures with these contents among those that are scrubbed and to be forgotten. Kept."""
        return self._kept(replace(self, to_forget=self.to_forget.union(contents)))

    def scrubbed(self, contents: Iterable[str], copies: Mapping[str, str]) -> "Erasures":
        """The erasures with these contents among those whose originals are scrubbed, and with their copies. Kept."""
        return self._kept(replace(self, contents=self.contents.union(contents), copies={**self.copies, **copies}))

    def finished(self) -> "Erasures":
        """The erasures with none that is unfinished. Kept."""
        return self._kept(replace(self, unfinished={}, to_forget=frozenset()))

    def _kept(self, erasures: "Erasures") -> "Erasures":
        written = {
            "marks": sorted(erasures.marks),
            "contents": sorted(erasures.contents),
            "copies": dict(sorted(erasures.copies.items())),
            "unfinished": dict(sorted(erasures.unfinished.items())),
            "to_forget": sorted(erasures.to_forget),
        }
        write_document(self.file, written)
        return erasures


def read_erasures(file: Path, key: Key) -> Erasures:
    """The erasures that a file keeps, none where there is no file."""
    written = read_document(file) if file.exists() else {"marks": [], "contents": []}
    return Erasures(
        file,
        key,
        marks=frozenset(written["marks"]),
        contents=frozenset(written["contents"]),
        copies=written.get("copies", {}),
        unfinished=written.get("unfinished", {}),
        to_forget=frozenset(written.get("to_forget", [])),
    )
