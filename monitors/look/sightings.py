"""Remembers when each thing was last seen, so that "unknown" can say since when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter

from core import files
from core.errors import NdcError
from core.formats import FIRST, Format
from monitors.health.sighting import Sighting

_LAST = TypeAdapter(dict[str, AwareDatetime])


class Sightings:
    """The last sight of each thing, by a key such as ``host/ndc01-data``."""

    def __init__(self, last: Mapping[str, datetime], now: datetime) -> None:
        self._last = dict(last)
        self._now = now

    def of(self, key: str, *, is_seen: bool) -> Sighting:
        """Return the sighting of ``key``, having noted it if it is seen now."""
        if is_seen:
            self._last[key] = self._now
        return Sighting(is_seen, self._last.get(key))

    def last(self) -> dict[str, datetime]:
        """Return the last sight of everything ever seen."""
        return dict(self._last)


def recalled(path: Path) -> dict[str, datetime]:
    """Return what ``remember`` wrote; nothing if the file is not there, or cannot be read."""
    try:
        text = files.read_if_there(path) or "{}"
        plain = json.loads(text)
        number = Format.SIGHTINGS.demand(text, path)
        return _LAST.validate_python(plain if number == FIRST else plain["seen"])
    except (ValueError, KeyError, NdcError):
        # a memory, not a record: losing it only makes "unknown since" less exact
        return {}


def remember(path: Path, last: Mapping[str, datetime]) -> None:
    """Keep ``last`` in ``path``, if this user may write there."""
    try:
        instants = _LAST.dump_python(dict(last), mode="json")
        files.write(path, Format.SIGHTINGS.text({"seen": instants}, indent=1) + "\n")
    except NdcError:
        # a reader without the right to write still gets its answer
        return
