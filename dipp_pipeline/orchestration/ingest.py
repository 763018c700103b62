"""The ingest of a refresh, in a process of its own: it can start while Dagster is imported; its memory goes with it.

The process shares the lock of whoever started it, so that the home stays locked until both have ended. It ends with
whoever started it, however that ends: a line from it, its standard input, is closed then.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from dipp_pipeline.errors import DippError, machine_faults_told
from dipp_pipeline.home import Home, Lock
from dipp_pipeline.intake.processes import own_environment, python_module
from dipp_pipeline.intake.workers import Progress, no_progress
from dipp_pipeline.landing.history import Submission


class Refresh:
    """A refresh at work on its home, which it has to itself."""

    def __init__(self, home: Home, lock: Lock) -> None:
        self.home = home
        self.returns_read: int | None = None
        """How many case scoring returns its ingest had to read; None where that has not ended well."""
        self._lock = lock
        self._started: tuple[frozenset[str], _IngestProcess] | None = None

    def start_ingest(self, region_slugs: Collection[str]) -> None:
        """Start the ingest of these regions, for `ingest` to wait for."""
        self._started = frozenset(region_slugs), _IngestProcess(self.home, region_slugs, self._lock)

    def ingest(self, region_slugs: Collection[str]) -> list[Submission]:
        """What the ingest of these regions read, be it started already or now. Raises whatever it raised."""
        if self._started is None or self._started[0] != frozenset(region_slugs):
            self.stop()
            self.start_ingest(region_slugs)
        assert self._started
        _, process = self._started
        self._started = None
        read = process.result()
        self.returns_read = len({entry.return_.return_id for entry in read if self.home.is_counted(entry.return_)})
        return read

    def stop(self) -> None:
        """End an ingest that nobody waits for any more."""
        if self._started:
            self._started[1].kill()
            self._started = None


class _IngestProcess:
    """Its request is pickled on standard input; its answer, what it read or what it raised, on a pipe of its own."""

    def __init__(self, home: Home, region_slugs: Collection[str], lock: Lock) -> None:
        self._answer, answer = os.pipe()
        self._process = subprocess.Popen(
            [*python_module(__name__), str(answer)],
            stdin=subprocess.PIPE,
            env=own_environment(),
            pass_fds=(answer, lock.fileno()),
            process_group=0,  # so that Ctrl-C in a terminal ends it by way of us
        )
        os.close(answer)
        assert self._process.stdin
        pickle.dump((home, sorted(region_slugs)), self._process.stdin)
        self._process.stdin.flush()

    def result(self) -> list[Submission]:
        try:
            with os.fdopen(self._answer, "rb") as answer:
                submissions, error = pickle.load(answer)
        except EOFError:
            raise DippError(
                f"Reading returns ended with code {self._process.wait()} before its time. Run the refresh again."
            ) from None
        except BaseException:
            self.kill()
            raise
        self._process.wait()
        if error:
            raise error
        return list(submissions)

    def kill(self) -> None:
        """End it with the workers that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def main(answer: int) -> None:
    """Ingest, show progress on a terminal, and answer."""
    from dipp_pipeline.pipeline import ingest

    try:
        home, region_slugs = pickle.load(sys.stdin.buffer)
    except (EOFError, pickle.UnpicklingError):
        os._exit(1)  # whoever started it ended before the request was written, and says why
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    given: tuple[list[Submission], Exception | None]
    try:
        with _reading_progress() as progress, machine_faults_told():
            given = ingest(home, region_slugs, progress), None
    except DippError as error:
        given = [], error
    except Exception as error:  # not every exception can be pickled
        given = [], RuntimeError(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
    with os.fdopen(answer, "wb") as pipe:
        pickle.dump(given, pipe)
    os._exit(0)  # all is written, and a thread still waits on the line


def _end_with_the_starter() -> None:
    """End this process, and the workers that it started, when the line from its starter is closed."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


@contextmanager
def _reading_progress() -> Iterator[Progress]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading returns", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


if __name__ == "__main__":
    main(int(sys.argv[1]))
