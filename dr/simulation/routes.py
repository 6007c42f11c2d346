"""What the borders of a simulated network refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.errors import NotSeen, Rejected, Unreachable
from core.runs.ports import Token
from dr.simulation.truth import Truth
from inventory.names import HostName, PlacedName, SiteName


@dataclass(frozen=True, slots=True)
class SimulatedRoutes:
    """Keeps the promise of ``dr.loss_doors.RoutesDoor``."""

    truth: Truth

    def refused(self, border: HostName, origin: SiteName) -> frozenset[PlacedName]:
        """Return which services ``border`` refuses from ``origin``."""
        if not self.truth.plant.seen(border):
            raise NotSeen(f"{border} does not answer", refused=False)
        refused = {name: self.truth.placed(name).refused for name in self.truth.names}
        return frozenset(name for name, one in refused.items() if (border, origin) in one)

    def refuse(
        self,
        border: HostName,
        service: PlacedName,
        origin: SiteName,
        token: Token,
        bound: timedelta,
    ) -> None:
        """Have ``border`` refuse ``service`` from ``origin``, unless it is too late for that."""
        self._demand(border, service, origin, token)
        if bound <= timedelta():
            raise Rejected("it comes after whoever asked for it gave it up")
        self._change(border, service, origin, token, refused=True)

    def accept(self, border: HostName, service: PlacedName, origin: SiteName, token: Token) -> None:
        """Have ``border`` refuse it no more."""
        self._demand(border, service, origin, token)
        self._change(border, service, origin, token, refused=False)

    def _demand(
        self, border: HostName, service: PlacedName, origin: SiteName, token: Token
    ) -> None:
        if not self.truth.plant.seen(border):
            raise Unreachable(f"{border} does not answer")
        highest = self.truth.placed(service).refused_under.get((border, origin), 0)
        if token.epoch < highest:
            raise Rejected(f"epoch {token.epoch} is older than {highest}")

    def _change(
        self,
        border: HostName,
        service: PlacedName,
        origin: SiteName,
        token: Token,
        *,
        refused: bool,
    ) -> None:
        served = self.truth.placed(service)
        served.refused_under[border, origin] = token.epoch
        if refused is ((border, origin) in served.refused):
            return
        (served.refused.add if refused else served.refused.discard)((border, origin))
        self.truth.changes += 1
        what = "refuses" if refused else "accepts"
        self.truth.around.tell(what, service, border, token.epoch, origin)
