"""What is true in a rehearsal, and who can see it. It changes through the simulated doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from dr.placement import Claim, Placement
from dr.simulation.database import SimulatedDatabase
from dr.simulation.timeline import Timeline
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network, Service


@dataclass(slots=True)
class Truth:
    """One service with its database; the rest of ``network`` stands still."""

    network: Network
    service: Service
    timeline: Timeline
    database: SimulatedDatabase
    placements: list[Placement]
    """the record and, before it, every one that it replaced"""
    announcing: set[HostName]
    epochs: dict[HostName, int]
    """the highest epoch that each host was asked under; 0: none"""
    routes: list[frozenset[HostName]]
    """who announced the address, each time that somebody was asked to or not to"""
    claim: Claim = field(default_factory=lambda: Claim(None))
    dark: set[SiteName] = field(default_factory=set)
    """sites that nobody can see into"""
    off: set[HostName] = field(default_factory=set)
    """hosts without power"""
    probe_ahead: timedelta = timedelta()
    """how far the probe's clock is ahead of everybody else's"""
    quorum: bool = True
    alarms: frozenset[str] = frozenset()
    """that etcd raises; with one it takes no writes"""
    changes: int = 0
    """how often something was changed through a door"""

    @classmethod
    def healthy(cls, network: Network, service: ServiceName, timeline: Timeline) -> Truth:
        """Return a world in which everything is at home and up to date."""
        declared = network.service(service)
        home = {h for h in declared.hosts if network.host(h).site == declared.home}
        return cls(
            network=network,
            service=declared,
            timeline=timeline,
            database=SimulatedDatabase.healthy(network.database(declared.database), timeline),
            placements=[Placement(declared.home, 1, None)],
            announcing=set(home),
            epochs=dict.fromkeys(declared.hosts, 1),
            routes=[frozenset(home)],
        )

    def sees(self, host: HostName) -> bool:
        """Whether ``host`` can be seen."""
        return host not in self.off and self.network.host(host).site not in self.dark

    def switch_off(self, host: HostName) -> None:
        """Let ``host`` have no power: what it did ends."""
        if host in self.off:
            return
        self.off.add(host)
        self.announcing.discard(host)
        if self.database.leader == host:
            self.database.crash_leader()
        self.database.alive.discard(host)
        self.database.synchronous.discard(host)
        self.changes += 1

    def boot(self, host: HostName, *, new_disk: bool = False) -> None:
        """Let ``host`` lose its power and come back: it announces nothing."""
        self.announcing.discard(host)
        if new_disk:
            self.epochs[host] = 0
