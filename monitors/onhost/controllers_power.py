"""What a controller knows of the power of hosts that it misses; it asks no oftener than it must."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotSeen
from dr.loss_doors import PowerDoor
from inventory.names import HostName

_AGAIN: Final = timedelta(seconds=10)
"""so often it is asked whether a host is still off, and whether anybody answers at all"""


@dataclass(slots=True)
class PowerLooks:
    """Those of the controller on ``host``; only the looks of one that judges are needed."""

    host: HostName
    power: PowerDoor
    clock: Clock
    silence: str = ""
    """why nobody tells whether hosts have power, at the last look; empty: it is told"""
    _off: dict[HostName, timedelta] = field(default_factory=dict)
    """who was off, and when that was seen"""
    _asked: timedelta | None = None
    """when somebody was last asked, whoever it was about"""

    def powerless(self, missed: AbstractSet[HostName]) -> frozenset[HostName]:
        """Return which of ``missed`` have no power, as far as somebody tells."""
        now = self.clock.elapsed()
        self._off = {
            host: at for host, at in self._off.items() if host in missed and now - at < _AGAIN
        }
        for host in sorted(missed - self._off.keys()):
            if not self._is_on(host):
                self._off[host] = now
            if self.silence:
                break  # they have one port, and each silence takes a second
        return frozenset(self._off)

    def attend(self) -> None:
        """Ask for this host's own power, if nobody was asked for a while."""
        if self._asked is None or self.clock.elapsed() - self._asked >= _AGAIN:
            self._is_on(self.host)

    def _is_on(self, host: HostName) -> bool:
        self._asked = self.clock.elapsed()
        try:
            is_on = self.power.state(host).on
        except NotSeen as error:
            self.silence = f"{error.what}: {error.actual}"
            return True
        self.silence = ""
        return is_on
