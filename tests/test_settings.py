"""Which settings are taken, from where, and what is said of those that are not."""

import re
from pathlib import Path

import pytest

from dipp_pipeline.settings import Limits, Publisher, SettingsError, home_folder, load_settings

DECADES = 99999999999


def settings_of(home: Path, toml: str = "", **environment: str):
    (home / "dipp.toml").write_text(toml)
    return load_settings(home, environment)


def test_what_is_not_set_has_its_default(tmp_path: Path):
    settings = load_settings(tmp_path, {})

    assert (settings.readers, settings.releases_kept, settings.held_above_percent) == (2, 10, 20)
    assert settings.limits == Limits()


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path):
    settings = settings_of(tmp_path, "readers = 3\nseconds = 5\n", DIPP_READERS="4")

    assert (settings.readers, settings.limits.seconds, settings.limits.sheets) == (4, 5, 100)


@pytest.mark.parametrize("written", ["2", "+2", '"2"', '" 2 "', "0x2"])
def test_a_whole_number_is_taken_however_it_is_written(tmp_path: Path, written: str):
    assert settings_of(tmp_path, f"readers = {written}\n").readers == 2


@pytest.mark.parametrize("given", ["2", " 2 ", "2\n", "002"])
def test_spaces_around_a_number_of_the_environment_do_no_harm(tmp_path: Path, given: str):
    assert load_settings(tmp_path, {"DIPP_READERS": given}).readers == 2


@pytest.mark.parametrize(
    ("name", "written", "shown", "most"),
    [
        ("readers", "1.9", "1.9", 256),
        ("readers", "2.0", "2.0", 256),
        ("readers", "true", "true", 256),
        ("readers", "inf", "inf", 256),
        ("readers", "nan", "nan", 256),
        ("readers", "-1", "-1", 256),
        ("readers", "0", "0", 256),
        ("readers", "257", "257", 256),
        ("readers", "'many'", "many", 256),
        ("readers", "'²'", "²", 256),
        ("readers", "'٣'", "٣", 256),
        ("readers", "''", "", 256),
        ("readers", "[2]", "[2]", 256),
        ("held_above_percent", "500", "500", 100),
        ("held_above_percent", "0", "0", 100),
        ("seconds", f"{DECADES}", f"{DECADES}", 86400),
        ("memory_megabytes", f"{DECADES}", f"{DECADES}", 1000000),
        ("file_megabytes", "0.5", "0.5", 100000),
        ("wait_seconds", "1e3", "1000.0", 604800),
    ],
)
def test_what_is_no_whole_number_in_range_is_a_sentence(tmp_path: Path, name: str, written: str, shown: str, most: int):
    with pytest.raises(SettingsError) as raised:
        settings_of(tmp_path, f"{name} = {written}\n")

    assert str(raised.value) == (
        f'The setting {name} is "{shown}" (in {tmp_path / "dipp.toml"}). Give a whole number from 1 to {most}.'
    )


@pytest.mark.parametrize("given", ["1.9", "", " ", "1 2", "1_0", "two", "-1", "1e3"])
def test_what_is_no_whole_number_in_the_environment_is_a_sentence(tmp_path: Path, given: str):
    with pytest.raises(SettingsError) as raised:
        load_settings(tmp_path, {"DIPP_READERS": given})

    assert str(raised.value) == (
        f'The setting readers is "{given}" (from DIPP_READERS). Give a whole number from 1 to 256.'
    )


@pytest.mark.parametrize(
    ("toml", "name"), [("reader = 2", "reader"), ("[limits]\nseconds = 5", "limits"), ("Readers = 2", "Readers")]
)
def test_an_unknown_setting_is_a_sentence(tmp_path: Path, toml: str, name: str):
    with pytest.raises(SettingsError, match=rf'dipp\.toml: there is no setting "{name}"\. Take it out or mend'):
        settings_of(tmp_path, toml)


@pytest.mark.parametrize("content", [b"readers = ", b"\xff\xfe", b"readers: 2"])
def test_a_file_that_is_not_toml_is_a_sentence(tmp_path: Path, content: bytes):
    (tmp_path / "dipp.toml").write_bytes(content)

    with pytest.raises(SettingsError, match=r"dipp\.toml is not valid TOML: .* Mend it or take it away\."):
        load_settings(tmp_path, {})


def test_the_home_is_the_given_one_else_that_of_the_environment_else_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)

    assert home_folder(Path("a"), {"DIPP_HOME": "b"}) == tmp_path / "a"
    assert home_folder(None, {"DIPP_HOME": "b"}) == tmp_path / "b"
    assert home_folder(None, {"DIPP_HOME": ""}) == tmp_path / "dipp_home"
    assert home_folder(Path("~/home"), {}) == Path.home() / "home"


def test_who_publishes_is_taken_from_the_file(tmp_path: Path):
    settings = settings_of(tmp_path, 'is_sample = true\n[publisher]\nname = "An inspectorate"\n')

    assert (settings.is_sample, settings.publisher) == (True, Publisher(name="An inspectorate"))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[publisher]\nnam = "An inspectorate"\n', "[publisher] takes a text"),
        ("[publisher]\nname = 1\n", "[publisher] takes a text"),
        ('[publisher]\nname = " "\n', "[publisher] takes a text"),
        ('publisher = "An inspectorate"\n', "[publisher] takes a text"),
        ("is_sample = 1\n", 'The setting is_sample is "1"'),
    ],
)
def test_a_publisher_that_cannot_be_shown_is_refused(tmp_path: Path, toml: str, said: str):
    with pytest.raises(SettingsError, match=re.escape(said)):
        settings_of(tmp_path, toml)
