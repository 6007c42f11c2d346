"""The derived network: what an inventory means, computed once; nobody downstream reads YAML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TypeVar

from inventory.alarming import NOBODY, Alarms
from inventory.initiative import Initiative
from inventory.names import (
    DatabaseName,
    EnvironmentName,
    HostName,
    LinkName,
    RegionName,
    SegmentName,
    ServiceName,
    SiteName,
    StoreName,
)
from inventory.people import Operator
from inventory.practice import Practice
from inventory.promises import FailureSet, LastCopy
from inventory.storage import Pool, Store
from inventory.timekeeping import TimeServer

NamedT = TypeVar("NamedT", "Site", "Host", "Link", "Database", "Service", "Store")


class Role(StrEnum):
    """What a host is for; a host carries one or more."""

    BORDER = "border"
    """terminates links to other sites; route reflector of its site"""
    ACCESS = "access"
    """where citizens enter the network"""
    VOTER = "voter"
    """an etcd member"""
    DATABASE = "database"
    """PostgreSQL under Patroni"""
    STORAGE = "storage"
    """has storage pools, and holds stores in them"""
    SERVICE = "service"
    """nginx, the applications, HAProxy; announces service addresses"""
    MONITOR = "monitor"
    """Prometheus and ndc-exporter of its site"""
    PROBE = "probe"
    """uses the services as a citizen does, and keeps the ledger"""


class SiteKind(StrEnum):
    """What a site is."""

    CENTRE = "centre"
    """a data centre: may hold data and serve"""
    WITNESS = "witness"
    """a vote and a vantage point; holds no data and serves nothing"""


@dataclass(frozen=True, slots=True)
class Site:
    """One place; its number fixes its autonomous system, its LAN and its loopbacks."""

    name: SiteName
    number: int
    """from 1, allocated; stays with the name for good"""
    kind: SiteKind
    title: str
    region: RegionName
    latitude: float
    longitude: float
    """degrees north, and east"""
    asn: int
    lan: IPv4Network
    segment: SegmentName
    loopbacks: IPv4Network
    """the aggregate that this site's hosts take their loopbacks from"""


@dataclass(frozen=True, slots=True)
class Host:
    """One machine that boots an operating system."""

    name: HostName
    site: SiteName
    number: int
    """unique in its site, allocated"""
    roles: frozenset[Role]
    management: IPv4Interface
    """on interface ``eth0``: operators, Ansible, netmiko; never workload traffic"""
    lan: IPv4Interface
    """on interface ``lan0``, in the site's segment"""
    loopback: IPv4Address
    """on interface ``lo``: what clusters and services use, so a link's loss does not touch them"""

    @property
    def forwards(self) -> bool:
        """Whether it passes on packets that are for others."""
        return bool(self.roles & {Role.BORDER, Role.ACCESS})


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One of the two ends of a link: an interface of a border host, and its address."""

    site: SiteName
    host: HostName
    interface: str
    """name inside the host, at most 15 characters"""
    address: IPv4Interface
    """of a /31 that both ends share"""


@dataclass(frozen=True, slots=True)
class Link:
    """One transmission link between two sites; ``a`` is at the site whose name sorts first."""

    name: LinkName
    number: int
    pair: str
    """links of one pair join the same sites over different ducts"""
    a: LinkEnd
    z: LinkEnd
    delay: timedelta
    """one way; half the declared round trip"""
    rate_bits_per_second: int | None
    """None: not limited"""
    mtu_bytes: int
    carrier: str
    ducts: tuple[str, ...]
    shared_risks: tuple[str, ...]

    def end_at(self, host: HostName) -> LinkEnd | None:
        """Return the end of this link at ``host``, or None if it has none there."""
        return self.a if self.a.host == host else self.z if self.z.host == host else None

    def other_end(self, end: LinkEnd) -> LinkEnd:
        """Return the end that is not ``end``."""
        return self.z if end == self.a else self.a


@dataclass(frozen=True, slots=True)
class Member:
    """One copy of a database."""

    host: HostName
    site: SiteName
    synchronous: bool
    """whether commits may wait for it; False: it carries Patroni's ``nosync``"""
    far: bool = False
    """whether it lies in another region than the home of its database"""

    @property
    def barred(self) -> bool:
        """Whether it never leads by itself: it carries ``nofailover`` until a plan lifts that."""
        return self.far or not self.synchronous


@dataclass(frozen=True, slots=True)
class Database:
    """One PostgreSQL cluster under one Patroni scope over several sites."""

    name: DatabaseName
    home: SiteName
    """bootstraps first, alone; otherwise the first leader is a race"""
    members: tuple[Member, ...]
    synchronous_node_count: int
    """how many copies each commit waits for, beside the leader's own"""
    last_copy: LastCopy
    port: int


