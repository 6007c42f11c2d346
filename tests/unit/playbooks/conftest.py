"""The playbooks' trees, rendered for small networks by Ansible itself, once each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from access.paths import Paths
from access.secrets import Secrets, ensure_secrets, passwords_of
from inventory.alarming import Alarms, Mail
from inventory.names import EnvironmentName
from inventory.network import Network
from playbooks.module_utils.ndc_host import Host
from playbooks.running.private_data import private_data
from tests.networks import (
    DECLARED,
    FOURTH_SITE,
    PORTAL_ALONE,
    ROOT,
    TIME_SERVERS,
    TWIN_HOSTS,
    TWO_DATABASES,
    network,
)
from tests.unit.playbooks.hosts import Disk, Systemd

_EVERYTHING = "msg={{ {'trees': ndc_trees, 'secrets': ndc_secrets} }}"
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_SSH = re.compile(r"ssh-ed25519 \S+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one host is to hold."""

    trees: list[dict[str, Any]]
    """as the module is given them, one a role"""
    secrets: dict[str, str]

    def texts(self) -> dict[str, str]:
        """Return the text of every file by its path; keys that differ each time are named."""
        plain = {
            given["path"]: given["content"]
            for tree in self.trees
            for given in tree.get("files") or []
            if "content" in given
        }
        return {path: _masked(text) for path, text in (plain | self.secrets).items()}


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host of the default network is to hold."""
    return _rendered(network("tiny"), tmp_path_factory.mktemp("contents"))


@pytest.fixture(scope="session")
def rendered_twice(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host is to hold where two services need a database each."""
    two = network("tiny", *PORTAL_ALONE, TWO_DATABASES)
    return _rendered(two, tmp_path_factory.mktemp("contents"))


@pytest.fixture(scope="session")
def rendered_twins(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host of a network is to hold in which two hosts of a site may serve."""
    return _rendered(network("twins", TWIN_HOSTS), tmp_path_factory.mktemp("twins"))


@pytest.fixture(scope="session")
def rendered_of_four_sites(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host is to hold where a centre more was declared: it has no copy yet."""
    four = network("tiny", DECLARED, FOURTH_SITE)
    return _rendered(four, tmp_path_factory.mktemp("contents"))


@pytest.fixture(scope="session")
def rendered_with_time_servers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host of a network is to hold whose monitors ask clocks outside."""
    there = network("tiny", DECLARED, TIME_SERVERS)
    return _rendered(there, tmp_path_factory.mktemp("contents"))


CALLED = Alarms(
    ("http://127.0.0.1:9/calls",), Mail("localhost:9", "ndc@example.org", ("duty@example.org",))
)
"""where nobody listens"""


@pytest.fixture(scope="session")
def rendered_with_alarms(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Rendered]:
    """Return what each host of a network is to hold that calls ``CALLED``."""
    return _rendered(replace(network("tiny"), alarms=CALLED), tmp_path_factory.mktemp("alarms"))


HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch FILE') }}{% set x %}\n[Service]\nUser=root\\"
"""a title that would run a program as whoever plays, and as root on the host"""


@pytest.fixture(scope="session")
def rendered_hostile(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Mapping[str, Rendered]]:
    """Return the file that only ``HOSTILE`` makes, and what each host is to hold with it."""
    home = tmp_path_factory.mktemp("contents")
    title = HOSTILE.replace("FILE", str(home / "evaluated"))
    there = network("tiny")
    hostile = replace(
        there,
        services=tuple(replace(service, title=title) for service in there.services),
        sites=tuple(replace(site, title=title) for site in there.sites),
        operators=tuple(replace(one, public_key=title) for one in there.operators),
    )
    return home / "evaluated", _rendered(hostile, home)


def _rendered(there: Network, home: Path) -> Mapping[str, Rendered]:
    paths = Paths(home, EnvironmentName("test"))
    wheel = home / "0123abcd" / "ndc-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"")
    with private_data(there, _known_secrets(there, paths), wheel, paths) as folder:
        _render(folder)
        told = {path.name: json.loads(path.read_text())["msg"] for path in folder.glob("out/*")}
    return {host: Rendered(**msg) for host, msg in told.items()}


def _known_secrets(there: Network, paths: Paths) -> Secrets:
    secrets = ensure_secrets(paths.secrets, there)
    for path in (secrets.bgp_password, *(secrets.password(name) for name in passwords_of(there))):
        path.write_text(f"the-password-of-{path.name}\n")
    return secrets


def _render(folder: Path) -> None:
    done = subprocess.run(
        [
            *("ansible", "all", "--connection", "local", "--inventory", f"{folder}/hosts.json"),
            *("--playbook-dir", f"{ROOT}/playbooks", "--tree", f"{folder}/out"),
            *("--module-name", "ansible.builtin.debug", "--args", _EVERYTHING),
        ],
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "ANSIBLE_CONFIG": str(ROOT / "playbooks/ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _masked(text: str) -> str:
    return _SSH.sub("ssh-ed25519 (a key)", _PEM.sub(r"(\1)", text))


@pytest.fixture
def systemd() -> Systemd:
    """Return a service manager that knows no unit."""
    return Systemd()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """Return the disk of ``host``."""
    return Disk(tmp_path)


@pytest.fixture
def host(tmp_path: Path, systemd: Systemd, disk: Disk) -> Host:
    """Return a host whose root is a folder, on which nothing was ever applied."""
    return Host(tmp_path, systemd.run, disk.sync, disk.wait, lambda: disk.seconds)
