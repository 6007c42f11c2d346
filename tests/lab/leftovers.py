"""What a lab could leave behind on the machine that carried it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, fields
from pathlib import Path


def _lines(*command: str) -> frozenset[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return frozenset(line.strip() for line in done.stdout.splitlines() if line.strip())


def _processes() -> frozenset[str]:
    """Return the command lines of containers and of our own daemons."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended while we looked
        line = b" ".join(words).decode(errors="replace").strip()
        if any(name in line for name in ("systemd-nspawn", "ndc.daemons", "lab.relay")):
            found.add(line)
    return frozenset(found)


def _cgroups() -> frozenset[str]:
    return frozenset(str(path) for path in Path("/sys/fs/cgroup").rglob("ndc*") if path.is_dir())


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Everything of the kinds that a lab makes."""

    namespaces: frozenset[str]
    interfaces: frozenset[str]
    routes: frozenset[str]
    mounts: frozenset[str]
    loop_devices: frozenset[str]
    control_groups: frozenset[str]
    processes: frozenset[str]

    @classmethod
    def seen(cls) -> Leftovers:
        """Return what is there now."""
        return cls(
            namespaces=_lines("ip", "netns", "list"),
            interfaces=_lines("ls", "/sys/class/net"),
            routes=_lines("ip", "route", "show", "table", "all"),
            mounts=_lines("findmnt", "-rno", "TARGET"),
            loop_devices=_lines("losetup", "-nO", "NAME,BACK-FILE"),
            control_groups=_cgroups(),
            processes=_processes(),
        )

    def more_than(self, before: Leftovers) -> dict[str, list[str]]:
        """Return what is there now and was not there before, by kind; empty if nothing."""
        kinds = [field.name for field in fields(self)]
        more = {kind: sorted(getattr(self, kind) - getattr(before, kind)) for kind in kinds}
        return {kind: names for kind, names in more.items() if names}
