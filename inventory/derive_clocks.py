"""From declared clocks outside the network to who asks them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Inventory
from inventory.timekeeping import TimeServer


def time_servers(inventory: Inventory) -> Iterator[TimeServer]:
    """Yield every declared time server, in the order of names."""
    for name, entry in sorted(inventory.time_servers.items()):
        asking = tuple(sorted(entry.sites or inventory.sites))
        yield TimeServer(name, entry.address, entry.nts, asking)
