"""Which sites announce a service, as one router hears it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from ipaddress import IPv4Network

from prometheus_client.metrics_core import Metric

from inventory.names import SiteName
from inventory.network import Network
from monitors.catalogue import SERVICE_ANNOUNCED
from monitors.families import family


def placement_families(
    network: Network, here: SiteName, ends: Mapping[IPv4Network, Collection[int | None]]
) -> list[Metric]:
    """Return a series for each service and each site that may serve it.

    ``ends`` says in which autonomous systems the paths of each prefix end, that a router ``here``
    hears; None is its own site. A service that it hears from nowhere is announced by no site.
    """
    numbers = {site.name: None if site.name == here else site.asn for site in network.sites}
    rows = [
        ((service.name, site), float(numbers[site] in ends.get(IPv4Network(service.address), ())))
        for service in network.services
        for site in dict.fromkeys(network.host(host).site for host in service.hosts)
    ]
    return [family(SERVICE_ANNOUNCED, rows)]
