"""From what was lost to the stores that have to begin elsewhere, and where. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import PlanRefused
from dr.facts import StoreFacts
from dr.planning.request import StoreMove
from dr.planning.rules.stores import objections_to_store
from dr.planning.store_bound import StoreLeft, point_of
from inventory.names import HostName, SiteName, StoreName
from inventory.network import Network
from inventory.storage import Store


@dataclass(frozen=True, slots=True)
class LostStores:
    """What becomes of the stores whose writers are lost."""

    facts: Mapping[StoreName, StoreFacts]
    """what was seen of every store a moment ago"""
    moves: tuple[StoreMove, ...]
    """which begin elsewhere, what is more urgent first"""
    objections: Mapping[StoreName, PlanRefused]
    """why the others do not, the first reason of each"""

    @property
    def left(self) -> tuple[StoreLeft, ...]:
        """The stores that stay lost."""
        return tuple(
            StoreLeft(name, f"{one.what}: {one.actual}", one.next_step)
            for name, one in self.objections.items()
        )


def stores_after(
    network: Network,
    facts: Mapping[StoreName, StoreFacts],
    lost: frozenset[HostName],
    target: SiteName | None,
    accepted_loss: str = "",
    *,
    attested: bool = False,
) -> LostStores:
    """Return which stores begin elsewhere since ``lost`` is given up, and which stay lost.

    What is more urgent by its tier comes first. Each begins at ``target``; if that is None, where
    the newest whole point is, of those copies first that were found to be what their source held.
    """
    moves, objections = [], {}
    for store in sorted(network.stores, key=lambda one: (one.tier, one.name)):
        if not _is_lost(facts[store.name], store, lost):
            continue
        places = list(_places(facts[store.name], store, lost, target))
        if not places:
            objections[store.name] = _no_copy(store, target)
            continue
        move = StoreMove(store, places[0], lost, accepted_loss, attested)
        reasons = list(objections_to_store(network, facts[store.name], move))
        if reasons:
            objections[store.name] = reasons[0]
        else:
            moves.append(move)
    return LostStores(facts, tuple(moves), objections)


def _is_lost(facts: StoreFacts, store: Store, lost: frozenset[HostName]) -> bool:
    site = facts.placement.site if facts.placement else store.home
    writer = store.copy_at(site)
    return writer is not None and writer.host in lost


def _places(
    facts: StoreFacts, store: Store, lost: frozenset[HostName], target: SiteName | None
) -> Iterator[HostName]:
    """Yield the hosts at which it may begin, best first."""
    able = [
        copy.host
        for copy in store.copies
        if copy.host not in lost and target in {None, copy.site} and copy.host in facts.standings
    ]

    def rank(host: HostName) -> tuple[bool, bool, float]:
        own, point = facts.standings[host], point_of(facts, host)
        age = -point.made_at.timestamp() if point else 0.0
        return not own.writes, not own.is_verified, age

    yield from sorted(able, key=rank)


def _no_copy(store: Store, target: SiteName | None) -> PlanRefused:
    where = f"at {target}" if target else "that is left"
    return PlanRefused(
        f"no host {where} tells of a copy of {store.name}",
        expected="a host with a recovery point, which answers",
        actual="none does",
        next_step="ndc status shows which hosts are silent; when one answers again, ask again",
    )
