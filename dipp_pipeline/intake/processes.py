"""How a module of ours runs in a process of its own: with this one's libraries and nothing of the current folder."""

import os
import sys
from collections.abc import Mapping


def python_module(module: str) -> list[str]:
    """The command that runs a module. `-P` keeps files of the current folder from being imported."""
    return [sys.executable, "-P", "-m", module]


def own_environment() -> Mapping[str, str]:
    """The environment in which that command finds what this process finds."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
