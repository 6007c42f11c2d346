"""Watches over those who lead: twice a second, and vacates the key of one that is proven dead.

Any controller does so, elected or not: the one that judges may be lost with the leader. Each deed
is one transaction, so that several of them do it once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import WorldError
from dr.doors import LeaderKey
from dr.live.deeds import Deeds
from dr.looks import if_seen
from dr.loss_doors import PowerDoor
from dr.watch.deeds import Vacating, is_proven_dead, obstacles
from inventory.names import DatabaseName, HostName

EVERY: Final = timedelta(milliseconds=500)
_SELDOM: Final = timedelta(seconds=4)
"""how long at most until a host is asked about again that is missed, and has power"""


@dataclass(slots=True)
class Watchman:
    """On ``host``, over the databases of the network of ``deeds``."""

    host: HostName
    deeds: Deeds
    power: PowerDoor
    at_once: Callable[[], frozenset[HostName]]
    """looks once: every host that answers this one at once; OSError: this host cannot look"""
    clock: Clock
    _pauses: dict[HostName, timedelta] = field(default_factory=dict)
    _due: dict[HostName, timedelta] = field(default_factory=dict)
    """of each host that is missed: when it is asked about next"""

    def look(self) -> Iterator[str]:
        """Look once, and do what is to be done; yield a sentence for each deed.

        Raises:
            OSError: this host cannot look; nothing was done.
            WorldError: about one database, etcd refused or is silent; the others were seen to.
            JournalCorrupt: a record cannot be trusted; nothing was done about that database.
        """
        answering = self.at_once()
        missed = self._missed(answering)
        failure: WorldError | None = None
        for database in self.deeds.network.databases:
            held = {member.host for member in database.members} & missed
            try:
                if held:
                    yield from self._see_to(database.name, held, answering)
            except WorldError as error:
                failure = error
        if failure is not None:
            raise failure

    def _missed(self, answering: Collection[HostName]) -> set[HostName]:
        """Return whom to ask about now; nobody, where the fault is here."""
        hosts = {host.name for host in self.deeds.network.hosts}
        missed, now = hosts.difference(answering), self.clock.elapsed()
        for host in self._due.keys() - missed:
            del self._due[host], self._pauses[host]
        if self.host in missed or 2 * len(missed) > len(hosts):
            return set()
        due = {host for host in missed if self._due.get(host, now) <= now}
        for host in due:
            pause = self._pauses.get(host, EVERY / 2)
            self._pauses[host] = min(2 * pause, _SELDOM)
            self._due[host] = now + pause
        return due

    def _see_to(
        self, database: DatabaseName, missed: set[HostName], answering: Collection[HostName]
    ) -> Iterator[str]:
        key = self.deeds.leader(database)
        if key is None or key.holder not in missed:
            return
        # in this order: what is over when the power is looked at was read before
        footing = self.deeds.grounds(database, key)
        supply = if_seen(lambda: self.power.state(key.holder))
        network = self.deeds.network
        if supply is None or not is_proven_dead(network, key.holder, supply, self.host):
            return
        why_not = tuple(obstacles(network, footing.grounds, answering))
        if why_not and self._is_told(database, key):
            return
        at = self.clock.now()
        deed = Vacating(database, key.holder, key.term, supply.life, self.host, at, why_not)
        if self.deeds.vacate(deed, footing):
            yield deed.sentence()

    def _is_told(self, database: DatabaseName, key: LeaderKey) -> bool:
        last = self.deeds.last(database)
        return isinstance(last, Vacating) and last.term == key.term
