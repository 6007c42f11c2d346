"""A private data directory of ansible-runner: fresh for every play, and what it must hold."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from access.paths import Paths
from access.secrets import Secrets
from core import files
from inventory.ansible import ansible_inventory
from inventory.network import Network
from playbooks.running.wire import Order
from routing.text import frr_daemons_text, frr_text

_KEPT = 5
"""how many plays stay to be looked at"""

_TIMEOUT_SECONDS = 900
"""only detects a play that hangs"""


@contextmanager
def private_data(network: Network, secrets: Secrets, wheel: Path, paths: Paths) -> Iterator[Path]:
    """Yield a new folder with the inventory; what is secret in it goes when the play ends."""
    paths.ansible.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prune(paths.ansible)
    folder = Path(tempfile.mkdtemp(prefix="play-", dir=paths.ansible))
    passing = folder / "passing"
    try:
        (passing / "frr").mkdir(parents=True, mode=0o700)
        password = secrets.read(secrets.bgp_password)
        for host in network.hosts:
            text = frr_text(network, host.name, password)
            files.write(passing / "frr" / f"{host.name}.conf", text, mode=0o600)
        files.write(passing / "frr" / "daemons", frr_daemons_text())
        files.write(passing / "wheel", base64.b64encode(wheel.read_bytes()).decode())
        inventory = ansible_inventory(
            network,
            {
                "ndc_secrets_folder": str(secrets.folder),
                "ndc_frr_folder": str(passing / "frr"),
                "ndc_wheel_base64": str(passing / "wheel"),
                "ndc_wheel_digest": wheel.parent.name,
            },
        )
        files.write(folder / "hosts.json", json.dumps(inventory, indent=1))
        yield folder
    finally:
        shutil.rmtree(passing, ignore_errors=True)


def order_for(folder: Path, secrets: Secrets, playbook: Path, arguments: str) -> Order:
    """Return what the child process needs to play ``playbook`` with what ``folder`` holds."""
    ssh = {
        "UserKnownHostsFile": str(secrets.known_hosts),
        "StrictHostKeyChecking": "yes",
        "ControlMaster": "auto",
        "ControlPersist": "60s",
        "ConnectTimeout": "5",
        # a host that froze after it let us in is noticed as well
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "4",
        "LogLevel": "ERROR",
    }
    options = " ".join(f"-o {key}={shlex.quote(value)}" for key, value in ssh.items())
    return Order(
        folder=folder,
        playbook=playbook,
        inventory=folder / "hosts.json",
        arguments=arguments,
        environment={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "ANSIBLE_CONFIG": str(playbook.parent / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_PRIVATE_KEY_FILE": str(secrets.control_key),
            # nothing of the person's own: -F
            "ANSIBLE_SSH_ARGS": f"-F /dev/null {options}",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
        },
        timeout_seconds=_TIMEOUT_SECONDS,
    )


def _prune(parent: Path) -> None:
    plays = sorted(parent.glob("play-*"), key=lambda path: path.stat().st_mtime)
    for old in plays[: -(_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
