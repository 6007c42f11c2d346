"""A host's ``ndc-epoch``, asked by the key that may run it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from access.clients.ssh import Access, connect
from core.errors import Rejected, Unreachable
from core.runs.ports import Token
from dr.doors import Stance
from dr.epochs import Act, GuardAnswer, GuardRequest, GuardVerdict
from dr.live.programs import looking
from inventory.names import HostName, ServiceName
from inventory.network import Host, Network

BOUND: Final = timedelta(seconds=15)
"""longer than the host waits for its own lock"""


@dataclass(frozen=True, slots=True)
class ForcedCommand:
    """The guards of every host of ``network``; keeps the promise of ``dr.doors.GuardDoor``."""

    network: Network
    access: Access

    def look(self, service: ServiceName, host: HostName) -> Stance:
        """Return how ``host`` is with ``service``."""
        address = self.network.service(service).address
        request = GuardRequest(service, 0, "look", "look", Act.LOOK, address)
        with looking():
            answer = self._answer(host, request)
        return Stance(address in answer.addresses, answer.highest)

    def act(self, act: Act, service: ServiceName, host: HostName, token: Token) -> None:
        """Have ``host`` do ``act`` with ``service``, under the epoch of ``token``."""
        address = self.network.service(service).address
        self._answer(host, GuardRequest(service, token.epoch, token.run, token.step, act, address))

    def _answer(self, host: HostName, request: GuardRequest) -> GuardAnswer:
        return ask(self.network.host(host), self.access, request)


def ask(host: Host, access: Access, request: GuardRequest) -> GuardAnswer:
    """Return what ``host`` says after it obeyed ``request``.

    ``access`` holds the key that the forced command belongs to.

    Raises:
        Rejected: the host refused, or could not be asked: nothing was changed.
        Unreachable: it may have obeyed; ask it to look.
    """
    with connect(host, access) as connection:
        completed = connection.ask(request.text(), bound=BOUND)
    try:
        verdict, answer = GuardVerdict(completed.exit_code), GuardAnswer.parse(completed.stdout)
    except ValueError as error:
        raise Unreachable(
            f"{host.name} did not answer {request.act} for {request.workload}",
            expected="an answer of ndc-epoch",
            actual=(completed.stderr or completed.stdout).strip()[:200] or "nothing",
            next_step=f"ndc ssh {host.name} -- journalctl -t ndc-epoch",
        ) from error
    if verdict is GuardVerdict.OBEYED:
        return answer
    raise (Unreachable if verdict is GuardVerdict.FAILED else Rejected)(
        f"{host.name} did not obey {request.act} for {request.workload}, epoch {request.epoch}",
        expected=f"no epoch above {request.epoch}, and a service that it may serve",
        actual=answer.refused,
        next_step="ndc dr show tells who acts for this workload now",
    )
