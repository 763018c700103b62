"""The process that opens other people's files, so that no file can take the pipeline down with it.

It lives under a memory limit, answers one request after the other on standard output, and may die: see workers.py.
"""

import pickle
import resource
import sys

from dipp_pipeline.errors import MachineError
from dipp_pipeline.settings import MEGABYTE, Limits


def main() -> None:
    """Answer requests, each a pickled function with arguments, until standard input ends. First come the limits.

    Each reply is what the function gave and the error that it raised, one of which is None.
    """
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not get between the replies
    _limit_memory(pickle.load(requests))
    while True:
        try:
            function, arguments, named = pickle.load(requests)
        except EOFError:
            return
        reply: tuple[object, Exception | None]
        try:
            reply = function(*arguments, **named), None
        except MachineError as error:
            reply = None, error
        except Exception as error:
            reply = None, RuntimeError(f"{type(error).__name__}: {error}")
        pickle.dump(reply, replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


def _limit_memory(limits: Limits) -> None:
    allowed = limits.memory_megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
