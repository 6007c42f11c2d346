"""The layer *say*: every router runs its intent, and its text is ours from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from access.clients.ssh import Access
from access.secrets import Secrets
from core.clock import Clock
from core.errors import Unreachable
from inventory.names import HostName
from inventory.network import Network
from ndc.wiring.environment import Environment
from routing.routers import Routers, converged

_ROUTES = timedelta(seconds=60)
_REVIVAL = timedelta(minutes=3)
"""watchfrr waits for up to a minute before it starts again what dies again and again"""

_AGAIN = timedelta(milliseconds=500)
_WORKERS = 12


def say_routes(environment: Environment, network: Network, secrets: Secrets, clock: Clock) -> None:
    """Make every router run its intent, take it over from the layer below, and wait for routes.

    Raises:
        Rejected: a router refused a command, or runs something else than it was told.
        Unreachable: a router did not answer, or a route did not come about.
    """
    access = Access(secrets.control_key, secrets.known_hosts)
    password = secrets.read(secrets.bgp_password)
    with Routers(network, access, password, environment.paths.log / "routers") as routers:
        hosts = [host.name for host in network.hosts]
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(partial(take_over, routers, clock), hosts))
        _wait_until_converged(routers, clock)


def take_over(routers: Routers, clock: Clock, host: HostName) -> None:
    """Make the router on ``host`` run its intent, and take it over from the layer below.

    A router that does not answer is looked at again: a daemon of FRR that died is started
    anew in seconds, with what was saved.

    Raises:
        Rejected: it refused a command, or runs something else than it was told.
        Unreachable: it did not answer for as long as it may take; the last reason.
    """
    began = clock.elapsed()
    while True:
        try:
            routers.converge(host)
            return routers.hand_over(host)
        except Unreachable:
            if clock.elapsed() - began > _REVIVAL:
                raise
        clock.sleep(_AGAIN)


def _wait_until_converged(routers: Routers, clock: Clock) -> None:
    began = clock.elapsed()
    while lacks := converged(routers):
        if clock.elapsed() - began > _ROUTES:
            raise Unreachable(
                f"{len(lacks)} routes and sessions did not come about",
                expected=f"all within {_ROUTES.total_seconds():g} s",
                actual="; ".join(str(lack) for lack in lacks[:5]),
                next_step="run the command again: it goes on where this one stopped",
            )
        clock.sleep(_AGAIN)
