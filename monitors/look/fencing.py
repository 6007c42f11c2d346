"""Whether somebody can be asked about the power of hosts: without that no loss is proved soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from access.clients import redfish
from access.clients.redfish import ComputerSystemAnswer
from inventory.names import HostName


def questions(
    systems: Mapping[HostName, str], client: httpx.AsyncClient, deadline: timedelta
) -> Iterator[tuple[str, Awaitable[ComputerSystemAnswer]]]:
    """Yield one look at each port of ``systems``, by its address; one host answers for its port."""
    for port, hosts in _ports(systems).items():
        yield port, redfish.look(client, systems[hosts[0]], deadline=deadline)


def unfenced(systems: Mapping[HostName, str], answered: Collection[str]) -> frozenset[HostName]:
    """Return the hosts for whose power nobody answers; ``answered`` are the ports that did."""
    silent = (hosts for port, hosts in _ports(systems).items() if port not in answered)
    return frozenset(host for hosts in silent for host in hosts)


def _ports(systems: Mapping[HostName, str]) -> dict[str, list[HostName]]:
    ports: dict[str, list[HostName]] = defaultdict(list)
    for host, url in systems.items():
        ports[urlsplit(url).netloc].append(host)
    return ports
