"""Time `dipp refresh` beside the pandas script and the floor, in turn in one run on the same files, as processes.

usage: refresh.py [FACTOR …]     the default is 1 10 100; at 1000 the script, which takes minutes, is left out
"""

import csv
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from plain_returns import CASES_OF_A_REGION, make_returns, write_return
from spending import Spent, spend

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import shipped

HERE = Path(__file__).parent
DIPP = [str(Path(sys.executable).parent / "dipp"), "refresh", "--home"]


def check_same_counts(home: Path, out: Path) -> None:
    """The counts are the published ones."""
    with out.open() as file:
        counts = {
            (row["region_code"], row["code"]): (row["relevant_cases"], row["counted_cases"])
            for row in csv.DictReader(file)
        }
    published = {}
    with duckdb.connect(str(home / "published" / "dipp_findings.duckdb"), read_only=True) as connection:
        for table, region in (("regional", "region_code"), ("national", "''")):
            for name, code in (("findings", "measure_code"), ("question_findings", "question_code")):
                rows = connection.execute(
                    f"select {region}, {code}, relevant_cases, counted_cases from {table}_{name}"
                ).fetchall()
                published |= {(row[0], row[1]): (str(row[2]), str(row[3])) for row in rows}
    if counts != published:
        raise SystemExit("The pipeline counts differently.")


def counted(program: str, home: Path, out: Path) -> Spent:
    """What a program of this folder takes to count the same returns."""
    return spend([sys.executable, str(HERE / program), str(home / "incoming"), str(out)])


def measure(factor: int, folder: Path) -> None:
    home, out = folder / "home", folder / "counts.csv"
    cases = make_returns(home / "incoming", factor)
    script = counted("pandas_script.py", home, out) if factor < 1000 else None
    floor = counted("floor.py", home, out)
    first = spend([*DIPP, str(home)])
    check_same_counts(home, out)
    again = spend([*DIPP, str(home)])
    programme = load_programme(shipped("dbt_like_sql") / "seeds")
    region = programme.regions[0]
    changed = home / "incoming" / region.slug / "case scores.xlsx"
    write_return(changed, programme, region.code, 0, factor * CASES_OF_A_REGION, -factor)
    one = spend([*DIPP, str(home)])
    against = f"{script.seconds:.1f} s | {first.seconds / script.seconds:.2f}" if script else "| "
    print(
        f"| x{factor} | {cases:,} | {first.seconds:.1f} s | {against} | {floor.seconds:.1f} s | "
        f"{first.seconds / floor.seconds:.1f} | {one.seconds:.1f} s | {one.seconds / first.seconds:.2f} | "
        f"{again.seconds:.1f} s | {first.peak_megabytes:,.0f} MB |",
        flush=True,
    )


def main() -> None:
    print("| size | cases | refresh | script | ratio | floor | ratio | one region | of first | nothing new | peak |")
    print("|---" * 11 + "|")
    for factor in map(int, sys.argv[1:] or ["1", "10", "100"]):
        folder = Path(tempfile.mkdtemp(prefix="dipp-benchmark-"))
        try:
            measure(factor, folder)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
