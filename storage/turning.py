"""How the writing of a store goes from one host to another, nothing lost.

Who ends lets nobody write, and then makes one more recovery point: its origin is the token. Who
begins asks everybody, and begins with the point from that origin or not at all. So no two write,
whenever one of them dies; and nobody begins while a host that may write does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.clock import Clock
from core.errors import Rejected
from inventory.names import HostName
from inventory.storage import Store
from inventory.system_accounts import store_account
from storage.apart_note import ApartNote
from storage.final_note import FinalNote
from storage.pins import Pins
from storage.points import NAMED, PointDifference, RecoveryPoint, origins
from storage.pool import StoragePool
from storage.requests import MOST_ORIGINS, EndRequest, PullRequest, SourceAnswer
from storage.seat import StoreSeat
from storage.source_door import SourceDoor, another_life, demand


@dataclass(frozen=True, slots=True)
class StoreTurn:
    """What one host does when ``store`` comes to it, or goes from it."""

    store: Store
    pool: StoragePool
    seat: StoreSeat
    final: FinalNote
    pins: Pins
    apart: ApartNote
    is_served: Callable[[], bool]
    """whether a process of the store's account runs here"""
    clock: Clock

    def end(self) -> str:
        """End writing here; return the origin of the point that holds all that was written.

        Raises:
            WorldError: it has not ended yet.
        """
        self.seat.leave()
        if (origin := self.final.read()) is not None:
            return origin
        if self.is_served():
            raise Rejected(
                f"{self.store.name} is served here still",
                expected="that it ends: it lost its seat",
                actual="processes of its account",
                next_step=f"systemctl status ndc-store-{self.store.name}-ends.service",
            )
        before = {*self.pool.points(self.store.dataset)}
        self.pool.make_point(self.store.dataset, self.clock.now())
        (final,) = {*self.pool.points(self.store.dataset)} - before
        self.final.write(final.origin)
        return final.origin

    def follow(self) -> None:
        """Be a refuge from now on: another host goes on from the final point."""
        self.pool.set_aside(self.store.dataset)
        self.final.clear()

    def stand_apart(self, counted: PointDifference | None = None) -> None:
        """Be a refuge from now on, though what only this host wrote is given up: it is kept.

        So much was ``counted`` of it; None: nobody could tell.
        """
        name = f"{self.clock.now():{NAMED}}"
        if counted is not None:
            # first: what is kept and was not counted would be told as such for good
            self.apart.add(name, counted)
        self.pool.keep_apart(self.store.dataset, name)
        self.final.clear()

    def begin(self, others: Mapping[HostName, SourceDoor]) -> None:
        """Let the store be there to be written to, as whoever wrote it before ended.

        ``others`` are all other hosts that hold it. Where nobody ever wrote it, it begins empty.
        Where it is written here already, another may have gone on from it without this host, and
        ended: then it goes on from there, and what was written here meanwhile is kept apart.

        Raises:
            WorldError: one of them writes, does not answer, or nobody can tell how it ended.
        """
        dataset, own = self.store.dataset, self.final.read()
        number = store_account(self.store).number
        answers = self.asked_all(others)
        own = None if self._is_given_up(own, answers) else own
        astray = own is None and self.pool.is_written(dataset)
        if finals := self._finals(answers, astray=astray):
            needed = finals if own is None else finals | {own}
            host, token = self._last(answers, needed)
            point = self._fetched(others[host], token)
            self.pin(answers)
            if astray:
                self.stand_apart()
            self.final.account_for(needed)
            self.pool.set_aside(dataset)
            self.pool.promote(dataset, point, number)
        elif astray:
            return
        elif own is None and any(answer.have for answer in answers.values()):
            raise another_life(self.store, "points on other hosts, which wrote none of them")
        elif own is None and self.pool.points(dataset):
            raise another_life(self.store, "only recovery points of it, made elsewhere")
        self.pool.ensure_dataset(dataset, number)
        self.final.clear()

    def _is_given_up(self, own: str | None, answers: Mapping[HostName, SourceAnswer]) -> bool:
        """Whether another began without this host, which ended with ``own``, and lacks that."""
        host = self.store.hosts[0]
        return own is not None and any(
            host in answer.without and own not in {*answer.past, *answer.have}
            for answer in answers.values()
        )

    def _finals(self, answers: Mapping[HostName, SourceAnswer], *, astray: bool) -> set[str]:
        """Return the points with which others ended; ``astray``: that are not in what is here."""
        here = {point.origin for point in self.pool.points(self.store.dataset)}
        known = {*here, *self.final.past()} if astray else set()
        finals = {answer.final for answer in answers.values() if answer.final is not None}
        return finals - known

    def asked_all(self, others: Mapping[HostName, SourceDoor]) -> dict[HostName, SourceAnswer]:
        """Return what each of ``others`` says of its end.

        Raises:
            WorldError: one of them writes, or does not answer.
        """
        answers = {host: self._asked(door) for host, door in others.items()}
        for host, answer in answers.items():
            if answer.written and answer.final is None:
                raise _is_written(self.store, host)
        return answers

    def _asked(self, door: SourceDoor) -> SourceAnswer:
        with door.ask(EndRequest(self.store.name)) as (answer, _):
            demand(answer)
            return answer

    def _last(
        self, answers: Mapping[HostName, SourceAnswer], needed: set[str]
    ) -> tuple[HostName, str]:
        """Return who ended last, and with which point: it has all points that others ended with."""
        last = [
            (host, answer.final)
            for host, answer in answers.items()
            if answer.final is not None and needed <= {answer.final, *answer.have}
        ]
        if len(last) != 1:
            raise another_life(self.store, "several hosts that wrote it, and none with all of it")
        return last[0]

    def _fetched(self, door: SourceDoor, token: str) -> RecoveryPoint:
        """Return the point from ``token``, fetched through ``door`` where it is not here."""
        dataset = self.store.dataset
        if (point := self._point(token)) is not None:
            return point
        have = origins(self.pool.points(dataset), MOST_ORIGINS)
        with door.ask(PullRequest(self.store.name, have)) as (answer, stream):
            demand(answer)
            if answer.send == token:
                self.pool.receive(dataset, stream)
        if (fetched := self._point(token)) is None:
            raise another_life(self.store, "another point than the one that it ended with")
        return fetched

    def pin(self, answers: Mapping[HostName, SourceAnswer]) -> None:
        """Keep for each host from where its next transfer starts: nobody did so here until now."""
        points = self.pool.points(self.store.dataset)
        for host, answer in answers.items():
            common = [point.origin for point in points if point.origin in answer.have]
            self.pins.pin(self.store.name, host, common[-1:])

    def _point(self, origin: str) -> RecoveryPoint | None:
        points = self.pool.points(self.store.dataset)
        return next((point for point in points if point.origin == origin), None)


def _is_written(store: Store, host: HostName) -> Rejected:
    return Rejected(
        f"{store.name} does not begin here: it is written on {host}",
        expected="that it ends there",
        actual="it has not",
        next_step=f"ndc ssh {host} -- journalctl --unit ndc-storage --lines 20",
    )
