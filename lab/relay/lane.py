"""One direction of a link: every packet leaves later than it came, in the same order.

This is the hot path of the lab. Times are seconds of the monotonic clock as plain
floats, and nothing here allocates more than the packet and its due time.
"""

from __future__ import annotations

import random
from collections import deque
from os import read, write
from time import monotonic  # noqa: TID251 - a port would cost more than the delay it measures

from lab.relay.wires import LaneSpec

NEVER = float("inf")

_LARGEST_BYTES = 70_000
"""a segment of 64 KiB with its headers"""
_AT_ONCE = 32
"""packets that one TAP may send before the others have their turn"""
_QUEUE_PACKETS = 4_000
_BUFFER_SECONDS = 0.05
"""of packets that wait for a rate limit; later ones are dropped, as a shallow router does"""
_BITS_PER_BYTE = 8


class Lane:
    """A delay line; ``source`` and ``target`` are descriptors of TAPs, or -1 while unplugged.

    ``queue`` holds packets in the order of arrival, each with the moment at which it is due.
    No packet overtakes another, whatever becomes of the delay. Every packet that was read
    from ``source`` is in the queue, was written to ``target``, or counts among ``drops``.
    """

    __slots__ = (
        "_delay",
        "_free_at",
        "_loss",
        "_seconds_per_byte",
        "_swallows",
        "_weather",
        "bytes",
        "drops",
        "packets",
        "queue",
        "source",
        "spec",
        "target",
    )

    def __init__(self, spec: LaneSpec) -> None:
        self.queue: deque[tuple[float, bytes]] = deque()
        self.source = self.target = -1
        self.packets = self.bytes = self.drops = 0
        self._free_at = 0.0
        self.become(spec, cut=False)

    def become(self, spec: LaneSpec, *, cut: bool) -> None:
        """From now on behave as ``spec`` says; if no packet may pass, the queue is lost."""
        self.spec = spec
        self._delay = spec.delay_microseconds / 1e6
        rate = spec.rate_bits_per_second
        self._seconds_per_byte = _BITS_PER_BYTE / rate if rate else 0.0
        self._loss = spec.loss_ratio
        self._swallows = cut or spec.silent
        self._weather = self._swallows or bool(rate) or bool(self._loss)
        if self._swallows:
            self.clear()

    def clear(self) -> None:
        """Lose every packet in the queue."""
        self.drops += len(self.queue)
        self.queue.clear()

    def take(self) -> bool:
        """Take the packets that wait at the source; return False if the source is gone."""
        source, queue, delay, meets_weather = self.source, self.queue, self._delay, self._weather
        for _ in range(_AT_ONCE):
            try:
                packet = read(source, _LARGEST_BYTES)
            except BlockingIOError:
                return True
            except OSError:
                return False
            departure = self._departure(len(packet)) if meets_weather else monotonic()
            if departure is None or len(queue) >= _QUEUE_PACKETS:
                self.drops += 1
                continue
            queue.append((departure + delay, packet))
            self.packets += 1
            self.bytes += len(packet)
        return True

    def deliver(self) -> float:
        """Send the packets that are due; return when the next one will be, or ``NEVER``."""
        queue = self.queue
        now = monotonic()
        while queue:
            # only the head is looked at, so nobody overtakes when the delay is shortened
            due_at, packet = queue[0]
            if due_at > now:
                return due_at
            queue.popleft()
            try:
                write(self.target, packet)
            except OSError:  # nobody is plugged in, or the interface is down: a dark port
                self.drops += 1
        return NEVER

    def _departure(self, size_bytes: int) -> float | None:
        """Return when a packet enters the delay line; None if it never does."""
        now = monotonic()
        if self._swallows or (self._loss and random.random() < self._loss):  # noqa: S311 - weather, not a secret
            return None
        if not self._seconds_per_byte:
            return now
        begins = max(now, self._free_at)
        if begins - now > _BUFFER_SECONDS:
            return None
        self._free_at = begins + size_bytes * self._seconds_per_byte
        return self._free_at
