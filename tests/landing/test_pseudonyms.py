"""What stands for a case from landing onward, and under which key."""

import hmac
import stat
from pathlib import Path

import polars as pl
import pytest

from dipp_pipeline.landing.pseudonyms import Key, kept_key
from dipp_pipeline.settings import SettingsError, load_settings
from tests.homes import Home

pytestmark = pytest.mark.thorough

LONG_ENOUGH = b"thirty-two characters or more of it"


def pseudonyms(home: Home) -> list[str]:
    """Every pseudonym that is landed, of whatever definitions."""
    files = sorted(home.landing.glob("*/*/*/*/cases.parquet"))
    return sorted({pseudonym for file in files for pseudonym in pl.read_parquet(file)["case_pseudonym"]})


def test_a_pseudonym_is_the_keyed_hash_of_the_reference():
    assert Key(b"key").pseudonym("X000001") == hmac.digest(b"key", b"X000001", "sha256").hex()[:32]


def test_a_key_does_not_show_itself():
    assert "secret words" not in repr(Key(b"secret words"))
    assert "secret words" not in repr(load_settings(Path(), {"DIPP_PSEUDONYM_KEY": "secret words " * 4}))


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    file = tmp_path / "keys" / "pseudonym.key"

    first, second = kept_key(file), kept_key(file)

    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["pseudonym.key"]


def test_every_home_makes_a_key_of_its_own(tmp_path: Path):
    assert kept_key(tmp_path / "one.key") != kept_key(tmp_path / "other.key")


@pytest.mark.parametrize("content", [b"", b"short", b" " * 100])
def test_a_damaged_key_is_not_used(tmp_path: Path, content: bytes):
    (tmp_path / "damaged.key").write_bytes(content)

    with pytest.raises(SettingsError, match="damaged"):
        kept_key(tmp_path / "damaged.key")


def test_a_key_from_the_environment_must_be_long_enough(tmp_path: Path):
    with pytest.raises(SettingsError, match="DIPP_PSEUDONYM_KEY"):
        load_settings(tmp_path, {"DIPP_PSEUDONYM_KEY": "short"})

    assert load_settings(tmp_path, {"DIPP_PSEUDONYM_KEY": LONG_ENOUGH.decode()}).pseudonym_key == LONG_ENOUGH


def test_a_replaced_key_reads_everything_again_and_leaves_no_former_pseudonym(second_step: Home, tmp_path: Path):
    home = second_step.copy(tmp_path / "home").with_key(LONG_ENOUGH)
    before = pseudonyms(second_step)

    read = home.ingest()

    assert sorted(read) == sorted(known.path for known in second_step.again().history().returns)
    assert len(pseudonyms(home)) == len(before)
    assert set(pseudonyms(home)).isdisjoint(before)


def test_versions_agree_on_their_pseudonyms_under_a_replaced_key(second_step: Home, tmp_path: Path):
    home = second_step.copy(tmp_path / "home").with_key(LONG_ENOUGH)
    home.ingest()

    first, second = home.of_path("part 1.xlsx").versions

    kept = [
        set(pl.read_parquet(version.reading.folder / "cases.parquet")["case_pseudonym"]) for version in (first, second)
    ]
    assert kept[0] & kept[1]


def test_a_replaced_key_does_not_change_what_is_published(second_step: Home, tmp_path: Path):
    home = second_step.copy(tmp_path / "home")
    other = second_step.copy(tmp_path / "other").with_key(LONG_ENOUGH)
    other.ingest()

    assert other.build().rows == home.build().rows
