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
    """Return who may ask ``source`` about stores: every other host that holds one of its stores.

    Whoever writes one asks the others, before it begins, how they ended.
    """
    names = {
        copy.host
        for store in network.stores_on(source.name)
        for copy in store.copies
        if copy.host != source.name
    }
    return tuple(StoreRefuge(name, network.host(name).loopback) for name in sorted(names))
