"""Whom a real etcd refuses, from the moment that the list names him."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from access.clients import http
from access.clients.etcd import Etcd
from access.secrets import Certificate, ensure_secrets
from core.errors import NotSeen
from inventory.network import Role
from tests.contract.etcd_server import Server, etcd_server, publish_revocations
from tests.networks import network

pytestmark = pytest.mark.lab

NETWORK = network("tiny")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with etcd_server(tmp_path, NETWORK) as server:
        yield server


def _reads(server: Server, files: Certificate) -> bool:
    tls = http.mutual_tls(server.secrets.authority.certificate, files.certificate, files.key)
    with http.client(tls) as over:
        try:
            Etcd(over, [server.root]).get("/")
        except NotSeen:
            return False
    return True


def test_the_certificate_of_a_host_that_was_removed_is_refused_without_a_restart(
    server: Server, tmp_path: Path
) -> None:
    gone, stays, *_ = NETWORK.hosts_with(Role.SERVICE)
    files = server.secrets.agent_certificate(gone.name)
    stolen = Certificate(tmp_path / "stolen.key", tmp_path / "stolen.crt")
    stolen.key.write_bytes(files.key.read_bytes())
    stolen.certificate.write_bytes(files.certificate.read_bytes())
    was_let_in = _reads(server, stolen)

    fewer = replace(
        NETWORK,
        hosts=tuple(host for host in NETWORK.hosts if host != gone),
        services=tuple(
            replace(one, hosts=tuple(host for host in one.hosts if host != gone.name))
            for one in NETWORK.services
        ),
    )
    ensure_secrets(server.secrets.folder, fewer)
    publish_revocations(server.secrets, tmp_path)

    assert was_let_in
    assert not _reads(server, stolen)
    assert _reads(server, server.secrets.agent_certificate(stays.name))
