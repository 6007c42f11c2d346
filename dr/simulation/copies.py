"""The copies of a simulated database: who takes writes, and when a commit is acknowledged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from dr.hosts.leave import Permit
from dr.logs.seam import LogProgress
from dr.simulation.history import Happened, History
from dr.simulation.log import ROW_BYTES, SimulatedLog, Stray
from dr.simulation.plant import Plant
from dr.simulation.quorum import Quorum
from dr.simulation.timeline import BEGINNING, Timeline
from inventory.names import HostName
from inventory.network import Database, Network
from inventory.promises import LastCopy


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What everything simulated stands on, and where it is written down what happens."""

    network: Network
    plant: Plant
    quorum: Quorum
    clock: Timeline
    history: History
    dice: random.Random

    def tell(
        self, what: str, subject: str, host: str = "", number: int = 0, text: str = ""
    ) -> None:
        """Write down that ``what`` happened now to ``subject``."""
        seconds = self.clock.elapsed().total_seconds()
        self.history.add(Happened(seconds, what, subject, host, number, text))


@dataclass(slots=True, kw_only=True)
class SimulatedCopies(SimulatedLog):
    """Members of one database, and which rows each has."""

    declared: Database
    around: Surroundings
    leader: HostName | None
    """who holds the leader key; it may be dead, until the lease is over"""
    synchronous: set[HostName]
    """standbys that a commit may wait for, as the quorum has them"""
    alive: set[HostName]
    """members whose PostgreSQL and Patroni were started, on a host that may stand still"""
    recovering: set[HostName] = field(default_factory=set)
    """those whose promotion is not over, though they may hold the leader key"""
    demoted: set[HostName] = field(default_factory=set)
    """leaders that stopped by themselves, since they could not renew their lease"""
    last_copy: LastCopy
    """what its leaders are told to do without a copy to wait for"""
    alone: bool = False
    """whether it goes on without a copy, as it was told"""
    entitled: set[HostName] = field(default_factory=set)
    """until there is another leader: those that commits waited for"""
    former: HostName | None = None
    """while nobody leads: who did"""
    barred: set[HostName] = field(default_factory=set)
    """members that neither lead nor are waited for"""
    widening: set[HostName] = field(default_factory=set)
    """members that are waited for, and do not lead"""
    leaves: dict[HostName, Permit] = field(default_factory=dict)
    """what each was told last; absent: nothing"""
    position: int = 0
    """how many rows a leader last told the quorum that it has"""
    wrote_at: dict[str, timedelta] = field(default_factory=dict)
    """when each row was written"""

    @property
    def acknowledges(self) -> bool:
        """Whether a commit is answered now."""
        copies = sum(self.follows(host) for host in self.synchronous)
        return self.leads(self.leader) and copies >= self._waited_for()

    @property
    def recorded(self) -> set[HostName]:
        """Those that commits wait for, as the quorum has them: until a leader says otherwise."""
        leaderless = self.leader is None or self.leader in self.recovering
        return self.entitled if leaderless else self.synchronous

    @property
    def recorded_leader(self) -> HostName | None:
        """By whose word commits wait for ``recorded``, as the quorum has it."""
        leaderless = self.leader is None or self.leader in self.recovering
        return self.former if leaderless else self.leader

    def leads(self, host: HostName | None) -> bool:
        """Whether ``host`` holds the key and takes writes."""
        return (
            host is not None
            and host == self.leader
            and host in self.alive
            and self.around.plant.runs(host)
            and host not in self.recovering
            and host not in self.demoted
        )

    def believes(self, host: HostName) -> bool:
        """Whether ``host`` takes writes, as the leader or as one that was overtaken unnoticed."""
        stray = self.strays.get(host)
        astray = stray is not None and stray.writes and host in self.alive
        return self.leads(host) or (astray and self.around.plant.runs(host))

    def writer_for(self, application: HostName) -> HostName | None:
        """Return whom an application on ``application`` reaches that takes writes; None: nobody."""
        joined, leader = self.around.plant.joined, self.leader
        if leader is not None and self.leads(leader) and joined(application, leader):
            return leader
        overtaken = (host for host in self.strays if self.believes(host))
        return next((host for host in overtaken if joined(application, host)), None)

    def insert(self, row: str, writer: HostName | None = None) -> bool:
        """Write ``row`` at ``writer``, or the leader, and tell whether it was acknowledged."""
        host = writer or self.leader
        if host is None or not self.believes(host):
            return False
        if host != self.leader:
            return self._insert_astray(row, host, self.strays[host])
        self.wrote_at[row] = self.around.clock.elapsed()
        has = self.synchronous & self.write(row, self.followers())
        prompt = self.around.plant.prompt
        if len(has) < self._waited_for() or not all(prompt(host, standby) for standby in has):
            return False
        self.tell("acknowledged", host, self.timeline, row)
        return True

    def _insert_astray(self, row: str, host: HostName, stray: Stray) -> bool:
        stray.rows.append(row)
        reaches = self.around.plant.reaches
        has = [h for h in sorted(stray.hears) if h in self.alive and reaches(host, h)]
        for standby in has:
            own = self.strays.setdefault(standby, Stray(stray.timeline, stray.fork, []))
            own.rows[:] = stray.rows
        if len(has) < max(self.declared.synchronous_node_count, 1):
            return False
        self.tell("acknowledged", host, stray.timeline, row)
        return True

    def followers(self) -> Iterator[tuple[HostName, bool]]:
        """Yield who has the leader's history, each with whether the leader's log reaches it."""
        for member in self.declared.members:
            host = member.host
            if host != self.leader and host not in self.twins and host not in self.strays:
                yield host, self.follows(host)

    def follows(self, host: HostName) -> bool:
        """Whether the leader sends its log to ``host`` now."""
        return (
            self.leader is not None
            and self.leader in self.alive
            and host in self.alive
            and host not in self.twins
            and host not in self.strays
            and self.around.plant.reaches(self.leader, host)
        )

    def wanted(self) -> set[HostName]:
        """Return the standbys that commits are to wait for: all that may lead.

        Of those that never do it takes as many as are missing then, first who was one of them.
        """
        following = [m for m in self.declared.members if self.follows(m.host)]
        standbys = [m for m in following if m.host != self.leader]
        able = {m.host for m in standbys if m.host not in self.barred}
        others = [m.host for m in standbys if m.host in self.barred and m.synchronous]
        missing = max(self.declared.synchronous_node_count - len(able), 0)
        others.sort(key=lambda host: host not in self.synchronous)
        return able | set(others[:missing])

    def progress_of(self, host: HostName) -> LogProgress:
        """Return how far ``host`` came."""
        followers = [h for h, reached in self.followers() if reached]
        own = self.progress(host, followers if host == self.leader else ())
        if self.believes(host) or host in self.strays:
            return own
        rows = reversed(self.log[: own.replayed // ROW_BYTES])
        times = (self.wrote_at[row] for row in rows if row in self.wrote_at)
        last = next(times, None)
        return own if last is None else replace(own, shown_at=BEGINNING + last)

    def tell(self, what: str, host: HostName | str = "", number: int = 0, text: str = "") -> None:
        """Write down that ``what`` happened to this database."""
        self.around.tell(what, self.declared.name, host, number, text)

    def _waited_for(self) -> int:
        """Return how many copies a commit waits for."""
        if not self.synchronous:
            return 0 if self.alone else 1
        return min(self.declared.synchronous_node_count, len(self.synchronous))
