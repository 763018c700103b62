"""What reading versions gave, taken away where it does not hold any more."""

from pathlib import Path

from dipp_pipeline import atomic
from dipp_pipeline.landing.history import Return, Version


def clear_former_readings(return_: Return, definitions: str) -> None:
    """Remove what reading gave under definitions that are no longer in force, another key's pseudonyms among it."""
    for folder in readings_of(return_):
        if folder.name != definitions:
            atomic.remove(folder)


def forget_readings(return_: Return) -> None:
    """Remove all that reading the return ever gave, so that each version is read again."""
    for folder in readings_of(return_):
        atomic.remove(folder)


def forget_reading(version: Version) -> None:
    """Remove what reading a version gave, so that it is read again."""
    if version.reading:
        atomic.remove(version.reading.folder)


def readings_of(return_: Return) -> list[Path]:
    """The folders of what reading its versions gave, under whatever definitions."""
    return [folder for version in return_.versions for folder in version.folder.iterdir() if folder.is_dir()]
