"""What a host does, again and again: about a store, as its source or refuge, and about a pool.

Neither knows the other: a source makes points whether anybody asks or not, and a refuge asks. So
nothing that a source sends by itself can reach a refuge, and an old source cannot push.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Final, Protocol

from core.clock import Clock
from core.errors import NotSeen, Rejected
from inventory.names import HostName, PoolName, SiteName
from inventory.storage import Store
from inventory.system_accounts import store_account
from storage.page import CopyWord, PoolWord
from storage.pins import Pins
from storage.points import newest, origins, surplus, wait_for_next
from storage.pool import StoragePool
from storage.read_back import ComparisonNote, CopyComparison
from storage.requests import MOST_ORIGINS, DigestRequest, PullRequest, SourceAnswer, StoreRequest
from storage.scrub_note import ScrubNote
from storage.seat import StoreSeat

_LATE: Final = timedelta(seconds=1)
"""after a point is due at the source, a refuge asks for it"""
SCRUB_EVERY: Final = timedelta(days=1)
_AGAIN: Final = timedelta(seconds=5)
"""after what did not succeed"""


class SourceDoor(Protocol):
    """How a refuge reaches its source."""

    def ask(self, request: StoreRequest) -> AbstractContextManager[tuple[SourceAnswer, IO[bytes]]]:
        """Give the answer to ``request``, and the stream that follows it.

        Raises:
            NotSeen: there was no answer.
            Rejected: the answer cannot be read.
        """


@dataclass(frozen=True, slots=True)
class SourceDuty:
    """Has ``store`` served, which is written here; makes its recovery points, drops old ones."""

    store: Store
    pool: StoragePool
    pins: Pins
    refuges: Sequence[HostName]
    seat: StoreSeat
    clock: Clock

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be.

        Raises:
            WorldError: it was not all done.
        """
        dataset, now = self.store.dataset, self.clock.now()
        points = self.pool.points(dataset)
        if points and not self.pool.is_written(dataset):
            raise _another_life(self.store, "only recovery points of it, made elsewhere")
        self.pool.ensure_dataset(dataset, store_account(self.store).number)
        self.seat.take()
        pinned = self.pins.pinned(self.store.name, self.refuges)
        self.pool.drop(dataset, surplus(points, pinned, self.store.retention, now))
        if not wait_for_next(points, self.store.interval, now):
            self.pool.make_point(dataset, now)
            return self.store.interval
        return wait_for_next(points, self.store.interval, now)


@dataclass(slots=True)
class RefugeDuty:
    """Fetches the recovery points of ``store`` through ``source``, and compares some with it."""

    store: Store
    site: SiteName
    """where the refuge is"""
    pool: StoragePool
    source: SourceDoor
    note: ComparisonNote
    seat: StoreSeat
    clock: Clock
    transfer: timedelta | None = field(default=None, init=False)
    """how long the last one took; None: there was none since this program began"""

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be.

        Raises:
            WorldError: it was not all done.
        """
        dataset, now = self.store.dataset, self.clock.now()
        self.seat.leave()
        if self.pool.is_written(dataset):
            raise _another_life(self.store, "it is there to be written to, and comes from nowhere")
        self._drop()
        if not self._wait(now) and not self._pull():
            return min(_AGAIN, self.store.interval)
        self._read_back()
        return min(self._wait(self.clock.now()) or _AGAIN, self.store.interval)

    def word(self) -> CopyWord:
        """Return what is to be told of this copy.

        Raises:
            WorldError: the pool or the note could not be read.
        """
        last, read_back = newest(self.pool.points(self.store.dataset)), self.note.read()
        return CopyWord(
            self.store, self.site, last.made_at if last else None, read_back, self.transfer
        )

    def _drop(self) -> None:
        """Drop what is old. Where nothing new arrives nothing goes, however long that lasts."""
        points = self.pool.points(self.store.dataset)
        if (last := newest(points)) is not None:
            old = surplus(points, (), self.store.retention, last.made_at)
            self.pool.drop(self.store.dataset, old)

    def _wait(self, now: datetime) -> timedelta:
        points = self.pool.points(self.store.dataset)
        if not points:
            return timedelta()
        return wait_for_next(points, self.store.interval + _LATE, now)

    def _pull(self) -> bool:
        """Fetch the newest point; return whether the source had another than those here."""
        dataset, began = self.store.dataset, self.clock.elapsed()
        have = origins(self.pool.points(dataset), MOST_ORIGINS)
        with self.source.ask(PullRequest(self.store.name, have)) as (answer, stream):
            _demand(answer)
            if answer.send is None:
                return False
            if have and answer.base is None:
                raise _another_life(self.store, "its source knows no recovery point that is here")
            self.pool.receive(dataset, stream)
        self.transfer = self.clock.elapsed() - began
        return True

    def _read_back(self) -> None:
        """Compare the newest point with its source, if none was compared for long enough."""
        dataset, last = self.store.dataset, newest(self.pool.points(self.store.dataset))
        before = self.note.read()
        if last is None or (before and last.made_at - before.of < self.store.read_back):
            return
        with self.source.ask(DigestRequest(self.store.name, last.origin)) as (answer, _):
            _demand(answer)
        if answer.digest is not None:
            equal = answer.digest == self.pool.digest(dataset, last)
            self.note.write(CopyComparison(last.made_at, equal))


@dataclass(slots=True)
class PoolDuty:
    """Reads all of ``pool``, called ``name``, once a day."""

    name: PoolName
    pool: StoragePool
    note: ScrubNote
    clock: Clock

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be.

        Raises:
            WorldError: it was not done.
        """
        last, now = self.note.read(), self.clock.now()
        if last is not None and timedelta() <= now - last < SCRUB_EVERY:
            return SCRUB_EVERY - (now - last)
        self.pool.scrub()
        self.note.write(now)
        return SCRUB_EVERY

    def word(self) -> PoolWord:
        """Return what is to be told of the pool.

        Raises:
            WorldError: the pool or the note could not be read.
        """
        return PoolWord(self.name, self.note.read(), self.pool.errors())


def _another_life(store: Store, actual: str) -> Rejected:
    return Rejected(
        f"{store.name} would begin anew, and what is here of it would go",
        expected="a source that goes on from what its refuges have",
        actual=actual,
        next_step="docs/runbooks/seen/old-store-copy.md",
    )


def _demand(answer: SourceAnswer) -> None:
    if answer.refused is not None:
        raise NotSeen(
            "the source of a store does not answer",
            refused=True,
            expected="its newest recovery point",
            actual=answer.refused,
            next_step="run ndc up on both hosts: they hold different networks",
        )
