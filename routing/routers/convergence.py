"""The health gate of the network layer: what routers still lack."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.errors import WorldError
from inventory.names import HostName
from routing.health import Missing, missing
from routing.routers.routers import Routers

_WORKERS = 12
"""connecting keeps a processor busy: more workers do not make two cores faster"""


def converged(routers: Routers) -> list[Missing]:
    """Return what is missing until every session is established and every loopback reachable.

    An empty list means that nothing is missing. A router that could not be asked is one
    missing thing. This looks once, at all routers side by side; a caller that waits calls again.
    """
    hosts = [host.name for host in routers.network.hosts]
    with ThreadPoolExecutor(_WORKERS) as pool:
        return [lack for lacks in pool.map(lambda h: _at(routers, h), hosts) for lack in lacks]


def _at(routers: Routers, host: HostName) -> list[Missing]:
    try:
        return missing(routers.network, host, routers.seen(host))
    except WorldError as error:
        return [Missing(host, f"{error.what}: {error.actual}")]
