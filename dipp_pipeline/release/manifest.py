"""The list of all files of a release with the SHA-256 of each, which `sha256sum -c` reads."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

MANIFEST = "SHA256SUMS"


def write_manifest(folder: Path) -> None:
    """List every file of a folder but the list itself, by path."""
    lines = [f"{digest}  {path}\n" for path, digest in files_of(folder).items()]
    (folder / MANIFEST).write_bytes("".join(lines).encode())


def files_of(folder: Path) -> Mapping[str, str]:
    """The path of every file under a folder but the list, and its SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}