@dataclass(frozen=True, slots=True)
class Service:
    """Something citizens use, reached at one address that moves with it."""

    name: ServiceName
    title: str
    address: IPv4Address
    """a /32 with one origin: the active site's service hosts announce it"""
    home: SiteName
    refuges: tuple[SiteName, ...]
    """where it may go, best first; without ``home``"""
    hosts: tuple[HostName, ...]
    """every host that can serve it, at home and in the refuges"""
    database: DatabaseName
    port: int
    """of the application on its host's loopback interface; citizens use HTTPS"""
    tier: str
    recovery_time: timedelta
    recovery_point: timedelta
    stable_for: timedelta | None = None
    """how long a site that returned is to be well before a move back is offered; None: never"""
    needs: tuple[ServiceName, ...] = ()
    """services without which it is of no use"""


@dataclass(frozen=True, slots=True)
class Network:
    """The whole derived network of one environment.

    Every name in it leads to something in it. Sites, hosts and links are in the order of
    their numbers, pools in that of hosts, all others in that of their names. ``derive`` makes it.
    """

    environment: EnvironmentName
    environment_number: int
    profile: str
    management: IPv4Network
    operator_address: IPv4Interface
    """the operator's own end of the management network"""
    sites: tuple[Site, ...]
    hosts: tuple[Host, ...]
    links: tuple[Link, ...]
    voters: tuple[HostName, ...]
    databases: tuple[Database, ...]
    services: tuple[Service, ...]
    operators: tuple[Operator, ...]
    failure_sets: tuple[FailureSet, ...]
    digest: str
    """hex SHA-256 of all the rest; equal inventories and allocations give equal digests"""
    controllers: Initiative = Initiative.OBSERVE
    """what controllers may do by themselves"""
    alarms: Alarms = NOBODY
    pools: tuple[Pool, ...] = ()
    stores: tuple[Store, ...] = ()
    drills: tuple[Practice, ...] = ()
    time_servers: tuple[TimeServer, ...] = ()

    def site(self, name: SiteName) -> Site:
        """Return the site called ``name``; KeyError if there is none."""
        return _named(self.sites, name)

    def host(self, name: HostName) -> Host:
        """Return the host called ``name``; KeyError if there is none."""
        return _named(self.hosts, name)

    def link(self, name: LinkName) -> Link:
        """Return the link called ``name``; KeyError if there is none."""
        return _named(self.links, name)

    def database(self, name: DatabaseName) -> Database:
        """Return the database called ``name``; KeyError if there is none."""
        return _named(self.databases, name)

    def service(self, name: ServiceName) -> Service:
        """Return the service called ``name``; KeyError if there is none."""
        return _named(self.services, name)

    def region(self, host: HostName) -> RegionName:
        """Return the region in which ``host`` is."""
        return self.site(self.host(host).site).region

    def store(self, name: StoreName) -> Store:
        """Return the store called ``name``; KeyError if there is none."""
        return _named(self.stores, name)

    def hosts_at(self, site: SiteName) -> tuple[Host, ...]:
        """Return the hosts of ``site``, in order of their numbers."""
        return tuple(host for host in self.hosts if host.site == site)

    def hosts_with(self, role: Role) -> tuple[Host, ...]:
        """Return the hosts that carry ``role``."""
        return tuple(host for host in self.hosts if role in host.roles)

    def links_of(self, host: HostName) -> tuple[Link, ...]:
        """Return the links that arrive at ``host``."""
        return tuple(link for link in self.links if link.end_at(host))

    def databases_on(self, host: HostName) -> tuple[Database, ...]:
        """Return the databases of which ``host`` holds a copy."""
        return tuple(d for d in self.databases if any(m.host == host for m in d.members))

    def services_on(self, host: HostName) -> tuple[Service, ...]:
        """Return the services that ``host`` can serve."""
        return tuple(service for service in self.services if host in service.hosts)

    def pools_on(self, host: HostName) -> tuple[Pool, ...]:
        """Return the storage pools of ``host``."""
        return tuple(pool for pool in self.pools if pool.host == host)

    def stores_on(self, host: HostName) -> tuple[Store, ...]:
        """Return the stores that ``host`` holds, or recovery points of them."""
        return tuple(store for store in self.stores if store.copy_on(host))

    def fellows(self, service: ServiceName, host: HostName) -> tuple[HostName, ...]:
        """Return who else at the site of ``host`` can serve ``service``, in its declared order."""
        site, those = self.host(host).site, self.service(service).hosts
        return tuple(name for name in those if name != host and self.host(name).site == site)


def _named(things: tuple[NamedT, ...], name: str) -> NamedT:
    for thing in things:
        if thing.name == name:
            return thing
    raise KeyError(name)
