"""A host's ``ndc-epoch``, asked by the key that may run it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final

from access.clients.ssh import SshConnection, connect
from access.host_access import Access
from core.clock import Clock
from core.errors import Rejected, Unreachable
from core.runs.ports import Token
from dr.doors import Stance
from dr.hosts.epochs import Act, GuardAnswer, GuardRequest, GuardVerdict
from dr.live.programs import STRANGE, looking
from inventory.names import HostName, PlacedName
from inventory.network import Network
from inventory.placed import placed_called

BOUND: Final = timedelta(seconds=15)
"""longer than the host waits for its own lock"""


@dataclass(frozen=True, slots=True)
class ForcedCommand:
    """The guards of every host of ``network``; keeps the promise of ``dr.doors.GuardDoor``."""

    network: Network
    access: Access
    """with the key that the forced command belongs to"""
    clock: Clock

    def look(self, service: PlacedName, host: HostName) -> Stance:
        """Return how ``host`` is with ``service``."""
        address = placed_called(self.network, service).address
        with looking():
            answer = self.ask(host, look_request(service, address))
        return Stance(address in answer.addresses, answer.highest)

    def act(
        self, act: Act, service: PlacedName, host: HostName, token: Token, bound: timedelta
    ) -> None:
        """Have ``host`` do ``act`` with ``service``, under the epoch of ``token``."""
        address = placed_called(self.network, service).address
        request = GuardRequest(service, token.epoch, token.run, token.step, act, address)
        if act is Act.WITHDRAW:
            self.ask_in_time(host, request, bound)
        else:
            self.ask(host, request)

    def ask(self, host: HostName, request: GuardRequest) -> GuardAnswer:
        """Return what the guard of ``host`` says after it obeyed; raises as ``ConnectedGuard``."""
        with self._connected(host) as guard:
            return guard.ask(request)

    def ask_in_time(self, host: HostName, request: GuardRequest, bound: timedelta) -> None:
        """Have ``host`` obey ``request`` within ``bound`` from now, by its own clock, or never."""
        began = self.clock.elapsed()
        look = replace(request, epoch=0, act=Act.LOOK)
        # over one connection, so that no reboot sets the clock back between the two
        with self._connected(host) as guard:
            clock = guard.ask(look).clock
            until = clock and max(clock + bound - (self.clock.elapsed() - began), timedelta())
            guard.ask(replace(request, until=until))

    @contextmanager
    def _connected(self, host: HostName) -> Iterator[ConnectedGuard]:
        with connect(self.network.host(host), self.access) as connection:
            yield ConnectedGuard(host, connection)


@dataclass(frozen=True, slots=True)
class ConnectedGuard:
    """The guard of ``host``, over a connection by its key."""

    host: HostName
    connection: SshConnection

    def ask(self, request: GuardRequest) -> GuardAnswer:
        """Return what it says after it obeyed ``request``.

        Raises:
            Rejected: it refused: nothing was changed.
            Unreachable: it may have obeyed; ask it to look.
        """
        completed = self.connection.ask(request.text(), bound=BOUND)
        try:
            verdict, answer = (
                GuardVerdict(completed.exit_code),
                GuardAnswer.parse(completed.stdout),
            )
        except STRANGE as error:
            raise Unreachable(
                f"{self.host} did not answer {request.act} for {request.workload}",
                expected="an answer of ndc-epoch",
                actual=(completed.stderr or completed.stdout).strip()[:200] or "nothing",
                next_step=f"ndc ssh {self.host} -- journalctl -t ndc-epoch",
            ) from error
        if verdict is GuardVerdict.OBEYED:
            return answer
        raise (Unreachable if verdict is GuardVerdict.FAILED else Rejected)(
            f"{self.host} did not obey {request.act} for {request.workload}, epoch {request.epoch}",
            expected=f"no epoch above {request.epoch}, and a service that it may serve, in time",
            actual=answer.refused,
            next_step="ndc dr show tells who acts for this workload now",
        )


def look_request(service: PlacedName, address: IPv4Address) -> GuardRequest:
    """Return what asks a host how it is with ``service``, and what its clock says."""
    return GuardRequest(service, 0, "look", "look", Act.LOOK, address)
