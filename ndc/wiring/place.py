"""Makes every service be announced where its placement record says, and nowhere else."""

from __future__ import annotations

from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.epochs import Act
from dr.live.reach import Reach
from inventory.network import Network, Service


def place_services(network: Network, reach: Reach) -> None:
    """Make the first placement record of each service, and let its active site announce it.

    A service that was moved stays where it is: the record is the truth, not its home.

    Raises:
        Rejected: a host knows a newer epoch than the record: somebody moves the service now.
        Unreachable: a voter or a host did not answer; the same call goes on from there.
    """
    for service in network.services:
        _place(network, reach, service)


def _place(network: Network, reach: Reach, service: Service) -> None:
    placement = reach.placements.ensure(service.name, service.home)
    token = Token(RunName("up"), StepId("place"), placement.epoch, attempt=1)
    for name in service.hosts:
        active = network.host(name).site == placement.site
        announced, _ = reach.announced(service.name, name)
        if announced != active:
            reach.route(Act.ANNOUNCE if active else Act.WITHDRAW, service.name, name, token)
