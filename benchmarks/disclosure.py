"""Time a refresh that fixes a milestone beside one of the same returns that fixes none, in turn in one run.

usage: disclosure.py
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import duckdb
from plain_returns import CASES_OF_A_REGION, write_return
from spending import spend

from dipp_pipeline.programme.seeds import load_programme
from dipp_pipeline.settings import Settings, shipped

DIPP = [str(Path(sys.executable).parent / "dipp"), "refresh", "--home"]
NEVER = 13
Chosen = TypeVar("Chosen")
CELLS = """
select count(*) filter (cell is null), count(*) from (
    select unnest([cases_inspected, relevant_cases, counted_cases]) as cell from characteristic_findings
    union all select cases from sample_profile
    union all select cases_accepted from sample_coverage
)
"""


class Uneven(random.Random):
    """Chooses what stands first most often, so that some categories are rare."""

    def choice(self, choices: Sequence[Chosen]) -> Chosen:
        return choices[min(int(self.expovariate(0.9)), len(choices) - 1)]


def new_home(folder: Path, milestones: list[int]) -> Path:
    folder.mkdir()
    (folder / "dipp.toml").write_text(f"milestones = {milestones}\n")
    return folder


def withheld(home: Path) -> float:
    """Of the cells of the three tables that are counts, in per cent."""
    with duckdb.connect(str(home / "published" / "dipp_findings.duckdb"), read_only=True) as connection:
        (found,) = connection.execute(CELLS).fetchall()
    return 100 * found[0] / found[1]


def measure(with_milestones: Path, without: Path) -> None:
    programme = load_programme(shipped("dbt_like_sql") / "seeds")
    for place, region in enumerate(programme.regions):
        for home in (with_milestones, without):
            file = home / "incoming" / region.slug / "case scores.xlsx"
            write_return(file, programme, region.code, place * CASES_OF_A_REGION, CASES_OF_A_REGION, 1, Uneven)
        if place + 1 in Settings.milestones:
            plain, fixing = (spend([*DIPP, str(home)]).seconds for home in (without, with_milestones))
            print(
                f"| {place + 1} | {plain:.1f} s | {fixing:.1f} s | {fixing / plain:.1f} | {fixing - plain:.1f} s | "
                f"{withheld(with_milestones):.0f} % |",
                flush=True,
            )


def main() -> None:
    print("| regions | none fixed | milestone fixed | ratio | difference | cells withheld |")
    print("|---" * 6 + "|")
    folder = Path(tempfile.mkdtemp(prefix="dipp-benchmark-"))
    try:
        measure(new_home(folder / "with", list(Settings.milestones)), new_home(folder / "without", [NEVER]))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
