"""Write aside, sync, rename: what is written is there whole or not at all, whenever the process or the machine ends.

What is being written lies beside its place, under a name of its own; what a killed process left there is swept away by
the next one that has the home's lock.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dipp_pipeline.errors import faults_placed

_ASIDE = ".aside-"

_LEFT = r"\.(?:aside|arriving|[0-9a-f]{4,12})-[a-z0-9_]{8}|\.\w+\.key-[0-9a-f]{16}|\.dipp_findings\.new\.duckdb"
"""What is being written, in this version or in 0.2. No file that was sent is stored under a name that begins so."""


FOR_EVERYONE = 0o755
"""The mode of a folder that everyone may open."""

_FOR_EVERYONE_TO_READ = 0o444


@contextmanager
def new_file(target: Path, mode: int = 0o600) -> Iterator[Path]:
    """An empty file to fill, which takes the target's place at the end."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=_ASIDE)
    os.close(handle)
    aside = Path(name)
    try:
        with faults_placed(target):
            yield aside
            aside.chmod(mode)
            replace(aside, target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(target: Path, mode: int = 0o700) -> Iterator[Path]:
    """An empty folder to fill, which takes the target's place at the end. The target may be an empty folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=_ASIDE))
    try:
        with faults_placed(target):
            yield aside
            for path in aside.rglob("*"):
                _sync(path)
            aside.chmod(mode)
            replace(aside, target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


@contextmanager
def new_folder_beside(target: Path) -> Iterator[Path]:
    """An empty folder on the target's disk, to work in; it is gone at the end."""
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=_ASIDE))
    try:
        with faults_placed(target):
            yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def replace(source: Path, target: Path) -> None:
    """Put a finished file, on the same disk, in the place of another."""
    _sync(source)
    source.replace(target)
    _sync(target.parent)


def write_bytes(target: Path, content: bytes) -> None:
    """Write a file, for its owner alone to read."""
    with new_file(target) as aside:
        aside.write_bytes(content)


def write_document(target: Path, content: Mapping[str, object]) -> None:
    """Write a small JSON document."""
    write_bytes(target, as_document(content))


def as_document(content: Mapping[str, object]) -> bytes:
    """A small JSON document, to be written into a new folder, which is synced as a whole."""
    return (json.dumps(content, indent=1) + "\n").encode()


def read_document(path: Path) -> Any:
    """What a document says."""
    return json.loads(path.read_text("utf-8"))


def remove(folder: Path) -> None:
    """Take a folder away, whole or not at all."""
    with new_folder_beside(folder) as aside:
        folder.replace(aside / folder.name)


def switch_link(link: Path, target: Path) -> None:
    """Make a symbolic link lead to a target on the same disk, at once for whoever follows it."""
    with new_folder_beside(target) as folder:
        (folder / link.name).symlink_to(os.path.relpath(target, link.parent))
        (folder / link.name).replace(link)
        _sync(link.parent)


def open_to_readers(folder: Path) -> None:
    """Let everyone read all that a folder holds, and nobody write a file of it, its owner included.

    One reader who opens a database writable locks out all others while it is open.
    """
    for path in (folder, *folder.rglob("*")):
        path.chmod(FOR_EVERYONE if path.is_dir() else _FOR_EVERYONE_TO_READ)


def sweep(folder: Path, former: str = "") -> None:
    """Take away what a killed process left aside, anywhere in a folder that nobody else writes to now.

    `former` is the pattern of the paths under it that earlier versions wrote to. No link is followed or taken away.
    """
    left = re.compile(f"(?:.*/)?(?:{_LEFT})|{former}", re.DOTALL)
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if left.fullmatch(path.relative_to(folder).as_posix()) and not path.is_symlink():
                _take_away(path)


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
