"""A control group for each host: it holds the host's processes, and freezes them all at once.

Debian 12 has version 2; many small machines have version 1, or both side by side.
``find`` returns the one that this machine has, and no other module asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from core.errors import Rejected

MOUNT = Path("/sys/fs/cgroup")


class ControlGroups(Protocol):
    """The control groups of one environment's hosts, by host."""

    def make(self, host: str) -> tuple[Path, ...]:
        """Make the group of ``host``; a process that writes 0 to each file returned joins it."""

    def processes(self, host: str) -> list[int]:
        """Return the processes of ``host``, sorted; none if there is no such group."""

    def freeze(self, host: str, *, frozen: bool) -> None:
        """Stop every process of ``host``, or let them go on; no process notices."""

    def is_frozen(self, host: str) -> bool:
        """Whether every process of ``host`` stands still."""

    def remove(self, host: str) -> None:
        """Remove the group of ``host``, which must be empty."""

    def remove_all(self) -> None:
        """Remove every group of this environment; they must be empty."""

    def hosts(self) -> list[str]:
        """Return the hosts that have a group, sorted."""


def find(group: str, mount: Path = MOUNT) -> ControlGroups:
    """Return the groups below ``group``, in the version that this machine has.

    Raises:
        Rejected: it has neither.
    """
    if (mount / "cgroup.controllers").exists():
        return Unified(mount / group)
    if (mount / "freezer").is_dir():
        return Hierarchies(mount, group)
    raise Rejected(
        f"this machine has no control groups at {mount}",
        expected="version 2, or version 1 with a freezer",
        actual="neither",
        next_step="mount them, then run the command again",
    )


class Unified:
    """Version 2: one tree."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, host: str) -> tuple[Path, ...]:
        """See the port."""
        folder = self._folder / host
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "cgroup.procs",)

    def processes(self, host: str) -> list[int]:
        """See the port."""
        return sorted(
            {pid for folder in _groups(self._folder / host) for pid in _processes(folder)}
        )

    def freeze(self, host: str, *, frozen: bool) -> None:
        """See the port."""
        _write(self._folder / host / "cgroup.freeze", "1" if frozen else "0")

    def is_frozen(self, host: str) -> bool:
        """See the port."""
        return _read(self._folder / host / "cgroup.freeze") == "1"

    def remove(self, host: str) -> None:
        """See the port."""
        _remove(self._folder / host)

    def remove_all(self) -> None:
        """See the port."""
        _remove(self._folder)

    def hosts(self) -> list[str]:
        """See the port."""
        return _children(self._folder)


class Hierarchies:
    """Version 1: a tree for each controller; ``freezer`` is where nothing inside a host moves."""

    # not "cpu": there all hosts together would weigh no more than one process of the machine,
    # and no priority inside a host would count outside it; BFD would call busy links dead
    _WANTED = ("systemd", "unified", "memory", "pids", "freezer")

    def __init__(self, mount: Path, group: str) -> None:
        self._folders = [mount / each / group for each in self._WANTED if (mount / each).is_dir()]
        self._freezer = mount / "freezer" / group

    def make(self, host: str) -> tuple[Path, ...]:
        """See the port."""
        for folder in self._folders:
            (folder / host).mkdir(parents=True, exist_ok=True)
        return tuple(folder / host / "cgroup.procs" for folder in self._folders)

    def processes(self, host: str) -> list[int]:
        """See the port."""
        return sorted(_processes(self._freezer / host))

    def freeze(self, host: str, *, frozen: bool) -> None:
        """See the port."""
        _write(self._freezer / host / "freezer.state", "FROZEN" if frozen else "THAWED")

    def is_frozen(self, host: str) -> bool:
        """See the port."""
        return _read(self._freezer / host / "freezer.state") in {"FROZEN", "FREEZING"}

    def remove(self, host: str) -> None:
        """See the port."""
        for folder in self._folders:
            _remove(folder / host)

    def remove_all(self) -> None:
        """See the port."""
        for folder in self._folders:
            _remove(folder)

    def hosts(self) -> list[str]:
        """See the port."""
        return _children(self._freezer)


def _groups(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield folder
        yield from (path for path in folder.rglob("*") if path.is_dir())


def _children(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/")) if folder.is_dir() else []


def _processes(folder: Path) -> list[int]:
    return [int(line) for line in _read(folder / "cgroup.procs").split()]


def _read(path: Path) -> str:
    """Return the text of ``path``, or nothing if the group is gone."""
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "ascii")
    except OSError as error:
        raise Rejected(
            f"{path} did not take {text}",
            expected="the control group of a host that is on",
            actual=error.strerror or str(error),
            next_step="ndc lab status",
        ) from error


def _remove(folder: Path) -> None:
    for path in sorted(_groups(folder), key=lambda path: len(path.parts), reverse=True):
        try:
            path.rmdir()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Rejected(
                f"the control group {path} could not be removed",
                expected="no process in it",
                actual=f"{error.strerror}; it holds {_processes(path)}",
                next_step="end them, then run the command again",
            ) from error
