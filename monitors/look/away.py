"""From what was answered to how the home of a service is that another site serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return
from dr.watch.steadiness import steadiness
from inventory.names import HostName
from inventory.network import Network, Service
from monitors.health.away import AwayView
from monitors.look.readings import Readings
from stacks.substrates.port import Power


def away_view(
    network: Network, service: Service, readings: Readings, now: datetime
) -> AwayView | None:
    """Return how the home of ``service`` is; None: it is there, or nobody can say where it is."""
    placement = readings.placements.get(service.name)
    if placement is None or placement.site == service.home:
        return None
    hosts = hosts_that_return(network, Move(service.name, service.home))
    stays = [steadiness(network, h, _up(readings, h, now), readings.steady) for h in hosts]
    known = [stay.lasting for stay in stays if stay.lasting is not None]
    return AwayView(
        home=service.home,
        run=placement.run,
        well_for=min(known) if known and len(known) == len(hosts) else None,
        stable_for=service.stable_for,
        obstacle=next(_obstacles(service, hosts, readings), ""),
    )


def _up(readings: Readings, host: HostName, now: datetime) -> timedelta | None:
    power = readings.power.get(host)
    return None if power is None or power.booted_at is None else now - power.booted_at


def _obstacles(service: Service, hosts: list[HostName], readings: Readings) -> Iterator[str]:
    for host in hosts:
        power = readings.power.get(host)
        if power is not None and power.power is not Power.RUNNING:
            yield f"{host} is {power.power}"
        if host in readings.excluded:
            yield f"{host} waits for admission"
    claim = readings.claims.get(service.database)
    if claim is not None and claim.run is not None:
        yield f"{claim.run} is in progress"
