"""What announcers of one service say of themselves in a simulated quorum, under leases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dr.hosts.announcing import Announcer, AnnouncerWord
from dr.simulation.leases import SimulatedLeases
from inventory.names import HostName


@dataclass(slots=True)
class SimulatedWords:
    """A word a host; it stands as long as the lease that it was given under."""

    leases: SimulatedLeases
    _words: dict[HostName, Announcer] = field(default_factory=dict)
    _revision: int = 0

    def read(self, host: HostName) -> Sequence[Announcer]:
        """Return every word that stands, as ``host`` reads it, and renew the lease of its own."""
        standing = self.standing()
        if host in standing:
            self.leases.renew(host)
        return tuple(standing.values())

    def standing(self) -> dict[HostName, Announcer]:
        """Return every word that stands."""
        self.leases.count()
        self._words = {h: said for h, said in self._words.items() if h in self.leases.until}
        return self._words

    def tell(self, host: HostName, word: AnnouncerWord) -> None:
        """Let ``word`` be that of ``host``; nothing where the quorum takes no writes from it."""
        if self._takes_writes(host):
            self._revision += 1
            self.standing()[host] = Announcer(host, word, self._revision)
            self.leases.renew(host)

    def take_back(self, host: HostName) -> None:
        """Let there be no word of ``host``; nothing where the quorum takes no writes from it."""
        if self._takes_writes(host):
            self.standing().pop(host, None)

    def stand_down(self, own: Announcer, other: Announcer) -> bool:
        """Take ``own`` back for ``other``, if in this moment both stand; tell it."""
        standing = self.standing()
        stand = standing.get(own.host) == own and standing.get(other.host) == other
        if stand and self._takes_writes(own.host):
            del standing[own.host]
            return True
        return False

    def _takes_writes(self, host: HostName) -> bool:
        quorum = self.leases.quorum
        return quorum.reached_from(host) and not quorum.alarms
