"""Removes what a crash left of an environment; finds it by its names, without any record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from core.clock import wait_until
from core.mounts import mounted_below
from lab import cgroup, ip, processes, shared
from lab.container import Containers
from lab.ground import Ground
from lab.mounts import unmount_below

_BOUND = timedelta(seconds=10)


def sweep(ground: Ground, tell: Callable[[str], None]) -> None:
    """Remove everything that carries the environment's number; ``tell`` each kind that was there.

    Raises:
        Rejected: something could not be removed; what came before it is gone.
        Unreachable: a process did not end.
    """
    _end_daemons(ground, tell)
    _end_hosts(ground, tell)
    _remove_network(ground, tell)
    if mounts := mounted_below(ground.folder):
        tell(f"{len(mounts)} mounts")
        unmount_below(ground.folder)
    shared.leave(ground.environment)
    _remove_folder(ground.folder, tell)


def _end_daemons(ground: Ground, tell: Callable[[str], None]) -> None:
    # first who would start the other again
    for daemon in ("ndc.daemons.labd", "lab.relay.daemon"):
        _end_daemon(ground, (daemon, ground.environment), tell)


def _end_daemon(ground: Ground, words: Sequence[str], tell: Callable[[str], None]) -> None:
    def is_it(pid: int) -> bool:
        return pid in processes.started_as(words)

    def is_gone() -> bool:
        return not processes.started_as(words)

    for pid in processes.started_as(words):
        tell(f"process {pid}: {' '.join(words)}")
        processes.end(pid, is_it)
    wait_until(ground.clock, is_gone, what=f"the end of {' '.join(words)}", bound=_BOUND)


def _end_hosts(ground: Ground, tell: Callable[[str], None]) -> None:
    groups = cgroup.find(ground.names.group)
    hosts = groups.hosts()
    if hosts:
        tell(f"{len(hosts)} hosts: {', '.join(hosts)}")
    for host in hosts:
        namespace = ground.names.namespace(host)
        if ip.has_namespace(namespace):
            ip.take_down(namespace)
    Containers(groups, ground.clock).kill(hosts)
    groups.remove_all()


def _remove_network(ground: Ground, tell: Callable[[str], None]) -> None:
    interfaces = [name for name in ip.interfaces() if ground.names.owns_interface(name)]
    if interfaces:
        tell(f"{len(interfaces)} interfaces")
        for name in interfaces:
            ip.remove_interface(name)
    namespaces = [each for each in ip.namespaces() if each.startswith(ground.names.prefix)]
    if namespaces:
        tell(f"{len(namespaces)} namespaces")
    for namespace in namespaces:
        ip.remove_namespace(namespace)


def _remove_folder(folder: Path, tell: Callable[[str], None]) -> None:
    if folder.is_dir():
        tell(f"{folder}")
        shutil.rmtree(folder, ignore_errors=True)
