"""Whom a monitor's Prometheus, Alertmanager and node exporter answer: asked of real ones.

They have the settings that a host holds, and what they are given later they find by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from access.secrets import Certificate, Secrets, ensure_secrets
from core.host_paths import ASKERS, AUTHORITY, CERTIFICATE, KEY, HostPath
from inventory.endpoints import ALERTMANAGER, NODE_EXPORTER, PROMETHEUS
from inventory.etcd import controller_account
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network
from tests.scratch_host import answers
from tests.unit.playbooks.conftest import Rendered

pytestmark = pytest.mark.lab

TINY = network("tiny")
HOST = TINY.host(HostName("ndc01-node"))
OTHER = next(h for h in TINY.hosts_with(Role.MONITOR) if h != HOST)
VOTER = next(h for h in TINY.hosts_with(Role.DATABASE) if Role.MONITOR not in h.roles)
"""a client of etcd and Patroni, with nothing to ask here"""
PORTS = (NODE_EXPORTER, PROMETHEUS, ALERTMANAGER)
PROGRAMS = {
    "prometheus-node-exporter": "",
    "prometheus": "--config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/tmp/metrics",
    "prometheus-alertmanager": "--storage.path=/tmp/alerts",
}
"""with what Debian's units add, or would"""
CLIENTS = HostPath("/etc/clients")
LATER = HostPath("/etc/later.crt")
BEGIN = f"""
ip address add {HOST.loopback}/32 dev lo
ip address add {HOST.management.ip}/32 dev lo
"""
READY = """
until curl --silent --output /dev/null {shown} https://{at}:{port}/; do sleep 0.1; done
"""
REPLACED = f"cp {LATER} {ASKERS}.new && mv {ASKERS}.new {ASKERS}"
SCRAPED = """
until curl --silent {shown} --get --data-urlencode 'query=up{{job="host"}} == 1' \
    https://{at}:{port}/api/v1/query | grep --quiet '"1"'; do
  sleep 0.1
done
echo scraped
"""


def _shown(client: str) -> str:
    files = f"--cert {CLIENTS / client}.crt --key {CLIENTS / client}.key"
    return f"--cacert {AUTHORITY} --max-time 10 {files}"


def _asked(client: str, port: int) -> str:
    """Return what tells whether ``client`` is answered at ``port``."""
    url = f"https://{HOST.loopback}:{port}/metrics"
    words = f"curl --silent --output /dev/null --write-out '%{{http_code}}' {_shown(client)} {url}"
    return f"{words} || :"


def _begin() -> str:
    started = "".join(
        f". /etc/default/{name}; {name} $ARGS {more} 2>/tmp/{name}.log &\n"
        for name, more in PROGRAMS.items()
    )
    ready = (READY.format(shown=_shown("control"), at=HOST.loopback, port=port) for port in PORTS)
    return f"{BEGIN}{started}{''.join(ready)}"


def _clients(secrets: Secrets) -> Mapping[str, Certificate]:
    return {
        "control": secrets.client_certificate("control"),
        "own": secrets.host_certificate(HOST.name),
        "monitor": secrets.host_certificate(OTHER.name),
        "controller": secrets.client_certificate(controller_account(OTHER.name)),
        "voter": secrets.host_certificate(VOTER.name),
        "agent": secrets.agent_certificate(HOST.name),
    }


def _files(rendered: Rendered, secrets: Secrets) -> dict[HostPath, str]:
    """Return what the host holds, and what its clients show."""
    files = {
        HostPath(path): text
        for path, text in rendered.texts().items()
        if path.startswith(("/etc/prometheus/", "/etc/default/prometheus"))
    }
    own = secrets.host_certificate(HOST.name)
    lie = {
        AUTHORITY: secrets.authority.certificate,
        CERTIFICATE: own.certificate,
        KEY: own.key,
        ASKERS: secrets.askers,
    }
    for name, client in _clients(secrets).items():
        lie[CLIENTS / f"{name}.crt"], lie[CLIENTS / f"{name}.key"] = client.certificate, client.key
    return files | {path: file.read_text("utf-8") for path, file in lie.items()}


@pytest.mark.parametrize("revoked", ["monitor", "controller"])
def test_monitors_and_the_control_plane_are_answered_until_they_are_revoked_and_nobody_else_is(
    rendered: Mapping[str, Rendered], tmp_path: Path, revoked: str
) -> None:
    secrets = ensure_secrets(tmp_path / "secrets", TINY)
    files = _files(rendered[HOST.name], secrets)
    _clients(secrets)[revoked].key.unlink()
    ensure_secrets(secrets.folder, TINY)
    files[LATER] = secrets.askers.read_text("utf-8")
    everybody = [*product(_clients(secrets), PORTS)]
    questions = [_asked(client, port) for client, port in everybody]
    scraped = SCRAPED.format(shown=_shown("control"), at=HOST.loopback, port=PROMETHEUS)

    told = answers(tmp_path, files, _begin(), [scraped, *questions, REPLACED, *questions])

    strangers = {"voter", "agent"}
    assert told == [
        "scraped",
        *("000" if client in strangers else "200" for client, _ in everybody),
        "",
        *("000" if client in {*strangers, revoked} else "200" for client, _ in everybody),
    ]
