"""Placements and claims in etcd: a key a service, a key a database, changed by comparing alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from access.clients import patroni
from access.clients.etcd import Etcd, Holds, Put
from core.errors import NotSeen, Rejected
from dr.placement import (
    Claim,
    Placement,
    claim_text,
    placement_text,
    read_claim,
    read_placement,
    read_placements,
)
from inventory.etcd import claim_on, claims, failed_over, patroni_order, placements
from inventory.names import DatabaseName, PlacedName, ServiceName, StoreName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class EtcdRecords:
    """The records of ``network``; keeps the promise of ``dr.doors.RecordsDoor``."""

    etcd: Etcd
    network: Network

    def placement(self, name: PlacedName) -> Placement | None:
        """Return the record of ``name``, as of now; None: there is none yet."""
        record = self.etcd.get(placements(self.network.environment) + name)
        return read_placement(record.value) if record else None

    def placements(self) -> dict[ServiceName, Placement]:
        """Return every placement record that there is, as of now, read at once.

        Raises:
            NotSeen: they could not be read.
        """
        prefix = placements(self.network.environment)
        return read_placements(prefix, ((kv.key, kv.value) for kv in self.etcd.under(prefix)))

    def claim(self, name: PlacedName) -> Claim:
        """Return who holds ``name``, and its database if it is a service, as of now."""
        return _standing(self._claim_texts(name))[1]

    def alarms(self) -> frozenset[str]:
        """Return what etcd itself raises alarm about."""
        return self.etcd.alarms()

    def failed_over(self, name: PlacedName) -> Placement | None:
        """Return the record of ``name`` that a failover made, while its rest lasts."""
        record = self.etcd.get(failed_over(self.network.environment, name))
        return read_placement(record.value) if record else None

    def swap_placement(
        self,
        name: PlacedName,
        old: Placement | None,
        new: Placement,
        rest: timedelta | None = None,
    ) -> None:
        """Replace the record ``old`` by ``new``, kept for ``rest`` as a failover's; done counts.

        The text that was read is what must still be there, not what we would write for it: another
        version of ndc may have written it.
        """
        key = placements(self.network.environment) + name
        text = self._text(key)
        if _placement(text) == old and old != new:
            changes = [Put(key, placement_text(new)), *self._remembered(name, new, rest)]
            if self.etcd.change([Holds(key, text)], changes):
                return
            text = self._text(key)
        if _placement(text) != new:
            raise _another(key, str(old), text)

    def _remembered(self, name: PlacedName, new: Placement, rest: timedelta | None) -> list[Put]:
        """Return that ``new`` is a failover's for ``rest``; nothing where none made it."""
        if rest is None:
            return []
        key = failed_over(self.network.environment, name)
        return [Put(key, placement_text(new), self.etcd.lease(rest))]

    def swap_claim(self, service: PlacedName, old: Claim, new: Claim) -> None:
        """Replace the claim ``old`` by ``new``, taking back an order; done counts as done."""
        with of_a_change():
            texts = self._claim_texts(service)
            key, claim = _standing(texts)
            if claim == old and old != new:
                order = self._order_of(service, old) if new.run is None else {}
                conditions = [Holds(*pair) for pair in {**texts, **order}.items()]
                taken_back = [Put(each, patroni.NO_ORDER) for each in order]
                if self.etcd.change(conditions, [Put(key, claim_text(new)), *taken_back]):
                    return
                key, claim = _standing(self._claim_texts(service))
        if claim != new:
            raise _another(key, str(old), claim_text(claim))

    def placed(self, service: ServiceName, placement: Placement) -> Holds:
        """Return what a transaction has to compare, to be made only while ``placement`` stands.

        Raises:
            Rejected: it does not stand now.
            Unreachable: nobody can tell.
        """
        key = placements(self.network.environment) + service
        text = self._text(key)
        if _placement(text) != placement:
            raise _another(key, str(placement), text)
        return Holds(key, text)

    def fence(self, service: PlacedName, claim: Claim) -> list[Holds]:
        """Return what a transaction has to compare, to be made only while ``claim`` stands.

        Raises:
            Rejected: it does not stand now.
            NotSeen: nobody can tell.
        """
        texts = self._claim_texts(service)
        key, now = _standing(texts)
        if now != claim:
            raise _another(key, str(claim), claim_text(now))
        return [Holds(*pair) for pair in texts.items()]

    def holding(self, database: DatabaseName) -> tuple[Claim, list[Holds]]:
        """Return who holds ``database``, and what a transaction has to compare while that is so.

        Raises:
            NotSeen: nobody can tell.
        """
        texts = self._texts_of_claims(database)
        return _standing(texts)[1], [Holds(*pair) for pair in texts.items()]

    def _claim_texts(self, name: PlacedName) -> dict[str, str | None]:
        """Return what is kept of claims that cover ``name``, the one to take first."""
        databases = (one.database for one in self.network.services if one.name == name)
        return self._texts_of_claims(next(databases, StoreName(name)))

    def _texts_of_claims(self, covered: DatabaseName | StoreName) -> dict[str, str | None]:
        """Return what is kept of claims on ``covered`` and its services, the one to take first.

        An ndc that claimed each service by itself may still hold one: it counts.
        """
        environment = self.network.environment
        kept = {pair.key: pair.value for pair in self.etcd.under(claims(environment))}
        sharing = [one.name for one in self.network.services if one.database == covered]
        own = claim_on(environment, covered)
        earlier = [key for name in sharing if (key := claims(environment) + name) in kept]
        return {own: kept.get(own), **{key: kept[key] for key in earlier}}

    def _order_of(self, name: PlacedName, claim: Claim) -> dict[str, str]:
        """Return the order to switch that was given under ``claim`` and still stands, by key."""
        databases = [one.database for one in self.network.services if one.name == name]
        if not databases:
            return {}
        try:
            order = self.etcd.get(patroni_order(self.network.environment, databases[0]))
        except NotSeen as error:
            if error.refused:
                return {}  # we may not read it, so it was never given by us
            raise
        own = order is not None and patroni.giver(order.value) == claim.run
        return {order.key: order.value} if order and own else {}

    def _text(self, key: str) -> str | None:
        with of_a_change():
            record = self.etcd.get(key)
        return record.value if record else None


@contextmanager
def of_a_change() -> Iterator[None]:
    """Tell of a look that failed as of the change that it was made for."""
    try:
        yield
    except NotSeen as error:
        raise error.of_a_change() from error


def _placement(text: str | None) -> Placement | None:
    return None if text is None else read_placement(text)


def _standing(texts: Mapping[str, str | None]) -> tuple[str, Claim]:
    """Return the claim that somebody holds, or else the one to take, with its key."""
    read = {key: Claim(None) if text is None else read_claim(text) for key, text in texts.items()}
    held = [(key, claim) for key, claim in read.items() if claim.run is not None]
    free = Claim(None, max(claim.number for claim in read.values()))
    return held[0] if held else (next(iter(read)), free)


def _another(key: str, expected: str, actual: str | None) -> Rejected:
    return Rejected(
        f"{key} is not what was planned on",
        expected=expected,
        actual=actual or "no record",
        next_step="somebody else changed it: ndc status; ndc dr runs; then plan again",
    )
