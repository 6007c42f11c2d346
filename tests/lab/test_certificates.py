"""A certificate is renewed, and a stolen one is refused, while citizens write."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from access.clients.http import mutual_tls
from access.secrets import Certificate, Secrets
from access.secrets.authority import Authority, Subject, Use
from access.secrets.ends import certificate_ends
from core.clock import wait_until
from inventory import endpoints
from inventory.etcd import controller_account
from inventory.names import HostName
from ndc.settings import paths_of
from tests.lab.recovery import CLOCK, SLOW, Portal, Standing, noticed
from tests.lab.terminal import Terminal
from tests.unit.access.test_https_server import Moved

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

LIFETIME = timedelta(days=397)
OF_AN_AGENT = {endpoints.ETCD_CLIENT: "/health", endpoints.patroni_port(5432): "/health"}
"""what its certificate is let in to, a page a port"""
OF_A_CONTROLLER = dict.fromkeys(
    (endpoints.NODE_EXPORTER, endpoints.PROMETHEUS, endpoints.ALERTMANAGER), "/metrics"
)
UNNOTICED = timedelta(seconds=1)


def test_a_renewal_and_a_revocation_under_load_cost_no_write_and_stop_a_stolen_certificate(
    lab: Terminal, tmp_path: Path
) -> None:
    portal, leader = Portal.declared(lab), Standing.seen(lab).leader
    site = _Site(lab, HostName(leader))
    agents, controllers = site.of_an_agent(), site.of_a_controller()
    agent, controller = (_stolen(files, tmp_path) for files in (agents, controllers))
    site.ends_in(timedelta(days=20))
    assert site.answering(agent, OF_AN_AGENT) == {*OF_AN_AGENT}
    assert site.answering(controller, OF_A_CONTROLLER) == {*OF_A_CONTROLLER}
    warned = lab.ndc("status")
    since = CLOCK.now()

    lab.done("up", bound_seconds=300)

    renewed = certificate_ends(site.secrets)[site.name]
    shown = {f"port {port}": site.shows(port) for port in site.servers}
    shown["PostgreSQL"] = site.postgresql_shows()
    seen = noticed(lab, portal, since, CLOCK.now())
    waited = f"{seen.gap.length.total_seconds():.2f} s{', void' if seen.is_void else ''}"
    print(f"citizens waited {waited}")  # noqa: T201 - a figure
    assert warned.code == 1
    assert f"certificate of {leader}: ends in 19 days" in warned.stdout
    assert shown == dict.fromkeys(shown, renewed.isoformat())
    assert (seen.lost, seen.duplicated, seen.not_read_back) == (0, 0, 0), seen
    assert seen.is_void or seen.gap.length < UNNOTICED, seen
    assert site.answering(agent, OF_AN_AGENT) == set()
    assert site.answering(controller, OF_A_CONTROLLER) == set()
    assert site.answering(agents, OF_AN_AGENT) == {*OF_AN_AGENT}
    assert site.answering(controllers, OF_A_CONTROLLER) == {*OF_A_CONTROLLER}
    wait_until(CLOCK, lambda: lab.ndc("status").code == 0, what="green", bound=SLOW)
    assert "everything stays as it is" not in site.agent_said(since.timestamp())


@dataclass(frozen=True, slots=True)
class _Site:
    """The host ``name``, and the secrets of its environment."""

    lab: Terminal
    name: HostName

    @property
    def secrets(self) -> Secrets:
        return Secrets(paths_of(self.lab.environment).secrets)

    @property
    def servers(self) -> tuple[int, ...]:
        """The ports at which it serves with its own certificate, for operators."""
        return (endpoints.ETCD_CLIENT, endpoints.patroni_port(5432), endpoints.PROMETHEUS)

    def address(self, kind: str) -> str:
        hosts = self.lab.declared("hosts")
        return str(next(one[kind] for one in hosts if one["host"] == self.name))

    def ends_in(self, left: timedelta) -> None:
        """Let its certificate be one that was issued long ago."""
        files = self.secrets.host_certificate(self.name)
        now = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        names = now.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        subject = Subject(
            files,
            self.name,
            frozenset({Use.SERVER, Use.CLIENT}),
            tuple(names.get_values_for_type(x509.DNSName)),
            tuple(names.get_values_for_type(x509.IPAddress)),  # type: ignore[arg-type] # all IPv4
        )
        files.certificate.unlink()
        long_ago = Moved(left - LIFETIME)
        Authority.ensure(self.secrets.authority, "", long_ago).ensure_certificate(subject)

    def of_an_agent(self) -> Certificate:
        return self.secrets.agent_certificate(self.name)

    def of_a_controller(self) -> Certificate:
        return self.secrets.client_certificate(controller_account(self.name))

    def answering(self, files: Certificate, pages: Mapping[int, str]) -> set[int]:
        """Return at which ports ``files`` are let in; what they may read is another question."""
        root = f"https://{self.address('management')}"
        words = ["curl", "--silent", "--fail", "--max-time", "5"]
        words += ["--cacert", str(self.secrets.authority.certificate)]
        words += ["--cert", str(files.certificate), "--key", str(files.key)]
        asked = {port: [*words, f"{root}:{port}{page}"] for port, page in pages.items()}
        return {
            port
            for port, command in asked.items()
            if subprocess.run(command, capture_output=True, check=False).returncode == 0
        }

    def shows(self, port: int) -> str:
        mine = self.secrets.client_certificate("control")
        authority = self.secrets.authority.certificate
        tls = mutual_tls(authority, mine.certificate, mine.key)
        address = self.address("management")
        with (
            socket.create_connection((address, port), timeout=5) as raw,
            tls.wrap_socket(raw, server_hostname=address) as connection,
        ):
            return _moment(str((connection.getpeercert() or {})["notAfter"]))

    def postgresql_shows(self) -> str:
        at = f"{self.address('loopback')}:5432"
        words = ("openssl", "s_client", "-starttls", "postgres", "-connect", at, "-showcerts")
        pem = self.lab.on(self.name, *words).stdout
        first = pem[pem.index("-----BEGIN") :].partition("-----END CERTIFICATE-----")
        certificate = x509.load_pem_x509_certificate((first[0] + first[1]).encode())
        return certificate.not_valid_after_utc.isoformat()

    def agent_said(self, since: float) -> str:
        words = ("journalctl", "-u", "ndc-agent", f"--since=@{since:.0f}", "--output=cat")
        return self.lab.on(self.name, *words).stdout


def _moment(text: str) -> str:
    seconds = ssl.cert_time_to_seconds(text)
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _stolen(files: Certificate, folder: Path) -> Certificate:
    """Return what a thief has of ``files``, whose key a person has just removed."""
    name = files.key.parent.name
    copy = Certificate(folder / f"{name}.key", folder / f"{name}.crt")
    shutil.copy(files.key, copy.key)
    shutil.copy(files.certificate, copy.certificate)
    files.key.unlink()
    return copy
