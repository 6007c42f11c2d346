"""Answers what refuges ask of a source: its newest recovery point, or what one of them holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Final, Protocol, assert_never

from core.clock import Clock
from core.errors import Rejected
from inventory.names import HostName
from inventory.storage import Store
from storage.final_note import FinalNote
from storage.orders import StoreOrders
from storage.pins import Pins
from storage.placed import StoreOrder
from storage.points import RecoveryPoint, base_of, newest, origins
from storage.pool import StoragePool
from storage.read_back import ComparisonNote
from storage.requests import (
    MOST_ORIGINS,
    DigestRequest,
    EndRequest,
    PullRequest,
    SourceAnswer,
    StandRequest,
    StoreRequest,
    answer_text,
)
from storage.standing import MOST_POINTS, CopyStanding, standing_text

_PIECE: Final = 256 * 2**10
"""bytes that are sent at once"""


class AnswerSink(Protocol):
    """Where an answer goes: to who asked."""

    def write(self, piece: bytes, /) -> object:
        """Send ``piece``, all of it."""

    def flush(self) -> None:
        """Keep nothing back."""


@dataclass(frozen=True, slots=True)
class SourceSide:
    """Answers for the stores of ``host``, out of its ``pools``."""

    host: HostName
    stores: Mapping[str, Store]
    """by their names"""
    pools: Mapping[str, StoragePool]
    """by their names"""
    pins: Pins
    finals: Mapping[str, FinalNote]
    """with which point this host ended, by the names of stores"""
    notes: Mapping[str, ComparisonNote]
    """the last comparison of each copy, by the names of stores"""
    begun: StoreOrders
    """by which orders this host began"""
    is_served: Callable[[Store], bool]
    """whether a process of a store's account runs here"""
    clock: Clock

    def answer(self, request: StoreRequest, refuge: HostName, to: AnswerSink) -> None:
        """Write the answer to ``request``, which ``refuge`` makes, and the stream that it promises.

        Where a host is to say how it stands, whoever reached it may ask.

        Raises:
            Rejected: the stream is not whole; its reader will notice.
        """
        store = self.stores.get(request.store)
        if store is not None and isinstance(request, StandRequest):
            to.write(f"{standing_text(self.standing(store))}\n".encode())
            to.flush()
            return
        if store is None or not store.copy_on(refuge) or refuge == self.host:
            why = f"{refuge} holds no copy of {request.store} that would come from {self.host}"
            _say(to, SourceAnswer(refused=why))
            return
        if not isinstance(request, EndRequest) and not self._pool(store).is_written(store.dataset):
            _say(to, SourceAnswer(refused=f"{self.host} does not write {store.name}"))
            return
        match request:
            case StandRequest():
                """Of a store that is not here nothing is told."""
            case PullRequest():
                self._send(store, refuge, request, to)
            case DigestRequest():
                self._tell(store, request, to)
            case EndRequest():
                self._tell_of_the_end(store, to)
            case _:
                assert_never(request)

    def standing(self, store: Store) -> CopyStanding:
        """Return how this host is with ``store``.

        Raises:
            WorldError: its pool or its notes could not be read.
        """
        # first the note: who begins to write clears it before
        final, written = self.finals[store.name].read(), self._pool(store).is_written(store.dataset)
        begun = self.begun.read(store.name) if written and final is None else None
        points = self._pool(store).points(store.dataset)
        return CopyStanding(
            at=self.clock.now(),
            writes=written and final is None,
            serves=self.is_served(store),
            epoch=begun.epoch if begun else None,
            began=begun.point if begun else None,
            points=_shown(points, begun),
            read_back=self.notes[store.name].read(),
        )

    def _send(self, store: Store, refuge: HostName, request: PullRequest, to: AnswerSink) -> None:
        pool = self._pool(store)
        points = pool.points(store.dataset)
        last = newest(points)
        base = last and base_of(last, points, request.have)
        wanted = last if last and last.origin not in request.have else None
        # what it has stays here until it has more: the next transfer starts from there
        common = [point.origin for point in points if point.origin in request.have][-1:]
        self.pins.pin(store.name, refuge, [*common, *([wanted.origin] if wanted else [])])
        if wanted is None:
            _say(to, SourceAnswer())
            return
        past, without = self.finals[store.name].past(), self._without(store)
        base_origin = base.origin if base else None
        _say(to, SourceAnswer(wanted.origin, wanted.made_at, base_origin, past, without))
        with pool.sending(store.dataset, wanted, base) as stream:
            self._copy(stream, to, store.rate_bits_per_second)

    def _tell(self, store: Store, request: DigestRequest, to: AnswerSink) -> None:
        pool = self._pool(store)
        point = _of(pool.points(store.dataset), request.origin)
        _say(to, SourceAnswer(digest=pool.digest(store.dataset, point) if point else None))

    def _tell_of_the_end(self, store: Store, to: AnswerSink) -> None:
        pool = self._pool(store)
        # first the note: who begins to write clears it before
        final = self.finals[store.name].read()
        _say(
            to,
            SourceAnswer(
                written=pool.is_written(store.dataset),
                final=final,
                have=origins(pool.points(store.dataset), MOST_ORIGINS),
                without=self._without(store),
            ),
        )

    def _without(self, store: Store) -> tuple[HostName, ...]:
        """Return without whom the store was begun here, if it was and did not begin anew since."""
        begun = self.begun.read(store.name)
        is_last = begun is not None and begun.epoch == self.finals[store.name].epoch()
        return begun.without if begun is not None and is_last else ()

    def _copy(self, stream: IO[bytes], to: AnswerSink, bits_per_second: int | None) -> None:
        """Copy ``stream``, no faster than that."""
        began, sent = self.clock.elapsed(), 0
        while piece := stream.read(_PIECE):
            to.write(piece)
            sent += len(piece)
            if bits_per_second is not None:
                due = began + timedelta(seconds=8 * sent / bits_per_second)
                if (early := due - self.clock.elapsed()) > timedelta():
                    self.clock.sleep(early)
        to.flush()

    def _pool(self, store: Store) -> StoragePool:
        copy = store.copy_on(self.host)
        if copy is None:
            raise Rejected(f"{self.host} holds no copy of {store.name}")
        return self.pools[copy.pool]


def _shown(
    points: tuple[RecoveryPoint, ...], begun: StoreOrder | None
) -> tuple[RecoveryPoint, ...]:
    """Return the newest of ``points``, and with them the one with which the store was begun."""
    latest = sorted(points, reverse=True)
    newest_ones, older = latest[:MOST_POINTS], latest[MOST_POINTS:]
    first = [point for point in older if begun is not None and point.origin == begun.point]
    return (*newest_ones, *first)


def _of(points: tuple[RecoveryPoint, ...], origin: str) -> RecoveryPoint | None:
    return next((point for point in points if point.origin == origin), None)


def _say(to: AnswerSink, answer: SourceAnswer) -> None:
    to.write(f"{answer_text(answer)}\n".encode())
    to.flush()
