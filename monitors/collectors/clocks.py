"""With whom a monitor's clock is compared. How far it is off chronyd says itself."""

from __future__ import annotations

from prometheus_client.metrics_core import Metric

from inventory.clocks import outside_of
from inventory.network import Host, Network
from monitors.catalogue import CLOCK_TIME_SERVERS
from monitors.families import family


def clock_families(network: Network, host: Host) -> list[Metric]:
    """Return with how many clocks outside ``network`` that of ``host`` is compared."""
    return [family(CLOCK_TIME_SERVERS, [((), float(len(outside_of(network, host))))])]
