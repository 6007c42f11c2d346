"""How a host begins to write a store whose last writer is lost: by an order, from a point it has.

Nothing is asked of who is given up, and nothing of theirs is waited for. Everybody else is asked,
and none of them may write. The order is kept before anything is done, and again once it is carried
out: after a power cut it is carried out once, whenever the power went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Rejected
from inventory.names import HostName
from inventory.system_accounts import store_account
from storage.orders import StoreOrders
from storage.placed import StoreOrder
from storage.points import RecoveryPoint
from storage.requests import SourceAnswer
from storage.source_door import SourceDoor
from storage.turning import StoreTurn


@dataclass(frozen=True, slots=True)
class StoreSuccession:
    """What the host of ``turn`` does when it is ordered to begin."""

    turn: StoreTurn
    begun: StoreOrders
    """which order was carried out here last"""

    def is_over(self, order: StoreOrder) -> bool:
        """Whether ``order`` was carried out, or a newer one."""
        begun = self.begun.read(self.turn.store.name)
        return begun is not None and begun.epoch >= order.epoch and self._is_written

    def begin(self, order: StoreOrder, others: Mapping[HostName, SourceDoor]) -> None:
        """Let the store be there to be written to as it is in the point of ``order``.

        ``others`` are all other hosts that hold it. What was written here, and is not in the point,
        is kept apart.

        Raises:
            WorldError: the point is not here, or one of the others that is not given up writes
                it, or does not answer.
        """
        if self.is_over(order):
            return
        turn, store = self.turn, self.turn.store
        turn.seat.leave()
        point = self._point(order)
        asked = {host: door for host, door in others.items() if host not in order.without}
        answers = turn.asked_all(asked)
        if turn.is_served():
            raise Rejected(f"{store.name} is served here still", expected="that it ends first")
        # from where the next transfer to each starts: of who is given up this point is known
        turn.pin({**dict.fromkeys(others, SourceAnswer(have=(point.origin,))), **answers})
        if turn.final.read() == order.point:
            turn.follow()  # it ended here with all that was written, and nobody had gone on yet
        else:
            turn.stand_apart()
        self.begun.write(store.name, order)
        turn.final.account_for(())
        turn.final.make_sure(order.epoch)
        turn.pool.promote(store.dataset, point, store_account(store).number)
        # the others follow from there at once
        turn.pool.make_point(store.dataset, turn.clock.now())

    @property
    def _is_written(self) -> bool:
        return self.turn.pool.is_written(self.turn.store.dataset)

    def _point(self, order: StoreOrder) -> RecoveryPoint:
        points = self.turn.pool.points(self.turn.store.dataset)
        point = next((one for one in points if one.origin == order.point), None)
        if point is None:
            raise Rejected(
                f"{self.turn.store.name} cannot begin here: the recovery point is not here",
                expected=order.point,
                actual=", ".join(one.origin for one in points[-3:]) or "no recovery point",
                next_step="plan again: ndc dr plan",
            )
        return point
