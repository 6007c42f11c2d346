"""Three hosts that hold a store and may die at any instant; which of them writes it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from typing_extensions import override

from core.errors import WorldError
from inventory.names import HostName, PoolName, SiteName
from inventory.storage import Store, StoreCopy
from storage.duties import RefugeDuty, SourceDuty
from storage.final_note import FinalNote
from storage.pins import Pins
from storage.points import RecoveryPoint
from storage.pool import MemoryPool
from storage.read_back import ComparisonNote
from storage.seat import StoreSeat
from storage.source_door import SourceDoor
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
        with self.fuse.around():
            MemoryPool.set_aside(self, dataset)


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
        with self.fuse.around():
            FinalNote.clear(self)


@dataclass(frozen=True, slots=True)
class MortalSeat(StoreSeat):
    """A seat whose host may die around each change."""

    fuse: Fuse

    @override
    def take(self) -> None:
        with self.fuse.around():
            StoreSeat.take(self)

    @override
    def leave(self) -> None:
        with self.fuse.around():
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
        self.turn = StoreTurn(STORE, self.pool, seat, final, pins, lambda: self.serves, clock)


class ThreePeers:
    """Three hosts that hold a store; which of them is to write it is declared in ``home``."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.fuse, self.home = HandClock(NOON), Fuse(), ALPHA
        self.peers = {site: Peer(site, folder / site, self.fuse, self.clock) for site in SITES}
        self.cut: set[SiteName] = set()
        self.written = ""
        """all that was acknowledged"""
        self.together = 1
        """how many served at once, at most"""

    @property
    def store(self) -> Store:
        """The store, as it is declared now."""
        home, *refuges = sorted(SITES, key=lambda site: (site != self.home, site))
        copies = tuple(self.peers[site].copy for site in (home, *refuges))
        return replace(STORE, home=home, refuges=tuple(refuges), copies=copies)

    def after(self, seconds: int) -> None:
        """Let everybody do what is due and clients write, until so many seconds went by."""
        for _ in range(seconds):
            self.clock.sleep(timedelta(seconds=1))
            for peer in self.peers.values():
                self._live(peer)
            self._write()

    def _write(self) -> None:
        serving = [peer for peer in self.peers.values() if peer.serves]
        self.together = max(self.together, len(serving))
        for peer in serving:
            letter = chr(ord("a") + len(self.written) % 26)
            peer.pool.texts[DATASET] += letter
            self.written += letter

    def _live(self, peer: Peer) -> None:
        try:
            with suppress(WorldError):
                self._duty(peer).look()
        except Died:
            peer.serves = False
        # systemd starts and ends a moment later than it is told
        peer.serves = peer.turn.seat.is_taken()

    def _duty(self, peer: Peer) -> SourceDuty | RefugeDuty:
        store, others = self.store, [one for one in self.peers.values() if one != peer]
        turn = replace(peer.turn, store=store)
        if peer.site == self.home:
            doors = {one.host: self._door(one, peer) for one in others}
            return SourceDuty(store, peer.pool, doors, turn, self.clock)
        door = self._door(self.peers[self.home], peer)
        return RefugeDuty(store, peer.site, peer.pool, door, peer.note, turn, self.clock)

    def _door(self, to: Peer, asking: Peer) -> SourceDoor:
        side = side_of(to.host, self.store, to.pool, to.turn)
        return DirectDoor(side, asking.host, cut=bool({to.site, asking.site} & self.cut))
