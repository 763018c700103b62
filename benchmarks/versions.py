"""Time `dipp refresh` of this version against that of another checkout, on the same files, in turn in one run.

usage: versions.py DIPP [FACTOR …]     the command of the other checkout's environment; the default is 1 10 100

Each turn times a first refresh into an empty home, one with nothing new, and one with one region changed.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from plain_returns import CASES_OF_A_REGION, make_returns, write_return
from spending import spend

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import shipped

THIS = str(Path(sys.executable).parent / "dipp")
TURNS = {1: 5, 10: 3}


def measure(dipp: str, factor: int, returns: Path, folder: Path) -> tuple[float, float, float]:
    """Seconds of the three refreshes."""
    home = folder / "home"
    shutil.copytree(returns, home / "incoming")
    refresh = [dipp, "refresh", "--home", str(home)]
    try:
        first, again = spend(refresh), spend(refresh)
        programme = load_programme(shipped("dbt_like_sql") / "seeds")
        region = programme.regions[0]
        changed = home / "incoming" / region.slug / "case scores.xlsx"
        write_return(changed, programme, region.code, 0, factor * CASES_OF_A_REGION, -factor)
        return first.seconds, again.seconds, spend(refresh).seconds
    finally:
        shutil.rmtree(home)


def main() -> None:
    other, *factors = sys.argv[1:]
    print("| size | | first | nothing new | one region |")
    print("|---" * 5 + "|")
    for factor in map(int, factors or ["1", "10", "100"]):
        folder = Path(tempfile.mkdtemp(prefix="dipp-benchmark-"))
        try:
            make_returns(folder / "returns", factor)
            turns = [
                [measure(dipp, factor, folder / "returns", folder) for dipp in (other, THIS)]
                for _ in range(TURNS.get(factor, 1))
            ]
        finally:
            shutil.rmtree(folder)
        for name, place in (("other", 0), ("this", 1)):
            seconds = [median(turn[place][kind] for turn in turns) for kind in range(3)]
            print(f"| x{factor} | {name} | {' | '.join(f'{one:.1f} s' for one in seconds)} |")
        ratios = [median(turn[1][kind] / turn[0][kind] for turn in turns) for kind in range(3)]
        print(f"| x{factor} | ratio | {' | '.join(f'{one:.2f}' for one in ratios)} |", flush=True)


if __name__ == "__main__":
    main()
