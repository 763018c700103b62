"""The whole ingest of a home, and nothing else: what intake.py times.

usage: ingest.py HOME
"""

import sys
from pathlib import Path

from dipp_pipeline.home import open_home
from dipp_pipeline.pipeline import ingest


def main() -> None:
    home = open_home(Path(sys.argv[1]))
    with home.locked("a benchmark", print):
        ingest(home, home.programme.region_by_slug)


if __name__ == "__main__":
    main()
