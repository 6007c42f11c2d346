"""The folder of built things, unless a person names another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def usual_cache(variables: Mapping[str, str]) -> Path:
    """Return the folder that ``variables`` name; as XDG wants, a relative path names none.

    Whoever has no home has the machine's own.
    """
    folder = Path(variables.get("XDG_CACHE_HOME", ""))
    return (folder if folder.is_absolute() else _at_home()) / "ndc"


def _at_home() -> Path:
    try:
        return Path.home() / ".cache"
    except RuntimeError:  # no HOME, and a user whom the machine does not know
        return Path("/var/cache")
