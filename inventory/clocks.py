"""With whom a host compares its clock, and by which keys it believes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from inventory.names import HostName
from inventory.network import Host, Network, Role
from inventory.timekeeping import TimeServer

ALL_KEYS: Final = "clocks"
"""what all keys of clocks are made from, among passwords; it reaches no host"""
ORPHANS: Final = 10
"""stratum of what monitors agree on while none of them hears a clock outside the network"""


@dataclass(frozen=True, slots=True)
class ClockKey:
    """By what two hosts believe each other's time."""

    number: int
    """the same at both, and of no other two in the network"""
    pair: str
    """the names of both, in the order of names"""


@dataclass(frozen=True, slots=True)
class ClockSource:
    """A monitor, by whose clock others are compared."""

    host: HostName
    address: IPv4Address
    key: int
    """number of the key"""


@dataclass(frozen=True, slots=True)
class HostClock:
    """What the clock of one host is compared with."""

    serves: bool
    """whether others are compared with it: then its sources are its peers"""
    sources: tuple[ClockSource, ...]
    """every monitor but the host itself: one a site, so that sites see each other's clocks"""
    keys: tuple[ClockKey, ...]
    outside: tuple[TimeServer, ...]
    """clocks outside the network; of who serves alone"""
    orphans: int = ORPHANS


def clock_of(network: Network, host: Host) -> HostClock:
    """Return what the clock of ``host`` is compared with, and all keys that it needs."""
    monitors = [one for one in network.hosts_with(Role.MONITOR) if one != host]
    serves = Role.MONITOR in host.roles
    others = [one for one in network.hosts if one != host] if serves else monitors
    return HostClock(
        serves=serves,
        sources=tuple(
            ClockSource(one.name, one.loopback, _key(host, one).number) for one in monitors
        ),
        keys=tuple(_key(host, one) for one in others),
        outside=outside_of(network, host),
    )


def outside_of(network: Network, host: Host) -> tuple[TimeServer, ...]:
    """Return the clocks outside ``network`` with which that of ``host`` is compared."""
    asks = Role.MONITOR in host.roles
    return tuple(one for one in network.time_servers if asks and host.site in one.sites)


def _key(one: Host, other: Host) -> ClockKey:
    first, second = sorted((one, other), key=lambda host: host.name)
    # the ends of two loopbacks, which are in one /16: as long as both hosts stay, it stays
    number = (int(first.loopback) & 0xFFFF) << 16 | int(second.loopback) & 0xFFFF
    return ClockKey(number, f"{first.name} {second.name}")
