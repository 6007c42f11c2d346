"""For how long a host has been well: by its own word, and by the words of those who see it. Pure.

It may be up while its links come and go; and who sees it may have begun to look only now. So the
shorter of the two counts, and what nobody can say is not known to be well for any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dr.watch.observers import AT_LEAST
from inventory.names import HostName, SiteName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How long one host has been well; each figure is at least so long."""

    up: timedelta | None = None
    """since its own boot, by its own word; None: nobody can say"""
    answers: timedelta | None = None
    """observers at enough other sites without a break; None: too few say anything"""
    witnesses: tuple[HostName, ...] = ()
    """who say anything of it, one of each other site, the longest first"""

    @property
    def lasting(self) -> timedelta | None:
        """For how long it is well; None: nobody can say."""
        if self.up is None or self.answers is None:
            return None
        return min(self.up, self.answers)


def steadiness(
    network: Network,
    host: HostName,
    up: timedelta | None,
    steady: Mapping[HostName, Mapping[HostName, timedelta]],
) -> Steadiness:
    """Return how long ``host`` has been well, which is ``up`` for so long by its own word.

    ``steady`` holds of each observer who answers it without a break, and for how long. The words of
    two at one site are one word; those at the host's own site do not see what passes between
    sites. It counts what ``AT_LEAST`` of the others have seen.
    """
    places = {one.name: one.site for one in network.hosts}
    longest: dict[SiteName, tuple[timedelta, HostName]] = {}
    for observer, lengths in steady.items():
        site = places.get(observer, places[host])
        if site != places[host] and host in lengths:
            longest[site] = max(
                longest.get(site, (lengths[host], observer)), (lengths[host], observer)
            )
    voices = sorted(longest.values(), reverse=True)
    return Steadiness(
        up,
        voices[AT_LEAST - 1][0] if len(voices) >= AT_LEAST else None,
        tuple(observer for _, observer in voices),
    )
