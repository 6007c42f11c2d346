"""How one host is with its copy of a store, as it says itself: what a failover is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from storage.points import CopyComparison, RecoveryPoint, newest

MOST_POINTS = 16
"""that a host tells of: who begins goes on from one of the newest"""


@dataclass(frozen=True, slots=True)
class CopyStanding:
    """What a host tells of its copy, at one moment."""

    at: datetime
    """by its own clock"""
    writes: bool
    """whether it may write it: it is there to be written to, and this host has not ended"""
    serves: bool
    """whether a process serves it"""
    epoch: int | None
    """under which it began without others; None: it never did, or what it wrote then is over"""
    began: str | None
    """origin of the point with which it began then"""
    points: tuple[RecoveryPoint, ...]
    """the newest that are whole, newest first; and that with which it began, however old"""
    read_back: CopyComparison | None
    """the last comparison with its source; None: there was none"""

    @property
    def newest(self) -> RecoveryPoint | None:
        """The newest point; None: it has none."""
        return newest(self.points)

    @property
    def is_verified(self) -> bool:
        """Whether what was compared last of it was equal."""
        return self.read_back is not None and self.read_back.equal


_STANDING: TypeAdapter[CopyStanding] = TypeAdapter(CopyStanding)


def standing_text(standing: CopyStanding) -> str:
    """Return ``standing`` in one line."""
    return _STANDING.dump_json(standing).decode()


def read_standing(text: str) -> CopyStanding:
    """Return the standing that ``text`` holds; ValueError if it holds none."""
    try:
        standing = _STANDING.validate_json(text)
    except ValidationError as error:
        raise ValueError(text[:200]) from error
    compared = [standing.read_back.of] if standing.read_back else []
    moments = [standing.at, *(point.made_at for point in standing.points), *compared]
    if any(moment.utcoffset() is None for moment in moments):
        raise ValueError(f"a moment without a zone: {text[:200]}")
    return standing
