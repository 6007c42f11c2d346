"""Remembers when each thing was last seen, so that "unknown" can say since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from core import files
from core.errors import Rejected
from monitors.health.snapshot import Sighting

_TEXT = TypeAdapter(dict[str, AwareDatetime])


class Sightings:
    """The last sight of each thing, by a key such as ``host/ndc01-data``."""

    def __init__(self, last: Mapping[str, datetime], now: datetime) -> None:
        self._last = dict(last)
        self._now = now

    def of(self, key: str, *, seen: bool) -> Sighting:
        """Return the sighting of ``key``, having noted it if it is seen now."""
        if seen:
            self._last[key] = self._now
        return Sighting(seen, self._last.get(key))

    def last(self) -> dict[str, datetime]:
        """Return the last sight of everything ever seen."""
        return dict(self._last)


def recalled(path: Path) -> dict[str, datetime]:
    """Return what ``remember`` wrote; nothing if the file is not there or not readable as such."""
    try:
        return _TEXT.validate_json(files.read_if_there(path) or "{}")
    except (ValidationError, Rejected):
        # a memory, not a record: losing it only makes "unknown since" less exact
        return {}


def remember(path: Path, last: Mapping[str, datetime]) -> None:
    """Keep ``last`` in ``path``, if this user may write there."""
    try:
        files.write(path, _TEXT.dump_json(dict(last), indent=1).decode() + "\n")
    except Rejected:
        # a reader without the right to write still gets its answer
        return
