"""Links, from the side of one of their ends."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric

from inventory.names import HostName, LinkName, SiteName
from inventory.network import Network
from monitors.catalogue import (
    LINK_CAPACITY,
    LINK_INFO,
    LINK_LOSS_RATIO,
    LINK_ONE_WAY_LOSS_RATIO,
    LINK_RTT_SECONDS,
    LINK_UP,
)
from monitors.families import family
from monitors.readers.echo import EchoReading
from monitors.tallies import WayLosses

_BITS = 8
"""in a byte"""


def link_families(readings: Mapping[tuple[LinkName, SiteName], EchoReading]) -> list[Metric]:
    """Return up, round trip and loss of each link that was measured, by its far site."""
    return [
        family(LINK_UP, ((key, float(echo.received > 0)) for key, echo in readings.items())),
        family(
            LINK_RTT_SECONDS,
            (
                (key, echo.shortest.total_seconds())
                for key, echo in readings.items()
                if echo.shortest is not None
            ),
        ),
        family(
            LINK_LOSS_RATIO,
            ((key, 1 - echo.received / echo.sent) for key, echo in readings.items()),
        ),
    ]


def way_families(
    site: SiteName, losses: Mapping[tuple[LinkName, SiteName], WayLosses]
) -> list[Metric]:
    """Return what is known of what each way loses of the links of ``site``, by their far site."""
    ways = (
        ((link, *ends), loss)
        for (link, far), of_link in losses.items()
        for ends, loss in (((site, far), of_link.outward), ((far, site), of_link.inward))
    )
    return [
        family(LINK_ONE_WAY_LOSS_RATIO, ((way, loss) for way, loss in ways if loss is not None))
    ]


def declared_link_families(network: Network, host: HostName) -> list[Metric]:
    """Return by which interface each link leaves ``host``, and what it carries.

    How much goes over it node_exporter tells, by interface.
    """
    ends = [(link, end) for link in network.links if (end := link.end_at(host)) is not None]
    return [
        family(
            LINK_INFO,
            (((link.name, link.other_end(end).site, end.interface), 1.0) for link, end in ends),
        ),
        family(
            LINK_CAPACITY,
            (
                ((link.name, link.other_end(end).site), link.rate_bits_per_second / _BITS)
                for link, end in ends
                if link.rate_bits_per_second is not None
            ),
        ),
    ]
