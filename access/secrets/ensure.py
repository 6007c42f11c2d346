"""Makes the secrets that are missing, and changes none that is there.

A key or a password never changes. A certificate is issued again, for the same key,
when its names no longer suit its owner, or when its end is near.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Iterator
from pathlib import Path

from access.secrets.authority import Authority, Subject, Use
from access.secrets.folder import Secrets
from access.secrets.private_files import damaged, make_folder, write_private
from access.secrets.ssh_keys import ensure_ssh_key
from core.clock import Clock
from core.system_clock import SystemClock
from inventory import patroni, postgresql
from inventory.etcd import ROOT, accounts, password_name
from inventory.network import Host, Network

CLIENTS = ("control",)
"""clients that are no hosts; a program on a host shows the certificate of its host"""

_PASSWORD_BYTES = 16
_PASSWORD = re.compile(rf"[0-9a-f]{{{2 * _PASSWORD_BYTES}}}")
_SYSTEM_CLOCK = SystemClock()


def ensure_secrets(folder: Path, network: Network, clock: Clock = _SYSTEM_CLOCK) -> Secrets:
    """Make every secret that ``network`` needs exist under ``folder`` (0700, files 0600).

    Raises:
        Rejected: the folder cannot be written, or what is in it is damaged or in part gone.
    """
    secrets = Secrets(folder)
    make_folder(folder)
    _ensure_ssh_keys(secrets, network)
    _ensure_passwords(secrets, network)
    authority = Authority.ensure(secrets.authority, str(network.environment), clock)
    for subject in _subjects(secrets, network):
        authority.ensure_certificate(subject)
    write_private(secrets.known_hosts, _known_hosts(secrets, network))
    return secrets


def _ensure_ssh_keys(secrets: Secrets, network: Network) -> None:
    hosts_with_keys = _names_of_known_hosts(secrets)
    ensure_ssh_key(secrets.control_key, f"control@{network.environment}")
    ensure_ssh_key(secrets.epoch_key, f"epoch@{network.environment}")
    for host in network.hosts:
        # another key means another host, and the data of the old one gone
        ensure_ssh_key(secrets.host_key(host.name), host.name, in_use=host.name in hosts_with_keys)
    for operator in network.operators:
        if not operator.public_key:
            ensure_ssh_key(secrets.operator_key(operator.name), operator.name)


def passwords_of(network: Network) -> tuple[str, ...]:
    """Return the name of every password in ``network``: PostgreSQL's, Patroni's and etcd's."""
    logins = (login.password for login in postgresql.logins(network))
    changers = (patroni.password_name(database.name) for database in network.databases)
    users = (ROOT, *(account.name for account in accounts(network)))
    return (*logins, *changers, *map(password_name, users))


def _ensure_passwords(secrets: Secrets, network: Network) -> None:
    for path in (
        secrets.pulumi_passphrase,
        secrets.bgp_password,
        *(secrets.password(name) for name in passwords_of(network)),
    ):
        if not path.exists():
            write_private(path, randomness.token_hex(_PASSWORD_BYTES) + "\n")
        if not _PASSWORD.fullmatch(secrets.read(path)):
            raise damaged(path, f"a line of {2 * _PASSWORD_BYTES} hexadecimal digits")


def _subjects(secrets: Secrets, network: Network) -> Iterator[Subject]:
    for host in network.hosts:
        yield Subject(
            files=secrets.host_certificate(host.name),
            name=host.name,
            uses=frozenset({Use.SERVER, Use.CLIENT}),
            dns_names=(
                host.name,
                *(postgresql.server_name(one.name) for one in network.databases_on(host.name)),
            ),
            addresses=(host.loopback, host.management.ip),
        )
    for service in network.services:
        yield Subject(
            files=secrets.service_certificate(service.name),
            name=service.name,
            uses=frozenset({Use.SERVER}),
            dns_names=(service.name,),
            addresses=(service.address,),
        )
    for name in CLIENTS:
        yield Subject(
            files=secrets.client_certificate(name), name=name, uses=frozenset({Use.CLIENT})
        )


def _known_hosts(secrets: Secrets, network: Network) -> str:
    return "".join(_known_host(secrets, host) for host in network.hosts)


def _known_host(secrets: Secrets, host: Host) -> str:
    kind, key, *_ = secrets.read(
        secrets.path("hosts", host.name, "ssh_host_ed25519_key.pub")
    ).split()
    return f"{host.management.ip},{host.name} {kind} {key}\n"


def _names_of_known_hosts(secrets: Secrets) -> set[str]:
    """Return the hosts in the file of known hosts; none if it cannot be read."""
    try:
        lines = secrets.known_hosts.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return set()
    return {name for line in lines for name in line.partition(" ")[0].split(",")}
