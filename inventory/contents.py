"""What one host is to hold, as far as that follows from the network. Pure.

Templates print it and compute nothing; programs on hosts derive from the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from core.host_paths import (
    HOST_FILE,
    LEASES,
    NETWORK_FILE,
    PASSWORDS,
    PATRONI_DECLARED,
    PATRONI_SETTINGS,
    POSTGRESQL_COPIES,
    PROGRAM_IN_USE,
    SERVICES,
    SETTINGS,
    HostPath,
    patroni_folder,
)
from inventory import etcd, patroni, postgresql, system_accounts
from inventory.clocks import HostClock, clock_of
from inventory.endpoints import leader_port, patroni_port
from inventory.host_passwords import HostPassword, passwords_on
from inventory.host_stores import HostStore, host_stores
from inventory.names import DatabaseName, HostName, ServiceName, StoreName
from inventory.network import Database, Host, Member, Network, Service
from inventory.placed import placed_on
from inventory.postgresql import Admission, Login
from inventory.promises import LastCopy
from inventory.refuges import StoreRefuge, refuges_of
from inventory.system_accounts import SystemAccount

_NETWORK_READERS: Final = (
    *("agent", "controller", "detour", "exporter"),
    *("heartbeat", "probe", "storage"),
)
"""programs that know the whole network, by their roles of the playbooks"""
_NETWORK_FILES: Final = (HOST_FILE, NETWORK_FILE, PROGRAM_IN_USE)
"""what each of them reads when it starts, and not again; certificates they follow"""


@dataclass(frozen=True, slots=True)
class HostMember:
    """The member of a database on this host."""

    database: DatabaseName
    makes_database: bool
    """every other member waits for a leader"""
    synchronous: bool
    barred: bool
    """it never leads by itself"""
    synchronous_node_count: int
    blocks: bool
    """without a synchronous partner it stops acknowledging writes"""
    port: int
    patroni_port: int
    data: HostPath
    settings: HostPath
    """Patroni's, as they are declared"""
    settings_folder: HostPath
    """what it reads: these, and after them what a recovery lets it do"""
    settings_link: HostPath
    """to ``settings``, in the folder"""
    post_init: HostPath
    """makes what is inside, once in the life of the database"""
    post_init_sql: HostPath
    lease_seconds: int
    """how long a leader's lease lasts after a renewal"""
    lease_margin_seconds: int
    """how long before that its holder is kept from writing"""
    lease_pipe: HostPath
    """where its Patroni says of each renewal"""
    voters: tuple[IPv4Address, ...]
    """near ones first; those beside other copies last, since they are lost together"""
    etcd_namespace: str
    etcd_account: str
    etcd_password: str
    logins: Mapping[str, Login]
    """ours, by their roles"""
    owners: tuple[Login, ...]
    """of services"""
    admissions: tuple[Admission, ...]
    changers: tuple[IPv4Address, ...]
    """from where its Patroni takes changes"""
    changers_user: str
    changers_password: str


@dataclass(frozen=True, slots=True)
class MemberAddress:
    """Where a member of a database is reached."""

    host: HostName
    address: IPv4Address
    port: int
    patroni_port: int
    """where it says whether it leads"""


@dataclass(frozen=True, slots=True)
class WayToLeader:
    """From a port of this host's own loopback interface to whoever leads a database."""

    database: DatabaseName
    port: int
    members: tuple[MemberAddress, ...]


