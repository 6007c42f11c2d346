"""From what was answered to a snapshot: the declared network, with what was seen of each thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inventory.network import Host, Network, Role, Service, SiteKind
from monitors.health.snapshot import (
    HostView,
    QuorumView,
    ServiceView,
    SiteView,
    Snapshot,
    VoterView,
)
from monitors.look import programs
from monitors.look.alarms import alarms_view
from monitors.look.apart import with_apart
from monitors.look.away import away_view
from monitors.look.certificates import certificate_views
from monitors.look.clusters import database_view
from monitors.look.readings import Readings
from monitors.look.routes import link_views, session_views
from monitors.look.runs import run_views
from monitors.look.sightings import Sightings
from monitors.look.stores import pool_views, store_views


def assemble(network: Network, readings: Readings, sightings: Sightings, now: datetime) -> Snapshot:
    """Return the snapshot of ``network`` at ``now``; notes in ``sightings`` what is seen.

    ``readings`` are the answers of one look around. What they do not hold was not seen.
    """
    return Snapshot(
        environment=network.environment,
        profile=network.profile,
        taken_at=now,
        sites=_sites(network),
        hosts=tuple(_host(network, host, readings, sightings) for host in network.hosts),
        links=link_views(network, readings, sightings),
        sessions=session_views(network, readings, sightings),
        quorum=_quorum(network, readings, sightings),
        databases=tuple(
            with_apart(database_view(network, database, readings, sightings), readings)
            for database in network.databases
        ),
        services=tuple(
            replace(_service(s, readings, sightings), away=away_view(network, s, readings, now))
            for s in network.services
        ),
        stores=store_views(network, readings),
        pools=pool_views(network, readings),
        runs=run_views(readings),
        watch=readings.watch if network.hosts_with(Role.MONITOR) else None,
        drill=readings.drill,
        alarms=alarms_view(network, readings),
        unfenced=readings.unfenced,
        certificates=certificate_views(network, readings.issued, readings.shown),
    )


def _sites(network: Network) -> tuple[SiteView, ...]:
    return tuple(
        SiteView(
            name=site.name,
            title=site.title,
            region=site.region,
            witness=site.kind is SiteKind.WITNESS,
            latitude=site.latitude,
            longitude=site.longitude,
        )
        for site in network.sites
    )


def _host(network: Network, host: Host, readings: Readings, sightings: Sightings) -> HostView:
    power = readings.power.get(host.name)
    answers = readings.greetings.get(host.name)
    return HostView(
        name=host.name,
        site=host.site,
        power=power.power if power else None,
        answers=answers,
        booted_at=power.booted_at if power else None,
        idle_units=programs.idle_units(network, host, readings),
        agent=programs.agent(network, host, readings),
        file_systems=programs.file_systems(network, host, readings),
        clock=programs.clock(network, host, readings),
        sighting=sightings.of(f"host/{host.name}", is_seen=answers is not None),
        excluded=readings.excluded.get(host.name),
    )


def _quorum(network: Network, readings: Readings, sightings: Sightings) -> QuorumView | None:
    if not network.voters:
        return None
    known = readings.voting
    retired = tuple(name for name in network.voters if known is not None and name not in known)
    return QuorumView(
        tuple(
            VoterView(
                host=name,
                site=network.host(name).site,
                healthy=readings.voters.get(name),
                sighting=sightings.of(f"voter/{name}", is_seen=name in readings.voters),
            )
            for name in network.voters
            if name not in retired
        ),
        no_space=tuple(name for name in network.voters if name in readings.no_space),
        retired=retired,
    )


def _service(service: Service, readings: Readings, sightings: Sightings) -> ServiceView:
    placement = readings.placements.get(service.name)
    probed = readings.probed.get(service.name)
    return ServiceView(
        name=service.name,
        title=service.title,
        address=service.address,
        active=placement.site if placement else None,
        epoch=placement.epoch if placement else None,
        answers=probed.answers if probed else None,
        answers_from=probed.site if probed and probed.answers else None,
        writes=probed.writes if probed else 0,
        refused=probed.refused if probed else 0,
        unanswered=probed.unanswered if probed else 0,
        lost=probed.lost if probed else 0,
        lost_since=probed.lost_since if probed else None,
        probe_late=probed.late if probed else timedelta(),
        database=service.database,
        hosts=service.hosts,
        sighting=sightings.of(f"service/{service.name}", is_seen=probed is not None),
    )
