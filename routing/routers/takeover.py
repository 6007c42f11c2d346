"""The layer *say*: every router runs its intent, and its text is ours from then on."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from access.host_access import Access
from access.secrets import Secrets
from core.clock import Clock, NotYet, wait_until
from core.errors import Rejected, Unreachable, WorldError
from inventory.names import HostName
from inventory.network import Network
from routing.routers.convergence import converged
from routing.routers.routers import Routers

_ROUTES = timedelta(seconds=60)
_REVIVAL = timedelta(seconds=90)
"""watchfrr waits for up to a minute before it starts again what dies again and again"""
_SILENCE = timedelta(seconds=20)
"""a host that lets nobody in for so long is told of; nothing on it starts anything again"""

_AGAIN = timedelta(milliseconds=500)
_WORKERS = 12


class Takeover(Protocol):
    """What is asked of routers while they are taken over; each raises as ``Routers`` does."""

    def converge(self, host: HostName) -> list[str]:
        """Make the router run what it should."""

    def hand_over(self, host: HostName) -> None:
        """Take the router's text over."""

    def lets_us_in(self, host: HostName) -> bool:
        """Whether the host of the router answers at all."""


def say_routes(network: Network, secrets: Secrets, logs: Path, clock: Clock) -> None:
    """Make every router run its intent, take it over from the layer below, and wait for routes.

    A router that fails keeps no other from being done; all that fail are named.

    ``network`` says what each is to run. ``secrets`` let us in, ``logs`` is the folder of the
    sessions' logs, and ``clock`` bounds every wait.

    Raises:
        Rejected: a router refused a command, or runs something else than it was told.
        Unreachable: a router did not answer, or a route did not come about.
    """
    access = Access(secrets.control_key, secrets.known_hosts)
    password = secrets.read(secrets.bgp_password)
    with Routers(network, access, password, logs) as routers:
        take_over_all(routers, clock, [host.name for host in network.hosts])
        _wait_until_converged(routers, clock)


def take_over_all(routers: Takeover, clock: Clock, hosts: Sequence[HostName]) -> None:
    """Do what ``take_over`` does on all ``hosts``, side by side.

    Raises:
        Unreachable: one did not answer; the others are done.
        Rejected: all that are not done said no.
    """
    with ThreadPoolExecutor(_WORKERS) as pool:
        ended = zip(hosts, pool.map(partial(_tried, routers, clock), hosts), strict=True)
    failures = {host: error for host, error in ended if error is not None}
    if not failures:
        return
    silent = [error for error in failures.values() if isinstance(error, Unreachable)]
    first: WorldError = silent[0] if silent else next(iter(failures.values()))
    refusal = Unreachable if silent else Rejected
    raise refusal(
        f"the routers on {', '.join(failures)} could not be taken over; "
        f"done: {len(hosts) - len(failures)}",
        expected=first.expected,
        actual=f"{first.what}: {first.actual}",
        next_step=first.next_step,
    ) from first


def _tried(routers: Takeover, clock: Clock, host: HostName) -> WorldError | None:
    """Take the router on ``host`` over; return what kept us from it, None: nothing."""
    try:
        take_over(routers, clock, host)
    except WorldError as error:
        return error
    return None


def take_over(routers: Takeover, clock: Clock, host: HostName) -> None:
    """Make the router on ``host`` run its intent, and take it over from the layer below.

    A router that does not answer is looked at again: a daemon of FRR that died is started
    anew in seconds, with what was saved. A host that lets nobody in is not waited for as long.

    Raises:
        Rejected: it refused a command, or runs something else than it was told.
        Unreachable: it did not answer for as long as it may take; the last reason.
    """
    began = clock.elapsed()

    def ended() -> Literal[True] | NotYet | Unreachable:
        try:
            routers.converge(host)
            routers.hand_over(host)
        except Unreachable as error:
            waited = clock.elapsed() - began
            if waited > _SILENCE and not routers.lets_us_in(host):
                return _silent([host], waited)
            return _stuck(host, waited, error) if waited > _REVIVAL else NotYet(error.what)
        return True

    what = f"the configuration of the router on {host}"
    _raised(wait_until(clock, ended, what=what, bound=2 * _REVIVAL, every=_AGAIN))


def _raised(end: Literal[True] | Unreachable) -> None:
    if isinstance(end, Unreachable):
        raise end


def _stuck(host: HostName, waited: timedelta, reason: Unreachable) -> Unreachable:
    return Unreachable(
        f"the router on {host} does not answer, though its host does",
        expected="that watchfrr starts again what died",
        actual=f"after {waited.total_seconds():.0f} s: {reason.actual}",
        next_step=f"ndc ssh {host} -- systemctl restart frr; then run the command again",
    )


def _silent(hosts: Sequence[HostName], waited: timedelta) -> Unreachable:
    return Unreachable(
        f"nobody is let in on {', '.join(hosts)}",
        expected="hosts that answer SSH",
        actual=f"silent for {waited.total_seconds():.0f} s",
        next_step=f"ndc status tells about {hosts[0]}; when it answers, run the command again",
    )


def _wait_until_converged(routers: Routers, clock: Clock) -> None:
    began = clock.elapsed()

    def ended() -> Literal[True] | NotYet | Unreachable:
        lacks = converged(routers)
        if not lacks:
            return True
        waited = clock.elapsed() - began
        lacking = dict.fromkeys(lack.host for lack in lacks)
        if waited > _SILENCE and (mute := [h for h in lacking if not routers.lets_us_in(h)]):
            return _silent(mute, waited)
        first = "; ".join(str(lack) for lack in lacks[:5])
        return NotYet(f"{len(lacks)} are missing: {first}")

    what = "every route and session"
    _raised(wait_until(clock, ended, what=what, bound=_ROUTES, every=_AGAIN))
