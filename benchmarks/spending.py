"""What a process with all its children takes: wall time and memory."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spent:
    seconds: float
    peak_megabytes: float


def spend(command: list[str]) -> Spent:
    """Wall time of a process with all its children, and the most memory that its tree held at once."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0.0
    while True:
        try:
            process.wait(0.5)  # looking at a process's memory holds it up, so look seldom
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, tree_megabytes(process.pid))
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Spent(seconds, peak)


def tree_megabytes(root: int) -> float:
    """Proportional memory of a process and its descendants."""
    try:
        children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
        threads = [Path(task) / "children" for task in Path(f"/proc/{root}/task").iterdir()]
        children = {child for thread in threads for child in thread.read_text().split()}
        rollup = Path(f"/proc/{root}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    own = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0) / 1024
    return own + sum(tree_megabytes(int(child)) for child in children)
