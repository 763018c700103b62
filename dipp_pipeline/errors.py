"""What goes wrong and a person can mend: one base class. Whatever else is raised is a bug and is shown as one."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OF_THE_MACHINE = {
    errno.EIO,
    errno.ESTALE,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENODEV,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
}
"""What no file brings about, whatever it is and wherever it lies."""

REPORT = "Run it again with --debug, and send what that shows to whoever looks after the pipeline."


class DippError(Exception):
    """The message is whole sentences: what is wrong, where, and what to do."""


class MachineError(DippError):
    """The machine failed, and not a file that was sent: a full disk, a missing permission, a database in use."""


def is_of_the_machine(error: OSError) -> bool:
    """Whether reading a file failed for a reason that is not the file's."""
    return error.errno in _OF_THE_MACHINE


@contextmanager
def faults_placed(path: Path) -> Iterator[None]:
    """Faults within that do not say where, as those of writing do not, say that it was here."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def reason(error: Exception) -> str:
    """Why something failed, as part of a sentence: the first line of what was said, without its full stop."""
    first, *_ = str(error).splitlines() or [type(error).__name__]
    return first.rstrip(". ")


@contextmanager
def machine_faults_told() -> Iterator[None]:
    """Faults of the machine within become a MachineError, which says in a sentence what to do."""
    try:
        yield
    except OSError as error:
        raise MachineError(_sentence(error)) from error


def _sentence(error: OSError) -> str:
    where = " and ".join(str(name) for name in (error.filename, error.filename2) if name) or "A file of the home"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk that holds {where} is full. Make room, and run it again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{where} may not be opened or changed. Give whoever runs this permission, and run it again."
        case errno.ENOENT:
            return f"{where} is not there any more. Restore it, and run it again."
        case _:
            return f"{where}: {error.strerror or error}. Look after the machine, and run it again."
