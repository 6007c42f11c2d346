"""Members of a simulated database that fall with their host, return, or come to stand apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.errors import Rejected
from dr.hosts.leave import Leave, Permit
from dr.simulation.copies import SimulatedCopies
from inventory.names import HostName

_BOOTS_IN: Final = (20.0, 40.0)
_DECIDED_AFTER: Final = (30.0, 120.0)
"""seconds until a person decides about a tail that was kept"""
_ON_ITS_WAY: Final = (0.0, 2.0)
"""seconds that a row takes to a copy that follows asynchronously, when much is written"""
_MOST: Final = 1000
"""rows that are on their way"""
_SAYS_EVERY: Final = timedelta(seconds=2)
"""between two renewals of a lease"""
_LOOP: Final = (0.2, 2.0)
"""seconds until a Patroni that runs looks again"""
_TOLD: Final = {Leave.FORBID: "barred", Leave.WIDEN: "widened", Leave.ALLOW: "allowed"}


@dataclass(slots=True, kw_only=True)
class SimulatedMembers(SimulatedCopies):
    """Copies that live and die with their hosts.

    Who returns with a tail stays apart until a copy of it was kept, and a person decided.
    """

    fallen: set[HostName] = field(default_factory=set)
    """members whose host lost its power"""
    awaited: set[HostName] = field(default_factory=set)
    """strays about which something is under way"""

    def notice(self) -> None:
        """Let every member notice how the network is now."""
        plant = self.around.plant
        for host in [h for h in sorted(self.alive) if h in plant.off]:
            self.leave_in_flight(host)
            self._leave_behind(host)
            self.alive.discard(host)
            self.fallen.add(host)
        for host in [h for h in sorted(self.fallen) if plant.runs(h)]:
            self.fallen.discard(host)
            self._later(_BOOTS_IN, self._come_back, host)
        self._watch_strays()

    def leave_in_flight(self, host: HostName) -> None:
        """Let a leader that stops suddenly have written, maybe, what no standby confirmed."""
        takes_writes = host == self.leader and host not in self.recovering | self.demoted
        if takes_writes and self.around.dice.random() < 0.5:  # noqa: PLR2004 - a coin
            others = [(other, False) for other, _ in self.followers()]
            self.write(f"in-flight-{self.timeline}-{len(self.log)}", others)

    def say_position(self) -> None:
        """Let a leader that renews its lease tell how far it is, again and again."""
        if self.leads(self.leader) and self.renews and not self.around.quorum.alarms:
            self.position = len(self.log)
        self.around.clock.at(_SAYS_EVERY, self.say_position)

    def give_leave(self, host: HostName, permit: Permit) -> bool:
        """Let ``host`` be told what it may do; return whether that was news.

        Raises:
            Rejected: it was told otherwise since; nothing changed.
        """
        against = self.leaves[host].against(permit) if host in self.leaves else None
        if against:
            raise Rejected(against)
        self.leaves[host] = permit
        before = (host in self.barred, host in self.widening)
        now = (permit.leave is Leave.FORBID, permit.leave is Leave.WIDEN)
        for members, is_one in zip((self.barred, self.widening), now, strict=True):
            (members.add if is_one else members.discard)(host)
        if now != before:
            self.tell(_TOLD[permit.leave], host, permit.epoch)
            self.notice()
        return now != before

    def come_back_as_twin(self, host: HostName) -> None:
        """Let ``host`` follow again that was promoted, unnoticed, to the present timeline.

        It wrote a row then that nobody else has. Patroni calls it streaming.
        """
        self.alive.add(host)
        self.synchronous.discard(host)
        self.twins[host] = len(self.log) + 1

    @property
    def renews(self) -> bool:
        """Whether who holds the key renews its lease."""
        lives = self.leader in self.alive and self.leader not in self.demoted
        return lives and self.reaches_quorum(self.leader)

    def _leave_behind(self, host: HostName) -> None:
        """Let those that commits do not wait for lack what a dead leader wrote last."""
        if host != self.leader or host in self.recovering:
            return
        for other, _ in [*self.followers()]:
            if other not in self.synchronous:
                since = self.around.clock.elapsed() - self.between(_ON_ITS_WAY)
                recent = sum(self.wrote_at.get(row, since) >= since for row in self.log[-_MOST:])
                self.unsent[other] = max(self.unsent.get(other, 0), recent)

    def reaches_quorum(self, host: HostName | None) -> bool:
        """Whether ``host`` can renew what it holds."""
        return host is not None and self.around.quorum.reached_from(host)

    def is_able(self, host: HostName | None) -> bool:
        """Whether ``host`` could lead now, if it may."""
        apart = self.strays.keys() | self.twins.keys()
        return host in self.alive and host not in apart and self.reaches_quorum(host)

    def able_heirs(self) -> list[HostName]:
        """Return who may lead next, or has a say in it, and is able."""
        heirs = self.recorded | {host for host in [self.recorded_leader] if host}
        return [host for host in sorted(heirs - self.barred) if self.is_able(host)]

    def are_enough(self, compared: Iterable[HostName]) -> bool:
        """Whether each acknowledged write is at one of ``compared``."""
        named = len(self.recorded)
        spare = min(self.declared.synchronous_node_count, named)
        return len(self.recorded.intersection(compared)) > named - spare

    def lacks_nothing(self, candidate: HostName) -> bool:
        """Whether ``candidate`` has each acknowledged write, as far as Patroni looks.

        Where commits wait for all who are named, it looks no further.
        """
        if len(self.recorded) <= self.declared.synchronous_node_count:
            return True
        others = [host for host in self.able_heirs() if host != self.recorded_leader]
        ahead = any(self.lacks(host) < self.lacks(candidate) for host in others)
        return self.are_enough(others) and not ahead

    def between(self, seconds: tuple[float, float]) -> timedelta:
        """Return a time that lies between two."""
        return timedelta(milliseconds=int(self.around.dice.uniform(*seconds) * 1000))

    def _later(
        self, seconds: tuple[float, float], act: Callable[[HostName], None], host: HostName
    ) -> None:
        self.around.clock.at(self.between(seconds), lambda: act(host))

    def _watch_strays(self) -> None:
        for host, stray in sorted(self.strays.items()):
            if host not in self.awaited and host in self.alive and self.around.plant.runs(host):
                self.awaited.add(host)
                act = self._step_down if stray.writes else self._keep
                self._later(_LOOP, act, host)

    def _step_down(self, host: HostName) -> None:
        """Let one that was overtaken find another in its place, or its lease at its end."""
        self.awaited.discard(host)
        stray = self.strays.get(host)
        over = stray is not None and self.around.clock.elapsed() >= stray.until
        if stray is not None and (over or self.reaches_quorum(host)):
            stray.writes = False
            self.tell("stops", host, stray.timeline)
        self._watch_strays()

    def _keep(self, host: HostName) -> None:
        stray = self.strays.get(host)
        if stray is None or not self.around.plant.runs(host):
            self.awaited.discard(host)
            return
        self.alive.discard(host)
        pause = _BOOTS_IN
        if stray.rows:
            stray.kept, pause = True, _DECIDED_AFTER
            self.tell("kept", host, stray.timeline, ",".join(stray.rows))
        self._later(pause, self._rewind, host)

    def _rewind(self, host: HostName) -> None:
        self.awaited.discard(host)
        if not self.around.plant.runs(host):
            self.fallen.add(host)
            return
        if self.strays[host].rows and not self.strays[host].kept:
            self._keep(host)  # the fork lies earlier by now, and what lies between is kept as well
            return
        stray = self.strays.pop(host)
        self.tell("rewound", host, stray.timeline, ",".join(stray.rows))
        self.caught_up(host)
        self._come_back(host)

    def _come_back(self, host: HostName) -> None:
        if not self.around.plant.runs(host):
            self.fallen.add(host)
            return
        self.alive.add(host)
        self.notice()
