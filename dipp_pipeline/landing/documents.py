"""The small JSON documents beside what is landed: each is there whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_document(path: Path) -> Any:
    """What the document says."""
    return json.loads(path.read_text("utf-8"))


def write_document(path: Path, content: Mapping[str, object]) -> None:
    """Write the document aside and rename it into place."""
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    aside.replace(path)
