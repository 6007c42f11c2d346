"""Storage pools: made, plugged into hosts, looked at as they really are.

A pool has a folder of its own, beside those of hosts: a host that is made anew finds its data.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected
from core.mounts import mounts
from core.text import Say
from lab.container import Containers
from lab.ground import Ground
from lab.pool_device import PoolDevice
from lab.state import PoolRecord, State
from lab.tools import run
from stacks.resources import PoolSpec


@dataclass(frozen=True, slots=True)
class StoragePools:
    """The pools of one environment. One caller at a time may work on a pool, or on its host.

    A pool is on record before any of it is made, and until all of it is gone.
    """

    ground: Ground
    state: State
    containers: Containers

    def ensure(self, spec: PoolSpec, progress: Say) -> None:
        """Make ``spec`` true; a host that is on has it when this returns, others from their boot.

        Raises:
            Rejected: it cannot be made of this, or not in place.
        """
        record = self.state.records.pools.get(spec.name)
        if record is not None and record.spec.host != spec.host:
            raise Rejected(
                f"{spec.name} cannot change its host in place",
                expected=spec.host,
                actual=record.spec.host,
                next_step="remove it with its data, then make it anew; ndc up does both",
            )
        progress(f"{spec.name}: storage pool of {spec.size_bytes / 2**30:g} GiB")
        self.state.record(PoolRecord(spec))
        device = self._device(spec.name)
        device.ensure(spec.size_bytes)
        if not self._is_seen(spec):
            run(*_PLUG, str(self._pid(spec)), device.mounted, spec.folder)

    def look(self, name: str) -> PoolSpec | None:
        """Return what is really there; one that its host, being on, does not see has no folder."""
        record = self.state.records.pools.get(name)
        device = self._device(name)
        if record is None or not device.file.exists():
            return None
        spec = record.spec
        folder = spec.folder if self._is_seen(spec) else ""
        return PoolSpec(spec.name, spec.host, folder, device.size_bytes())

    def remove(self, name: str) -> None:
        """Make the pool gone, with its data.

        Raises:
            Rejected: its host is on, and somebody there works in it.
        """
        record = self.state.records.pools.get(name)
        if record is None:
            return
        pid = self._pid(record.spec)
        if pid is not None and self._is_seen(record.spec):
            run("nsenter", f"--target={pid}", "--mount", "umount", record.spec.folder)
        self._device(name).remove()
        self.state.erase("pool", name)

    def of(self, host: str) -> Mapping[str, Path]:
        """Return the pools of ``host`` by where it is to have them: where the machine has each."""
        return {spec.folder: self._device(spec.name).mounted for spec in self._specs(host)}

    def reopen(self, host: str) -> None:
        """Mount the pools of ``host``, which is off; what a cut kept from them is gone."""
        for spec in self._specs(host):
            self._device(spec.name).reopen()

    def cut(self, host: str) -> None:
        """Let nothing more of what ``host`` writes be in its pools at its next boot."""
        for spec in self._specs(host):
            self._device(spec.name).cut()

    def _specs(self, host: str) -> list[PoolSpec]:
        records = self.state.records.pools.values()
        return [record.spec for record in records if record.spec.host == host]

    def _is_seen(self, spec: PoolSpec) -> bool:
        """Whether the host has the pool, or is off and will have it."""
        pid = self._pid(spec)
        if pid is None:
            return True
        try:
            text = Path(f"/proc/{pid}/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:
            return True
        return any(mount.at == Path(spec.folder) for mount in mounts(text))

    def _pid(self, spec: PoolSpec) -> int | None:
        life = self.containers.life(spec.host)
        return life.pid if life else None

    def _device(self, name: str) -> PoolDevice:
        return PoolDevice(self.ground.pools / name)


_PLUG = (sys.executable, "-P", Path(__file__).with_name("plug.py"))
