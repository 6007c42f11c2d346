"""The folder of built things, unless a person names another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def usual_cache(variables: Mapping[str, str]) -> Path:
    """Return the folder that ``variables`` name; as XDG wants, a relative path names none."""
    folder = Path(variables.get("XDG_CACHE_HOME", ""))
    return (folder if folder.is_absolute() else Path.home() / ".cache") / "ndc"
