"""Time `dipp refresh` against the pandas script on the same files, in turn in one run, as whole processes.

usage: refresh.py [FACTOR …]     the default is 1 10 100
"""

import csv
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from plain_returns import CASES_OF_A_REGION, make_returns, write_return
from spending import spend

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import shipped

HERE = Path(__file__).parent
DIPP = [str(Path(sys.executable).parent / "dipp"), "refresh", "--home"]


def check_same_counts(home: Path, out: Path) -> None:
    """The script's counts are the published ones."""
    with out.open() as file:
        script = {
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
    if script != published:
        raise SystemExit("The pandas script and the pipeline count differently.")


def measure(factor: int, folder: Path) -> None:
    home, out = folder / "home", folder / "counts.csv"
    cases = make_returns(home / "incoming", factor)
    script = spend([sys.executable, str(HERE / "pandas_script.py"), str(home / "incoming"), str(out)])
    first = spend([*DIPP, str(home)])
    check_same_counts(home, out)
    again = spend([*DIPP, str(home)])
    region = load_programme(shipped("dbt_like_sql") / "seeds").regions[0]
    write_return(
        home / "incoming" / region.slug / "case scores.xlsx",
        load_programme(shipped("dbt_like_sql") / "seeds"),
        region.code,
        0,
        factor * CASES_OF_A_REGION,
        -factor,
    )
    changed = spend([*DIPP, str(home)])
    print(
        f"| x{factor} | {cases:,} | {script.seconds:.1f} s | {first.seconds:.1f} s | "
        f"{first.seconds / script.seconds:.2f} | {first.seconds - script.seconds:+.1f} s | {again.seconds:.1f} s | "
        f"{again.seconds / first.seconds:.2f} | {changed.seconds:.1f} s | "
        f"{script.peak_megabytes:,.0f} and {first.peak_megabytes:,.0f} MB |",
        flush=True,
    )


def main() -> None:
    print("| size | cases | script | refresh | ratio | difference | again | of first | one region | peaks |")
    print("|---" * 10 + "|")
    for factor in map(int, sys.argv[1:] or ["1", "10", "100"]):
        folder = Path(tempfile.mkdtemp(prefix="dipp-benchmark-"))
        try:
            measure(factor, folder)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
