"""How much is allowed and how many are kept: one frozen Settings object, and the only reader of the environment."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from dipp_pipeline.errors import DippError, reason

MEGABYTE = 1024 * 1024

SETTINGS_FILE = "dipp.toml"

SHORTEST_KEY = 32
"""Characters of a pseudonym key: as many as the hexadecimal digits of 128 random bits."""


class SettingsError(DippError):
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
class Publisher:
    """Who publishes the findings, in words that every form of a release shows: `[publisher]` in dipp.toml."""

    name: str = "HM Inspectorate of Probation"
    contact: str = "The data team of HM Inspectorate of Probation"
    licence: str = "Open Government Licence v3.0"
    next_update: str = "When the next region has been inspected"


@dataclass(frozen=True)
class Settings:
    """What is set for a home."""

    limits: Limits = field(default_factory=Limits)
    readers: int = 2
    """How many workbooks are read at the same time."""
    releases_kept: int = 10
    """How many releases are kept, that in force and the one before it, which always are, included."""
    held_above_percent: int = 20
    """A version that would lose more of the accepted cases than this is held until someone accepts it."""
    survey_minimum: int = 10
    """Figures of fewer respondents to a staff survey than this are withheld."""
    disclosure_threshold: int = 5
    """Counts by characteristic under this are withheld, from the next milestone on."""
    milestones: tuple[int, ...] = (4, 8, 12)
    """So many regions included, at which the tables by characteristic are fixed anew."""
    wait_seconds: int = 900
    """How long a run waits for another one that has the home."""
    publisher: Publisher = field(default_factory=Publisher)
    is_sample: bool = False
    """Whether its returns are invented, which every form of a release then says."""
    pseudonym_key: bytes | None = field(default=None, repr=False)
    """In place of the key that the home makes for itself."""

    @property
    def published_by(self) -> Mapping[str, int]:
        """The settings that what is published depends on, besides what is in force."""
        return {"survey_minimum": self.survey_minimum}

    def publishing_by(self, then: Mapping[str, int]) -> "Settings":
        """These settings, but for those that what is published depends on."""
        return replace(self, survey_minimum=then["survey_minimum"])


_MOST = {
    "file_megabytes": 100_000,
    "expanded_megabytes": 1_000_000,
    "sheets": 10_000,
    "rows": 2**20,
    "columns": 2**14,
    "seconds": 86_400,
    "memory_megabytes": 1_000_000,
    "readers": 256,
    "releases_kept": 10_000,
    "held_above_percent": 100,
    "survey_minimum": 10_000,
    "disclosure_threshold": 10_000,
    "wait_seconds": 604_800,
}
"""Setting to the most that it may be: a day for a file, a week for another run, as many rows as Excel has."""

_LEAST = {"survey_minimum": 2, "disclosure_threshold": 2}
"""Setting to the least that it may be, where that is not 1: the figures of a single person are that person's."""


def home_folder(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The home that is given, else `DIPP_HOME`, else `dipp_home` in the current folder."""
    return (given or Path(environment.get("DIPP_HOME") or "dipp_home")).expanduser().absolute()


def load_settings(home: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a home: the environment (`DIPP_…`) before `dipp.toml`, both before the defaults.

    Raises SettingsError.
    """
    toml = home / SETTINGS_FILE
    written = _written(toml)
    publisher = _publisher(toml, written.pop("publisher", {}))
    is_sample = _yes_or_no("is_sample", written.pop("is_sample", False), toml)
    milestones = _milestones(written.pop("milestones", Settings.milestones), toml)
    unknown = sorted(written.keys() - _MOST.keys())
    if unknown:
        raise SettingsError(f'{toml}: there is no setting "{unknown[0]}". Take it out or mend its name.')
    numbers = {name: _whole_number(name, value, f"in {toml}") for name, value in written.items()}
    for name in _MOST:
        if (variable := f"DIPP_{name.upper()}") in environment:
            numbers[name] = _whole_number(name, environment[variable], f"from {variable}")
    limits = {setting.name: numbers.pop(setting.name) for setting in fields(Limits) if setting.name in numbers}
    key = _pseudonym_key(environment)
    return Settings(
        Limits(**limits),
        **numbers,
        milestones=milestones,
        publisher=publisher,
        is_sample=is_sample,
        pseudonym_key=key,
    )


def shipped(name: str) -> Path:
    """What travels with the package: inside it where it is installed, beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.exists() else package.parent / name


def checked_key(secret: bytes, where: str) -> bytes:
    """A key without the spaces around it. Raises SettingsError where it is too short to keep a secret."""
    if len(secret.strip()) < SHORTEST_KEY:
        raise SettingsError(f"{where} holds no key of {SHORTEST_KEY} characters or more. Give one, or restore it.")
    return secret.strip()


def _pseudonym_key(environment: Mapping[str, str]) -> bytes | None:
    given = environment.get("DIPP_PSEUDONYM_KEY")
    return None if given is None else checked_key(given.encode(), "DIPP_PSEUDONYM_KEY")


def _written(toml: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(toml.read_text("utf-8")) if toml.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{toml} is not valid TOML: {reason(error)}. Mend it or take it away.") from None


def _publisher(toml: Path, written: Any) -> Publisher:
    texts = written if isinstance(written, dict) else {"": None}
    for name, text in texts.items():
        if name not in {known.name for known in fields(Publisher)} or not isinstance(text, str) or not text.strip():
            words = ", ".join(known.name for known in fields(Publisher))
            raise SettingsError(f"{toml}: [publisher] takes a text for each of {words}, and nothing else. Mend it.")
    return Publisher(**texts)


def _milestones(value: Any, toml: Path) -> tuple[int, ...]:
    """Rising numbers of regions."""
    numbers = value if isinstance(value, list | tuple) and value else [0]
    if not all(type(number) is int and number > 0 for number in numbers) or list(numbers) != sorted(set(numbers)):
        raise SettingsError(f'The setting milestones is "{value}" (in {toml}). Give rising numbers, as [4, 8, 12].')
    return tuple(numbers)


def _yes_or_no(name: str, value: Any, toml: Path) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f'The setting {name} is "{value}" (in {toml}). Give true or false.')
    return value


def _whole_number(name: str, value: Any, where: str) -> int:
    """A whole number, as TOML or a text has it: 1.9, true and inf are none."""
    text = str(value).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    least, most = _LEAST.get(name, 1), _MOST[name]
    if not least <= number <= most:
        shown = text.lower() if isinstance(value, bool) else value
        raise SettingsError(f'The setting {name} is "{shown}" ({where}). Give a whole number from {least} to {most}.')
    return number
