"""What observers say in a simulated quorum, under leases: who they miss, who answers them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dr.simulation.leases import SimulatedLeases
from dr.watch.lookout import SightWord
from inventory.names import HostName


@dataclass(slots=True)
class SimulatedSightWords:
    """A word an observer; it stands as long as the lease that it was given under."""

    leases: SimulatedLeases
    _words: dict[HostName, SightWord] = field(default_factory=dict)
    _own: dict[str, SightWord] = field(default_factory=dict)
    """what each observer knows that it told, by the life of its host"""

    def standing(self) -> dict[HostName, SightWord]:
        """Return every word that stands."""
        self.leases.count()
        self._words = {h: said for h, said in self._words.items() if h in self.leases.until}
        return self._words

    def tell(self, host: HostName, life: str, word: SightWord) -> None:
        """Renew the lease of ``host``, and let ``word`` be its own if there is news in it.

        Where the quorum takes no writes the earlier one goes on to stand.
        """
        standing = self.standing()
        self.leases.renew(host)
        known = self._own.get(life)
        own = known if standing.get(host) == known else None
        if word.is_news(own) and not self.leases.quorum.alarms:
            standing[host] = self._own[life] = word
