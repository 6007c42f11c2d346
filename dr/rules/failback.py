"""The rule about moving home: what came back must have stayed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from core.errors import PlanRefused
from dr.copies import UNKNOWN
from dr.request import Move, members_at_target, service_in, serving_at
from inventory.names import HostName
from inventory.network import Network


def hosts_that_return(network: Network, request: Move) -> list[HostName]:
    """Return the hosts at the target that are to serve, or to lead the database."""
    service = service_in(network, request)
    serving = serving_at(network, service, request.target)
    return list(dict.fromkeys([*serving, *members_at_target(network, request)]))


def target_was_stable(
    network: Network, ages: Mapping[HostName, timedelta], request: Move
) -> Iterator[PlanRefused]:
    """Refuse to move back to hosts that are up for less than the service's tier asks for.

    ``ages`` says for how long each is up; who cannot say is absent.
    """
    service = service_in(network, request)
    now = f"ndc dr switchover {service.name} --to {request.target} moves it all the same"
    if service.stable_for is None:
        yield PlanRefused(
            f"tier {service.tier} does not say when {service.name} may move back",
            expected="a tier with stable_for",
            actual="none",
            next_step=f"declare it in tiers.yaml; or {now}",
        )
        return
    for host in hosts_that_return(network, request):
        age = ages.get(host)
        if age is None or age < service.stable_for:
            yield PlanRefused(
                f"{host} is not back for long enough",
                expected=f"up for {service.stable_for.total_seconds():g} s, as tier "
                f"{service.tier} asks",
                actual=UNKNOWN if age is None else f"up for {age.total_seconds():.0f} s",
                next_step=f"wait; or {now}",
            )
