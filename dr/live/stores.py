"""The hosts that hold stores: asked by our program there, ordered by the key of ``ndc-epoch``."""

from __future__ import annotations

from dataclasses import dataclass

from core.runs.ports import Token
from dr.hosts.epochs import Act, GuardRequest
from dr.live.guard import ForcedCommand
from dr.live.programs import LOOK, Programs, looking
from inventory.names import HostName, StoreName
from storage.placed import StoreOrder
from storage.standing import CopyStanding, read_standing


@dataclass(frozen=True, slots=True)
class Stores:
    """Those of one network; keeps the promise of ``dr.loss_doors.StoresDoor``."""

    programs: Programs
    guard: ForcedCommand

    def standing(self, store: StoreName, host: HostName) -> CopyStanding:
        """Return how ``host`` is with ``store``."""
        words = ["storage.onhost.tell_main", store]
        with looking():
            return self.programs.answer(
                host, words, read_standing, expected='{"at": …, "writes": …}', bound=2 * LOOK
            )

    def begin(self, store: StoreName, host: HostName, order: StoreOrder, token: Token) -> None:
        """Have the guard of ``host`` write ``order`` down under the epoch of ``token``."""
        address = next(one.address for one in self.guard.network.stores if one.name == store)
        of = (token.epoch, token.run, token.step)
        request = GuardRequest(
            store, *of, Act.BEGIN, address, point=order.point, without=order.without
        )
        self.guard.ask(host, request)
