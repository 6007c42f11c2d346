"""The voters, each one asked alone: what a quorum answers, any of them answers for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.secrets.folder import Secrets
from inventory.endpoints import ETCD_CLIENT
from inventory.etcd import ROOT
from inventory.names import HostName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class VoterClients:
    """Clients of the voters, who know us as root."""

    quorum: Etcd
    """asks whoever answers"""
    each: dict[HostName, Etcd]
    """asks that one and no other"""


@contextmanager
def voters_as_root(
    network: Network, secrets: Secrets, *, deadline: timedelta
) -> Iterator[VoterClients]:
    """Yield clients of the voters of ``network``; ``deadline`` bounds a request to one of them.

    Raises:
        Rejected: a certificate or root's password is not there.
    """
    own = secrets.client_certificate("control")
    tls = http.mutual_tls(secrets.authority.certificate, own.certificate, own.key)
    auth = EtcdAuth(EtcdCredentials(ROOT, secrets.etcd_password(ROOT)))
    roots = {
        name: f"https://{network.host(name).management.ip}:{ETCD_CLIENT}" for name in network.voters
    }
    with http.client(tls) as over:
        yield VoterClients(
            Etcd(over, list(roots.values()), auth, deadline),
            {name: Etcd(over, [root], auth, deadline) for name, root in roots.items()},
        )
