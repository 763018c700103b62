"""Ctrl-C, and the request to end that a machine sends: one sentence, nothing else, and out.

Whatever is being written is written aside (see atomic.py), so that the command can end anywhere.
"""

import os
import signal
import sys
import threading
from types import FrameType

STOPPED = 130
"""The exit code."""

SENTENCE = "Stopped. Run it again to finish what was not done."

_SECONDS_TO_TIDY_UP = 10.0


def stop_when_asked() -> None:
    """From now on SIGINT and SIGTERM stop this process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def say_stopped() -> None:
    """Say so once; what libraries say of their end goes nowhere."""
    global _said
    if not _said:
        _said = True
        sys.stderr.flush()
        os.write(sys.stderr.fileno(), f"{SENTENCE}\n".encode())
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def is_stopped() -> bool:
    """Whether this process was asked to stop."""
    return _said


_said = False


def _stop(number: int, frame: FrameType | None) -> None:
    """A second signal ends the process at once; so does a library that keeps the first one to itself."""
    if _said:
        os._exit(STOPPED)
    say_stopped()
    deadline = threading.Timer(_SECONDS_TO_TIDY_UP, os._exit, [STOPPED])
    deadline.daemon = True
    deadline.start()
    raise KeyboardInterrupt
