"""A database under Patroni, as far as a move of it can tell.

Times are those measured in the lab: a planned switch gives a new leader after
1.7 s, which acknowledges once the old one streams from it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.errors import Rejected
from dr.seam import LogProgress
from dr.simulation.timeline import Timeline
from dr.succession import LogEnd, Succession
from inventory.names import HostName
from inventory.network import Database

PROMOTION: Final = timedelta(seconds=1.7)
REJOINING: Final = timedelta(seconds=2)
ROW_BYTES: Final = 100_000
"""what one row costs in the log, with all that is written beside it"""
LEASE: Final = timedelta(seconds=20)


@dataclass(slots=True)
class SimulatedDatabase:
    """Members, who leads, who is waited for, and which rows each has."""

    declared: Database
    timeline: Timeline
    leader: HostName | None
    synchronous: set[HostName]
    alive: set[HostName]
    log: list[str] = field(default_factory=list)
    """acknowledged and unacknowledged rows, as the leader has them"""
    missing: dict[HostName, int] = field(default_factory=dict)
    """rows at the end of the log that a standby does not have yet"""
    still: dict[HostName, int] = field(default_factory=dict)
    """where those stand that receive the log and no longer replay it"""
    recovering: set[HostName] = field(default_factory=set)
    """those whose promotion is not over, though they may hold the leader key"""
    twins: dict[HostName, int] = field(default_factory=dict)
    """where those stand that have a history of their own of the present timeline"""
    paused: bool = False
    """whether Patroni was told to replace no leader"""
    promotion: timedelta = PROMOTION
    """from the old leader's stop to the new one"""
    rejoining: timedelta = REJOINING
    """from there until a standby is synchronous again"""
    switching: bool = False
    dead: HostName | None = None
    """who holds the leader key and is dead"""
    promoting: HostName | None = None
    heirs: set[HostName] = field(default_factory=set)
    """for whom commits waited when it died"""
    forks: int = 0
    """how often the leader changed"""
    successions: dict[tuple[HostName, HostName], Succession] = field(default_factory=dict)
    """what the logs of a leader that stopped in good order, and of its heir, tell; a byte a row"""

    @classmethod
    def healthy(cls, declared: Database, timeline: Timeline) -> SimulatedDatabase:
        """Return ``declared`` with its leader at home and every standby up to date."""
        leader = next(m.host for m in declared.members if m.site == declared.home)
        standbys = {m.host for m in declared.members if m.synchronous and m.host != leader}
        return cls(declared, timeline, leader, standbys, {m.host for m in declared.members})

    @property
    def acknowledges(self) -> bool:
        """Whether a commit is answered now."""
        return self.leader is not None and bool(self.synchronous)

    def insert(self, row: str) -> bool:
        """Write ``row`` and tell whether it was acknowledged."""
        if not self.acknowledges:
            return False
        self.log.append(row)
        return True

    def switch(self, leader: HostName, candidate: HostName) -> None:
        """Begin a planned switch.

        Raises:
            Rejected: another leads, or the candidate is not synchronous; nothing happened.
        """
        if self.switching or self.leader != leader:
            raise Rejected(f"leader name does not match: {self.leader}")
        if candidate not in self.synchronous:
            raise Rejected(f"candidate {candidate} is not synchronous")
        self.leader, self.synchronous, self.switching = None, set(), True
        self.timeline.at(self.promotion, lambda: self._promote(candidate, rejoining=leader))

    def come_back_as_twin(self, host: HostName) -> None:
        """Let ``host`` follow again that was promoted, unnoticed, to the present timeline.

        It wrote a row then that nobody else has. Patroni calls it streaming.
        """
        self.alive.add(host)
        self.synchronous.discard(host)
        self.twins[host] = len(self.log) + 1

    def progress(self, host: HostName) -> LogProgress:
        """Return how far ``host`` came."""
        received = self.twins.get(host, len(self.log) - self.missing.get(host, 0))
        followers = self.alive - {host} - self.twins.keys()
        return LogProgress(
            timeline=self.forks + 1,
            received=received * ROW_BYTES,
            replayed=self.still.get(host, received) * ROW_BYTES,
            sends_to=frozenset(followers if host == self.leader else ()),
        )

    def crash_leader(self) -> None:
        """Lose the leader's host; its best standby takes over when the lease has run out."""
        lost, heirs = self.leader, sorted(self.synchronous)
        if lost is None:
            return
        self.alive.discard(lost)
        self.leader, self.heirs, self.dead = None, set(heirs), lost
        self.timeline.at(LEASE, self._end_lease)

    @property
    def holder(self) -> HostName | None:
        """Who holds the leader key; it may be dead."""
        return self.leader or self.dead

    def _end_lease(self) -> None:
        if self.dead is not None:
            self.dead = None
            if heirs := sorted(self.heirs & self.alive):
                self._promote(heirs[0], rejoining=None)

    def take_over(self, leader: HostName | None, candidate: HostName) -> bool:
        """Let ``candidate`` promote itself, the key being taken from ``leader``."""
        if candidate in (self.leader, self.promoting):
            return False
        if self.holder != leader or self.leader is not None:
            raise Rejected(f"led by {self.holder}")
        if candidate not in self.heirs:
            raise Rejected(f"candidate {candidate} is not synchronous")
        self.dead, self.promoting = None, candidate
        self.timeline.at(timedelta(seconds=0.5), lambda: self._promote(candidate, rejoining=None))
        return True

    def _promote(self, candidate: HostName, rejoining: HostName | None) -> None:
        self.switching = False
        if candidate not in self.alive or candidate in self.still:
            return
        behind = self.missing.pop(candidate, 0)
        if behind:
            del self.log[-behind:]
        self.leader = candidate
        self.heirs, self.promoting = set(), None
        self.forks += 1
        if rejoining is not None:
            end = LogEnd(self.forks, location=len(self.log) + behind, final=True)
            self.successions[rejoining, candidate] = Succession(end, fork=len(self.log))
        others = {m.host for m in self.declared.members if m.synchronous} & self.alive
        partners = others - {candidate} if rejoining is None else {rejoining} & self.alive
        self.timeline.at(self.rejoining, lambda: self.synchronous.update(partners))
