"""A border's ``ndc-refuse``, asked by the key that may run it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.hosts.epochs import Act, GuardRequest
from dr.live.guard import ForcedCommand
from dr.live.programs import looking
from inventory.names import HostName, PlacedName, SiteName
from inventory.placed import placed_called, placed_in

_LOOK: Final = Token(RunName("look"), StepId("look"), epoch=0, attempt=1)


@dataclass(frozen=True, slots=True)
class BorderCommand:
    """The borders of a network; keeps the promise of ``dr.loss_doors.RoutesDoor``."""

    guard: ForcedCommand
    """with the key of ``ndc-refuse``"""

    def refused(self, border: HostName, origin: SiteName) -> frozenset[PlacedName]:
        """Return which services ``border`` refuses from ``origin``."""
        services = placed_in(self.guard.network)
        # whichever it is asked about, it tells of all
        request = self._request(Act.LOOK, services[0].name, origin, _LOOK)
        with looking():
            refused = self.guard.ask(border, request).addresses
        return frozenset(service.name for service in services if service.address in refused)

    def refuse(
        self,
        border: HostName,
        service: PlacedName,
        origin: SiteName,
        token: Token,
        bound: timedelta,
    ) -> None:
        """Have ``border`` refuse ``service`` from ``origin``, unless it is too late for that."""
        request = self._request(Act.REFUSE, service, origin, token)
        self.guard.ask_in_time(border, request, bound)

    def accept(self, border: HostName, service: PlacedName, origin: SiteName, token: Token) -> None:
        """Have ``border`` refuse it no more."""
        self.guard.ask(border, self._request(Act.ACCEPT, service, origin, token))

    def _request(
        self, act: Act, service: PlacedName, origin: SiteName, token: Token
    ) -> GuardRequest:
        address = placed_called(self.guard.network, service).address
        of = (token.epoch, token.run, token.step)
        return GuardRequest(service, *of, act, address, origin=origin)
