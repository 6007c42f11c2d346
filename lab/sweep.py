"""What a crash left of an environment, found by its names and removed; no state is needed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from core.clock import wait_until
from lab import cgroup, ip, processes, shared
from lab.container import Containers
from lab.ground import Ground
from lab.mounts import mounts, unmount_below
from lab.tools import run

_BOUND = timedelta(seconds=10)


def sweep(ground: Ground, found: Callable[[str], None]) -> None:
    """Remove everything that carries the environment's number, and tell of each kind found.

    Raises:
        Rejected: something could not be removed; what came before it is gone.
        Unreachable: a process did not end.
    """
    _end_daemons(ground, found)
    _end_hosts(ground, found)
    _remove_network(ground, found)
    left = [mount.at for mount in mounts() if mount.at.is_relative_to(ground.folder)]
    if left:
        found(f"{len(left)} mounts")
        unmount_below(ground.folder)
    shared.leave(ground.environment)
    _remove_folder(ground.folder, found)


def _end_daemons(ground: Ground, found: Callable[[str], None]) -> None:
    # first who would start the other again
    for daemon in ("ndc.daemons.labd", "lab.relay.daemon"):
        _end_daemon(ground, (daemon, ground.environment), found)


def _end_daemon(ground: Ground, words: Sequence[str], found: Callable[[str], None]) -> None:
    def is_it(pid: int) -> bool:
        return pid in processes.started_as(words)

    def gone() -> bool:
        return not processes.started_as(words)

    for pid in processes.started_as(words):
        found(f"process {pid}: {' '.join(words)}")
        processes.end(pid, is_it)
    wait_until(ground.clock, gone, what=f"the end of {' '.join(words)}", bound=_BOUND)


def _end_hosts(ground: Ground, found: Callable[[str], None]) -> None:
    groups = cgroup.find(ground.names.group)
    hosts = groups.hosts()
    if hosts:
        found(f"{len(hosts)} hosts: {', '.join(hosts)}")
    for host in hosts:
        namespace = ground.names.namespace(host)
        if ip.has_namespace(namespace):
            ip.batch(["link set group default down"], namespace)
    Containers(groups, ground.clock).kill(hosts)
    groups.remove_all()


def _remove_network(ground: Ground, found: Callable[[str], None]) -> None:
    ours = [name for name in ip.interfaces() if ground.names.owns_interface(name)]
    if ours:
        found(f"{len(ours)} interfaces")
        ip.batch([f"link del {name}" for name in ours])
    namespaces = [each for each in ip.namespaces() if each.startswith(ground.names.prefix)]
    if namespaces:
        found(f"{len(namespaces)} namespaces")
    for namespace in namespaces:
        run("ip", "netns", "del", namespace)


def _remove_folder(folder: Path, found: Callable[[str], None]) -> None:
    if folder.is_dir():
        found(f"{folder}")
        shutil.rmtree(folder, ignore_errors=True)
