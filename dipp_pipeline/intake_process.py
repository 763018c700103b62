"""Take returns in, in a process of its own: it can start while Dagster does, and its memory goes with it.

Run as a module, with the home and the regions' slugs as arguments, it prints the identities of the returns it read.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from dipp_pipeline.intake.processes import own_environment, python_module
from dipp_pipeline.intake.workers import Progress, no_progress
from dipp_pipeline.programme.case_reference import without_case_references
from dipp_pipeline.settings import Settings, load_settings


class IntakeError(Exception):
    """Taking in ended before its time; the message says why."""


class IntakeProcess:
    """A started intake of some regions."""

    def __init__(self, settings: Settings, region_slugs: Collection[str], debug: bool = False) -> None:
        arguments = [str(settings.home), *sorted(region_slugs), *(["--debug"] if debug else [])]
        command = [*python_module("dipp_pipeline.intake_process"), *arguments]
        self._process = subprocess.Popen(
            command, env=own_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )

    def result(self) -> list[str]:
        """Wait for its end: the identities of the returns that it read. Raises IntakeError."""
        printed, _ = self._process.communicate()
        if self._process.returncode:
            raise IntakeError(printed.strip() or f"Taking in returns ended with code {self._process.returncode}.")
        return list(json.loads(printed))


def main(home: str, *arguments: str) -> None:
    """Take in, show progress on a terminal, and print what was read, or why it failed."""
    from dipp_pipeline.house import open_house
    from dipp_pipeline.taking_in import take_in

    try:
        with _reading_progress() as progress:
            regions = [argument for argument in arguments if argument != "--debug"]
            read = take_in(open_house(load_settings(Path(home))), regions, progress)
    except Exception as error:
        print(f"Taking in returns failed: {without_case_references(str(error)) or type(error).__name__}.")
        if "--debug" in arguments:
            raise
        sys.exit(1)
    print(json.dumps(read))


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
    main(*sys.argv[1:])
