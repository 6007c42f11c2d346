"""The system's ssh, and Ansible by it, with keys in folders that people really have."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from access.clients.openssh import arguments
from access.host_access import Access
from access.paths import Paths
from access.secrets import Secrets
from inventory.names import EnvironmentName
from playbooks.running.private_data import order_for, sockets
from tests.networks import network
from tests.stubs import ssh
from tests.stubs.network import Ground, ground

FOLDERS = (
    "a space",
    "100%",
    "%h",
    'a "quote',
    "it's",
    "back\\slash",
    "trung tâm dữ liệu",
    "n" * 60,
)
LONGEST_NAME = 107
"""bytes of a socket's: what the kernel takes"""
OF_ANSIBLE, OF_SSH = len("/0123456789"), len(".0123456789abcdef")
"""what Ansible adds to its folder of sockets, and ssh to that while it makes one"""


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground(network("tiny"), tmp_path_factory.mktemp("ground"))


@pytest.fixture(params=FOLDERS, ids=lambda name: name[:20])
def on(anywhere: Ground, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Return keys in a folder of that name, and a host that answers whoever shows them."""
    folder = shutil.copytree(anywhere.secrets.folder, tmp_path / request.param / "secrets")
    there = replace(anywhere, secrets=Secrets(folder))
    host, keys = there.network.hosts[0], {"control": Path(f"{there.secrets.control_key}.pub")}
    at = (str(host.management.ip), there.ssh_port)
    end = ssh.serve(at, there.secrets.host_key(host.name), keys, lambda *_: (0, "yes\n"))
    yield there
    end()


def test_a_person_reaches_a_host(on: Ground) -> None:
    access = Access(on.secrets.control_key, on.secrets.known_hosts, port=on.ssh_port)

    assert _said(arguments(on.network.hosts[0], access, ["true"])) == (0, "yes\n", "")


def test_a_play_reaches_a_host(on: Ground, tmp_path: Path) -> None:
    order = order_for(tmp_path, tmp_path / "cp", on.secrets, tmp_path / "play.yml", "")
    # as Ansible does; it would ask for a terminal as well
    words = shlex.split(order.environment["ANSIBLE_SSH_ARGS"])
    at = ("-p", str(on.ssh_port), "-S", "none", f"root@{on.network.hosts[0].management.ip}")

    assert _said(["ssh", *words, *at, "true"]) == (0, "yes\n", "")


def _said(command: list[str]) -> tuple[int, str, str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_sockets_of_a_play_have_names_that_the_kernel_takes(tmp_path: Path) -> None:
    paths = Paths(tmp_path / ("n" * 200), EnvironmentName("n" * 21))

    folder = sockets(paths, paths.ansible / "play-01234567")

    assert len(str(folder)) + OF_ANSIBLE + OF_SSH <= LONGEST_NAME
