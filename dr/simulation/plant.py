"""What a simulated network stands on: power, programs that stand still, and who reaches whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from dr.simulation.timeline import Timeline
from inventory.names import HostName, LinkName, SiteName
from inventory.network import Link, Network


@dataclass(slots=True)
class Plant:
    """Hosts that live and die, and the links between their sites.

    What is cut here is the network that serves citizens. The operator's own reaches a site that
    is cut off, and no host that is off or stands still.
    """

    network: Network
    clock: Timeline
    off: set[HostName] = field(default_factory=set)
    frozen: set[HostName] = field(default_factory=set)
    """their kernels answer, their programs do not"""
    lives: dict[HostName, int] = field(default_factory=dict)
    """how often the power of a host came on again"""
    booted: dict[HostName, timedelta] = field(default_factory=dict)
    """when that was; absent: long ago"""
    isolated: set[SiteName] = field(default_factory=set)
    """sites that no link reaches"""
    cut: set[LinkName] = field(default_factory=set)
    slow: set[LinkName] = field(default_factory=set)
    """links over which an answer comes later than a citizen waits"""
    dark: set[SiteName] = field(default_factory=set)
    """sites that the operator cannot see into"""
    mute_ports: set[HostName] = field(default_factory=set)
    """hosts whose power port cannot be reached"""
    answers_since: dict[HostName, timedelta] = field(default_factory=dict)
    """of hosts that were silent for everybody elsewhere: when that ended; absent: silent still"""
    changes: int = 0
    """how often something of this changed"""
    watchers: list[Callable[[], None]] = field(default_factory=list)
    """told after each change"""
    _places: dict[SiteName, SiteName] = field(default_factory=dict)
    _quick_places: dict[SiteName, SiteName] = field(default_factory=dict)
    _sites: dict[HostName, SiteName] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sites = {host.name: host.site for host in self.network.hosts}
        self._map()
        self._hear()

    @property
    def hosts(self) -> frozenset[HostName]:
        """Every one that there is."""
        return frozenset(self._sites)

    def site(self, host: HostName) -> SiteName:
        """Return where ``host`` stands."""
        return self._sites[host]

    def runs(self, host: HostName) -> bool:
        """Whether ``host`` has power and its programs go on."""
        return host not in self.off and host not in self.frozen

    def joined(self, one: HostName, other: HostName) -> bool:
        """Whether packets come from ``one`` to ``other``, if both have power."""
        return self._places[self._sites[one]] == self._places[self._sites[other]]

    def prompt(self, one: HostName, other: HostName) -> bool:
        """Whether they come without crossing a slow link."""
        return self._quick_places[self._sites[one]] == self._quick_places[self._sites[other]]

    def reaches(self, one: HostName, other: HostName) -> bool:
        """Whether programs of both can speak with each other."""
        return self.runs(one) and self.runs(other) and self.joined(one, other)

    def seen(self, host: HostName) -> bool:
        """Whether ``host`` answers the operator."""
        return self.runs(host) and self._sites[host] not in self.dark

    def life(self, host: HostName) -> str:
        """Return the name of the present life of ``host``, or of the last one."""
        return f"{host}-life-{self.lives.get(host, 0) + 1}"

    @contextmanager
    def changing(self) -> Iterator[Plant]:
        """Change anything within, and have it noticed afterwards."""
        yield self
        self.changes += 1
        self._map()
        self._hear()
        for watcher in self.watchers:
            watcher()

    def power_off(self, host: HostName) -> None:
        """Take the power of ``host`` away."""
        if host not in self.off:
            with self.changing():
                self.off.add(host)
                self.frozen.discard(host)

    def power_on(self, host: HostName) -> None:
        """Give it back: another life begins."""
        if host in self.off:
            with self.changing():
                self.off.discard(host)
                self.lives[host] = self.lives.get(host, 0) + 1
                self.booted[host] = self.clock.elapsed()

    def freeze(self, host: HostName) -> None:
        """Let every program of ``host`` stand still."""
        if host not in self.off:
            with self.changing():
                self.frozen.add(host)

    def thaw(self, host: HostName) -> None:
        """Let them go on."""
        with self.changing():
            self.frozen.discard(host)

    def _map(self) -> None:
        up = [link for link in self.network.links if self._carries(link)]
        self._places = self._joined_by(up)
        self._quick_places = self._joined_by([link for link in up if link.name not in self.slow])

    def _hear(self) -> None:
        """Note who answers others again, and who does no more."""
        for host, site in self._sites.items():
            alone = len([one for one in self._places.values() if one == self._places[site]]) == 1
            if not self.runs(host) or alone:
                self.answers_since.pop(host, None)
            else:
                self.answers_since.setdefault(host, self.clock.elapsed())

    def _carries(self, link: Link) -> bool:
        ends = (link.a, link.z)
        return link.name not in self.cut and not any(
            end.host in self.off or end.site in self.isolated for end in ends
        )

    def _joined_by(self, links: list[Link]) -> dict[SiteName, SiteName]:
        """Return for each site the one that stands for all that reach each other."""
        place = {site.name: site.name for site in self.network.sites}
        for link in links:
            one, other = place[link.a.site], place[link.z.site]
            if one != other:
                place = {site: one if at == other else at for site, at in place.items()}
        return place
