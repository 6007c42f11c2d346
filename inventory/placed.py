"""What has an address that moves between sites: services and stores alike. Pure."""

from __future__ import annotations

from typing import Final, TypeAlias

from inventory.names import HostName, PlacedName
from inventory.network import Network, Role, Service
from inventory.storage import Store

Placed: TypeAlias = Service | Store
SERVING: Final = frozenset({Role.SERVICE, Role.STORAGE})
"""one of these has a host that announces such an address"""


def placed_in(network: Network) -> tuple[Placed, ...]:
    """Return the services and stores of ``network``."""
    return (*network.services, *network.stores)


def placed_called(network: Network, name: PlacedName) -> Placed:
    """Return the service or store called ``name``; KeyError where there is none."""
    return {one.name: one for one in placed_in(network)}[name]


def placed_on(network: Network, host: HostName) -> tuple[Placed, ...]:
    """Return the services and stores that ``host`` can serve."""
    return tuple(one for one in placed_in(network) if host in one.hosts)
