"""Where the built things are kept, unless somebody says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def usual_cache(variables: Mapping[str, str]) -> Path:
    """Return the folder that ``variables`` mean; as XDG has it, a relative one means nothing."""
    named = Path(variables.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "ndc"
