"""What may be lost of a store that begins elsewhere from a recovery point. Pure.

Each file that was acknowledged before the point is in it. What came later is not, up to when its
former writer could acknowledge no more: that is known only of one that has no power.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr.facts import StoreFacts
from dr.planning.bound import longest
from dr.planning.request import StoreMove
from inventory.names import HostName, StoreName
from storage.points import RecoveryPoint


def point_of(facts: StoreFacts, host: HostName) -> RecoveryPoint | None:
    """Return the point with which ``host`` would begin; None: it has none, or nobody can tell.

    Where an earlier run had it begin, and was not carried on, it is the same one again.
    """
    own, placed = facts.standings.get(host), facts.placement
    if own is None:
        return None
    if placed is not None and own.writes and own.epoch == placed.epoch + 1:
        return next((point for point in own.points if point.origin == own.began), None)
    return own.newest


@dataclass(frozen=True, slots=True)
class StoreLoss:
    """What may be lost of a store, against what is promised."""

    span: timedelta | None
    """since the point with which it begins; None: nobody can say until when it was written"""
    recovery_point: timedelta
    """promised, at most"""

    @property
    def exceeds(self) -> bool:
        """Whether more may be lost than is promised, or nobody can say."""
        return self.span is None or self.span > self.recovery_point

    def text(self) -> str:
        """Return it for a person."""
        if self.span is None:
            return "nobody can say how much of what was written"
        return f"at most what was written in the last {self.span.total_seconds():.1f} s"


@dataclass(frozen=True, slots=True)
class StoreLeft:
    """A store whose writer is lost, and that a plan leaves so."""

    store: StoreName
    why: str
    next_step: str


def loss_of(facts: StoreFacts, move: StoreMove) -> StoreLoss:
    """Return what may be lost by ``move``: the most that its point's age may be.

    Its source dated the point by its own clock, and ``move.host`` tells what time it is.
    """
    own, point = facts.standings.get(move.host), point_of(facts, move.host)
    signs = facts.signs.get(former(facts, move) or HostName(""))
    silent = signs is not None and signs.power is not None and not signs.power.on
    span = longest(point.made_at, own.at) if own and point and silent else None
    return StoreLoss(span, move.store.recovery_point)


def former(facts: StoreFacts, move: StoreMove) -> HostName | None:
    """Return who wrote the store until it was lost; None: nobody can say where it is placed."""
    copy = move.store.copy_at(facts.placement.site) if facts.placement else None
    return copy.host if copy else None
