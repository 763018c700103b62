from pathlib import Path

from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits


def references_within(path: Path, limits: Limits) -> frozenset[str]:
    raise NotImplementedError


def scrub(source: Path, target: Path, references: frozenset[str], programme: Programme, limits: Limits) -> None:
    raise NotImplementedError
