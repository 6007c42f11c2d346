"""A source and a refuge of one store, in memory; what one asks reaches the other at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO

from typing_extensions import override

from core.errors import NotSeen, WorldError
from inventory.names import HostName, PartyName, PoolName, SiteName, StoreName
from inventory.storage import DataClass, Store, StoreCopy
from storage.apart_note import ApartNote
from storage.duties import RefugeDuty, SourceDuty
from storage.final_note import FinalNote
from storage.orders import StoreOrders
from storage.pins import Pins
from storage.pool import MemoryPool
from storage.read_back import ComparisonNote
from storage.requests import SourceAnswer, StoreRequest, read_answer, read_request, request_text
from storage.seat import StoreSeat
from storage.serving import SourceSide
from storage.source_door import SourceDoor
from storage.turning import StoreTurn
from tests.clocks import HandClock

NOON = datetime(2030, 5, 17, 5, tzinfo=UTC)
HERE, FAR = HostName("alpha-data"), HostName("beta-data")
STORE = Store(
    name=StoreName("maps"),
    title="Maps",
    address=IPv4Address("203.0.113.7"),
    access=DataClass.SPECIALISED,
    owner=PartyName("archive"),
    readers=(),
    dataset="maps",
    tier="T1",
    recovery_point=timedelta(seconds=30),
    home=SiteName("alpha"),
    refuges=(SiteName("beta"),),
    copies=(
        StoreCopy(HERE, SiteName("alpha"), PoolName("alpha-pool")),
        StoreCopy(FAR, SiteName("beta"), PoolName("beta-pool")),
    ),
    interval=timedelta(seconds=10),
    transfer=timedelta(seconds=5),
    retention=timedelta(minutes=1),
    read_back=timedelta(seconds=30),
    rate_bits_per_second=None,
)
"""a recovery point every ten seconds, kept for a minute"""


@dataclass(slots=True)
class DirectDoor(SourceDoor):
    """The way to a source in the same process; ``cut`` ends it, ``torn`` cuts each stream short."""

    side: SourceSide
    refuge: HostName = FAR
    cut: bool = False
    torn: bool = False

    @override
    @contextmanager
    def ask(self, request: StoreRequest) -> Iterator[tuple[SourceAnswer, IO[bytes]]]:
        if self.cut:
            raise NotSeen("no answer", refused=False)
        written = io.BytesIO()
        self.side.answer(read_request(request_text(request)), self.refuge, written)
        line, _, rest = written.getvalue().partition(b"\n")
        stream = io.BytesIO(rest[: len(rest) // 2] if self.torn else rest)
        yield read_answer(line.decode()), stream


def turn_of(store: Store, pool: MemoryPool, folder: Path, clock: HandClock) -> StoreTurn:
    """Return how a host with ``pool``, which remembers in ``folder``, begins and ends."""
    seat = StoreSeat(folder / "seat", folder / "left")
    final, pins = FinalNote(folder / "final"), Pins(folder / "pins")
    apart = ApartNote(folder / "apart")
    return StoreTurn(store, pool, seat, final, pins, apart, seat.is_taken, clock)


def side_of(host: HostName, store: Store, pool: MemoryPool, turn: StoreTurn) -> SourceSide:
    """Return what answers for ``store`` on ``host``, which has it in ``pool``."""
    copy = store.copy_on(host)
    assert copy
    return SourceSide(
        host,
        {store.name: store},
        {copy.pool: pool},
        turn.pins,
        {store.name: turn.final},
        {store.name: ComparisonNote(turn.final.at.with_name("read-back"))},
        StoreOrders(turn.final.at.with_name("begun")),
        lambda _: turn.is_served(),
        turn.clock,
    )


class TwoSites:
    """One store at two sites: what its source does, and what its refuge does."""

    def __init__(self, folder: Path, store: Store = STORE) -> None:
        self.clock = HandClock(NOON)
        self.near, self.far = MemoryPool(), MemoryPool()
        self.turn = turn_of(store, self.near, folder / "near", self.clock)
        self.far_turn = turn_of(store, self.far, folder / "far", self.clock)
        side = side_of(HERE, store, self.near, self.turn)
        far_side = side_of(FAR, store, self.far, self.far_turn)
        self.side, self.door = side, DirectDoor(side)
        self.far_door = DirectDoor(far_side, HERE)
        self.source = SourceDuty(store, self.near, {FAR: self.far_door}, self.turn, 1, self.clock)
        note = ComparisonNote(folder / "read-back")
        self.refuge = RefugeDuty(
            store, SiteName("beta"), self.far, self.door, note, self.far_turn, self.clock
        )
        self.dataset = store.dataset

    def write(self, text: str) -> None:
        """Let the store hold ``text``."""
        self.near.ensure_dataset(self.dataset, owner=0)
        self.near.texts[self.dataset] = text

    def after(self, seconds: float) -> None:
        """Let both do what is due, second by second, until so many went by."""
        for _ in range(int(seconds)):
            self.clock.sleep(timedelta(seconds=1))
            self.source.look()
            with suppress(WorldError):
                self.refuge.look()

    def copy(self) -> str | None:
        """Return what the newest point at the refuge holds; None: there is none."""
        points = self.far.points(self.dataset)
        return self.far.kept[self.dataset][points[-1]] if points else None
