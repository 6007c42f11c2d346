"""Which passwords lie on a host, and which of its programs may read each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.host_paths import PASSWORDS, HostPath
from inventory import etcd, postgresql, system_accounts
from inventory.network import Host, Network, Role
from inventory.placed import SERVING
from inventory.postgresql import Login


@dataclass(frozen=True, slots=True)
class HostPassword:
    """A password that a program of ours reads on this host."""

    program: str
    """by its role of the playbooks"""
    name: str
    """among secrets"""
    path: HostPath
    owner: str
    """the one account of the host that may read it"""
    before: str
    """what stands before it in its file; libpq's ``passfile`` says whose it is"""


def passwords_on(network: Network, host: Host) -> Iterator[HostPassword]:
    """Yield the passwords of our programs on ``host``; Patroni has its own in its settings."""
    if host.roles & SERVING:
        yield _of_etcd("agent", etcd.agent_account(host.name), system_accounts.AGENT)
    for database in network.databases_on(host.name):
        marker = postgresql.login(database.name, postgresql.HEARTBEAT)
        yield _libpq("heartbeat", system_accounts.HEARTBEAT, marker)
    if Role.MONITOR in host.roles:
        account = etcd.controller_account(host.name)
        yield _of_etcd("controller", account, system_accounts.CONTROLLER)
        yield _of_etcd("exporter", etcd.exporter_account(host.name), system_accounts.EXPORTER)
        for database in network.databases:
            if any(member.site == host.site for member in database.members):
                reader = postgresql.login(database.name, postgresql.EXPORTER)
                yield _libpq("exporter", system_accounts.EXPORTER, reader)
    for service in network.services_on(host.name):
        yield _libpq("portal", system_accounts.application(service), postgresql.owner(service))


def _of_etcd(program: str, account: str, owner: str) -> HostPassword:
    name = etcd.password_name(account)
    return HostPassword(program, name, PASSWORDS / name, owner, before="")


def _libpq(program: str, account: str, login: Login) -> HostPassword:
    path, before = PASSWORDS / login.password, f"*:*:{login.inside}:{login.role}:"
    return HostPassword(program, login.password, path, account, before)
