"""The databases inside PostgreSQL, the logins that may reach them, and from where. Pure.

A service has a database of its own inside PostgreSQL. The database, and the role that owns
it, have the name of the service. Every login has its own password and reaches one database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from inventory.names import DatabaseName, HostName
from inventory.network import Database, Network, Role, Service

SUPERUSER: Final = "postgres"
"""Patroni's"""
REPLICATION: Final = "replication"
REWIND: Final = "rewind"
HEARTBEAT: Final = "heartbeat"
"""marks a database while it leads"""
EXPORTER: Final = "exporter"
"""reads the marks in a copy"""

MAINTENANCE: Final = "postgres"
"""the database that PostgreSQL makes inside itself; marks lie there and so need no service"""

ROLES: Final = (SUPERUSER, REPLICATION, REWIND, HEARTBEAT, EXPORTER)
"""ours, in every database"""
_WORDS: Final = ("all", "none", "public", "samegroup", "samerole", "sameuser")
TAKEN: Final = frozenset({*ROLES, *_WORDS, MAINTENANCE, "template0", "template1"})
"""names that no service may have, because they mean something inside PostgreSQL"""


@dataclass(frozen=True, slots=True)
class Login:
    """One role of PostgreSQL in one database of the network."""

    role: str
    inside: str
    """the one database inside PostgreSQL that it may reach"""
    password: str
    """what its password is called among secrets, here and on hosts"""


@dataclass(frozen=True, slots=True)
class Admission:
    """From ``address`` one role may reach one database inside PostgreSQL."""

    inside: str
    """or ``replication``: PostgreSQL's word for a stream of the log, which is no database"""
    role: str
    address: IPv4Address


def login(database: DatabaseName, role: str) -> Login:
    """Return the login of ``role``, one of ours, in ``database``."""
    return Login(role, MAINTENANCE, password_name(database, role))


def owner(service: Service) -> Login:
    """Return the login that owns what ``service`` keeps in its database."""
    return Login(service.name, service.name, password_name(service.database, service.name))


def server_name(database: DatabaseName) -> str:
    """Return the name that the certificates of the members of ``database`` carry, no other's.

    Whoever is led to the leader verifies it by this name. No host and no service has a dot.
    """
    return f"{database}.database"


def password_name(database: DatabaseName, role: str) -> str:
    """Return what the password of ``role`` in ``database`` is called; neither has a dot."""
    return f"{database}.{role}"


def services_in(network: Network, database: DatabaseName) -> tuple[Service, ...]:
    """Return the services that need ``database``."""
    return tuple(service for service in network.services if service.database == database)


def logins(network: Network) -> Iterator[Login]:
    """Yield every login, database by database."""
    for database in network.databases:
        yield from (login(database.name, role) for role in ROLES)
        yield from (owner(service) for service in services_in(network, database.name))


def admissions(network: Network, database: Database) -> Iterator[Admission]:
    """Yield everything that the members of ``database`` admit; they refuse the rest."""

    def loopbacks(names: Iterable[HostName]) -> Iterator[IPv4Address]:
        return (network.host(name).loopback for name in dict.fromkeys(names))

    for address in loopbacks(member.host for member in database.members):
        yield Admission(REPLICATION, REPLICATION, address)
        yield Admission(MAINTENANCE, REWIND, address)
        yield Admission(MAINTENANCE, SUPERUSER, address)
        yield Admission(MAINTENANCE, HEARTBEAT, address)
    for service in services_in(network, database.name):
        for address in loopbacks(service.hosts):
            yield Admission(owner(service).inside, owner(service).role, address)
    for address in loopbacks(host.name for host in network.hosts_with(Role.MONITOR)):
        yield Admission(MAINTENANCE, EXPORTER, address)
