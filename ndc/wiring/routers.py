"""The layer *say*: every router runs its intent, and its text is ours from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Literal

from access.clients.ssh import Access
from access.secrets import Secrets
from core.clock import Clock, NotYet, until_answered, wait_until
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

    ``network`` says what each is to run. ``secrets`` let us in, ``environment`` says where the
    logs of the sessions go, and ``clock`` bounds every wait.

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

    def converge_and_hand_over() -> None:
        routers.converge(host)
        routers.hand_over(host)

    until_answered(
        clock,
        converge_and_hand_over,
        what=f"the configuration of the router on {host}",
        bound=_REVIVAL,
        every=_AGAIN,
    )


def _wait_until_converged(routers: Routers, clock: Clock) -> None:
    def is_converged() -> Literal[True] | NotYet:
        lacks = converged(routers)
        first = "; ".join(str(lack) for lack in lacks[:5])
        return NotYet(f"{len(lacks)} are missing: {first}") if lacks else True

    wait_until(clock, is_converged, what="every route and session", bound=_ROUTES, every=_AGAIN)
