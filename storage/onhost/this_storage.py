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
from storage.apart_note import ApartNote
from storage.duties import PoolDuty
from storage.final_note import FinalNote
from storage.keeping import StoreDuty
from storage.onhost.btrfs import BtrfsPool
from storage.onhost.processes import runs_as
from storage.onhost.ssh_source import SshSource
from storage.orders import StoreOrders, StorePlaces
from storage.pins import Pins
from storage.read_back import ComparisonNote
from storage.scrub_note import ScrubNote
from storage.seat import StoreSeat
from storage.serving import SourceSide
from storage.succession import StoreSuccession
from storage.turning import StoreTurn

_STATE = Path(host_paths.STORAGE_STATE)


@dataclass(frozen=True, slots=True)
class ThisStorage:
    """What ``here`` holds of stores, and does about them."""

    here: ThisHost
    clock: Clock
    state: Path = _STATE
    """where it remembers what must not be forgotten"""

    def duties(self) -> list[StoreDuty]:
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
        """Return what answers others here: about the stores that this host holds."""
        host, network = self.here.host, self.here.network
        stores = network.stores_on(host.name)
        return SourceSide(
            host.name,
            {one.name: one for one in stores},
            {pool.name: BtrfsPool(Path(pool.folder)) for pool in network.pools_on(host.name)},
            self._pins,
            {one.name: self._final(one) for one in stores},
            {one.name: self._note(one) for one in stores},
            self._begun,
            _is_served,
            self.clock,
        )

    def _duty(self, store: Store) -> StoreDuty:
        own = store.copy_on(self.here.host.name)
        assert own  # noqa: S101 - it lies here
        folders = {pool.name: pool.folder for pool in self.here.network.pools}
        pool = BtrfsPool(Path(folders[own.pool]))
        seats, left = Path(host_paths.SEATS), Path(host_paths.LEFT_SEATS)
        seat = StoreSeat(seats / store.name, left / store.name)
        is_served = partial(_is_served, store)
        turn = StoreTurn(
            store,
            pool,
            seat,
            self._final(store),
            self._pins,
            ApartNote(self.state / "apart" / store.name),
            is_served,
            self.clock,
        )
        return StoreDuty(
            store,
            own,
            pool,
            self._door,
            self._note(store),
            StoreSuccession(turn, self._begun),
            StorePlaces(Path(host_paths.STORE_PLACES)),
            StoreOrders(Path(host_paths.STORE_ORDERS)),
        )

    def _door(self, host: HostName) -> SshSource:
        return SshSource(
            host,
            self.here.network.host(host).loopback,
            self.here.folder / host_paths.STORAGE_KEY.name,
            self.here.folder / host_paths.KNOWN_HOSTS.name,
        )

    def _final(self, store: Store) -> FinalNote:
        return FinalNote(self.state / "finals" / store.name)

    def _note(self, store: Store) -> ComparisonNote:
        return ComparisonNote(self.state / f"{store.name}.read-back")

    @property
    def _begun(self) -> StoreOrders:
        return StoreOrders(self.state / "begun")

    @property
    def _pins(self) -> Pins:
        return Pins(self.state / "pins")


def _is_served(store: Store) -> bool:
    return runs_as(store_account(store).number)
