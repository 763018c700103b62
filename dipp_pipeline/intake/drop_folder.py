"""What lies in the drop folder: which files are returns, whose, and what tells one content from another.

No link is followed, and no file is opened that is refused for where it lies, what it is called or how large it is.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from dipp_pipeline.errors import MachineError, is_of_the_machine
from dipp_pipeline.programme.case_reference import holds_case_reference, without_case_references
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import MEGABYTE, Limits
from dipp_pipeline.spreadsheets.formats import TAKEN

_OF_THE_DISK = "lost+found"
"""A folder that a disk has of its own where it is mounted as the drop folder. Nobody but root may open it."""

# What stands for the content of what is not kept; none looks like the hash of a file.
NOT_OPENED = ""
"""Of a file that is refused for where it lies or what it is called."""
LINK = "link"
"""Of a link, whatever it leads to."""
TOO_LONG = "path too long"
"""Of a file or folder whose path is longer than can be opened."""
UNREADABLE = "unreadable"
"""Of a file that may not be opened or is still being copied, and of what is no file, such as a pipe."""
OVER_LIMIT = "over the limit"
"""How that of a file begins that is too large; size and limit follow, so that with either it is another one."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class UnreadableError(Exception):
    """A file cannot be read, and it is the file's fault."""


@dataclass(frozen=True)
class Arrival:
    """A file in the drop folder. `region_slug` is None where it lies under none of the twelve regions."""

    region_slug: str | None
    path: str
    """Its path under the region's folder, or under `incoming` where it is under none."""
    file: Path
    return_id: str
    """What tells the return from others in every version."""

    @property
    def names_a_case(self) -> bool:
        """Whether its path holds a case reference (F08)."""
        return holds_case_reference(self.path)

    @property
    def is_opened(self) -> bool:
        """Whether it is read at all, and not refused for where it lies or what it is called."""
        return self.region_slug is not None and not self.names_a_case


def arrivals(incoming: Path, programme: Programme) -> list[Arrival]:
    """The returns in the drop folder, by region and path. Raises MachineError where a folder cannot be opened."""
    found = (arrival_of(file, incoming, programme) for file in _files(incoming))
    return sorted(found, key=lambda arrival: (arrival.region_slug or "", arrival.path))


def is_return(name: str) -> bool:
    """Whether a file of that name is a return at all, and not what an office program or the system left there."""
    return not name.startswith(("~$", ".")) and name != "Thumbs.db"


def content_of(arrival: Arrival, limits: Limits) -> str | None:
    """What tells the content of an arrival from others: its SHA-256, or what stands for it. None where it is gone.

    Raises OSError where the machine is at fault.
    """
    if not arrival.is_opened:
        return NOT_OPENED
    try:
        status = arrival.file.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        if is_of_the_machine(error):
            raise
        return TOO_LONG if error.errno == errno.ENAMETOOLONG else UNREADABLE
    if stat.S_ISLNK(status.st_mode):
        return LINK
    if not stat.S_ISREG(status.st_mode):
        return UNREADABLE
    if status.st_size > limits.file_megabytes * MEGABYTE:
        return f"{OVER_LIMIT}: {status.st_size} bytes of {limits.file_megabytes} MB"
    return content_hash(arrival.file)


def is_hash(content: str) -> bool:
    """Whether it is the SHA-256 of a content, and nothing that stands for one."""
    return re.fullmatch("[0-9a-f]{64}", content) is not None


def content_hash(file: Path) -> str:
    """SHA-256 of a file, or UNREADABLE where the file is at fault that it cannot be read. Raises OSError."""
    digest = hashlib.sha256()
    try:
        for piece in pieces(file):
            digest.update(piece)
    except UnreadableError:
        return UNREADABLE
    return digest.hexdigest()


def pieces(file: Path) -> Iterator[bytes]:
    """The content of a file that is no link, piece by piece.

    Raises UnreadableError where the file is at fault that it cannot be read, and OSError where the machine is.
    """
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0) as content:  # noqa: PTH123
            while piece := content.read(MEGABYTE):
                yield piece
    except OSError as error:
        if not is_of_the_machine(error):
            raise UnreadableError from error
        error.filename = error.filename or str(file)
        raise


def _files(incoming: Path) -> Iterator[Path]:
    """The returns in the drop folder, and what cannot be one but would be passed over in silence.

    That is a link to a folder, a folder with the name of a return, and one whose path is too long to be looked into.
    """
    waiting = [incoming]
    while waiting:
        folder = waiting.pop()
        entries = _entries(folder)
        if entries is None:
            yield folder
        for entry in entries or ():
            path = folder / entry.name
            is_folder = _is_folder(entry)
            if is_folder and path != incoming / _OF_THE_DISK:
                waiting.append(path)
            if is_return(entry.name) and (not is_folder or path.suffix.lower() in TAKEN):
                yield path


def _entries(folder: Path) -> "list[os.DirEntry[str]] | None":
    """What a folder holds: nothing where it is gone, None where its path is too long.

    Raises MachineError where it cannot be opened.
    """
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise MachineError(
            f"The folder {folder} cannot be opened ({error.strerror}). Give whoever runs this permission, or connect "
            "its disk, and run it again."
        ) from error


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a folder, and no link to one."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # some disks do not tell without the path, which may be too long
        return False


def arrival_of(file: Path, incoming: Path, programme: Programme) -> Arrival:
    """A file in the drop folder as the return that it is."""
    slug, *within = file.relative_to(incoming).parts
    if slug not in programme.region_by_slug:
        return _named(None, "/".join((slug, *within)), file)
    if not within and not file.is_symlink():
        return _named(None, slug, file)
    return _named(slug, "/".join(within) or slug, file)


def _named(region_slug: str | None, path: str, file: Path) -> Arrival:
    """An arrival whose path is text, also where its bytes are not; its identity is of the bytes.

    A hash of a case reference would give it away, so that files which only their references tell apart are one return.
    """
    told_by = without_case_references(path)
    identity = hashlib.sha256(os.fsencode(f"{region_slug or ''}\n{told_by}")).hexdigest()[:16]
    return Arrival(region_slug, _shown(path), file, identity)


def _shown(path: str) -> str:
    """A path as text. What is no text in it looks alike, so that a hash of its bytes tells it from others."""
    text = os.fsencode(path).decode("utf-8", "replace")
    if _REPLACEMENT not in text:
        return text
    digest = hashlib.sha256(os.fsencode(without_case_references(path))).digest()
    letters = "".join(chr(ord("a") + byte % 26) for byte in digest[:8])  # digits might look like a case reference
    suffix = PurePath(text).suffix
    return f"{text.removesuffix(suffix)}-{letters}{suffix}"
