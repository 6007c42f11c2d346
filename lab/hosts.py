"""Hosts: made of an overlay, a namespace and a container; looked at as they really are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Rejected
from core.text import Say
from inventory.names import SegmentName
from lab import ip, memory, sshd
from lab.container import Body, Containers
from lab.ground import Ground
from lab.links import Links
from lab.network import MANAGEMENT, Fabric
from lab.overlay import Overlay
from lab.pools import StoragePools
from lab.power import note_power_on
from lab.refusals import is_on, no_own_disk, on_record, refuse_foreign, refuse_frozen
from lab.seed import Seed, is_seeded, placed_fingerprint
from lab.state import HostRecord, State
from lab.status import HostStatus
from stacks.resources import HostSpec
from stacks.substrates.port import Power

_NO_SEGMENT = SegmentName("")
"""of a host that is off or half-made: it differs from every segment, and is mended in place"""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of one environment. One caller at a time may work on one host.

    A host is on record before any of it is made, and until all of it is gone. A look reads
    the live thing: its namespace, its processes, its mounts.
    """

    ground: Ground
    state: State
    fabric: Fabric
    containers: Containers
    links: Links
    pools: StoragePools

    def ensure(self, spec: HostSpec, progress: Say) -> None:
        """Make ``spec`` true: the host is seeded and booted. ``await_ready`` waits for its answer.

        Raises:
            Rejected: it cannot be made of this, or not in place.
            Unreachable: it was started and does not run.
        """
        record = self.state.records.hosts.get(spec.name)
        seed = Seed.read(self.ground.secrets, spec.name, spec.host_key)
        self._refuse(spec, record)
        if self.containers.life(spec.name) is None:
            self._demand_memory(spec.name)
        self.state.record(replace(record, spec=spec, powered=True) if record else HostRecord(spec))
        self._ensure_disks(spec, seed)
        self._ensure_life(spec, progress)

    def await_ready(self, name: str) -> None:
        """Return when the host answers SSH with its own key.

        Raises:
            Rejected: it was switched off meanwhile, or answers with another key.
            Unreachable: it did not answer in time.
        """

        def is_on() -> bool:
            return self.record(name).powered

        sshd.await_key(self.record(name).spec, is_on, self.ground.clock)

    def look(self, name: str) -> HostSpec | None:
        """Return what is really there; a host that is off or half-made is in no segment."""
        record = self.state.records.hosts.get(name)
        if record is None:
            return None
        spec, folder = record.spec, self._folder(name)
        overlay = Overlay(folder)
        overlay.disk.mount()
        if not overlay.upper.is_dir():
            return None
        interfaces = self.fabric.host_interfaces(name)
        addresses = ip.addresses(interfaces.get(MANAGEMENT, {}))
        is_whole = self._state(record).is_on and spec.management in addresses
        image = overlay.mounted_image()
        return replace(
            spec,
            segment=spec.segment if is_whole and self.fabric.is_plugged(spec) else _NO_SEGMENT,
            image=image.parent.name if image else spec.image,
            host_key=placed_fingerprint(overlay.upper),
        )

    def remove(self, name: str) -> None:
        """Make the host gone, with its data."""
        record = self.state.records.hosts.get(name)
        if record is None:
            return
        self.fabric.set_host(name, up=False)
        self.containers.kill([name])
        self.containers.forget(name)
        self.fabric.remove_host(name, record.spec.management)
        self.links.detach()
        Overlay(self._folder(name)).remove()
        self.state.erase("host", name)

    def power_off(self, names: Iterable[str], *, unsynced: bool = False) -> None:
        """Cut the power of all ``names``: no packet leaves them; then no process of them is left.

        With ``unsynced`` what they wrote and did not sync is gone.

        Raises:
            Rejected: one of them has no disk of its own; all are as they were.
            Unreachable: a process is still there.
        """
        records = [self.record(name) for name in names]
        overlays = [Overlay(self._folder(record.spec.name)) for record in records]
        for record, overlay in zip(records, overlays, strict=True):
            if unsynced and not overlay.disk.file.exists():
                raise no_own_disk(record.spec.name)
        for record in records:
            self.state.record(replace(record, powered=False))
        for record in records:
            self.fabric.set_host(record.spec.name, up=False)
        for record, overlay in zip(records, overlays, strict=True) if unsynced else ():
            overlay.disk.cut()
            self.pools.cut(record.spec.name)
        self.containers.kill(record.spec.name for record in records)
        for record, overlay in zip(records, overlays, strict=True):
            overlay.reopen()
            self.pools.reopen(record.spec.name)

    def power_on(self, name: str, progress: Say, *, own_disk: bool = False) -> None:
        """Boot the host, unless it is on; ``await_ready`` waits until it answers.

        One that is adrift is ended first: nobody can take a container over. With ``own_disk`` it
        has one from now on.

        Raises:
            Rejected: it is on, and would have to be off for that.
        """
        record = self.record(name)
        if self.containers.life(name) is None:
            self._demand_memory(name)
            if own_disk:
                progress(f"{name}: its files go to a disk of its own")
                Overlay(self._folder(name)).move_to_disk()
        elif own_disk:
            raise is_on(name, "move to a disk of its own")
        self.state.record(replace(record, powered=True))
        self._ensure_disks(record.spec, None)
        self._ensure_life(record.spec, progress)

    def change_image(self, name: str, image: str) -> None:
        """Let the host, which is off, stand on ``image`` from its next boot on; its data stays.

        Raises:
            Rejected: it is on, or its files cannot lie over that image; it is as it was.
        """
        record = self.record(name)
        if self.containers.life(name) is not None:
            raise is_on(name, "change its golden image")
        Overlay(self._folder(name)).change_image(self.ground.images / image / "root")
        self.state.record(replace(record, spec=replace(record.spec, image=image)))

    def freeze(self, name: str, *, frozen: bool) -> None:
        """Stop every process of the host where it is, or let them go on.

        Raises:
            Rejected: the host is not on.
        """
        state = self._state(self.record(name))
        if not state.is_on:
            raise Rejected(
                f"{name} cannot be {'frozen' if frozen else 'thawed'}",
                expected="a host that is on",
                actual=state,
                next_step=f"ndc lab start {name}",
            )
        self.containers.freeze(name, frozen=frozen)

    def status(self) -> tuple[HostStatus, ...]:
        """Return every host on record as it is."""
        hosts = sorted(self.state.records.hosts.items())
        return tuple(self._status(record) for _, record in hosts)

    def record(self, name: str) -> HostRecord:
        """Return what is on record of host ``name``.

        Raises:
            Rejected: nothing is.
        """
        return on_record(self.state.records.hosts, "host", name)

    def _refuse(self, spec: HostSpec, record: HostRecord | None) -> None:
        if record is None:
            refuse_foreign(spec.name, self.fabric.names.namespace(spec.name))
            return
        for what in ("image", "management", "host_key"):
            new, old = getattr(spec, what), getattr(record.spec, what)
            if new != old:
                raise Rejected(
                    f"{spec.name} cannot change its {what.replace('_', ' ')} in place",
                    expected=str(new),
                    actual=str(old),
                    next_step="remove it with its data, then make it anew; ndc up does both",
                )

    def _demand_memory(self, name: str) -> None:
        hosts_to_boot = {
            record.spec.name
            for record in self.state.records.hosts.values()
            if record.powered and self.containers.life(record.spec.name) is None
        }
        memory.demand(len(hosts_to_boot | {name}))

    def _ensure_disks(self, spec: HostSpec, seed: Seed | None) -> None:
        overlay = Overlay(self._folder(spec.name))
        if self.containers.life(spec.name) is None:
            overlay.reopen()
            self.pools.reopen(spec.name)
        overlay.make()
        if seed and overlay.mounted_image() is None:
            seed.write(overlay.upper)
        overlay.mount(self.ground.images / spec.image / "root")

    def _ensure_life(self, spec: HostSpec, progress: Say) -> None:
        life = self.containers.life(spec.name)
        if life is not None and life.adrift:
            progress(f"{spec.name}: its supervisor is gone; ending what is left of it")
        elif life is not None:
            self.fabric.ensure_host(spec)
            self.fabric.raise_plugs(spec.name)
            refuse_frozen(spec.name, life)
            return
        progress(f"{spec.name}: booting")
        # what kept forwarding or filtering before the power was cut must not be there after
        self.containers.kill([spec.name])
        self.fabric.remove_host(spec.name, spec.management)
        self.links.detach()
        self.fabric.ensure_host(spec)
        self.links.attach(spec.name)
        self.fabric.set_host(spec.name, up=True)
        note_power_on(self.state, spec.name, self.ground.clock)
        self.containers.boot(self._body(spec))
        progress(f"{spec.name}: waiting for SSH")

    def _body(self, spec: HostSpec) -> Body:
        folder = self._folder(spec.name)
        return Body(
            host=spec.name,
            machine=self.fabric.names.machine(spec.name),
            root=Overlay(folder).root,
            namespace=self.fabric.names.namespace(spec.name),
            console=folder / "console.log",
            pools=self.pools.of(spec.name),
        )

    def _state(self, record: HostRecord) -> Power:
        name = record.spec.name
        life = self.containers.life(name)
        if life is not None and life.adrift:
            return Power.ADRIFT
        if life is not None:
            return Power.FROZEN if life.frozen else Power.RUNNING
        return Power.OFF if is_seeded(Overlay(self._folder(name)).upper) else Power.HALF_MADE

    def _status(self, record: HostRecord) -> HostStatus:
        name = record.spec.name
        life = self.containers.life(name)
        return HostStatus(
            name=name,
            site=record.spec.site,
            state=self._state(record),
            management=record.spec.management.partition("/")[0],
            image=record.spec.image,
            pid=life.pid if life else None,
            boot_id=life.boot_id if life else None,
            since=life.since if life else None,
        )

    def _folder(self, name: str) -> Path:
        return self.ground.hosts / name
