"""Read many files at once, in worker processes under a time limit; one that dies takes only its file with it."""

import pickle
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import IO, cast

from dipp_pipeline.intake.case_table import ReadReturn, refused
from dipp_pipeline.processes import own_environment, python_module
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits

Progress = Callable[[int, int], None]
"""Called with how many of how many files are read."""


def no_progress(done: int, of: int) -> None:
    """Show nothing."""


class ReaderPool:
    """Worker processes for reading files, started when first needed and kept until the pool is closed."""

    def __init__(self, programme: Programme, limits: Limits, readers: int) -> None:
        self._programme = programme
        self._limits = limits
        self._workers: SimpleQueue[_Worker] = SimpleQueue()
        self._all = [_Worker(programme, limits) for _ in range(readers)]
        for worker in self._all:
            self._workers.put(worker)

    def read(self, paths: Sequence[Path], progress: Progress = no_progress) -> Iterator[ReadReturn]:
        """What each file gave, in the order given."""
        with ThreadPoolExecutor(len(self._all)) as threads:
            for done, result in enumerate(threads.map(self._read, paths)):
                progress(done + 1, len(paths))
                yield result

    def close(self) -> None:
        """End the workers."""
        for worker in self._all:
            worker.stop()

    def _read(self, path: Path) -> ReadReturn:
        worker = self._workers.get()
        try:
            return worker.read(path)
        except TimeoutError:
            message = f"Reading the file took more than {self._limits.seconds} seconds. Send the case scores only."
            return refused(self._programme, "F02", message)
        except EOFError:
            message = "Reading the file asks for far more memory than a return needs. Copy the cases to a new workbook."
            return refused(self._programme, "F02", message)
        finally:
            self._workers.put(worker)


@contextmanager
def reader_pool(programme: Programme, limits: Limits, readers: int) -> Iterator[ReaderPool]:
    """A pool that is closed at the end."""
    pool = ReaderPool(programme, limits, readers)
    try:
        yield pool
    finally:
        pool.close()


class _Worker:
    def __init__(self, programme: Programme, limits: Limits) -> None:
        self._greeting = (programme, limits)
        self._seconds = limits.seconds
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> ReadReturn:
        """Raises TimeoutError where it takes too long, EOFError where the worker dies of it."""
        process = self._sent(path)
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            process.kill()

        clock = threading.Timer(self._seconds, end)
        clock.start()
        try:
            return cast(ReadReturn, pickle.load(cast(IO[bytes], process.stdout)))
        except (EOFError, pickle.UnpicklingError):
            self.stop()
            raise TimeoutError if overdue.is_set() else EOFError from None
        finally:
            clock.cancel()
            clock.join()
            if overdue.is_set():  # it may have been on time by a hair, and is dead all the same
                self.stop()

    def _sent(self, path: Path) -> "subprocess.Popen[bytes]":
        """A worker to which the path was sent: the one that is there, or a new one if that died while idle."""
        try:
            process = self._process or self._started()
            self._send(process, path)
        except BrokenPipeError:
            self.stop()
            process = self._started()
            self._send(process, path)
        return process

    def _started(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            python_module("dipp_pipeline.intake.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's last words may quote a cell
            env=own_environment(),
        )
        self._send(self._process, self._greeting)
        return self._process

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @staticmethod
    def _send(process: subprocess.Popen[bytes], message: object) -> None:
        stdin = cast(IO[bytes], process.stdin)
        pickle.dump(message, stdin)
        stdin.flush()