@dataclass(frozen=True, slots=True)
class HostService:
    """A service that this host can serve."""

    name: ServiceName
    title: str
    account: str
    """as whom its application runs"""
    address: IPv4Address
    has_fellows: bool
    """whether another host of the site may serve it: then it is asked here also while withdrawn"""
    port: int
    database_port: int
    """of this host's way to the leader"""
    database_server: str
    """the name by which it verifies whom that way leads to"""
    login: Login
    passfile: HostPath
    settings: HostPath
    certificate: HostPath
    key: HostPath
    restart_on: tuple[HostPath, ...]
    """a change of one of these restarts its application"""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one host is to hold."""

    accounts: tuple[SystemAccount, ...]
    """as whom our programs run"""
    passwords: tuple[HostPassword, ...]
    restart_on: Mapping[str, tuple[HostPath, ...]]
    """by the role of a program: a change of one of these restarts it"""
    members: tuple[HostMember, ...]
    ways: tuple[WayToLeader, ...]
    """for the services"""
    services: tuple[HostService, ...]
    stores: tuple[HostStore, ...]
    serves: Mapping[str, IPv4Address]
    """what it may announce: names of services and stores, and their addresses"""
    lent: tuple[StoreName, ...]
    """of these, what it may announce for a while only, and again and again"""
    site_members: tuple[MemberAddress, ...]
    """of every database, at the site of this host; its monitor asks their Patronis"""
    refuges: tuple[StoreRefuge, ...]
    """which fetch from here"""
    clock: HostClock


def contents_of(network: Network, host: Host) -> Contents:
    """Return what ``host`` is to hold."""
    services = network.services_on(host.name)
    database_names = {service.database for service in services}
    passwords = tuple(passwords_on(network, host))
    return Contents(
        accounts=tuple(system_accounts.system_accounts(network, host)),
        passwords=passwords,
        restart_on={program: _restart_on(program, passwords) for program in _NETWORK_READERS},
        members=tuple(_members(network, host)),
        ways=tuple(
            WayToLeader(database.name, leader_port(database.port), _addresses(network, database))
            for database in network.databases
            if database.name in database_names
        ),
        services=tuple(_service(network, host, service) for service in services),
        stores=tuple(host_stores(network, host)),
        serves={placed.name: placed.address for placed in placed_on(network, host.name)},
        lent=tuple(store.name for store in network.stores_on(host.name)),
        site_members=tuple(
            member
            for database in network.databases
            for member in _addresses(network, database)
            if network.host(member.host).site == host.site
        ),
        refuges=refuges_of(network, host),
        clock=clock_of(network, host),
    )


def _restart_on(program: str, passwords: tuple[HostPassword, ...]) -> tuple[HostPath, ...]:
    own = (password.path for password in passwords if password.program == program)
    return (*_NETWORK_FILES, *own)


def _members(network: Network, host: Host) -> Iterator[HostMember]:
    for database in network.databases_on(host.name):
        member = next(one for one in database.members if one.host == host.name)
        yield _member(network, host, database, member)


def _member(network: Network, host: Host, database: Database, member: Member) -> HostMember:
    folder, account = patroni_folder(database.name), etcd.patroni_account(database.name)
    return HostMember(
        database=database.name,
        makes_database=host.name == _maker(database),
        synchronous=member.synchronous,
        barred=member.barred,
        synchronous_node_count=database.synchronous_node_count,
        blocks=database.last_copy is LastCopy.BLOCK,
        port=database.port,
        patroni_port=patroni_port(database.port),
        data=POSTGRESQL_COPIES / database.name,
        settings=PATRONI_SETTINGS / f"{database.name}.yml",
        settings_folder=folder,
        settings_link=folder / PATRONI_DECLARED,
        post_init=PATRONI_SETTINGS / f"{database.name}.post-init",
        post_init_sql=PATRONI_SETTINGS / f"{database.name}.sql",
        lease_seconds=int(patroni.LEASE.total_seconds()),
        lease_margin_seconds=int(patroni.WRITES_END_BEFORE.total_seconds()),
        lease_pipe=LEASES / f"{database.name}.pipe",
        voters=_voters(network, host, database),
        etcd_namespace=etcd.patroni_namespace(network.environment),
        etcd_account=account,
        etcd_password=etcd.password_name(account),
        logins={role: postgresql.login(database.name, role) for role in postgresql.ROLES},
        owners=tuple(map(postgresql.owner, postgresql.services_in(network, database.name))),
        admissions=tuple(postgresql.admissions(network, database)),
        changers=tuple(patroni.changers(network, database)),
        changers_user=patroni.USER,
        changers_password=patroni.password_name(database.name),
    )


def _voters(network: Network, host: Host, database: Database) -> tuple[IPv4Address, ...]:
    beside_copies = [member.site for member in database.members]
    return tuple(one.loopback for one in etcd.voters_near(network, host, beside_copies))


def _maker(database: Database) -> HostName:
    return next(member.host for member in database.members if member.site == database.home)


def _addresses(network: Network, database: Database) -> tuple[MemberAddress, ...]:
    return tuple(
        MemberAddress(
            host=member.host,
            address=network.host(member.host).loopback,
            port=database.port,
            patroni_port=patroni_port(database.port),
        )
        for member in database.members
    )


def _service(network: Network, host: Host, service: Service) -> HostService:
    login = postgresql.owner(service)
    passfile = PASSWORDS / login.password
    settings = SETTINGS / f"reference-{service.name}.json"
    return HostService(
        name=service.name,
        title=service.title,
        account=system_accounts.application(service),
        address=service.address,
        has_fellows=bool(network.fellows(service.name, host.name)),
        port=service.port,
        database_port=leader_port(network.database(service.database).port),
        database_server=postgresql.server_name(service.database),
        login=login,
        passfile=passfile,
        settings=settings,
        certificate=SERVICES / f"{service.name}.crt",
        key=SERVICES / f"{service.name}.key",
        restart_on=(settings, passfile, PROGRAM_IN_USE),
    )
