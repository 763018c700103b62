"""A region's way into the public edition and out of it, as the command tells it."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.end_to_end.dipp import all_published, dipp, refresh
from tests.homes import Home
from tests.landing.small_returns import references, return_of, send, send_cases
from tests.release.editions import asked, files

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]


def test_a_region_is_approved_revised_and_revoked(tmp_path: Path):
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 8))
    send_cases(home, "london/scores.csv", references("B", 5))
    before = os.umask(0o022)
    try:
        refresh(home.path)
        approved = dipp("approve", "wales", "--by", "head of inspection", "--yes", "--home", home.path)
        released = dipp("refresh", "--home", home.path)
    finally:
        os.umask(before)

    assert (approved.returncode, approved.stderr) == (0, "")
    assert "Wales enters the public edition with 8 cases; it then has 1 region." in approved.stdout
    assert "Public edition: release " in released.stdout
    assert released.stdout.rstrip().endswith("of Wales.")
    assert stat.S_IMODE(home.public.database.stat().st_mode) == 0o444
    assert [path for path in home.restricted.rglob("*") if path.stat().st_mode & 0o077] == []

    given = return_of(references("A", 8))
    given.cases[0]["C1"] = "No"
    send(home, "wales/scores.csv", given)
    public = files(home.public.published)
    assert refresh(home.path)["changed"]
    assert files(home.public.published) == public
    counted = "where table_name = 'regional_findings' and column_name = 'counted_cases'"
    told = asked(home.database, f"select distinct old_value, new_value, reason from revisions {counted}")
    assert ("8", "7", "replaced_return") in told

    internal = all_published(home.path)
    asks = dipp("approve", "wales", "--by", "head of inspection", "--home", home.path)
    assert (asks.returncode, "Approve it?" in asks.stderr) == (1, True)
    assert "counted_cases: 8 -> 7 (replaced_return)" in asks.stdout
    dipp("approve", "wales", "--by", "head of inspection", "--yes", "--home", home.path)
    refresh(home.path)
    assert asked(home.public.database, f"select distinct old_value, new_value, reason from revisions {counted}") == told
    assert all_published(home.path) == internal

    assert dipp("approve", "wales", "--by", "head", "--revoke", "--home", home.path).returncode == 0
    refresh(home.path)
    assert home.public.is_away
    listed = json.loads(dipp("approve", "--list", "--json", "--home", home.path).stdout)
    assert [entry["state"] for entry in listed] == ["over", "over", "revocation"]
    assert not refresh(home.path)["changed"]
