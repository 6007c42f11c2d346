"""The words of announcers in etcd: a key a host and service, under a lease of the agent's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from typing_extensions import override

from access.clients.etcd import Delete, Etcd, Holds, Put
from core.errors import Rejected
from dr.hosts.announcing import LASTING, Announcer, AnnouncerWord, read_word, word_text
from dr.live.records import EtcdRecords
from dr.placement import Placement
from inventory.etcd import announcers, announcers_on
from inventory.names import HostName, ServiceName


class Announcers(Protocol):
    """What an agent asks of its fellows, and says to them; each answer is a majority's."""

    def standing(self) -> Mapping[ServiceName, Sequence[Announcer]]:
        """Return every word that stands, ours only if this agent gave it; keep ours standing.

        Raises:
            NotSeen: no quorum answered.
        """

    def tell(self, service: ServiceName, word: AnnouncerWord) -> None:
        """Let ``word`` be ours.

        Raises:
            Rejected: it is not.
            Unreachable: it may be.
        """

    def take_back(self, service: ServiceName) -> None:
        """Let there be no word of ours; raises as ``tell``."""

    def stand_down(
        self, service: ServiceName, placement: Placement, own: Announcer, other: Announcer
    ) -> bool:
        """Let there be no word of ours, if in that moment all that it rests on stands; tell it.

        That is: ``placement``, ``own`` and ``other`` as they were read, and no run's claim.

        Raises:
            Rejected: nothing changed.
            Unreachable: our word may be gone. Nothing may be withdrawn for it.
        """


@dataclass(slots=True)
class EtcdAnnouncers(Announcers):
    """Those of the network of ``records``; we are ``host``."""

    etcd: Etcd
    records: EtcdRecords
    host: HostName
    _lease: str | None = None
    _given: set[ServiceName] = field(default_factory=set)
    """words under that lease: an earlier agent's end with its own"""

    @override
    def standing(self) -> Mapping[ServiceName, Sequence[Announcer]]:
        """Return every word that stands, and renew the lease of ours."""
        if self._lease is not None and not self.etcd.renew(self._lease):
            self._forget()
        prefix = announcers(self.records.network.environment)
        standing: dict[ServiceName, list[Announcer]] = defaultdict(list)
        for pair in self.etcd.under(prefix):
            host, _, name = pair.key.removeprefix(prefix).partition("/")
            service = ServiceName(name)
            # what nobody can read is nobody's word
            with suppress(Rejected):
                word = read_word(pair.value)
                if host != self.host or service in self._given:
                    standing[service].append(Announcer(HostName(host), word, pair.revision))
        return standing

    @override
    def tell(self, service: ServiceName, word: AnnouncerWord) -> None:
        """Let ``word`` be ours, under a lease."""
        if self._lease is None:
            self._lease = self.etcd.lease(LASTING)
        put = Put(self._key(self.host, service), word_text(word), self._lease)
        self._given.add(service)  # also where no answer comes: it may be there
        try:
            self.etcd.change([], [put])
        except Rejected:
            self._forget()  # the lease may have ended
            raise

    @override
    def take_back(self, service: ServiceName) -> None:
        """Delete our key."""
        self.etcd.change([], [Delete(self._key(self.host, service))])
        self._given.discard(service)

    @override
    def stand_down(
        self, service: ServiceName, placement: Placement, own: Announcer, other: Announcer
    ) -> bool:
        """Delete our key in one transaction that compares all that it rests on."""
        claim = self.records.claim(service)
        if claim.run is not None:
            return False
        stands = [
            self.records.placed(service, placement),
            *self.records.fence(service, claim),
            *(Holds(self._key(one.host, service), word_text(one.word)) for one in (own, other)),
        ]
        gone = self.etcd.change(stands, [Delete(self._key(self.host, service))])
        if gone:
            self._given.discard(service)
        return gone

    def _forget(self) -> None:
        self._lease = None
        self._given.clear()

    def _key(self, host: HostName, service: ServiceName) -> str:
        return announcers_on(self.records.network.environment, host) + service
