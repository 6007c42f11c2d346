"""From what is declared to what it means: the one place where addresses are made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv4Address
from itertools import starmap
from operator import attrgetter
from typing import Any

from inventory import addresses
from inventory.alarming import Alarms, Mail
from inventory.allocate import Allocations, management_blocks, pair_of
from inventory.calling import AlarmsEntry
from inventory.derive_clocks import time_servers
from inventory.derive_storage import pools, stores
from inventory.hosts import DeclaredHost, hosts_of, profile_of
from inventory.model import (
    DatabaseEntry,
    Inventory,
    LinkEntry,
    ServiceEntry,
    SiteEntry,
)
from inventory.names import (
    DatabaseName,
    EnvironmentName,
    HostName,
    LinkName,
    PlacedName,
    SegmentName,
    ServiceName,
    SiteName,
)
from inventory.network import (
    Database,
    Host,
    Link,
    LinkEnd,
    Member,
    Network,
    Role,
    Service,
    Site,
)
from inventory.people import Operator
from inventory.practice import Practice
from inventory.promises import FailureSet


def derive(
    inventory: Inventory,
    allocations: Allocations,
    *,
    profile: str,
    environment: EnvironmentName,
    number: int,
) -> Network:
    """Return the network of one environment. Every checked inventory has one.

    ``allocations`` are those that ``allocate`` returned for ``inventory`` and ``profile``.
    ``number`` is that of ``environment``, 1 to 254. Equal arguments give an equal network,
    whatever the order of files and keys was.

    Raises:
        PlanRefused: there is no such profile.
    """
    network = _Derivation(inventory, allocations, profile, number).network(environment)
    return replace(network, digest=_digest(network))


class _Derivation:
    """The arguments of ``derive``, so that its parts need not pass them on."""

    def __init__(
        self, inventory: Inventory, allocations: Allocations, profile: str, number: int
    ) -> None:
        self._inventory = inventory
        self._numbers = allocations.number
        self._profile = profile
        self._environment_number = number
        self._management = addresses.management_prefix(
            inventory.pools, number, management_blocks(allocations)
        )
        self._sites = {name: self._site(name, entry) for name, entry in inventory.sites.items()}
        hosts = [self._host(host) for host in hosts_of(inventory, profile)]
        self._hosts = sorted(hosts, key=lambda h: (self._sites[h.site].number, h.number))
        in_order = sorted(self._sites.values(), key=lambda site: site.number)
        self._hosts_at: dict[SiteName, list[Host]] = {site.name: [] for site in in_order}
        for host in self._hosts:
            self._hosts_at[host.site].append(host)

    def network(self, environment: EnvironmentName) -> Network:
        """Return the network, its digest still empty."""
        inventory = self._inventory
        return Network(
            environment=environment,
            environment_number=self._environment_number,
            profile=self._profile,
            management=self._management,
            operator_address=addresses.in_network(self._management, 1),
            sites=tuple(self._sites[name] for name in self._hosts_at),
            hosts=tuple(self._hosts),
            links=tuple(
                sorted(starmap(self._link, inventory.links.items()), key=attrgetter("number"))
            ),
            voters=tuple(host.name for host in self._hosts if Role.VOTER in host.roles),
            databases=tuple(self._database(*item) for item in sorted(inventory.databases.items())),
            services=tuple(self._service(*item) for item in sorted(inventory.services.items())),
            operators=tuple(
                Operator(name, entry.public_key, frozenset(entry.roles))
                for name, entry in sorted(inventory.operators.items())
            ),
            failure_sets=failure_sets(inventory),
            digest="",
            controllers=inventory.failure_policy.controllers,
            alarms=_alarms(inventory.alarms),
            pools=tuple(pools(inventory, self._profile, self._hosts_at)),
            stores=tuple(stores(inventory, self._hosts_at, self._service_address)),
            drills=tuple(_drills(inventory)),
            time_servers=tuple(time_servers(inventory)),
        )

    def _site(self, name: SiteName, entry: SiteEntry) -> Site:
        number, pools = self._numbers("sites", name), self._inventory.pools
        return Site(
            name=name,
            number=number,
            kind=entry.kind,
            title=entry.title,
            region=entry.region,
            latitude=entry.latitude,
            longitude=entry.longitude,
            asn=self._inventory.network.autonomous_system_base + number,
            lan=addresses.subnet(pools.lans, number, 24),
            segment=SegmentName(f"{name}-lan"),
            loopbacks=addresses.subnet(pools.loopbacks, number, 24),
        )

    def _host(self, host: DeclaredHost) -> Host:
        number = self._numbers(f"hosts of {host.site}", host.name)
        site = self._sites[host.site]
        return Host(
            name=host.name,
            site=host.site,
            number=number,
            roles=host.roles,
            management=addresses.in_network(
                self._management, self._numbers("management", host.name)
            ),
            lan=addresses.in_network(site.lan, number),
            loopback=addresses.address(site.loopbacks, number),
        )

    def _link(self, name: LinkName, entry: LinkEntry) -> Link:
        number, pair = self._numbers("links", name), pair_of(entry.ends)
        a, z = sorted(entry.ends)
        place = self._numbers(f"places in {pair}", name)
        return Link(
            name=name,
            number=number,
            pair=pair,
            a=self._end(a, number, place, 0),
            z=self._end(z, number, place, 1),
            delay=timedelta(milliseconds=entry.rtt_ms) / 2,
            rate_bits_per_second=None if entry.rate_mbps is None else entry.rate_mbps * 1_000_000,
            mtu_bytes=entry.mtu_bytes,
            carrier=entry.carrier,
            ducts=entry.ducts,
            shared_risks=entry.shared_risks,
        )

    def _end(self, site: SiteName, number: int, place: int, side: int) -> LinkEnd:
        """Return the end of link ``number`` at ``site``.

        ``place`` is the link's place in its pair and chooses the border host; ``side`` is 0
        at the link's end ``a``, 1 at ``z``, and chooses the address.
        """
        borders = self._with_role(site, Role.BORDER)
        prefix = addresses.subnet(self._inventory.pools.links, number, 31)
        return LinkEnd(
            site=site,
            host=borders[place % len(borders)],
            interface=f"link{number}",
            address=addresses.in_network(prefix, side),
        )

    def _database(self, name: DatabaseName, entry: DatabaseEntry) -> Database:
        sites = sorted(
            [*entry.synchronous, *entry.asynchronous], key=lambda site: self._sites[site].number
        )
        return Database(
            name=name,
            home=entry.home,
            members=tuple(
                Member(
                    host,
                    site,
                    synchronous=site in entry.synchronous,
                    far=self._sites[site].region != self._sites[entry.home].region,
                )
                for site in sites
                for host in self._keeping(site)[: copies_at(entry, site)]
            ),
            synchronous_node_count=waited_for(entry, failure_sets(self._inventory)),
            last_copy=entry.last_copy,
            port=entry.port,
        )

    def _service(self, name: ServiceName, entry: ServiceEntry) -> Service:
        tier = self._inventory.tiers[entry.tier]
        at = (entry.home, *entry.refuges)
        return Service(
            name=name,
            title=entry.title,
            address=self._service_address(name),
            home=entry.home,
            refuges=entry.refuges,
            hosts=tuple(host for site in at for host in self._with_role(site, Role.SERVICE)),
            database=entry.database,
            port=entry.port,
            tier=entry.tier,
            recovery_time=tier.recovery_time,
            recovery_point=tier.recovery_point,
            stable_for=tier.stable_for,
            needs=entry.needs,
        )

    def _service_address(self, name: PlacedName) -> IPv4Address:
        number = self._numbers("services", name)
        return addresses.address(self._inventory.pools.services, number)

    def _keeping(self, site: SiteName) -> list[HostName]:
        """Return who keeps databases at ``site``; who does so at this site alone comes last."""
        profile = profile_of(self._inventory, self._profile)
        usual = profile.kinds.get(self._sites[site].kind, {})
        everywhere = {f"{site}-{host}" for host, roles in usual.items() if Role.DATABASE in roles}
        return sorted(self._with_role(site, Role.DATABASE), key=lambda host: host not in everywhere)

    def _with_role(self, site: SiteName, role: Role) -> list[HostName]:
        return [host.name for host in self._hosts_at[site] if role in host.roles]


def copies_at(entry: DatabaseEntry, site: SiteName) -> int:
    """Return how many copies ``site`` holds of a database that it holds at all."""
    return entry.copies.get(site, 1)


def waited_for(entry: DatabaseEntry, failures: Iterable[FailureSet]) -> int:
    """Return how many copies a commit waits for, so that none of ``failures`` takes all of them.

    A loss that no synchronous copy would outlive is not one of them: nothing protects from it.
    """
    taken = [
        sum(copies_at(entry, site) for site in entry.synchronous if site in failure.sites)
        for failure in failures
        if not failure.sites.issuperset(entry.synchronous)
    ]
    return max([1, *taken])


def _alarms(entry: AlarmsEntry) -> Alarms:
    mail = entry.mail
    return Alarms(entry.webhooks, Mail(mail.relay, mail.sender, mail.to) if mail else None)


def _drills(inventory: Inventory) -> Iterator[Practice]:
    for name, entry in sorted(inventory.drills.items()):
        tier = inventory.services[entry.service].tier
        yield Practice(name, entry.service, entry.takes, entry.every[tier])


def failure_sets(inventory: Inventory) -> tuple[FailureSet, ...]:
    """Return the losses of sites that the policy promises to survive, sites first."""
    policy = inventory.failure_policy
    sites = [FailureSet(site, frozenset({site})) for site in sorted(inventory.sites)]
    regions = [
        FailureSet(region, frozenset(s for s, e in inventory.sites.items() if e.region == region))
        for region in sorted(policy.regions)
        if any(entry.region == region for entry in inventory.sites.values())
    ]
    return (*(sites if policy.any_site else ()), *regions)


def _digest(network: Network) -> str:
    """Return the hex SHA-256 of all that ``network`` says."""
    text = json.dumps(network, sort_keys=True, default=_plain, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        # not asdict(): it copies each address, and takes longer than all the rest
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return sorted(value) if isinstance(value, frozenset) else str(value)
