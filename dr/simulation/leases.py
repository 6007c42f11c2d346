"""Leases that a simulated quorum counts: not while it is none, and anew when it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from dr.hosts.announcing import LASTING
from dr.simulation.quorum import Quorum
from dr.simulation.timeline import Timeline
from inventory.names import HostName


@dataclass(slots=True)
class SimulatedLeases:
    """Who holds one, and until when."""

    quorum: Quorum
    clock: Timeline
    until: dict[HostName, timedelta] = field(default_factory=dict)
    silent: bool = False
    """whether there was no quorum when that was last asked"""

    def count(self) -> None:
        """Let those end that are over; a new quorum gives each its whole time again."""
        now, answers = self.clock.elapsed(), bool(self.quorum.majority())
        if answers and self.silent:
            self.until = dict.fromkeys(self.until, now + LASTING)
        if answers:
            self.until = {host: until for host, until in self.until.items() if until > now}
        self.silent = not answers

    def renew(self, host: HostName) -> None:
        """Let ``host``, which reaches the quorum, hold one for its whole time."""
        self.until[host] = self.clock.elapsed() + LASTING
