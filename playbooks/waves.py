"""In which order a running network is changed, and what may change together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from inventory.names import HostName
from inventory.network import Host, Network, SiteKind

Stage: TypeAlias = Literal["base", "quorum", "everything"]
"""of what roles contribute, in the order of application"""

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class Left:
    """What a play left on a host, since it would disturb what serves there."""

    stages: tuple[Stage, ...]
    unfinished: bool
    """whether something there has not been well since an earlier change"""


@dataclass(frozen=True, slots=True)
class Wave:
    """Hosts that are changed together; the next wave begins when they are well."""

    stage: Stage
    hosts: tuple[HostName, ...]


def waves(
    network: Network, left: Mapping[HostName, Left], last: Collection[HostName]
) -> tuple[Wave, ...]:
    """Return the waves that change what is ``left``, a stage after the other.

    Who is unfinished goes first: if it fails again, it fails alone. ``last`` are the hosts that
    lead a database or serve; their sites come after all others, and they last in them.
    """
    busy = {network.host(name).site for name in last}

    def rank(host: Host) -> tuple[bool, bool, bool, int, bool, int]:
        site = network.site(host.site)
        return (
            not left[host.name].unfinished,
            host.site in busy,
            site.kind is not SiteKind.WITNESS,
            site.number,
            host.name in last,
            host.number,
        )

    hosts = sorted((host for host in network.hosts if host.name in left), key=rank)
    return tuple(
        Wave(stage, wave)
        for stage in STAGES
        for wave in _packed(network, stage, [h for h in hosts if stage in left[h.name].stages])
    )


def one_by_one(
    network: Network, hosts: Collection[HostName], last: Collection[HostName]
) -> tuple[HostName, ...]:
    """Return ``hosts`` in the order in which they may be off, one at a time; ``last`` as above."""
    left = {name: Left(("base",), unfinished=False) for name in hosts}
    return tuple(host for wave in waves(network, left, last) for host in wave.hosts)


def _packed(network: Network, stage: Stage, hosts: list[Host]) -> list[tuple[HostName, ...]]:
    """Return ``hosts`` in their order, as many together as do not exclude each other."""
    packed: list[list[Host]] = []
    for host in hosts:
        if packed and not any(_exclude(network, stage, host, other) for other in packed[-1]):
            packed[-1].append(host)
        else:
            packed.append([host])
    return [tuple(host.name for host in wave) for wave in packed]


def _exclude(network: Network, stage: Stage, one: Host, other: Host) -> bool:
    """Whether ``one`` and ``other`` may not be changed together.

    Never two sites at a time: a service that can be served at two is never disturbed at both.
    Nor two hosts of one site that may serve the same.
    """
    if one.site != other.site or set(network.services_on(one.name)) & set(
        network.services_on(other.name)
    ):
        return True
    match stage:
        case "base":  # a host that cannot be reached has no vote, and passes nothing on
            both_vote = {one.name, other.name} <= set(network.voters)
            return both_vote or one.forwards or other.forwards
        case "quorum":
            return True
        case "everything":
            databases = set(network.databases_on(one.name))
            return not databases.isdisjoint(network.databases_on(other.name))
