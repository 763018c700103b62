"""The list of all files of a release with the SHA-256 of each, which `sha256sum -c` reads too."""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

MANIFEST = "SHA256SUMS"

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def write_manifest(folder: Path) -> None:
    """List every file of a folder but the list itself, by path."""
    lines = [f"{digest}  {path}\n" for path, digest in files_of(folder).items()]
    (folder / MANIFEST).write_bytes("".join(lines).encode())


def read_manifest(folder: Path) -> Mapping[str, str] | None:
    """The paths that are listed, and the SHA-256 of each; None where the list is missing or none."""
    try:
        lines = (folder / MANIFEST).read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    listed = [_LINE.fullmatch(line) for line in lines]
    return {found[2]: found[1] for found in listed if found} if all(listed) else None


def files_of(folder: Path) -> Mapping[str, str]:
    """The path of every file under a folder but the list, and its SHA-256; of a link or a device nothing."""
    files = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    digests = {file.relative_to(folder).as_posix(): _digest(file) for file in files}
    return {path: digest for path, digest in digests.items() if path != MANIFEST}


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() and not file.is_symlink() else ""
