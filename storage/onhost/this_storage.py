"""The stores and the pools of the host that a program runs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from access.this_host import ThisHost
from core import host_paths
from core.clock import Clock
from inventory.names import HostName
from inventory.storage import Store
from inventory.system_accounts import store_account
from storage.duties import PoolDuty, RefugeDuty, SourceDuty
from storage.final_note import FinalNote
from storage.onhost.btrfs import BtrfsPool
from storage.onhost.processes import runs_as
from storage.onhost.ssh_source import SshSource
from storage.pins import Pins
from storage.read_back import ComparisonNote
from storage.scrub_note import ScrubNote
from storage.seat import StoreSeat
from storage.serving import SourceSide
from storage.turning import StoreTurn

_STATE = Path(host_paths.STORAGE_STATE)


@dataclass(frozen=True, slots=True)
class ThisStorage:
    """What ``here`` holds of stores, and does about them."""

    here: ThisHost
    clock: Clock
    state: Path = _STATE
    """where it remembers what must not be forgotten"""

    def duties(self) -> list[SourceDuty | RefugeDuty]:
        """Return what is to be done here, a duty a store."""
        return [self._duty(store) for store in self.here.network.stores_on(self.here.host.name)]

    def pool_duties(self) -> list[PoolDuty]:
        """Return what is to be done about the pools of this host."""
        return [
            PoolDuty(
                pool.name,
                BtrfsPool(Path(pool.folder)),
                ScrubNote(self.state / f"{pool.name}.scrub"),
                self.clock,
            )
            for pool in self.here.network.pools_on(self.here.host.name)
        ]

    def source_side(self) -> SourceSide:
        """Return what answers refuges here: for the stores that are written at this site."""
        host, network = self.here.host, self.here.network
        return SourceSide(
            host.name,
            {one.name: one for one in network.stores_on(host.name)},
            {pool.name: BtrfsPool(Path(pool.folder)) for pool in network.pools_on(host.name)},
            self._pins,
            {one.name: self._final(one) for one in network.stores_on(host.name)},
            self.clock,
        )

    def _duty(self, store: Store) -> SourceDuty | RefugeDuty:
        own, source = store.copy_on(self.here.host.name), store.copy_at(store.home)
        assert own  # noqa: S101 - it lies here
        assert source  # noqa: S101 - somewhere it is written
        folders = {pool.name: pool.folder for pool in self.here.network.pools}
        pool, clock = BtrfsPool(Path(folders[own.pool])), self.clock
        seat = StoreSeat(
            self.state / host_paths.SEATS.name / store.name,
            self.state / host_paths.LEFT_SEATS.name / store.name,
        )
        is_served = partial(runs_as, store_account(store).number)
        turn = StoreTurn(store, pool, seat, self._final(store), self._pins, is_served, clock)
        if own == source:
            others = {copy.host: self._door(copy.host) for copy in store.copies if copy != own}
            return SourceDuty(store, pool, others, turn, clock)
        note = ComparisonNote(self.state / f"{store.name}.read-back")
        return RefugeDuty(store, own.site, pool, self._door(source.host), note, turn, clock)

    def _door(self, host: HostName) -> SshSource:
        return SshSource(
            host,
            self.here.network.host(host).loopback,
            self.here.folder / host_paths.STORAGE_KEY.name,
            self.here.folder / host_paths.KNOWN_HOSTS.name,
        )

    def _final(self, store: Store) -> FinalNote:
        return FinalNote(self.state / "finals" / store.name)

    @property
    def _pins(self) -> Pins:
        return Pins(self.state / "pins")
