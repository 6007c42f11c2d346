"""The whole lab of one environment, which its daemon owns."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import assert_never

from core import files
from core.errors import Rejected
from core.text import Say
from inventory.endpoints import POWER
from lab import cgroup, memory, shared
from lab.container import Containers
from lab.faults import afflicted, is_cut
from lab.ground import Ground
from lab.hosts import Hosts
from lab.links import Links
from lab.network import Fabric
from lab.pools import StoragePools
from lab.power import HostPower, name_lives
from lab.power_port import PowerPort
from lab.refusals import otherwise, too_busy
from lab.relaying import Relaying
from lab.requests import LinkRequest
from lab.state import SegmentRecord, State
from lab.status import POWER_PORT, LabStatus
from stacks.resources import HostSpec, Kind, LinkSpec, PoolSpec, SegmentSpec, Spec, identity

_TURN = timedelta(seconds=3)
"""for which a power-off waits for its turn: who asked waits for five, and must not be surprised"""
_AT_ONCE = 8
"""hosts that one request works on: two cores, and much waiting for the kernel"""


class Lab:
    """Segments, storage pools, hosts and links of one environment; safe to use from many threads.

    Everything that exists is on record first, so a crash leaves nothing that nobody knows.
    Two requests for one thing take turns; requests for different things run side by side.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._state = State(ground.state)
        self._fabric = Fabric(ground.names)
        self._relaying = Relaying(ground)
        self._links = Links(self._state, self._relaying, ground.names)
        self._containers = Containers(cgroup.find(ground.names.group), ground.clock)
        self._pools = StoragePools(ground, self._state, self._containers)
        self._hosts = Hosts(
            ground, self._state, self._fabric, self._containers, self._links, self._pools
        )
        at = (str(ground.names.operator_address.ip), POWER)
        self._power_port = PowerPort(
            self, at, ground.power_port, ground.clock, self._is_power_port_cut
        )
        self._locks: dict[str, threading.Lock] = {}
        self._open_lock = threading.Lock()
        self._is_open = False

    def adopt(self) -> None:
        """Take over what is on record, if anything is; let the power port be asked."""
        name_lives(self._state, self._ground.clock)
        self._power_port.open()
        records = self._state.records
        if records.segments or records.pools or records.hosts or records.links:
            self._open()

    def ensure(self, spec: Spec, progress: Say) -> None:
        """Make ``spec`` true; see the port of substrates."""
        self._open()
        self._refuse_namesake(spec)
        with self._alone(*_touched(spec)):
            match spec:
                case SegmentSpec():
                    self._state.record(SegmentRecord(spec))
                    self._fabric.ensure_segment(spec.name)
                case PoolSpec():
                    self._pools.ensure(spec, progress)
                case HostSpec():
                    self._hosts.ensure(spec, progress)
                case LinkSpec():
                    self._links.ensure(spec)
                case _:
                    assert_never(spec)
        if isinstance(spec, HostSpec):  # not alone: who boots can be killed
            self._hosts.await_ready(spec.name)

    def look(self, kind: Kind, name: str) -> Spec | None:
        """Return what is really there; see the port of substrates."""
        match kind:
            case "segment":
                record = self._state.records.segments.get(name)
                return record.spec if record and self._fabric.has_segment(name) else None
            case "pool":
                return self._pools.look(name)
            case "host":
                return self._hosts.look(name)
            case "link":
                return self._links.look(name)

    def remove(self, kind: Kind, name: str) -> None:
        """Make the thing gone; see the port of substrates."""
        pool = self._state.records.pools.get(name) if kind == "pool" else None
        with self._alone(*(_touched(pool.spec) if pool else (identity(kind, name),))):
            match kind:
                case "segment":
                    if name in self._state.records.segments:
                        self._fabric.remove_segment(name)
                        self._state.erase("segment", name)
                case "pool":
                    self._pools.remove(name)
                case "host":
                    self._hosts.remove(name)
                case "link":
                    self._links.remove(name)

    def power_off(self, names: tuple[str, ...], *, unsynced: bool = False) -> None:
        """Cut the power of all ``names`` at once; see ``Hosts``."""
        with self._alone(*(identity("host", name) for name in names)):
            self._hosts.power_off(names, unsynced=unsynced)

    def power(self, name: str) -> HostPower:
        """Return how the power of a host is now, whatever is being done to it."""
        # in this order: who comes on meanwhile is on in the life before, and never off in its own
        since = self._hosts.record(name).power_on_at
        return HostPower(self._containers.has_processes(name), since)

    def fence(self, name: str, power: HostPower) -> None:
        """Cut the power of a host, if it still is ``power``.

        Raises:
            Rejected: it is otherwise by now; nothing happened.
            Unreachable: others work on it for so long that nothing was begun, or it may be off.
        """
        lock = self._lock_of(identity("host", name))
        if not lock.acquire(timeout=_TURN.total_seconds()):
            raise too_busy(name, _TURN)
        try:
            if self.power(name) != power:
                raise otherwise(name)
            self._hosts.power_off((name,))
        finally:
            lock.release()

    def power_on(self, names: tuple[str, ...], progress: Say, *, own_disk: bool = False) -> None:
        """Boot all ``names`` side by side; returns when each answers SSH."""

        def power_on(name: str) -> None:
            with self._alone(identity("host", name)):
                self._hosts.power_on(name, progress, own_disk=own_disk)
            self._hosts.await_ready(name)

        self._open()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(power_on, names))

    def change_image(self, name: str, image: str) -> None:
        """Let a host that is off stand on ``image``, with its data; see ``Hosts``."""
        with self._alone(identity("host", name)):
            self._hosts.change_image(name, image)

    def freeze(self, name: str, *, frozen: bool) -> None:
        """Stop the processes of a host, or let them go on."""
        with self._alone(identity("host", name)):
            self._hosts.freeze(name, frozen=frozen)

    def afflict(self, request: LinkRequest) -> None:
        """Make the link of ``request`` faulty, or whole again; or the power port."""
        if request.link == POWER_PORT:
            files.make_folder(self._ground.folder, mode=0o700)
            self._state.cut_power_port(cut=is_cut(request))
            return
        with self._alone(identity("link", request.link)):
            fault = afflicted(self._links.record(request.link), request)
            self._links.afflict(request.link, fault)

    def demand_room(self, hosts: int) -> None:
        """Return if the machine has memory for ``hosts`` more; Rejected if not."""
        memory.demand(hosts)

    def status(self) -> LabStatus:
        """Return everything as it is."""
        return LabStatus(
            environment=self._ground.environment,
            number=self._ground.names.number,
            pid=os.getpid(),
            segments=tuple(sorted(self._state.records.segments)),
            hosts=self._hosts.status(),
            links=self._links.status() if self._is_open else (),
            power_port=self._power_port.status(),
        )

    def leave(self) -> None:
        """Stop watching the relay; hosts, segments, links and relay go on."""
        self._power_port.close()
        self._relaying.leave()

    def destroy(self, progress: Say) -> None:
        """Make everything on record gone, and what was made for it; then nothing is left."""
        records = self._state.records
        self._hosts.power_off(records.hosts)
        progress(f"{len(records.hosts)} hosts are off")
        # it holds on to the namespaces of hosts
        self._relaying.end()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda name: self.remove("host", name), records.hosts))
            list(pool.map(lambda name: self.remove("pool", name), records.pools))
        for link in records.links:
            self._state.erase("link", link)
        for segment in records.segments:
            self.remove("segment", segment)
        self._fabric.remove_management()
        self._containers.forget_all()
        self._power_port.close()
        shared.leave(self._ground.environment)
        shutil.rmtree(self._ground.folder, ignore_errors=True)
        progress("nothing is left")

    def _open(self) -> None:
        with self._open_lock:
            if not self._is_open:
                shared.join(self._ground.environment)
                self._fabric.ensure_management()
                files.make_folder(self._ground.folder, mode=0o700)
                self._links.keep()
                self._is_open = True

    def _refuse_namesake(self, spec: Spec) -> None:
        records = self._state.records
        other = {"host": records.segments, "segment": records.hosts}.get(spec.kind, {})
        if spec.name in other:
            raise Rejected(
                f"a {spec.kind} cannot be called {spec.name}",
                expected="names that no host and no segment share",
                actual="the other kind has it; both are namespaces",
                next_step="rename one of them in the inventory",
            )

    @contextmanager
    def _alone(self, *identities: str) -> Iterator[None]:
        """Keep other requests away from these things; one order for all prevents a deadlock."""
        with ExitStack() as stack:
            for each in sorted(set(identities)):
                stack.enter_context(self._lock_of(each))
            yield

    def _lock_of(self, name: str) -> threading.Lock:
        return self._locks.setdefault(name, threading.Lock())

    def _is_power_port_cut(self) -> bool:
        return self._state.records.power_port_cut


def _touched(spec: Spec) -> tuple[str, ...]:
    """Return what a change of ``spec`` works on: a pool is plugged into its host."""
    own = identity(spec.kind, spec.name)
    return (own, identity("host", spec.host)) if isinstance(spec, PoolSpec) else (own,)
