"""What has an address in a simulated network: its record, and who announces it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from dr.placement import Claim, Placement
from dr.planning.refusing import borders
from dr.simulation.copies import Surroundings
from dr.simulation.timeline import Timeline
from inventory.names import DatabaseName, HostName, PlacedName, SiteName, StoreName
from inventory.network import Network, Role
from inventory.placed import Placed


@dataclass(slots=True, kw_only=True)
class Announced:
    """One service or store: where it is placed, and who announces it."""

    name: PlacedName
    covered: DatabaseName | StoreName
    """what a claim on it is on"""
    around: Surroundings
    claims: dict[DatabaseName | StoreName, Claim]
    placements: list[Placement]
    """the record and, before it, every one that it replaced"""
    announcing: set[HostName]
    epochs: dict[HostName, int]
    """the highest epoch that each host was asked under; 0: none"""
    routes: list[frozenset[HostName]]
    """who announced the address, each time that somebody was asked to or not to"""
    refused: set[tuple[HostName, SiteName]] = field(default_factory=set)
    """borders, each with a site from which it refuses the address"""
    refused_under: dict[tuple[HostName, SiteName], int] = field(default_factory=dict)
    """the highest epoch that a border was asked under about a site; absent: never"""
    rests: tuple[Placement, timedelta] | None = None
    """the record that a failover made last, and until when that is remembered"""

    def resting(self) -> Placement | None:
        """Return the record that a failover made, as long as that is remembered."""
        if self.rests is None or self.timeline.elapsed() >= self.rests[1]:
            return None
        return self.rests[0]

    @property
    def network(self) -> Network:
        """The network that it is part of."""
        return self.around.network

    @property
    def timeline(self) -> Timeline:
        """The time that it is."""
        return self.around.clock

    @property
    def citizens_at(self) -> HostName:
        """Where citizens write from: beside the probe, or where they come in if there is none."""
        network = self.network
        return (network.hosts_with(Role.PROBE) or network.hosts_with(Role.ACCESS))[0].name

    @property
    def claim(self) -> Claim:
        """Who holds it: of a service its database, and every other service on that."""
        return self.claims.get(self.covered, Claim(None))

    @claim.setter
    def claim(self, new: Claim) -> None:
        self.claims[self.covered] = new

    def announce(self, host: HostName, *, wanted: bool) -> None:
        """Let ``host`` announce the address, or not."""
        changes = wanted is not (host in self.announcing)
        (self.announcing.add if wanted else self.announcing.discard)(host)
        self.routes.append(frozenset(self.announcing))
        if changes:
            what = "announces" if wanted else "withdraws"
            self.around.tell(what, self.name, host, self.epochs[host])

    def leads_to(self, citizens: SiteName, host: HostName) -> bool:
        """Whether a border where ``citizens`` come in lets them come to ``host``."""
        origin, plant = self.around.plant.site(host), self.around.plant
        if origin == citizens or not self.refused:
            return True
        asked = [one for one in borders(self.network, origin) if plant.site(one) == citizens]
        return any(plant.runs(one) and (one, origin) not in self.refused for one in asked)

    def led_from(self, client: HostName, host: HostName) -> bool:
        """Whether it is announced by ``host``, and a way leads there from ``client``."""
        plant = self.around.plant
        return (
            host in self.announcing
            and plant.reaches(client, host)
            and self.leads_to(plant.site(client), host)
        )

    def boot(self, host: HostName, *, new_disk: bool = False) -> None:
        """Let ``host`` lose its power and come back: it announces nothing."""
        self.announcing.discard(host)
        if new_disk:
            self.epochs[host] = 0

    def notice(self) -> None:
        """Let nobody announce it who has no power."""
        for host in sorted(self.announcing & self.around.plant.off):
            self.announcing.discard(host)
            self.around.tell("falls-silent", self.name, host)


def at_home(placed: Placed, network: Network) -> Iterable[HostName]:
    """Return the hosts that serve ``placed`` at its home."""
    return [host for host in placed.hosts if network.host(host).site == placed.home]
