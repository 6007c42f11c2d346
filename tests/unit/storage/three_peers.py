"""Three hosts that hold a store and may die at any instant; who writes it is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from typing_extensions import override

from core.errors import WorldError
from inventory.names import HostName, PoolName, SiteName, StoreName
from inventory.storage import Store, StoreCopy
from storage.apart_note import ApartNote
from storage.final_note import FinalNote
from storage.keeping import StoreDuty
from storage.orders import StoreOrders, StorePlaces
from storage.pins import Pins
from storage.placed import StoreOrder, StorePlace
from storage.points import RecoveryPoint
from storage.pool import MemoryPool
from storage.read_back import ComparisonNote
from storage.requests import SourceAnswer, StoreRequest
from storage.seat import StoreSeat
from storage.serving import SourceSide
from storage.source_door import SourceDoor
from storage.succession import StoreSuccession
from storage.turning import StoreTurn
from tests.clocks import HandClock
from tests.unit.storage.two_sites import NOON, STORE, DirectDoor, side_of

ALPHA, BETA, GAMMA = SiteName("alpha"), SiteName("beta"), SiteName("gamma")
SITES = (ALPHA, BETA, GAMMA)
DATASET = STORE.dataset


class Died(Exception):
    """The host of a program lost its power at this instant."""


@dataclass(slots=True)
class Fuse:
    """Lets whoever is about to do, or has just done, its thing number ``left`` lose power."""

    left: int | None = None

    @contextmanager
    def around(self) -> Iterator[None]:
        """Burn before and after an effect."""
        self._burn()
        yield
        self._burn()

    def _burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Died


@dataclass(slots=True)
class MortalPool(MemoryPool):
    """A pool whose host may die around each change."""

    fuse: Fuse = field(default_factory=Fuse)

    @override
    def make_point(self, dataset: str, at: datetime) -> None:
        with self.fuse.around():
            MemoryPool.make_point(self, dataset, at)

    @override
    def receive(self, dataset: str, stream: IO[bytes]) -> None:
        with self.fuse.around():
            MemoryPool.receive(self, dataset, stream)

    @override
    def promote(self, dataset: str, point: RecoveryPoint, owner: int) -> None:
        with self.fuse.around():
            MemoryPool.promote(self, dataset, point, owner)

    @override
    def set_aside(self, dataset: str) -> None:
        with self.fuse.around() if self.is_written(dataset) else nullcontext():
            MemoryPool.set_aside(self, dataset)

    @override
    def keep_apart(self, dataset: str, name: str) -> None:
        with self.fuse.around() if self.is_written(dataset) else nullcontext():
            MemoryPool.keep_apart(self, dataset, name)


@dataclass(frozen=True, slots=True)
class MortalNote(FinalNote):
    """A note whose host may die around each change."""

    fuse: Fuse

    @override
    def write(self, origin: str) -> None:
        with self.fuse.around():
            FinalNote.write(self, origin)

    @override
    def clear(self) -> None:
        with self.fuse.around() if self.at.exists() else nullcontext():
            FinalNote.clear(self)


@dataclass(frozen=True, slots=True)
class MortalOrders(StoreOrders):
    """Orders of a host that may die around each one that it keeps."""

    fuse: Fuse

    @override
    def write(self, store: StoreName, order: StoreOrder) -> None:
        with self.fuse.around():
            StoreOrders.write(self, store, order)


@dataclass(frozen=True, slots=True)
class MortalSeat(StoreSeat):
    """A seat whose host may die around each change."""

    fuse: Fuse

    @override
    def take(self) -> None:
        with nullcontext() if self.is_taken() else self.fuse.around():
            StoreSeat.take(self)

    @override
    def leave(self) -> None:
        with self.fuse.around() if self.is_taken() else nullcontext():
            StoreSeat.leave(self)


class Peer:
    """One host that holds the store, and what systemd makes of its seat."""

    def __init__(self, site: SiteName, folder: Path, fuse: Fuse, clock: HandClock) -> None:
        self.site, self.host = site, HostName(f"{site}-data")
        self.copy = StoreCopy(self.host, site, PoolName(f"{site}-pool"))
        self.pool = MortalPool(fuse=fuse)
        self.serves = False
        seat = MortalSeat(folder / "seat", folder / "left", fuse)
        final = MortalNote(folder / "final", fuse)
        pins, self.note = Pins(folder / "pins"), ComparisonNote(folder / "read-back")
        self.turn = StoreTurn(
            STORE,
            self.pool,
            seat,
            final,
            pins,
            ApartNote(folder / "apart"),
            lambda: self.serves,
            clock,
        )
        self.begun = MortalOrders(folder / "begun", fuse)
        self.places, self.orders = StorePlaces(folder / "places"), StoreOrders(folder / "orders")
        self.duty: StoreDuty | None = None
        folder.mkdir(parents=True)

    def boot(self) -> None:
        """Forget what no boot leaves: what was heard of records, and the seat."""
        self.serves, self.duty = False, None
        for path in (self.places.at, self.turn.seat.at, self.turn.seat.left):
            path.unlink(missing_ok=True)


class ThreePeers:
    """Three hosts that hold a store; which of them is to write it is on record."""

    def __init__(self, folder: Path, declared: Store = STORE) -> None:
        self.clock, self.fuse, self.place = HandClock(NOON), Fuse(), StorePlace(ALPHA, 1)
        self.declared = declared
        self.peers = {site: Peer(site, folder / site, self.fuse, self.clock) for site in SITES}
        self.cut: set[SiteName] = set()
        """which reach no other host that holds it"""
        self.deaf: set[SiteName] = set()
        """which hear nothing of records"""
        self.off: set[SiteName] = set()
        self.written = ""
        """all that was acknowledged"""
        self.together = 1
        """how many served at once, at most"""
        self.rests = False
        """whether clients write nothing"""

    @property
    def home(self) -> SiteName:
        """Where it is to be written."""
        return self.place.site

    @home.setter
    def home(self, site: SiteName) -> None:
        self.place = StorePlace(site, self.place.epoch + 1)

    @property
    def store(self) -> Store:
        """The store, as it is declared."""
        return replace(self.declared, copies=tuple(self.peers[site].copy for site in SITES))

    def after(self, seconds: int) -> None:
        """Let everybody do what is due and clients write, until so many seconds went by."""
        for _ in range(seconds):
            self.clock.sleep(timedelta(seconds=1))
            for peer in self.peers.values():
                if peer.site not in self.off:
                    self._live(peer)
            self._write()

    def burn(self, site: SiteName) -> None:
        """Take the power of the host at ``site``."""
        self.off.add(site)
        self.peers[site].boot()

    def order(self, site: SiteName, *without: SiteName) -> StoreOrder:
        """Order the host at ``site`` to begin under the next epoch from its newest point."""
        peer = self.peers[site]
        given_up = tuple(self.peers[one].host for one in without)
        origin = peer.pool.points(DATASET)[-1].origin
        order = StoreOrder(self.place.epoch + 1, "a-run", origin, given_up)
        peer.orders.write(STORE.name, order)
        return order

    def side(self, peer: Peer) -> SourceSide:
        """Return what answers others at ``peer``."""
        return replace(side_of(peer.host, self.store, peer.pool, peer.turn), begun=peer.begun)

    def _write(self) -> None:
        serving = [peer for peer in self.peers.values() if peer.serves]
        self.together = max(self.together, len(serving))
        for peer in () if self.rests else serving:
            letter = chr(ord("a") + len(self.written) % 26)
            peer.pool.texts[DATASET] += letter
            self.written += letter

    def _live(self, peer: Peer) -> None:
        try:
            if peer.site not in self.deaf:
                peer.places.write({STORE.name: self.place})
            peer.duty = peer.duty or self._duty(peer)
            with suppress(WorldError):
                peer.duty.look()
        except Died:
            peer.boot()
        # systemd starts and ends a moment later than it is told
        peer.serves = peer.turn.seat.is_taken()

    def _duty(self, peer: Peer) -> StoreDuty:
        by_host = {one.host: one for one in self.peers.values()}

        def door(host: HostName) -> SourceDoor:
            return PeerDoor(self, by_host[host], peer)

        return StoreDuty(
            self.store,
            peer.copy,
            peer.pool,
            door,
            peer.note,
            StoreSuccession(replace(peer.turn, store=self.store), peer.begun),
            peer.places,
            peer.orders,
        )


@dataclass(frozen=True, slots=True)
class PeerDoor(SourceDoor):
    """The way from one of them to another, as long as there is one."""

    peers: ThreePeers
    to: Peer
    asking: Peer

    @override
    @contextmanager
    def ask(self, request: StoreRequest) -> Iterator[tuple[SourceAnswer, IO[bytes]]]:
        silent = {self.to.site, self.asking.site} & (self.peers.cut | self.peers.off)
        door = DirectDoor(self.peers.side(self.to), self.asking.host, cut=bool(silent))
        with door.ask(request) as answered:
            yield answered
