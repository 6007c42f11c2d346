"""What a host does about one store, whichever it is of it now: who writes it, or a refuge.

That is decided anew at each look. Until a majority was heard since the host booted nobody knows,
and the store is neither served nor fetched here: a host that starts alone and cut off stays silent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from core.errors import Rejected
from inventory.names import HostName
from inventory.storage import Store, StoreCopy
from storage.duties import RefugeDuty, SourceDuty
from storage.orders import StoreOrders, StorePlaces
from storage.page import ApartWord, CopyWord
from storage.placed import StoreOrder, StorePlace
from storage.pool import StoragePool
from storage.read_back import ComparisonNote
from storage.source_door import SourceDoor
from storage.succession import StoreSuccession

_LISTENS: Final = timedelta(seconds=1)
"""no longer than this nobody looks whether the store is elsewhere by now"""


@dataclass(slots=True)
class StoreDuty:
    """Keeps ``store`` on a host, as records and orders say."""

    store: Store
    """as it is declared"""
    copy: StoreCopy
    """what this host holds of it"""
    pool: StoragePool
    door: Callable[[HostName], SourceDoor]
    """to each other host that holds it"""
    note: ComparisonNote
    succession: StoreSuccession
    places: StorePlaces
    orders: StoreOrders
    _duty: SourceDuty | RefugeDuty | None = field(default=None, init=False)
    _since: tuple[StoreCopy, int] | None = field(default=None, init=False)
    """who writes it, under which epoch"""
    _due: timedelta = field(default=timedelta(), init=False)

    def look(self) -> timedelta:
        """Do what is due; return how long nothing will be that is not heard of.

        Raises:
            WorldError: it was not all done.
            JournalCorrupt: what this host was told of the store cannot be read.
        """
        place, order = self._place(), self.orders.read(self.store.name)
        if place is None:
            self.succession.turn.seat.leave()
            self._duty = self._since = None
            return _LISTENS
        if self._take(self._writer(place, order), max(place.epoch, order.epoch if order else 0)):
            self._due = timedelta()
        clock = self.succession.turn.clock
        if clock.elapsed() >= self._due:
            self._due = timedelta()
            self._due = clock.elapsed() + self._look(place, order)
        return min(self._due - clock.elapsed(), _LISTENS)

    def word(self) -> CopyWord | None:
        """Return what is to be told of this copy; None: it is written here, or nobody knows.

        Raises:
            WorldError: the pool or the note could not be read.
        """
        return self._duty.word() if isinstance(self._duty, RefugeDuty) else None

    def apart(self) -> ApartWord:
        """Return what is to be told of what was written here and given up.

        Raises:
            WorldError: the pool or the note could not be read.
        """
        names = self.pool.apart(self.store.dataset)
        counted = self.succession.turn.apart.total(names)
        return ApartWord(self.store, self.copy.site, len(names), counted)

    def _place(self) -> StorePlace | None:
        places = self.places.read()
        return None if places is None else places.get(self.store.name)

    def _writer(self, place: StorePlace, order: StoreOrder | None) -> StoreCopy:
        if order is not None and order.epoch > place.epoch:
            return self.copy
        writer = self.store.copy_at(place.site)
        if writer is None:
            raise Rejected(
                f"{self.store.name} is placed at {place.site}, where no host holds it",
                expected=", ".join(copy.site for copy in self.store.copies),
                actual=place.site,
                next_step="declare it there, or have another site write it: ndc up",
            )
        return writer

    def _look(self, place: StorePlace, order: StoreOrder | None) -> timedelta:
        if isinstance(self._duty, SourceDuty) and order and order.epoch >= place.epoch:
            self.succession.begin(order, self._duty.others)
        return self._duty.look() if self._duty else _LISTENS

    def _take(self, writer: StoreCopy, epoch: int) -> bool:
        """Be whatever this host is while ``writer`` writes; return whether it was another thing."""
        if (writer, epoch) == self._since:
            return False
        self._since = (writer, epoch)
        store = self.store.at(writer.site)
        turn = replace(self.succession.turn, store=store)
        if writer == self.copy:
            others = {one.host: self.door(one.host) for one in store.copies if one != writer}
            self._duty = SourceDuty(store, self.pool, others, turn, epoch, turn.clock)
        else:
            source, site = self.door(writer.host), self.copy.site
            self._duty = RefugeDuty(store, site, self.pool, source, self.note, turn, turn.clock)
        return True
