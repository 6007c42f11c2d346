"""From which hosts it may be looked whether others are dead. Pure.

What is lost with a site may be the site's own way to the others. So nobody at the site of a
host that seems lost observes it, and the words of two hosts at one site are one word.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from inventory.names import HostName, SiteName
from inventory.network import Network, Role

AT_LEAST: Final = 2
"""at as many sites nobody must see a host, before it may be called lost"""


def is_looked_for(network: Network, asked: Collection[HostName]) -> bool:
    """Tell whether ``asked``, who could say whether a host answers them, are at enough sites."""
    return len({network.host(observer).site for observer in asked}) >= AT_LEAST


def observers(network: Network, lost: Collection[HostName]) -> tuple[HostName, ...]:
    """Return who may look at ``lost``: one host of each site without any of them, sites in order.

    Monitors alone: hosts admit nobody else to what is looked at. Fewer than two are returned
    where fewer than two other sites have one, and then nobody can be called dead.

    Raises:
        KeyError: there is no such host.
    """
    theirs = {network.host(host).site for host in lost}
    voices: dict[SiteName, HostName] = {}
    for monitor in network.hosts_with(Role.MONITOR):
        if monitor.site not in theirs:
            voices.setdefault(monitor.site, monitor.name)
    return tuple(voices.values())
