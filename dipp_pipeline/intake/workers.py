"""Work on many files at once, in worker processes under a time limit; one that dies takes only its file with it."""

import pickle
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import IO, ParamSpec, TypeVar, cast

from dipp_pipeline.intake.processes import own_environment, python_module
from dipp_pipeline.intake.read import read_return
from dipp_pipeline.intake.table import ReturnTables, refused
from dipp_pipeline.programme.model import Programme
from dipp_pipeline.settings import Limits
from dipp_pipeline.spreadsheets.cells import Refusal

Progress = Callable[[int, int], None]
"""Called with how many of how many files are read."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Item = TypeVar("Item")


_SPARE_ADDRESSES = {"MALLOC_ARENA_MAX": "1", "POLARS_MAX_THREADS": "1"}
"""Or the threads of polars, of which a file needs one, would take a third of the memory that a worker may address."""


class WorkerLimitError(Refusal):
    """Work on a file asked for more time or memory than it may have."""


def no_progress(done: int, of: int) -> None:
    """Show nothing."""


class Workers:
    """Worker processes for files, started when first needed and kept until they are closed."""

    def __init__(self, limits: Limits, readers: int) -> None:
        self._limits = limits
        self._workers: SimpleQueue[_Worker] = SimpleQueue()
        self._all = [_Worker(limits) for _ in range(readers)]
        for worker in self._all:
            self._workers.put(worker)

    def read(self, files: Sequence[tuple[Path, Programme]], progress: Progress = no_progress) -> Iterator[ReturnTables]:
        """What each file gave as a return of the kind that its programme is for, in the order given."""
        for done, result in enumerate(self.each(self._read, files)):
            progress(done + 1, len(files))
            yield result

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """What work that calls on these workers gives for each item, in order; as many at once as there are workers."""
        with ThreadPoolExecutor(len(self._all)) as threads:
            yield from threads.map(work, items)

    def call(
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """What a function of a module gives in a worker.

        Raises WorkerLimitError where it is ended or ends the worker, MachineError where it raises that, and
        RuntimeError where it raises anything else.
        """
        worker = self._workers.get()
        try:
            return cast(Result, worker.call(function, *arguments, **named))
        finally:
            self._workers.put(worker)

    def close(self) -> None:
        """End the workers."""
        for worker in self._all:
            worker.stop()

    def _read(self, file: tuple[Path, Programme]) -> ReturnTables:
        path, programme = file
        try:
            return self.call(read_return, path, programme, self._limits)
        except WorkerLimitError as error:
            return refused(programme, error, for_now=True)


@contextmanager
def open_workers(limits: Limits, readers: int) -> Iterator[Workers]:
    """Workers that are ended at the end."""
    workers = Workers(limits, readers)
    try:
        yield workers
    finally:
        workers.close()


class _Worker:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, function: Callable[..., object], *arguments: object, **named: object) -> object:
        process = self._sent((function, arguments, named))
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            process.kill()

        clock = threading.Timer(self._limits.seconds, end)
        clock.start()
        try:
            result, error = pickle.load(cast(IO[bytes], process.stdout))
        except (EOFError, pickle.UnpicklingError):
            self.stop()
            raise self._over_its_limit(overdue.is_set()) from None
        finally:
            clock.cancel()
            clock.join()
            if overdue.is_set():  # it may have been on time by a hair, and is dead all the same
                self.stop()
        if error:
            raise error
        return cast(object, result)

    def _over_its_limit(self, overdue: bool) -> WorkerLimitError:
        if overdue:
            return WorkerLimitError("F02", "time", limit=self._limits.seconds)
        return WorkerLimitError("F02", "far_more_memory")

    def _sent(self, request: object) -> "subprocess.Popen[bytes]":
        """A worker to which the request was sent: the one that is there, or a new one if that died while idle."""
        try:
            process = self._process or self._started()
            self._send(process, request)
        except BrokenPipeError:
            self.stop()
            process = self._started()
            self._send(process, request)
        return process

    def _started(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            python_module("dipp_pipeline.intake.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's last words may quote a cell
            env={**own_environment(), **_SPARE_ADDRESSES},
        )
        self._send(self._process, self._limits)
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
