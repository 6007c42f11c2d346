"""One link in the relay: two ends, and two lanes between them."""

from __future__ import annotations

from dataclasses import dataclass

from lab.relay import tap
from lab.relay.lane import Lane
from lab.relay.status import CableStatus, LaneStatus
from lab.relay.wires import Plug, Wire

UNPLUGGED = -1


@dataclass(slots=True)
class End:
    """One end of a cable: plugged in, or without descriptor and inode."""

    plug: Plug
    descriptor: int = UNPLUGGED
    inode: int = 0
    """of the namespace that it is plugged into; a host that is made anew has another one"""


class Cable:
    """Carries one wire while the namespaces of both ends exist.

    An end is plugged in, with a descriptor and the inode of its namespace, or it has
    neither. A lane reads and writes plugged ends only. A packet for an end that is not
    plugged in is lost.
    """

    def __init__(self, wire: Wire) -> None:
        self.a, self.z = End(wire.a), End(wire.z)
        self.forth, self.back = Lane(wire.forth), Lane(wire.back)
        self.wire = wire

    @property
    def lanes(self) -> dict[int, Lane]:
        """The lanes that have a source, by its descriptor."""
        return {lane.source: lane for lane in (self.forth, self.back) if lane.source != UNPLUGGED}

    def become(self, wire: Wire) -> None:
        """From now on behave as ``wire`` says, which has the same ends as before."""
        self.wire = wire
        self.forth.become(wire.forth, cut=wire.cut)
        self.back.become(wire.back, cut=wire.cut)
        for end in (self.a, self.z):
            if end.descriptor != UNPLUGGED and not self._show_carrier(end):
                self._unplug(end, forget=False)

    def plug(self) -> bool:
        """Plug in each end whose namespace exists, unplug the others; return whether any changed.

        An end that cannot be plugged in now (another process still holds the TAP) is tried
        again at the next call.
        """
        changes = [self._plug(end) for end in (self.a, self.z)]
        return any(changes)

    def lose(self, descriptor: int) -> None:
        """Unplug the end at ``descriptor``, whose TAP another program removed."""
        for end in (self.a, self.z):
            if end.descriptor == descriptor:
                self._unplug(end, forget=False)

    def remove(self) -> None:
        """Take both TAPs away."""
        for end in (self.a, self.z):
            self._unplug(end, forget=True)

    def status(self) -> CableStatus:
        """Return how this cable is now, and what its lanes have counted."""
        return CableStatus(
            name=self.wire.name,
            plugged=(self.a.descriptor != UNPLUGGED, self.z.descriptor != UNPLUGGED),
            forth=_counters(self.forth),
            back=_counters(self.back),
        )

    def _plug(self, end: End) -> bool:
        inode = _inode(end.plug.namespace)
        if inode == end.inode:
            return False
        self._unplug(end, forget=False)
        if inode:
            try:
                end.descriptor = tap.opened(end.plug)
            except OSError:
                return True
            end.inode = inode
            if not self._show_carrier(end):
                self._unplug(end, forget=False)
        self._connect()
        return True

    def _show_carrier(self, end: End) -> bool:
        """Show carrier at ``end`` unless the wire is cut; return False if its TAP is gone."""
        try:
            tap.set_carrier(end.descriptor, end.plug, present=not self.wire.cut)
        except OSError:
            return False
        return True

    def _unplug(self, end: End, *, forget: bool) -> None:
        if end.descriptor != UNPLUGGED:
            tap.unplug(end.descriptor, forget=forget)
        end.descriptor, end.inode = UNPLUGGED, 0
        self._connect()

    def _connect(self) -> None:
        self.forth.source = self.back.target = self.a.descriptor
        self.back.source = self.forth.target = self.z.descriptor
        for lane in (self.forth, self.back):
            if lane.target == UNPLUGGED:
                lane.clear()


def _counters(lane: Lane) -> LaneStatus:
    return LaneStatus(
        delay_microseconds=lane.spec.delay_microseconds,
        rate_bits_per_second=lane.spec.rate_bits_per_second,
        loss_ratio=lane.spec.loss_ratio,
        silent=lane.spec.silent,
        packets=lane.packets,
        bytes=lane.bytes,
        drops=lane.drops,
        queue_packets=len(lane.queue),
    )


def _inode(namespace: str) -> int:
    """Return the inode of ``namespace``; 0 if there is none of that name."""
    try:
        return tap.namespace_path(namespace).stat().st_ino
    except OSError:
        return 0
