"""The rule about moving home: what came back must have stayed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from core.errors import PlanRefused
from dr.placement import serving_at
from dr.planning.copies import UNKNOWN
from dr.planning.request import Move, members_at_target, service_in
from dr.watch.observers import AT_LEAST
from dr.watch.steadiness import Steadiness
from inventory.names import HostName
from inventory.network import Network


def hosts_that_return(network: Network, request: Move) -> list[HostName]:
    """Return the hosts at the target that are to serve, or to lead the database."""
    service = service_in(network, request)
    serving = serving_at(network, service, request.target)
    return list(dict.fromkeys([*serving, *members_at_target(network, request)]))


def target_was_stable(
    network: Network, stays: Mapping[HostName, Steadiness], request: Move
) -> Iterator[PlanRefused]:
    """Refuse to move back to hosts that are well for less than the service's tier asks for.

    ``stays`` says for how long each is; who is absent cannot be told of.
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
        stay = stays.get(host, Steadiness())
        if stay.lasting is None or stay.lasting < service.stable_for:
            yield PlanRefused(
                f"{host} is not back for long enough",
                expected=f"up, and answering observers at {AT_LEAST} other sites, for "
                f"{service.stable_for.total_seconds():g} s, as tier {service.tier} asks",
                actual=short_of(stay, service.stable_for),
                next_step=f"wait; or {now}",
            )


def short_of(stay: Steadiness, stable_for: timedelta) -> str:
    """Return in words what ``stay`` lacks to be as long as ``stable_for``; "": nothing."""
    lacking = []
    if stay.up is None:
        lacking.append(f"{UNKNOWN} for how long it is up")
    elif stay.up < stable_for:
        lacking.append(f"up for {_seconds(stay.up)}")
    if stay.answers is None:
        only = f"only {stay.witnesses[0]}" if stay.witnesses else "nobody"
        lacking.append(f"{UNKNOWN} for how long it answers: {only} at another site says so")
    elif stay.answers < stable_for:
        by = " and ".join(stay.witnesses[:AT_LEAST])
        lacking.append(f"answering {by} for {_seconds(stay.answers)}")
    return "; ".join(lacking)


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.0f} s"
