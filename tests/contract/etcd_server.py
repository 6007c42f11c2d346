"""One real etcd on the loopback interface, with the environment's certificates and accounts."""

from __future__ import annotations

import base64
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.quorum_access import ensure_access
from access.secrets import Certificate, Secrets, ensure_secrets
from access.secrets.authority import Authority, Subject, Use
from core.clock import wait_until
from core.errors import WorldError
from core.system_clock import SystemClock
from inventory.etcd import CONTROL, ROOT, Account, accounts
from inventory.network import Network
from ndc.settings import settings
from toolchain.build import ensure_etcd


@dataclass(frozen=True, slots=True)
class Server:
    """A server that knows nobody yet."""

    root: str
    over: httpx.Client
    network: Network
    secrets: Secrets

    def speaking_as(self, account: str) -> Etcd:
        """Return a client that is ``account``."""
        login = EtcdCredentials(account, self.secrets.etcd_password(account))
        return Etcd(self.over, [self.root], EtcdAuth(login))

    def admit(self, *those: Account) -> None:
        """Let ``those`` in, or those that the network asks for, and nobody else."""
        admitted = those or tuple(accounts(self.network))
        passwords = {one.name: self.secrets.etcd_password(one.name) for one in admitted}
        passwords[ROOT] = self.secrets.etcd_password(ROOT)
        ensure_access(self.speaking_as(ROOT), admitted, passwords)


@contextmanager
def running_etcd(folder: Path, network: Network) -> Iterator[Etcd]:
    """Yield a client, as the control plane, of a server that keeps its data in ``folder``."""
    with etcd_server(folder, network) as server:
        server.admit()
        yield server.speaking_as(CONTROL)


@contextmanager
def etcd_server(folder: Path, network: Network, *more: str) -> Iterator[Server]:
    """Yield a server that keeps its data and its keys in ``folder``, with ``more`` options."""
    secrets = ensure_secrets(folder / "secrets", network)
    server, mine = _on_loopback(secrets, folder), secrets.client_certificate("control")
    publish_revocations(secrets, folder)
    root = f"https://127.0.0.1:{_free_port()}"
    program = ensure_etcd(settings().cache, lambda _: None) / "etcd"
    options = {
        "data-dir": folder / "etcd",
        "listen-client-urls": root,
        "advertise-client-urls": root,
        "listen-peer-urls": f"http://127.0.0.1:{_free_port()}",
        "cert-file": server.certificate,
        "key-file": server.key,
        "trusted-ca-file": secrets.authority.certificate,
        "client-crl-file": folder / "ca.crl",
        "log-level": "error",
        "bcrypt-cost": "4",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([str(program), "--client-cert-auth", *words, *more])
    tls = http.mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)
    try:
        with http.client(tls) as over:
            stranger = Etcd(over, [root])
            wait_until(
                SystemClock(),
                lambda: _answers(stranger),
                what="etcd",
                bound=timedelta(seconds=30),
            )
            yield Server(root, over, network, secrets)
    finally:
        process.terminate()
        process.wait(timeout=20)


def publish_revocations(secrets: Secrets, folder: Path) -> None:
    """Let the server in ``folder`` know what is revoked, in the form that etcd reads."""
    pem = secrets.revoked.read_text("utf-8")
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    (folder / "ca.crl").write_bytes(der)


def _on_loopback(secrets: Secrets, folder: Path) -> Certificate:
    """Return a certificate that no host has: for an address that is everybody's."""
    files = Certificate(folder / "etcd.key", folder / "etcd.crt")
    uses = frozenset({Use.SERVER, Use.CLIENT})  # its gateway asks itself
    authority = Authority.ensure(secrets.authority, "test", SystemClock())
    authority.ensure_certificate(
        Subject(files, "etcd", uses, addresses=(IPv4Address("127.0.0.1"),))
    )
    return files


def _answers(etcd: Etcd) -> bool:
    try:
        etcd.get("/")
    except WorldError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
