"""How much a copy that followed asynchronously may lack of what was acknowledged. Pure.

Two figures, from two sources. Seconds: each acknowledged write is newer than the last one that
the copy shows, and older than the moment from which nobody who had all can acknowledge any.
Bytes: how much further the leader was, by what it last told the quorum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import TOLERATED_OFFSET
from dr.facts import Facts
from inventory.names import HostName
from inventory.network import Database
from inventory.patroni import LEASE

CLOCKS_APART: Final = 2 * TOLERATED_OFFSET
"""how far two clocks may differ while nobody is told that one of them is off"""


@dataclass(frozen=True, slots=True)
class LossBound:
    """What may be lost, at most, if one copy leads; None: nobody can say."""

    span: timedelta | None
    """every write that was acknowledged earlier than so long before the end of them all is kept"""
    log_bytes: int | None
    """that the leader had more when it last told how far it was, 2 s before its end at most"""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing that was acknowledged can be lost."""
        return self == NOTHING

    def exceeds(self, objective: timedelta) -> bool:
        """Tell whether more than ``objective`` allows may be lost, or nobody can say."""
        return self.span is None or self.log_bytes is None or self.span > objective

    def text(self) -> str:
        """Return it for a person."""
        if self.is_nothing:
            return "nothing that was acknowledged"
        writes = (
            "nobody can say how many seconds of acknowledged writes"
            if self.span is None
            else f"at most the last {self.span.total_seconds():.1f} s of acknowledged writes"
        )
        log = (
            "nobody can say how far the leader was"
            if self.log_bytes is None
            else f"{self.log_bytes} bytes of log, as far as the leader told"
        )
        return f"{writes}; {log}"


NOTHING: Final = LossBound(timedelta(), 0)


def bound(facts: Facts, candidate: HostName, had_all: tuple[HostName, ...]) -> LossBound:
    """Return what may be lost if ``candidate`` leads, while ``had_all`` alone had every write.

    ``had_all`` is empty where the candidate has every one as well.
    """
    if not had_all:
        return NOTHING
    own = facts.progress.get(candidate)
    shown_at = own.shown_at if own else None
    silent = all(_has_no_power(facts, host) for host in had_all)
    passed = None if shown_at is None else longest(shown_at, facts.at)
    # whose power is not known to be off may acknowledge writes until its lease has ended
    span = None if passed is None else passed + (timedelta() if silent else LEASE)
    position = facts.last_word.position if facts.last_word else None
    more = None if own is None or position is None else max(position - own.received, 0)
    return LossBound(span, more)


def longest(began: datetime, ended: datetime) -> timedelta | None:
    """Return how long it was at most from ``began``, by one clock, to ``ended``, by another.

    None: the first is ahead of the other by more than is borne, and tells nothing.
    """
    passed = ended - began + CLOCKS_APART
    return passed if passed > timedelta() else None


def at_large(database: Database, facts: Facts) -> list[HostName]:
    """Return the copies that are declared never to lead, and yet may, as Patroni says."""
    far = [member.host for member in database.members if member.barred]
    return [host for host in far if host in facts.members and not facts.members[host].barred]


def _has_no_power(facts: Facts, host: HostName) -> bool:
    sighting = facts.signs.get(host)
    return sighting is not None and sighting.power is not None and not sighting.power.on
