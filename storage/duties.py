"""What a host does, again and again: about a store, as its source or refuge, and about a pool.

Neither knows the other: a source makes points whether anybody asks or not, and a refuge asks. So
nothing that a source sends by itself can reach a refuge, and an old source cannot push.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotSeen, Unreachable, WorldError
from inventory.names import HostName, PoolName, SiteName
from inventory.storage import Store
from inventory.system_accounts import store_account
from storage.hindrance import Hindrance
from storage.page import CopyWord, PoolWord
from storage.points import (
    SAME,
    CopyComparison,
    PointDifference,
    newest,
    origins,
    surplus,
    wait_for_next,
)
from storage.pool import PoolFull, StoragePool
from storage.read_back import ComparisonNote
from storage.requests import MOST_ORIGINS, DigestRequest, PullRequest
from storage.scrub_note import ScrubNote
from storage.source_door import AnotherLife, SourceDoor, another_life, demand
from storage.turning import StoreTurn

_LATE: Final = timedelta(seconds=1)
"""after a point is due at the source, a refuge asks for it"""
SCRUB_EVERY: Final = timedelta(days=1)
_AGAIN: Final = timedelta(seconds=5)
"""after what did not succeed"""


@dataclass(frozen=True, slots=True)
class SourceDuty:
    """Has ``store`` served, which is written here; makes its recovery points, drops old ones."""

    store: Store
    pool: StoragePool
    others: Mapping[HostName, SourceDoor]
    """all other hosts that hold it"""
    turn: StoreTurn
    epoch: int
    """since which it is written here"""
    clock: Clock

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be.

        Raises:
            WorldError: it was not all done.
        """
        dataset, now, final = self.store.dataset, self.clock.now(), self.turn.final
        is_sure = final.epoch() == self.epoch
        if not is_sure or not self.pool.is_written(dataset) or final.read() is not None:
            self.turn.begin(self.others)
            final.make_sure(self.epoch)
        self.pool.ensure_dataset(dataset, store_account(self.store).number)
        self.turn.seat.take()
        points = self.pool.points(dataset)
        pinned = self.turn.pins.pinned(self.store.name, self.others)
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
    turn: StoreTurn
    clock: Clock
    transfer: timedelta | None = field(default=None, init=False)
    """how long the last one took; None: there was none since this program began"""
    hindrance: Hindrance | None = field(default=None, init=False)
    """of the last look; None: of none, or there was no look since this program began"""
    has_looked: bool = field(default=False, init=False)

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be.

        Raises:
            WorldError: it was not all done.
        """
        try:
            pause = self._look()
        except WorldError as error:
            self.hindrance = _hindrance(error)
            raise
        else:
            self.hindrance = None
        finally:
            self.has_looked = True
        return pause

    def _look(self) -> timedelta:
        now, final = self.clock.now(), None
        if self.pool.is_written(self.store.dataset):
            final = self.turn.end()
        else:
            self.turn.seat.leave()
            self.turn.final.clear()
        if final is None:
            self._drop()
        # who ended here is a refuge only once it fetched from who went on
        due = final is not None or not self._wait(now)
        if due and not self._pull(final):
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
            store=self.store,
            site=self.site,
            newest=last.made_at if last else None,
            read_back=read_back,
            transfer=self.transfer,
            hindrance=self.hindrance,
            has_looked=self.has_looked,
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

    def _pull(self, final: str | None) -> bool:
        """Fetch the newest point; return whether the source had another than those here.

        Who wrote the store until the point ``final`` follows once the source goes on from there.
        """
        dataset, began = self.store.dataset, self.clock.elapsed()
        have = self._known(final)
        with self.source.ask(PullRequest(self.store.name, have)) as (answer, stream):
            demand(answer)
            if answer.send is None:
                return False
            if have and answer.base is None:
                raise another_life(self.store, "its source knows no recovery point that is here")
            has_all = final in (answer.base, *answer.past)
            if final is not None and not has_all and self._own not in answer.without:
                raise another_life(self.store, "its source lacks what was written here")
            # before anything is received: what cannot be told now is asked again, and soon
            alone = SAME if final is None or has_all else self._alone(final, answer.base)
            self.pool.receive(dataset, stream)
        if final is not None:
            self._drop_after(answer.base, received=answer.send)
            if alone == SAME:
                self.turn.follow()
            else:
                self.turn.stand_apart(alone)
        self.transfer = self.clock.elapsed() - began
        return True

    def _alone(self, final: str, common: str | None) -> PointDifference | None:
        """Return how much of what ended here with ``final`` the source lacks; None: unknown."""
        points = {point.origin: point for point in self.pool.points(self.store.dataset)}
        last, base = points.get(final), points.get(common or "")
        if last is None or base is None:
            return None
        return self.pool.difference(self.store.dataset, last, base)

    def _drop_after(self, common: str | None, *, received: str) -> None:
        """Drop points that the source never had: nobody comes back to them, and they look new."""
        points = self.pool.points(self.store.dataset)
        base = next((point for point in points if point.origin == common), None)
        astray = [p for p in points if base and p > base and p.origin != received]
        self.pool.drop(self.store.dataset, astray)

    def _known(self, final: str | None) -> tuple[str, ...]:
        """Return the origins from which the next transfer may start.

        Who wrote the store itself may have made many points since what its refuges know.
        """
        known = origins(self.pool.points(self.store.dataset), MOST_ORIGINS)
        if final is None:
            return known
        others = [copy.host for copy in self.store.copies]
        return (*known, *sorted(self.turn.pins.pinned(self.store.name, others) - {*known}))

    @property
    def _own(self) -> HostName:
        return next(copy.host for copy in self.store.copies if copy.site == self.site)

    def _read_back(self) -> None:
        """Compare the newest point with its source, if none was compared for long enough."""
        dataset, last = self.store.dataset, newest(self.pool.points(self.store.dataset))
        before = self.note.read()
        if last is None or (before and last.made_at - before.of < self.store.read_back):
            return
        with self.source.ask(DigestRequest(self.store.name, last.origin)) as (answer, _):
            demand(answer)
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


def _hindrance(error: WorldError) -> Hindrance:
    """Return what ``error`` says that keeps the next recovery point from a refuge."""
    match error:
        case AnotherLife():
            return Hindrance.ASTRAY
        case PoolFull():
            return Hindrance.FULL
        case NotSeen() | Unreachable():
            return Hindrance.SILENT
        case _:
            return Hindrance.OTHER
