"""Makes a private data directory of ansible-runner, a new one for every play."""

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

from access.clients import openssh
from access.host_access import Access
from access.paths import Paths
from access.secrets import Secrets
from core import files
from core.surroundings import LOCALE
from inventory.ansible import ansible_inventory
from inventory.network import Network
from playbooks.running.wire import Order
from routing.text import frr_daemons_text, frr_text

_PLAYS_TO_KEEP = 5
"""how many plays leave their folders, for a person to look at"""

_TIMEOUT_SECONDS = 900
"""a play that takes longer hangs"""


@contextmanager
def private_data(network: Network, secrets: Secrets, wheel: Path, paths: Paths) -> Iterator[Path]:
    """Yield a new folder below ``paths``, with what a play on ``network`` reads.

    It holds the inventory, the text of each router and ``wheel``, the code that hosts get.
    Everything in it that ``secrets`` gave is removed when the play ends, and its sockets are.
    """
    paths.ansible.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prune(paths.ansible)
    folder = Path(tempfile.mkdtemp(prefix="play-", dir=paths.ansible))
    transient = folder / "passing"
    try:
        (transient / "frr").mkdir(parents=True, mode=0o700)
        password = secrets.read(secrets.bgp_password)
        for host in network.hosts:
            text = frr_text(network, host.name, password)
            files.write(transient / "frr" / f"{host.name}.conf", text, mode=0o600)
        files.write(transient / "frr" / "daemons", frr_daemons_text())
        files.write(transient / "wheel", base64.b64encode(wheel.read_bytes()).decode())
        inventory = ansible_inventory(
            network,
            {
                "ndc_secrets_folder": str(secrets.folder),
                "ndc_frr_folder": str(transient / "frr"),
                "ndc_wheel_base64": str(transient / "wheel"),
                "ndc_wheel_digest": wheel.parent.name,
            },
        )
        files.write(folder / "hosts.json", json.dumps(inventory, indent=1))
        yield folder
    finally:
        shutil.rmtree(transient, ignore_errors=True)
        shutil.rmtree(sockets(paths, folder), ignore_errors=True)


def sockets(paths: Paths, folder: Path) -> Path:
    """Return where the play in ``folder`` has its sockets, whose names the kernel wants short."""
    return paths.sockets / folder.name


def order_for(
    folder: Path, sockets: Path, secrets: Secrets, playbook: Path, arguments: str
) -> Order:
    """Return what the child process needs to play ``playbook`` on the inventory in ``folder``.

    ``secrets`` name the key that hosts let in, and the keys that hosts must show;
    ``arguments`` are those of ansible-playbook. Its connections wait in ``sockets``.
    """
    ssh = {
        **openssh.pinned(Access(secrets.control_key, secrets.known_hosts)),
        "ControlMaster": "auto",
        "ControlPersist": "60s",
        # a host that froze after it let us in is noticed as well
        "ServerAliveCountMax": "4",
    }
    return Order(
        folder=folder,
        playbook=playbook,
        inventory=folder / "hosts.json",
        arguments=arguments,
        environment={
            **LOCALE,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "ANSIBLE_CONFIG": str(playbook.parent / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_SSH_ARGS": shlex.join(openssh.words(ssh)),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets),
        },
        timeout_seconds=_TIMEOUT_SECONDS,
    )


def _prune(parent: Path) -> None:
    plays = sorted(parent.glob("play-*"), key=lambda path: path.stat().st_mtime)
    for old in plays[: -(_PLAYS_TO_KEEP - 1)]:
        shutil.rmtree(old, ignore_errors=True)
