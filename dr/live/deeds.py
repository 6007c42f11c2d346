"""What controllers do by themselves, in etcd: a deed is one transaction that leaves word of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from access.clients import patroni
from access.clients.etcd import Comparison, Delete, Etcd, Holds, Put, Unchanged
from core.errors import Rejected, WorldError
from dr.doors import LeaderKey
from dr.live.records import EtcdRecords
from dr.placement import BY_ITSELF, Placement, placement_text
from dr.watch.deeds import Deed, Grounds, Relocating, Vacating, deed_text, read_deed
from dr.watch.lever import lever_sentence
from inventory import etcd as keys
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Network

KEPT: Final = 20
"""deeds about one database or service"""


@dataclass(frozen=True, slots=True)
class Footing:
    """Grounds, and what a transaction has to compare to be made only while they stand."""

    grounds: Grounds
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Deeds:
    """Those of all controllers of ``network``."""

    etcd: Etcd
    network: Network

    def leader(self, database: DatabaseName) -> LeaderKey | None:
        """Return by what ``database`` is led, as a quorum says now; None: nobody holds its key.

        Raises:
            NotSeen: no quorum answered.
        """
        leading, _ = keys.patroni_facts(self.network.environment, database)
        record = self.etcd.get(leading)
        return LeaderKey(HostName(record.value), record.revision) if record else None

    def grounds(self, database: DatabaseName, key: LeaderKey) -> Footing:
        """Return what else counts of ``database``, led by ``key`` when it was looked at.

        Raises:
            NotSeen: no quorum answered.
            JournalCorrupt: a claim cannot be trusted.
        """
        environment = self.network.environment
        leading, synchronous = keys.patroni_facts(environment, database)
        claim, held = EtcdRecords(self.etcd, self.network).holding(database)
        sync, lever = self._text(synchronous), self._text(keys.lever(environment))
        grounds = Grounds(
            database,
            key,
            whole=frozenset(map(HostName, patroni.waited_for(sync))),
            run=claim.run,
            lever=lever_sentence(lever),
        )
        stands = (Holds(leading, key.holder), Unchanged(leading, key.term))
        also = (Holds(synchronous, sync), Holds(keys.lever(environment), lever), *held)
        return Footing(grounds, (*stands, *also))

    def last(self, database: DatabaseName) -> Deed | None:
        """Return the last deed about ``database``; None: there was none.

        Raises:
            NotSeen: no quorum answered.
            Rejected: it cannot be read.
        """
        records = self.etcd.under(keys.deeds_about(self.network.environment, database))
        return read_deed(records[-1].value) if records else None

    def all(self) -> tuple[Deed, ...]:
        """Return the last deeds about each database and service, oldest first.

        One that cannot be read is nobody's, and left out.

        Raises:
            NotSeen: no quorum answered.
        """
        read: list[Deed] = []
        for record in self.etcd.under(keys.deeds(self.network.environment)):
            with suppress(Rejected):
                read.append(read_deed(record.value))
        return tuple(sorted(read, key=lambda deed: deed.at))

    def vacate(self, deed: Vacating, footing: Footing) -> bool:
        """Do ``deed``, or leave word of what kept us from it; tell whether that was made now.

        Nothing is made where anything of ``footing`` has changed since it was read.

        Raises:
            Rejected: etcd refused; nothing was made.
            Unreachable: it may have been made.
        """
        environment = self.network.environment
        leading, _ = keys.patroni_facts(environment, deed.database)
        word = Put(keys.deed(environment, deed.database, deed.ordinal), deed_text(deed))
        taken = [] if deed.why_not else [Delete(leading)]
        is_done = self.etcd.change(footing.comparisons, [*taken, word])
        if is_done:
            self._forget(deed.database)
        return is_done

    def relocate(self, deed: Relocating, placed: Placement, office: str, rest: timedelta) -> bool:
        """Do ``deed``, whose service is ``placed`` so, as whoever holds ``office``; tell whether.

        Nothing is done where somebody else judges by now, a run holds the service, the lever is
        pulled, or the service is left alone; then it is, for ``rest``.

        Raises:
            Rejected: it is placed otherwise, or etcd refused; nothing was done.
            NotSeen, Unreachable: it may have been done.
            JournalCorrupt: a record cannot be trusted; nothing was done.
        """
        environment, records = self.network.environment, EtcdRecords(self.etcd, self.network)
        claim, held = records.holding(self.network.service(deed.service).database)
        if claim.run is not None:
            return False
        resting = keys.rest(environment, deed.service)
        stands = (
            Holds(keys.elected(environment), office),
            Holds(keys.lever(environment), None),
            Holds(resting, None),
            records.placed(deed.service, placed),
            *held,
        )
        new, lease = Placement(deed.target, deed.epoch, BY_ITSELF), self.etcd.lease(rest)
        changes = (
            Put(f"{keys.placements(environment)}{deed.service}", placement_text(new)),
            Put(keys.deed(environment, deed.service, deed.ordinal), deed_text(deed)),
            Put(resting, f"{deed.by} moved it by itself", lease),
            Put(keys.failed_over(environment, deed.service), placement_text(new), lease),
        )
        is_done = self.etcd.change(stands, changes)
        if is_done:
            self._forget(deed.service)
        return is_done

    def leave_alone(self, lasting: timedelta, why: str) -> None:
        """Let no controller move any service from now on, for ``lasting``; ``why`` is shown.

        Raises:
            Rejected: etcd refused; they may.
            Unreachable: they may.
        """
        environment, lease = self.network.environment, self.etcd.lease(lasting)
        names = [service.name for service in self.network.services]
        self.etcd.change([], [Put(keys.rest(environment, name), why, lease) for name in names])

    def _forget(self, name: DatabaseName | ServiceName) -> None:
        """Keep the last deeds about ``name``; that older ones stay harms nobody."""
        with suppress(WorldError):
            about = self.etcd.keys_under(keys.deeds_about(self.network.environment, name))
            if len(about) > KEPT:
                self.etcd.change([], [Delete(key) for key in about[:-KEPT]])

    def _text(self, key: str) -> str | None:
        record = self.etcd.get(key)
        return record.value if record else None
