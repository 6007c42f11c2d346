"""Which hosts are busy: they lead a database or serve, and so are changed last."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import NotSeen
from dr.doors import Doors
from inventory.names import HostName
from inventory.network import Network


def busy(network: Network, doors: Doors) -> Iterator[HostName]:
    """Yield the hosts that lead a database or serve; what cannot be seen is left out."""
    for database in network.databases:
        try:
            members = doors.database.members(database.name)
        except NotSeen:
            continue
        yield from (host for host, facts in members.items() if facts.leads)
    for service in network.services:
        try:
            placement = doors.records.placement(service.name)
        except NotSeen:
            continue
        site = placement.site if placement else service.home
        yield from (host for host in service.hosts if network.host(host).site == site)
