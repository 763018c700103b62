"""A release is taken back, as the command tells it."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.dipp import dipp, refresh
from tests.homes import Home
from tests.landing.small_returns import references, send_cases

pytestmark = [pytest.mark.thorough, pytest.mark.exhaustive]


def states(home: Home) -> list[tuple[str, str, int]]:
    listed = json.loads(dipp("releases", "--json", "--home", home.path).stdout)
    return [(release["release_id"], release["state"], release["cases_inspected"]) for release in listed]


def test_a_release_is_taken_back_held_and_let_go(tmp_path: Path):
    home = Home(tmp_path / "home")
    send_cases(home, "wales/scores.csv", references("A", 8))
    first = refresh(home.path)
    assert first["held_back"] == []
    assert list(first)[-1] == "held_back"
    none_before = dipp("rollback", "--home", home.path)
    assert (none_before.returncode, "No older release of the internal edition" in none_before.stderr) == (1, True)
    send_cases(home, "london/scores.csv", references("B", 5))
    second = refresh(home.path)
    assert states(home) == [(second["release_id"], "in_force", 13), (first["release_id"], "former", 8)]

    back = dipp("rollback", "--home", home.path)

    assert (back.returncode, back.stderr) == (0, "")
    assert f"In force of the internal edition is release {first['release_id']} again" in back.stdout
    assert "rollback --undo --home" in back.stdout
    assert states(home) == [(second["release_id"], "former", 13), (first["release_id"], "pinned", 8)]
    shown = dipp("releases", "--home", home.path).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["Release", second["release_id"], first["release_id"]]

    send_cases(home, "wales/more.csv", references("C", 4))
    held = refresh(home.path)
    assert (held["changed"], held["release_id"]) == (False, first["release_id"])
    assert [(at["edition"], at["release_id"]) for at in held["held_back"]] == [("internal", first["release_id"])]
    told = dipp("refresh", "--home", home.path).stdout
    assert f"The internal edition is held at release {first['release_id']} since " in told
    assert "Nothing new" not in told

    assert dipp("rollback", "--undo", "--home", home.path).returncode == 0
    assert dipp("rollback", "--undo", "--home", home.path).returncode == 1
    third = refresh(home.path)
    assert (third["changed"], third["held_back"]) == (True, [])
    assert states(home)[0] == (third["release_id"], "in_force", 17)


@pytest.mark.parametrize("arguments", [("0123", "--undo"), ("0123", "--public"), ("0123",)])
def test_wrong_use_exits_with_2(sample_programme: Path, arguments: tuple[str, ...]):
    done = dipp("rollback", *arguments, "--home", sample_programme)

    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
