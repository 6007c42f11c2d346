"""Links and routing sessions from the substrate's word and each site's Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from access.clients.prometheus import Sample
from inventory.names import HostName, SiteName
from inventory.network import Link, LinkEnd, Network, Role
from monitors.catalogue import (
    BFD_SESSION_UP,
    BGP_SESSION_UP,
    CONNECTIONS_LEFT,
    LINK_AVOIDED,
    LINK_LOSS_RATIO,
    LINK_ONE_WAY_LOSS_RATIO,
    LINK_RTT_SECONDS,
    LINK_UP,
    RECOVERY_POINT,
)
from monitors.health.links import LinkView, SessionView
from monitors.host_metrics import DISK_REFUSES, TAIL_COMMITS, TAIL_KEPT, TAIL_SINCE
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings
from monitors.protection_metrics import UNPROTECTED_SINCE
from stacks.substrates.port import LinkState

_NAMES = "|".join(
    spec.name
    for spec in (
        BFD_SESSION_UP,
        BGP_SESSION_UP,
        CONNECTIONS_LEFT,
        LINK_AVOIDED,
        DISK_REFUSES,
        LINK_LOSS_RATIO,
        LINK_ONE_WAY_LOSS_RATIO,
        LINK_RTT_SECONDS,
        LINK_UP,
        RECOVERY_POINT,
        TAIL_COMMITS,
        TAIL_KEPT,
        TAIL_SINCE,
        UNPROTECTED_SINCE,
    )
)


def expression_at(site: SiteName) -> str:
    """Return what to ask the Prometheus of ``site``, of what its own site sees."""
    return f'{{__name__=~"{_NAMES}",site="{site}"}}'


def link_views(network: Network, readings: Readings, sightings: Sightings) -> tuple[LinkView, ...]:
    """Return the links; the substrate's word on a link outweighs what was measured on it."""
    return tuple(_link(link, readings, sightings) for link in network.links)


def session_views(
    network: Network, readings: Readings, sightings: Sightings
) -> tuple[SessionView, ...]:
    """Return the sessions over links, from both ends; none where a site watches nothing."""
    return tuple(
        _session(link, end, protocol, observer, readings, sightings)
        for link in network.links
        for end in (link.a, link.z)
        for observer in _observers(network, end.site)
        for protocol in ("bgp", "bfd")
    )


def _observers(network: Network, site: SiteName) -> Iterator[HostName]:
    watching = (host.name for host in network.hosts_at(site) if Role.MONITOR in host.roles)
    if (first := next(watching, None)) is not None:
        yield first


def _link(link: Link, readings: Readings, sightings: Sightings) -> LinkView:
    samples = [
        s for site_samples in readings.samples.values() for s in site_samples if _is_of(s, link)
    ]
    up = _values(samples, LINK_UP.name)
    state = readings.links.get(link.name)
    if state in {None, LinkState.UP} and up:
        state = LinkState.UP if any(up) else LinkState.DOWN
    measured = min(_values(samples, LINK_RTT_SECONDS.name), default=None)
    return LinkView(
        name=link.name,
        pair=link.pair,
        a=link.a.site,
        z=link.z.site,
        a_host=link.a.host,
        z_host=link.z.host,
        declared_round_trip=2 * link.delay,
        measured_round_trip=None if measured is None else timedelta(seconds=measured),
        loss_ratio=max(_values(samples, LINK_LOSS_RATIO.name), default=None),
        one_way_loss=_one_way_loss(samples),
        is_avoided=any(_values(samples, LINK_AVOIDED.name)),
        state=state,
        sighting=sightings.of(f"link/{link.name}", is_seen=state is not None),
    )


def _one_way_loss(samples: list[Sample]) -> dict[SiteName, float]:
    """Return the worst that either end tells of each way, by the site that sends."""
    worst: dict[SiteName, float] = {}
    for sample in samples:
        if sample.name == LINK_ONE_WAY_LOSS_RATIO.name:
            source = SiteName(sample.labels["source"])
            worst[source] = max(worst.get(source, 0.0), sample.value)
    return worst


def _session(
    link: Link,
    end: LinkEnd,
    protocol: str,
    observer: HostName,
    readings: Readings,
    sightings: Sightings,
) -> SessionView:
    metric = {"bgp": BGP_SESSION_UP, "bfd": BFD_SESSION_UP}[protocol].name
    samples = [s for s in readings.samples.get(observer, ()) if _is_of(s, link)]
    values = _values([s for s in samples if s.labels.get("host") == end.host], metric)
    return SessionView(
        host=end.host,
        peer=link.other_end(end).host,
        protocol=protocol,
        link=link.name,
        observer=observer,
        up=bool(values[0]) if values else None,
        sighting=sightings.of(f"{protocol}/{link.name}/{end.host}", is_seen=bool(values)),
    )


def _is_of(sample: Sample, link: Link) -> bool:
    return sample.labels.get("link") == link.name


def _values(samples: list[Sample], metric: str) -> list[float]:
    return [sample.value for sample in samples if sample.name == metric]
