"""Where things are and how much is allowed: one frozen Settings object, and the only reader of the environment."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024

SHORTEST_KEY = 32
"""Characters of a pseudonym key: as many as the hexadecimal digits of 128 random bits."""

_NUMBERS = ("readers", "releases_kept", "held_above_percent")


class SettingsError(Exception):
    """A setting is unknown or not what it must be; the message says which and where it stands."""


@dataclass(frozen=True)
class Limits:
    """How much of a file is read before it counts as unsafe (F02). Each is a setting of the same name."""

    file_megabytes: int = 50
    expanded_megabytes: int = 1024
    sheets: int = 100
    rows: int = 200_000
    columns: int = 500
    seconds: int = 60
    memory_megabytes: int = 2048


@dataclass(frozen=True)
class Settings:
    """The home folder and what is set for it."""

    home: Path
    limits: Limits = field(default_factory=Limits)
    readers: int = 2
    """How many workbooks are read at the same time."""
    releases_kept: int = 5
    """How many former releases are kept for rollback."""
    held_above_percent: int = 20
    """A version that would lose more of the accepted cases than this is held until someone accepts it."""
    pseudonym_key: bytes | None = field(default=None, repr=False)
    """In place of the key that the home makes for itself."""

    @property
    def incoming(self) -> Path:
        return self.home / "incoming"

    @property
    def restricted(self) -> Path:
        return self.home / "restricted"

    @property
    def originals(self) -> Path:
        return self.restricted / "originals"

    @property
    def corrections(self) -> Path:
        return self.originals / "corrections.csv"

    @property
    def erasures(self) -> Path:
        return self.restricted / "erasures.json"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def feedback(self) -> Path:
        return self.restricted / "feedback"

    @property
    def landing(self) -> Path:
        return self.restricted / "landing"

    @property
    def warehouse(self) -> Path:
        return self.restricted / "warehouse.duckdb"

    @property
    def former_releases(self) -> Path:
        return self.restricted / "releases"

    @property
    def database(self) -> Path:
        return self.home / "published" / "dipp_findings.duckdb"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"


def load_settings(home: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a home: the environment (`DIPP_…`) before `dipp.toml`, both before the defaults.

    The home is the one given, else `DIPP_HOME`, else `dipp_home` in the current folder. Raises SettingsError.
    """
    home = (home or Path(environment.get("DIPP_HOME") or "dipp_home")).expanduser().absolute()
    written = _written(home / "dipp.toml", environment)
    limits = {setting.name: written.pop(setting.name) for setting in fields(Limits) if setting.name in written}
    others = {name: written.pop(name) for name in _NUMBERS if name in written}
    if written:
        raise SettingsError(
            f'{home / "dipp.toml"}: there is no setting "{min(written)}". Take it out or mend its name.'
        )
    return Settings(home, Limits(**limits), **others, pseudonym_key=_pseudonym_key(environment))


def dbt_like_sql() -> Path:
    """The folder of seeds and SQL."""
    return _shipped("dbt_like_sql")


def dagster_yaml() -> Path:
    """The configuration of the Dagster instance."""
    return _shipped("dagster.yaml")


def seeds() -> Path:
    """The folder of the reference data."""
    return dbt_like_sql() / "seeds"


def _shipped(name: str) -> Path:
    """What travels with the package: inside it where it is installed, beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.exists() else package.parent / name


def _pseudonym_key(environment: Mapping[str, str]) -> bytes | None:
    given = environment.get("DIPP_PSEUDONYM_KEY")
    return None if given is None else checked_key(given.encode(), "DIPP_PSEUDONYM_KEY")


def _written(toml: Path, environment: Mapping[str, str]) -> dict[str, int]:
    try:
        written: dict[str, Any] = tomllib.loads(toml.read_text("utf-8")) if toml.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{toml} is not valid TOML: {error}. Mend it or take it away.") from None
    known = {setting.name for setting in fields(Limits)} | set(_NUMBERS)
    written |= {name: environment[f"DIPP_{name.upper()}"] for name in known if f"DIPP_{name.upper()}" in environment}
    return {name: _whole_number(name, value) for name, value in written.items()}


def _whole_number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise SettingsError(f'The setting {name} is "{value}". Give a whole number of 1 or more.')
    return number


def checked_key(secret: bytes, where: str) -> bytes:
    """A key without the spaces around it. Raises SettingsError where it is too short to keep a secret."""
    if len(secret.strip()) < SHORTEST_KEY:
        raise SettingsError(f"{where} holds no key of {SHORTEST_KEY} characters or more. Give one, or restore it.")
    return secret.strip()
