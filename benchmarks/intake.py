"""Time the whole intake against bare python-calamine on the same files, in turn in one run, as whole processes.

usage: intake.py [FACTOR]     the default is 100

The intake is all that happens from the drop folder to the landed Parquet: hashing and keeping the originals, reading
under guard in child processes, addresses and spelling, validation, pseudonyms, landing.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from plain_returns import make_returns
from spending import spend

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import shipped

HERE = Path(__file__).parent
TIMES = 3


def main() -> None:
    programme = load_programme(shipped("dbt_like_sql") / "seeds")
    factor = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    folder = Path(tempfile.mkdtemp(prefix="dipp-benchmark-"))
    try:
        home = folder / "home"
        cases = make_returns(home / "incoming", factor)
        cells = cases * len(programme.column_names)
        bare = [sys.executable, str(HERE / "bare_calamine.py"), str(home / "incoming")]
        intake = [sys.executable, str(HERE / "ingest.py"), str(home)]
        print(f"{cases:,} cases, {cells:,} cells\n")
        print("| bare calamine | intake | ratio | cells a second | peaks |")
        print("|---" * 5 + "|")
        for _ in range(TIMES):
            shutil.rmtree(home / "restricted", ignore_errors=True)
            alone, whole = spend(bare), spend(intake)
            print(
                f"| {alone.seconds:.1f} s | {whole.seconds:.1f} s | {whole.seconds / alone.seconds:.2f} | "
                f"{cells / alone.seconds:,.0f} and {cells / whole.seconds:,.0f} | "
                f"{alone.peak_megabytes:,.0f} and {whole.peak_megabytes:,.0f} MB |",
                flush=True,
            )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
