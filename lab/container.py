"""One host's processes: boot, power-off, freeze; its control group tells which they are.

No file holds a process id, so every look sees what really runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import Clock, wait_until
from core.errors import Unreachable
from lab import ip, processes
from lab.cgroup import ControlGroups
from lab.tools import launch

CAPABILITIES = (
    "CAP_NET_ADMIN",  # FRR, nftables, addresses
    "CAP_NET_RAW",  # BFD, tcpdump, ping
    "CAP_NET_BIND_SERVICE",  # BGP, nginx
    "CAP_SYS_ADMIN",  # systemd's sandboxes, btrfs
    "CAP_SYS_NICE",  # bfdd, PostgreSQL
    "CAP_SYS_RESOURCE",  # limits of units
    "CAP_SYS_PTRACE",  # to look at processes of other users
    "CAP_IPC_LOCK",  # locked memory
    "CAP_SYSLOG",  # journald
)
"""beside those that every container has; none may set the clock or load modules"""

_SUPERVISOR = "systemd-nspawn"
_KEEPER = Path(__file__).with_name("keeper.sh")
_BOUND = timedelta(seconds=15)
_OFTEN = timedelta(milliseconds=20)
_LAST_BREATH = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Life:
    """A container that is on; another boot makes another life."""

    pid: int
    """of its PID 1, as the machine numbers it"""
    boot_id: str
    """another one after every boot"""
    since: datetime
    frozen: bool
    adrift: bool
    """its supervisor is gone: its interfaces are down, and nobody will notice its end"""


@dataclass(frozen=True, slots=True)
class Body:
    """Everything that a container boots from; all of it exists before the boot."""

    host: str
    machine: str
    root: Path
    namespace: str
    console: Path
    """where its first messages go"""
    pools: Mapping[str, Path]
    """storage pools, by where the host is to have them"""


class Containers:
    """The containers of one environment.

    A host is on if the first process of a container is in its control group. Nothing else
    is remembered, so a daemon that begins knows at once which hosts are on.
    """

    def __init__(self, groups: ControlGroups, clock: Clock) -> None:
        self._groups = groups
        self._clock = clock

    def life(self, host: str) -> Life | None:
        """Return the container of ``host`` that is on; None if it is off."""
        pid = next(filter(_is_first, self._groups.processes(host)), None)
        if pid is None:
            return None
        try:
            boot_id = Path(f"/proc/{pid}/root/proc/sys/kernel/random/boot_id").read_text("ascii")
            stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
        except OSError:
            return None
        age = self._clock.elapsed() - _started(stat)
        return Life(
            pid,
            boot_id.strip(),
            self._clock.now() - age,
            frozen=self._groups.is_frozen(host),
            adrift=not is_supervised(pid),
        )

    def has_processes(self, host: str) -> bool:
        """Tell whether anything of ``host`` is left, its keeper included."""
        return bool(self._groups.processes(host))

    def boot(self, body: Body) -> None:
        """Make the container of ``body`` run; systemd is its PID 1 when this returns.

        Raises:
            Rejected: it could not be started.
            Unreachable: it did not begin to run in time.
        """
        body.console.unlink(missing_ok=True)
        launch(
            "sh",
            _KEEPER,
            body.namespace,
            *self._groups.make(body.host),
            "--",
            *command(body),
            log=body.console,
        )
        try:
            wait_until(
                self._clock,
                lambda: self.life(body.host),
                what=f"the boot of {body.host}",
                bound=_BOUND,
                every=_OFTEN,
            )
        except Unreachable as error:
            raise Unreachable(
                error.what,
                expected=error.expected,
                actual=f"{error.actual}; it said: {_last_line(body.console)}",
                next_step=error.next_step,
            ) from error

    def kill(self, hosts: Iterable[str]) -> None:
        """Cut the power of all ``hosts``: when this returns, none of their processes is left.

        Raises:
            Unreachable: some were still there after many seconds.
        """
        names = list(hosts)
        for host in names:
            self._kill_first(host)
        for host in names:
            self._await_end(host)

    def freeze(self, host: str, *, frozen: bool) -> None:
        """Stop every process of ``host`` where it is, or let them go on."""
        self._groups.freeze(host, frozen=frozen)

    def forget(self, host: str) -> None:
        """Remove what was made for the container of ``host``, which is off."""
        self._groups.remove(host)

    def forget_all(self) -> None:
        """Remove what was made for all containers; they are off."""
        self._groups.remove_all()

    def _kill_first(self, host: str) -> None:
        life = self.life(host)
        if life is not None:
            self._kill(host, life.pid)
        if life is not None and life.frozen:
            self._groups.freeze(host, frozen=False)  # in version 1 the frozen cannot even die

    def _await_end(self, host: str) -> None:
        # PID 1 takes everybody with it, and its keeper leaves by itself; unless it was just
        # about to boot: then there is no PID 1 yet
        politely_until = self._clock.elapsed() + _LAST_BREATH

        def is_gone() -> bool:
            pids = self._groups.processes(host)
            if self._clock.elapsed() > politely_until:
                for pid in pids:
                    self._kill(host, pid)
            return not pids

        wait_until(self._clock, is_gone, what=f"the end of {host}", bound=_BOUND, every=_OFTEN)

    def _kill(self, host: str, pid: int) -> None:
        processes.end(pid, lambda pid: pid in self._groups.processes(host))


def command(body: Body) -> list[str]:
    """Return what boots ``body``, and ends with 133 when it reboots."""
    return [
        _SUPERVISOR,
        "--quiet",
        "--boot",
        "--keep-unit",
        "--register=no",
        "--console=pipe",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        f"--directory={body.root}",
        f"--machine={body.machine}",
        f"--hostname={body.host}",
        f"--network-namespace-path={ip.namespace_path(body.namespace)}",
        f"--capability={','.join(CAPABILITIES)}",
        *(f"--bind={source}:{folder}" for folder, source in sorted(body.pools.items())),
    ]


def is_supervised(pid: int, proc: Path = Path("/proc")) -> bool:
    """Whether the parent of ``pid``, PID 1 of a container, is still the one that booted it."""
    try:
        fields = _fields((proc / str(pid) / "status").read_text("utf-8"))
        parent = (proc / fields["PPid"] / "comm").read_text("utf-8").strip()
    except OSError:
        return False
    # PID 1 ends with it only if it ends in good order; killed, it leaves an orphan behind
    return parent == _SUPERVISOR


def _is_first(pid: int) -> bool:
    """Whether ``pid`` is PID 1 of a container, and alive."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False
    fields = _fields(status)
    numbers = fields.get("NSpid", "").split()
    return len(numbers) > 1 and numbers[-1] == "1" and not fields["State"].startswith("Z")


def _fields(status: str) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)


def _started(stat: str) -> timedelta:
    """Return when a process began, since the machine's boot."""
    ticks = int(stat.rpartition(")")[2].split()[19])
    return timedelta(seconds=ticks / os.sysconf("SC_CLK_TCK"))


def _last_line(console: Path) -> str:
    try:
        lines = console.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return "nothing"
    return lines[-1] if lines else "nothing"
