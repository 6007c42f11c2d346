"""What became of the stores whose writers a drill took away, against what was planned. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dr.facts import StoreFacts
from dr.planning.plan import MovedStore
from dr.planning.store_bound import StoreLeft
from dr.tracing import StoreTrail, Tracer, TracerFate
from inventory.names import HostName, SiteName
from inventory.storage import Store
from storage.points import PointDifference


@dataclass(frozen=True, slots=True)
class KeptApart:
    """What a host alone wrote of a store before it was given up, and keeps."""

    host: HostName
    counted: PointDifference | None
    """None: nobody tells how much"""


@dataclass(frozen=True, slots=True)
class StoreRecovery:
    """What became of one store whose writer was taken away."""

    store: Store
    source: HostName
    """that wrote it until then"""
    taken: timedelta
    """when, since boot of the host that wrote tracers, to the error of ``within``"""
    within: timedelta
    trail: StoreTrail | None
    """None: nobody can say what became of the tracers"""
    moved: MovedStore | None
    """how the plan had it begin elsewhere; None: none did"""
    left: StoreLeft | None
    """why the plan did not, and what helps; None: it did, or there was no plan"""
    age: timedelta | None
    """of the point with which it began, when its writer was taken, at most; None: not known"""
    after: StoreFacts | None
    """how it stood at the end; None: not seen"""
    apart: tuple[KeptApart, ...] | None = ()
    """who keeps what it alone wrote; None: nobody tells"""

    @property
    def lost(self) -> tuple[Tracer, ...]:
        """Tracers that were acknowledged, and are gone; of those that were read back."""
        gone = self.trail.gone if self.trail else ()
        return tuple(one for one in self._acknowledged if one.number in gone)

    @property
    def acknowledged(self) -> int:
        """How many tracers were acknowledged."""
        return len(self._acknowledged)

    @property
    def not_read_back(self) -> int:
        """How many were acknowledged, and nobody could tell whether they are there."""
        read_back = self.trail.present | self.trail.gone if self.trail else ()
        return sum(one.number not in read_back for one in self._acknowledged)

    @property
    def reach(self) -> timedelta | None:
        """How long before the loss the oldest one that is gone was acknowledged, at most.

        None: not known, since not all was read back, or nothing was acknowledged before the loss.
        """
        before = any(one.ended < self.taken for one in self._acknowledged)
        if not before or self.not_read_back:
            return None
        oldest = min((one.ended for one in self.lost), default=None)
        if oldest is None:
            return timedelta()
        return max(self.taken - oldest, timedelta()) + self.within

    @property
    def written_after(self) -> timedelta | None:
        """How long after the loss a tracer was acknowledged again; None: none was, or not known.

        Nothing, where each was.
        """
        return self._again(lambda one: one.fate is TracerFate.KEPT)

    @property
    def read_after(self) -> timedelta | None:
        """How long after the loss it was read again, as ``written_after``."""
        return self._again(lambda one: one.is_read)

    @property
    def is_served(self) -> bool | None:
        """Whether the last tracer was acknowledged, and its owner could read; None: not known."""
        if not self._tracers or self._tracers[-1].sent < self.taken:
            return None
        return self._tracers[-1].fate is TracerFate.KEPT and self._tracers[-1].is_read

    @property
    def is_as_planned(self) -> bool | None:
        """Whether it went on where the plan had it, from its point; or stayed, and no copy differs.

        None: not all of that was seen.
        """
        facts = self.after
        if facts is None or facts.placement is None or not facts.standings:
            return None
        if any(one.read_back and not one.read_back.equal for one in facts.standings.values()):
            return False
        if self.moved is None:
            return writer_of(facts, self.store) == self.source
        if facts.placement.site != self.moved.target:
            return False
        standing = facts.standings.get(self.moved.host)
        return None if standing is None else standing.began == self.moved.point

    @property
    def is_within_point(self) -> bool | None:
        """Whether nothing is gone that was older than allowed; None: not known.

        Allowed is what the tier says; and where it went on from a point, what is younger than that.
        """
        if self.reach is None:
            # what is known to be gone is gone, whatever else was not read back
            return False if self._is_beyond(self._known_reach) else None
        return not self._is_beyond(self.reach)

    @property
    def copies(self) -> dict[HostName, bool | None]:
        """Whether each copy was equal to its source since; None: not compared, or not seen."""
        facts = self.after
        hosts = [host for host in self.store.hosts if host != self._writer]
        return {host: _is_equal(facts, host, self.moved) for host in hosts}

    @property
    def site(self) -> SiteName | None:
        """Where it is placed at the end; None: not seen."""
        placed = self.after.placement if self.after else None
        return placed.site if placed else None

    @property
    def _writer(self) -> HostName | None:
        return writer_of(self.after, self.store)

    @property
    def _tracers(self) -> tuple[Tracer, ...]:
        return self.trail.tracers if self.trail else ()

    @property
    def _acknowledged(self) -> tuple[Tracer, ...]:
        return tuple(one for one in self._tracers if one.fate is TracerFate.KEPT)

    @property
    def _known_reach(self) -> timedelta:
        """How far back goes what is known to be gone; the least that it can be."""
        oldest = min((one.ended for one in self.lost), default=self.taken)
        return self.taken - oldest - self.within

    def _is_beyond(self, reach: timedelta) -> bool:
        """Whether more is gone than is allowed, if it goes so far back."""
        younger = self.age is None or reach <= self.age + 2 * self.within
        return reach > self.store.recovery_point or not younger

    def _again(self, went_well: Callable[[Tracer], bool]) -> timedelta | None:
        since = [one for one in self._tracers if one.sent >= self.taken]
        failed = next((one.sent for one in since if not went_well(one)), None)
        if failed is None:
            return timedelta() if since else None
        again = (one.ended for one in since if one.sent > failed and went_well(one))
        ended = next(again, None)
        return None if ended is None else ended - self.taken


def writer_of(facts: StoreFacts | None, store: Store) -> HostName | None:
    """Return which host writes ``store``, as its record says; None: not seen."""
    placed = facts.placement if facts else None
    copy = store.copy_at(placed.site) if placed else None
    return copy.host if copy else None


def _is_equal(facts: StoreFacts | None, host: HostName, moved: MovedStore | None) -> bool | None:
    standing = facts.standings.get(host) if facts else None
    compared = standing.read_back if standing else None
    if compared is None:
        return None
    if compared.equal and moved and compared.of <= moved.made_at:
        return None  # that was with its former source
    return compared.equal
