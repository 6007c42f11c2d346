"""Links between hosts: this module records them, the relay carries them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import Rejected
from lab import ip
from lab.names import Names
from lab.refusals import on_record
from lab.relay.status import CableStatus
from lab.relay.wires import LaneSpec, Plug, Wire
from lab.relaying import Relaying
from lab.state import LaneFault, LinkFault, LinkRecord, State
from lab.status import LinkStatus
from stacks.resources import LinkEndSpec, LinkSpec
from stacks.substrates.port import LinkState


class Links:
    """The links of one environment; the relay carries exactly those on record.

    The end of a link comes and goes with its host; the link stays on record meanwhile.
    """

    def __init__(self, state: State, relaying: Relaying, names: Names) -> None:
        self._state = state
        self._relaying = relaying
        self._names = names
        self._carry_lock = threading.Lock()

    def keep(self) -> None:
        """Keep a relay running that carries everything on record."""
        self._relaying.keep(self._wires())

    def ensure(self, spec: LinkSpec) -> None:
        """Make ``spec`` true; a fault of the link stays until it is healed.

        Raises:
            Rejected: it exists between other ends.
        """
        record = self._state.records.links.get(spec.name)
        if record and (record.spec.a, record.spec.z) != (spec.a, spec.z):
            raise Rejected(
                f"link {spec.name} is plugged in elsewhere",
                expected=_ends(spec),
                actual=_ends(record.spec),
                next_step="remove it, then make it anew; ndc up does both",
            )
        self._state.record(replace(record, spec=spec) if record else LinkRecord(spec))
        self._carry()
        for end in (spec.a, spec.z):
            self._adjust(end, spec.mtu_bytes)

    def look(self, name: str) -> LinkSpec | None:
        """Return what is really there: MTU of its interfaces, declared delay and rate."""
        record = self._state.records.links.get(name)
        if record is None:
            return None
        ends = (self._mtu_bytes(end) for end in (record.spec.a, record.spec.z))
        mtus = [mtu_bytes for mtu_bytes in ends if mtu_bytes is not None]
        return replace(record.spec, mtu_bytes=min(mtus, default=record.spec.mtu_bytes))

    def remove(self, name: str) -> None:
        """Make the link gone, with the interfaces at its ends."""
        record = self._state.records.links.get(name)
        if record is None:
            return
        self._carry(without=name)
        for end in (record.spec.a, record.spec.z):
            if self._interface(end):
                ip.remove_interface(end.interface, self._names.namespace(end.host))
        self._state.erase("link", name)
        self._carry()  # another link's change may have brought it back meanwhile

    def attach(self, host: str) -> None:
        """Plug in every link that ends at ``host``, whose namespace is new."""
        self._relaying.look_again()
        for record in self._state.records.links.values():
            for end in (record.spec.a, record.spec.z):
                if end.host == host:
                    self._adjust(end, record.spec.mtu_bytes)

    def detach(self) -> None:
        """Make the relay close the ends in namespaces that are gone: its descriptors keep them."""
        self._relaying.look_again()

    def afflict(self, name: str, fault: LinkFault) -> None:
        """Give link ``name`` the fault ``fault``, in place of the one that it had.

        Raises:
            Rejected: there is no such link.
        """
        self._state.record(replace(self.record(name), fault=fault))
        self._carry()

    def record(self, name: str) -> LinkRecord:
        """Return what is on record of link ``name``.

        Raises:
            Rejected: nothing is.
        """
        return on_record(self._state.records.links, "link", name)

    def status(self) -> tuple[LinkStatus, ...]:
        """Return every link on record with what the relay counts."""
        cables = {each.name: each for each in self._relaying.status()}
        links = sorted(self._state.records.links.items())
        return tuple(link_status(record, cables.get(name)) for name, record in links)

    def _carry(self, without: str = "") -> None:
        # one at a time, so that no older list is written after a newer one
        with self._carry_lock:
            self._relaying.carry(self._wires(without))

    def _wires(self, without: str = "") -> list[Wire]:
        links = self._state.records.links
        return [wire(links[name], self._names) for name in sorted(links) if name != without]

    def _interface(self, end: LinkEndSpec) -> Mapping[str, Any]:
        namespace = self._names.namespace(end.host)
        interfaces = ip.interfaces_in(namespace)
        return interfaces.get(end.interface, {})

    def _adjust(self, end: LinkEndSpec, mtu_bytes: int) -> None:
        if self._interface(end).get("mtu", mtu_bytes) != mtu_bytes:
            ip.batch([f"link set {end.interface} mtu {mtu_bytes}"], self._names.namespace(end.host))

    def _mtu_bytes(self, end: LinkEndSpec) -> int | None:
        """Return the MTU at ``end``; 0 if the link is not plugged in, None without a host."""
        if not ip.has_namespace(self._names.namespace(end.host)):
            return None
        return int(self._interface(end).get("mtu", 0))


def wire(record: LinkRecord, names: Names) -> Wire:
    """Return what the relay is to do for the link on record; pure."""
    spec, fault = record.spec, record.fault
    return Wire(
        name=spec.name,
        a=Plug(names.namespace(spec.a.host), spec.a.interface),
        z=Plug(names.namespace(spec.z.host), spec.z.interface),
        cut=fault.cut,
        forth=_lane(spec, fault.forth),
        back=_lane(spec, fault.back),
    )


def _lane(spec: LinkSpec, fault: LaneFault) -> LaneSpec:
    delay = fault.delay_microseconds
    return LaneSpec(
        delay_microseconds=spec.delay_microseconds if delay is None else delay,
        rate_bits_per_second=spec.rate_bits_per_second,
        loss_ratio=fault.loss_ratio,
        silent=fault.silent,
    )


def _ends(spec: LinkSpec) -> str:
    return " and ".join(f"{end.host} {end.interface}" for end in (spec.a, spec.z))


def link_status(record: LinkRecord, cable: CableStatus | None) -> LinkStatus:
    """Return how the link on ``record`` is; ``cable`` is the relay's word, None if it has none."""
    spec = record.spec
    is_plugged = cable is not None and all(cable.plugged)
    return LinkStatus(
        name=spec.name,
        state=state_of(record.fault) if is_plugged else LinkState.DOWN,
        a=spec.a.host,
        z=spec.z.host,
        delay_microseconds=spec.delay_microseconds,
        forth=cable.forth if cable else None,
        back=cable.back if cable else None,
    )


def state_of(fault: LinkFault) -> LinkState:
    """Return the word for ``fault``: the worst one that holds."""
    lanes = (fault.forth, fault.back)
    if fault.cut:
        return LinkState.CUT
    if any(lane.silent for lane in lanes):
        return LinkState.SILENT
    if any(lane.loss_ratio for lane in lanes):
        return LinkState.LOSSY
    if any(lane.delay_microseconds is not None for lane in lanes):
        return LinkState.SLOW
    return LinkState.UP
