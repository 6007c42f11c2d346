"""One real etcd on the loopback interface, with the environment's certificates."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from inventory.network import Network
from ndc.adapters.clock import SystemClock
from ndc.adapters.secrets import ensure_secrets
from ndc.adapters.toolchain import ensure_etcd
from ndc.clients import rest
from ndc.clients.etcd import Etcd
from ndc.clients.json_get import mutual_tls
from ndc.kernel.clock import wait_until
from ndc.kernel.errors import WorldError
from ndc.settings import CACHE


@contextmanager
def running_etcd(folder: Path, network: Network) -> Iterator[Etcd]:
    """Yield a client of a server that keeps its data and its keys in ``folder``."""
    secrets = ensure_secrets(folder / "secrets", network)
    server, mine = (
        secrets.host_certificate(network.voters[0]),
        secrets.client_certificate("control"),
    )
    root = f"https://127.0.0.1:{_free_port()}"
    program = ensure_etcd(CACHE, lambda _: None) / "etcd"
    options = {
        "data-dir": folder / "etcd",
        "listen-client-urls": root,
        "advertise-client-urls": root,
        "listen-peer-urls": f"http://127.0.0.1:{_free_port()}",
        "cert-file": server.certificate,
        "key-file": server.key,
        "trusted-ca-file": secrets.authority.certificate,
        "log-level": "error",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([str(program), "--client-cert-auth", *words])
    tls = mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)
    try:
        with rest.client(tls) as over:
            etcd = Etcd(over, [root])
            wait_until(
                SystemClock(),
                lambda: _answers(etcd),
                what="etcd",
                bound=timedelta(seconds=30),
            )
            yield etcd
    finally:
        process.terminate()
        process.wait(timeout=20)


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
