"""Links between hosts: on record here, carried by the relay."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import Rejected
from lab import ip
from lab.names import Names
from lab.relay.status import CableStatus
from lab.relay.wires import LaneSpec, Plug, Wire
from lab.relaying import Relaying
from lab.state import LaneFault, LinkFault, LinkRecord, State
from lab.status import LinkStatus
from stacks.resources import LinkEndSpec, LinkSpec
from stacks.substrates.port import LinkState


class Links:
    """The links of one environment. A link's end may come, go and come again with its host."""

    def __init__(self, state: State, relaying: Relaying, names: Names) -> None:
        self._state = state
        self._relaying = relaying
        self._names = names
        self._carrying = threading.Lock()

    def keep(self) -> None:
        """Have everything on record carried, from now on."""
        self._relaying.keep(self._wires())

    def ensure(self, spec: LinkSpec) -> None:
        """Make ``spec`` true; what was done to the link on purpose stays so until it is healed.

        Raises:
            Rejected: it exists between other ends.
        """
        known = self._state.records.links.get(spec.name)
        if known and (known.spec.a, known.spec.z) != (spec.a, spec.z):
            raise Rejected(
                f"link {spec.name} is plugged in elsewhere",
                expected=_ends(spec),
                actual=_ends(known.spec),
                next_step="remove it, then make it anew; ndc up does both",
            )
        self._state.record(replace(known, spec=spec) if known else LinkRecord(spec))
        self._carry()
        for end in (spec.a, spec.z):
            self._adjust(end, spec.mtu_bytes)

    def look(self, name: str) -> LinkSpec | None:
        """Return what is really there: MTU of its interfaces, declared delay and rate."""
        record = self._state.records.links.get(name)
        if record is None:
            return None
        seen = [self._seen_mtu(end) for end in (record.spec.a, record.spec.z)]
        known = [mtu_bytes for mtu_bytes in seen if mtu_bytes is not None]
        return replace(record.spec, mtu_bytes=min(known, default=record.spec.mtu_bytes))

    def remove(self, name: str) -> None:
        """Make the link gone, with the interfaces at its ends."""
        record = self._state.records.links.get(name)
        if record is None:
            return
        self._carry(without=name)
        for end in (record.spec.a, record.spec.z):
            if self._interface(end):
                ip.batch([f"link del {end.interface}"], self._names.namespace(end.host))
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
        """Let go of ends whose namespaces are gone: a descriptor would keep one alive."""
        self._relaying.look_again()

    def afflict(self, name: str, fault: LinkFault) -> None:
        """Do ``fault`` to a link, in place of what was done to it before.

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
        record = self._state.records.links.get(name)
        if record is None:
            raise Rejected(
                f"there is no link called {name}",
                expected=", ".join(sorted(self._state.records.links)) or "a link; none was made",
                actual=name,
                next_step="ndc show links",
            )
        return record

    def status(self) -> tuple[LinkStatus, ...]:
        """Return every link on record with what the relay counts."""
        carried = {each.name: each for each in self._relaying.status()}
        links = sorted(self._state.records.links.items())
        return tuple(link_status(record, carried.get(name)) for name, record in links)

    def _carry(self, without: str = "") -> None:
        # one at a time, so that no older list is written after a newer one
        with self._carrying:
            self._relaying.carry(self._wires(without))

    def _wires(self, without: str = "") -> list[Wire]:
        links = self._state.records.links
        return [wire(links[name], self._names) for name in sorted(links) if name != without]

    def _interface(self, end: LinkEndSpec) -> Mapping[str, Any]:
        namespace = self._names.namespace(end.host)
        found = ip.interfaces_in(namespace)
        return found.get(end.interface, {})

    def _adjust(self, end: LinkEndSpec, mtu_bytes: int) -> None:
        if self._interface(end).get("mtu", mtu_bytes) != mtu_bytes:
            ip.batch([f"link set {end.interface} mtu {mtu_bytes}"], self._names.namespace(end.host))

    def _seen_mtu(self, end: LinkEndSpec) -> int | None:
        """Return the MTU at ``end``, 0 if the link is not plugged in; None if no host is there."""
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
    slowed = fault.delay_microseconds
    return LaneSpec(
        delay_microseconds=spec.delay_microseconds if slowed is None else slowed,
        rate_bits_per_second=spec.rate_bits_per_second,
        loss_ratio=fault.loss_ratio,
        silent=fault.silent,
    )


def _ends(spec: LinkSpec) -> str:
    return " and ".join(f"{end.host} {end.interface}" for end in (spec.a, spec.z))


def link_status(record: LinkRecord, carried: CableStatus | None) -> LinkStatus:
    """Return how the link on record is, if the relay says that of it; None: it says nothing."""
    spec = record.spec
    is_plugged = carried is not None and all(carried.plugged)
    return LinkStatus(
        name=spec.name,
        state=state_of(record.fault) if is_plugged else LinkState.DOWN,
        a=spec.a.host,
        z=spec.z.host,
        delay_microseconds=spec.delay_microseconds,
        forth=carried.forth if carried else None,
        back=carried.back if carried else None,
    )


def state_of(fault: LinkFault) -> LinkState:
    """Return one word for what was done to a link; the worst, if more than one thing was."""
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
