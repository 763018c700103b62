"""The steps of the programme over real refreshes: when a region joined is not rewritten by what comes later."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from tests.homes import Home
from tests.landing.small_returns import references, send_cases

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_what_replaces_or_purges_a_first_version_leaves_the_order_of_the_regions_as_it_was(tmp_path: Path) -> None:
    home = Home(tmp_path)
    refreshes = [
        {"wales/scores.csv": references("A", 5)},
        {"london/scores.csv": references("C", 5), "east-midlands/scores.csv": references("B", 5)},
        {"wales/scores.csv": references("A", 6)},
    ]
    for day, arrivals in enumerate(refreshes):
        for path, cases in arrivals.items():
            send_cases(home, path, cases)
        home.at(NOON + timedelta(days=day)).ingest()
    home.build()
    before = steps(home)

    purged = home.purge(before=date(2026, 3, 3))
    home.build()

    assert purged.versions == 1
    assert before == steps(home) == [(1, "N03", 6), (2, "N53", 11), (3, "N07", 16)]


def steps(home: Home) -> list[tuple[int, str, int]]:
    """Step, region and relevant cases of the first measure."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            "select step, region_code, relevant_cases from findings_over_time"
            " where measure_code = 'assessment_sufficient' order by step"
        ).fetchall()
