"""How the hosts of simulated stores are asked, and ordered to begin."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import NotSeen, Rejected, Unreachable
from core.runs.ports import Token
from dr.simulation.stores import SimulatedStore
from dr.simulation.truth import Truth
from inventory.names import HostName, StoreName
from storage.placed import StoreOrder
from storage.points import CopyComparison, newest
from storage.standing import CopyStanding


def standing_of(store: SimulatedStore, host: HostName) -> CopyStanding:
    """Return how ``host`` is with ``store``."""
    points, begun = store.points[host], store.begun.get(host)
    last, writes = newest(points), host in store.writing
    return CopyStanding(
        at=store.timeline.now(),
        writes=writes,
        serves=store.serves(host),
        epoch=begun.epoch if begun and writes else None,
        began=begun.point if begun and writes else None,
        points=tuple(reversed(points)),
        read_back=CopyComparison(last.made_at, equal=True)
        if last and host in store.verified
        else None,
    )


@dataclass(frozen=True, slots=True)
class SimulatedStores:
    """Keeps the promise of ``dr.loss_doors.StoresDoor``."""

    truth: Truth

    def standing(self, store: StoreName, host: HostName) -> CopyStanding:
        """Return how ``host`` is with ``store``."""
        one = self.truth.stores[store]
        if not one.around.plant.seen(host):
            raise NotSeen(f"{host} does not answer for {store}", refused=False)
        return standing_of(one, host)

    def begin(self, store: StoreName, host: HostName, order: StoreOrder, token: Token) -> None:
        """Have ``host`` keep ``order``; it is carried out a moment later."""
        one = self.truth.stores[store]
        if not one.around.plant.seen(host):
            raise Unreachable(f"{host} does not answer for {store}")
        if token.epoch < one.epochs[host]:
            raise Rejected(f"epoch {token.epoch} is older than {one.epochs[host]}")
        known = one.orders.get(host)
        if known and known.epoch == order.epoch and known.point != order.point:
            raise Rejected(f"{store} began under epoch {order.epoch} from another point")
        if order.point not in {point.origin for point in one.points[host]}:
            raise Rejected(f"{host} has no such point")
        one.epochs[host] = token.epoch
        if known != order:
            one.orders[host] = order
            self.truth.changes += 1
            one.around.tell("store-ordered", store, host, order.epoch, order.run)
