"""Members of a simulated database that fall with their host, return, or come to stand apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from dr.simulation.copies import SimulatedCopies
from inventory.names import HostName

_BOOTS_IN: Final = (20.0, 40.0)
_DECIDED_AFTER: Final = (30.0, 120.0)
"""seconds until a person decides about a tail that was kept"""
_LOOP: Final = (0.2, 2.0)
"""seconds until a Patroni that runs looks again"""


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

    def reaches_quorum(self, host: HostName | None) -> bool:
        """Whether ``host`` can renew what it holds."""
        return host is not None and self.around.quorum.reached_from(host)

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
