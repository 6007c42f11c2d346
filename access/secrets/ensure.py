"""Makes the secrets that were never made, and changes none that is there.

What hosts were built with and is gone is not made up. A key or a password never changes.
A certificate is issued again, for the same key, when its names or uses no longer suit its
owner, or when its end is near. Who is gone from the network is revoked with his key.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Iterator
from pathlib import Path

from access.secrets.askers import ensure_askers
from access.secrets.authority import Authority, Subject, Use
from access.secrets.folder import Certificate, Secrets
from access.secrets.private_files import damaged, lost, make_folder, write_private
from access.secrets.revocation import ensure_revocations, forget_owners, keep_issued
from access.secrets.ssh_keys import ensure_ssh_key
from access.tls import CONTROLLER, OBSERVER
from core import files
from core.clock import Clock
from core.system_clock import SystemClock
from inventory import clocks, patroni, postgresql
from inventory.etcd import ROOT, accounts, controller_account, password_name
from inventory.network import Host, Network, Role
from inventory.placed import SERVING, placed_in
from inventory.storage import party_subject

CLIENTS = ("control",)
"""controllers that are no hosts; a server on a host asks with the certificate of its host"""

_PASSWORD_BYTES = 16
_PASSWORD = re.compile(rf"[0-9a-f]{{{2 * _PASSWORD_BYTES}}}")
_SYSTEM_CLOCK = SystemClock()


def ensure_secrets(
    folder: Path, network: Network, clock: Clock = _SYSTEM_CLOCK, *, earlier: Network | None = None
) -> Secrets:
    """Make every secret that ``network`` needs exist under ``folder`` (0700, files 0600).

    ``earlier`` is the network whose hosts hold secrets from here already; None: there is none.

    Raises:
        Rejected: the folder cannot be written, or what is in it is damaged or in part gone.
    """
    secrets = Secrets(folder)
    make_folder(folder)
    _ensure_ssh_keys(secrets, network, earlier)
    _ensure_passwords(secrets, network, earlier)
    issued = any(folder.glob("*/*/tls.crt"))
    authority = Authority.ensure(secrets.authority, str(network.environment), clock, in_use=issued)
    subjects = tuple(_subjects(secrets, network))
    keep_issued(secrets, authority)
    forget_owners(secrets, subjects)
    for subject in subjects:
        authority.ensure_certificate(subject)
    keep_issued(secrets, authority)
    ensure_revocations(secrets, authority, subjects)
    asking = {*_askers(secrets, network)}
    ensure_askers(secrets, authority, [one for one in subjects if one.files in asking])
    write_private(secrets.known_hosts, _known_hosts(secrets, network))
    return secrets


def _ensure_ssh_keys(secrets: Secrets, network: Network, earlier: Network | None) -> None:
    hosts_with_keys = _names_of_known_hosts(secrets)
    control = f"control@{network.environment}"
    ensure_ssh_key(secrets.control_key, control, in_use=earlier is not None)
    ensure_ssh_key(secrets.epoch_key, f"epoch@{network.environment}")
    ensure_ssh_key(secrets.refuse_key, f"refuse@{network.environment}")
    for host in network.hosts:
        # another key means another host, and the data of the old one gone
        ensure_ssh_key(secrets.host_key(host.name), host.name, in_use=host.name in hosts_with_keys)
        if Role.STORAGE in host.roles:
            ensure_ssh_key(secrets.storage_key(host.name), f"storage@{host.name}")
    for operator in network.operators:
        if not operator.public_key:
            ensure_ssh_key(secrets.operator_key(operator.name), operator.name)


def passwords_of(network: Network) -> tuple[str, ...]:
    """Return the name of every password in ``network``: of logins, Patroni, etcd, and clocks."""
    logins = (login.password for login in postgresql.logins(network))
    changers = (patroni.password_name(database.name) for database in network.databases)
    users = (ROOT, *(account.name for account in accounts(network)))
    return (*logins, *changers, *map(password_name, users), clocks.ALL_KEYS)


def _ensure_passwords(secrets: Secrets, network: Network, earlier: Network | None) -> None:
    in_use = _in_use(secrets, earlier) if earlier else frozenset()
    for path in _password_files(secrets, network):
        if not path.exists():
            if path in in_use:
                raise lost(path)
            write_private(path, randomness.token_hex(_PASSWORD_BYTES) + "\n")
        if not _PASSWORD.fullmatch(secrets.read(path)):
            raise damaged(path, f"a line of {2 * _PASSWORD_BYTES} hexadecimal digits")
    marks = {path.name for path in _password_files(secrets, network)} | _marks(secrets)
    write_private(secrets.marks, "".join(f"{name}\n" for name in sorted(marks)))


def _in_use(secrets: Secrets, earlier: Network) -> frozenset[Path]:
    """Return the files of passwords that hosts of ``earlier`` hold.

    A password that only a later version of this program asks for has no mark, and was never made.
    """
    marks = _marks(secrets) | {secrets.pulumi_passphrase.name, secrets.bgp_password.name}
    return frozenset(path for path in _password_files(secrets, earlier) if path.name in marks)


def _marks(secrets: Secrets) -> frozenset[str]:
    return frozenset((files.read_if_there(secrets.marks) or "").splitlines())


def _password_files(secrets: Secrets, network: Network) -> Iterator[Path]:
    yield secrets.pulumi_passphrase
    yield secrets.bgp_password
    yield from map(secrets.password, passwords_of(network))


def _subjects(secrets: Secrets, network: Network) -> Iterator[Subject]:
    for host in network.hosts:
        yield Subject(
            files=secrets.host_certificate(host.name),
            name=host.name,
            uses=frozenset({Use.SERVER, *([Use.CLIENT] if _asks(network, host) else [])}),
            dns_names=(
                host.name,
                *(postgresql.server_name(one.name) for one in network.databases_on(host.name)),
            ),
            addresses=(host.loopback, host.management.ip),
        )
        if not host.roles.isdisjoint(SERVING):
            files = secrets.agent_certificate(host.name)
            yield Subject(files, f"agent-{host.name}", frozenset({Use.CLIENT}))
        if Role.MONITOR in host.roles:
            name = controller_account(host.name)
            files = secrets.client_certificate(name)
            yield Subject(files, name, frozenset({Use.CLIENT}), roles=(OBSERVER,))
    for placed in placed_in(network):
        yield Subject(
            files=secrets.service_certificate(placed.name),
            name=placed.name,
            uses=frozenset({Use.SERVER}),
            dns_names=(placed.name,),
            addresses=(placed.address,),
        )
    for party in sorted({party for store in network.stores for party in store.parties}):
        files = secrets.party_certificate(party)
        yield Subject(files, party_subject(party), frozenset({Use.CLIENT}))
    yield from _at_the_operators(secrets, network)


def _at_the_operators(secrets: Secrets, network: Network) -> Iterator[Subject]:
    """Yield who serves and asks on the operator's machine."""
    yield Subject(
        files=secrets.power_certificate,
        name="power",
        uses=frozenset({Use.SERVER}),
        addresses=(network.operator_address.ip,),
    )
    for name in CLIENTS:
        yield Subject(
            files=secrets.client_certificate(name),
            name=name,
            uses=frozenset({Use.CLIENT}),
            roles=(CONTROLLER,),
        )


def _asks(network: Network, host: Host) -> bool:
    """Whether a program that serves with the certificate of ``host`` asks with it as well."""
    return host.name in network.voters or not host.roles.isdisjoint({Role.DATABASE, Role.MONITOR})


def _askers(secrets: Secrets, network: Network) -> Iterator[Certificate]:
    """Yield what is shown by who asks hosts how they are: monitors, and the control plane."""
    for host in network.hosts_with(Role.MONITOR):
        yield secrets.host_certificate(host.name)
        yield secrets.client_certificate(controller_account(host.name))
    yield from map(secrets.client_certificate, CLIENTS)


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
