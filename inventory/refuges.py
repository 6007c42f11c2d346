"""Who may fetch recovery points of stores from a host. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from inventory.names import HostName
from inventory.network import Host, Network


@dataclass(frozen=True, slots=True)
class StoreRefuge:
    """A host that fetches recovery points."""

    host: HostName
    address: IPv4Address
    """from where it comes"""


def refuges_of(network: Network, source: Host) -> tuple[StoreRefuge, ...]:
    """Return who fetches from ``source``: the refuges of each store that is written there."""
    names = {
        copy.host
        for store in network.stores_on(source.name)
        if store.home == source.site
        for copy in store.copies
        if copy.host != source.name
    }
    return tuple(StoreRefuge(name, network.host(name).loopback) for name in sorted(names))
