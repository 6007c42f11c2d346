"""The relay's only loop: deliver the packets that are due, wait, take those that arrived."""

from __future__ import annotations

import json
import select
import socket
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic  # noqa: TID251 - a port would cost more than the delay it measures
from typing import Any

from lab.relay import wires
from lab.relay.cable import Cable
from lab.relay.lane import Lane

_LOOK_SECONDS = 1.0
"""between two looks for namespaces that came or went, if nobody asks for one"""
_PATIENCE_SECONDS = 0.2
"""for the verb of a program that connects: all packets wait meanwhile"""


class Relay:
    """Carries the wires in the file ``at``, and answers on ``listener``.

    It is one thread, so no packet is forwarded while a request is answered. A file that
    cannot be read changes nothing: the cables stay those of the file before.
    """

    def __init__(self, at: Path, listener: socket.socket) -> None:
        self._at = at
        self._listener = listener
        self._cables: dict[str, Cable] = {}
        self._lanes: dict[int, tuple[Cable, Lane]] = {}
        self._in_order: tuple[Lane, ...] = ()
        # made before any cable, so that its own number is below those that select can take
        self._arrivals = select.epoll()
        self._arrivals.register(listener, select.EPOLLIN)
        self._look_at = 0.0
        self._has_ended = False

    def run(self) -> None:
        """Forward until told to stop."""
        self.apply()
        while not self._has_ended:
            # epoll knows any number of sources, and waits in milliseconds; select in microseconds
            select.select((self._arrivals,), (), (), self._deliver())
            for descriptor, _ in self._arrivals.poll(0):
                self._take(descriptor)
            if monotonic() >= self._look_at:
                self._plug()

    def apply(self) -> None:
        """Carry the wires that the file holds now; if reading it raises, nothing changes."""
        wires_by_name = {wire.name: wire for wire in wires.load(self._at.read_text("utf-8"))}
        for name, cable in list(self._cables.items()):
            wire = wires_by_name.get(name)
            if wire is None or (wire.a, wire.z) != (cable.a.plug, cable.z.plug):
                cable.remove()
                del self._cables[name]
        for name, wire in wires_by_name.items():
            cable = self._cables.setdefault(name, Cable(wire))
            cable.become(wire)
        self._plug()

    def _plug(self) -> None:
        self._look_at = monotonic() + _LOOK_SECONDS
        for cable in self._cables.values():
            cable.plug()
        self._lanes = {
            source: (cable, lane)
            for cable in self._cables.values()
            for source, lane in cable.lanes.items()
        }
        self._in_order = tuple(lane for _, lane in self._lanes.values())
        for source in self._lanes:
            # who was closed has left by itself, even if another one has its number now
            with suppress(FileExistsError):
                self._arrivals.register(source, select.EPOLLIN)

    def _deliver(self) -> float:
        """Send the packets that are due; return for how many seconds there is nothing to send."""
        soonest = self._look_at
        for lane in self._in_order:
            if lane.queue:
                due_at = lane.deliver()
                if due_at < soonest:  # noqa: PLR1730 - min() is a call, and this is the hot path
                    soonest = due_at
        return max(0.0, soonest - monotonic())

    def _take(self, descriptor: int) -> None:
        pair = self._lanes.get(descriptor)
        if pair is None:
            if descriptor == self._listener.fileno():
                self._answer()
            return
        cable, lane = pair
        if not lane.take():
            self._arrivals.unregister(descriptor)
            cable.lose(descriptor)
            del self._lanes[descriptor]

    def _answer(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(_PATIENCE_SECONDS)
            try:
                answer = self._obey(connection.recv(256).decode("ascii", "replace").strip())
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                pass  # who asked has gone; packets are more important than finding out why

    def _obey(self, verb: str) -> dict[str, Any]:
        match verb:
            case "apply":
                try:
                    self.apply()
                except (OSError, ValueError, KeyError, TypeError) as error:
                    return {"error": f"{self._at}: {error!r}"}
            case "stop":
                self._has_ended = True
            case "status":
                pass
            case _:
                return {"error": f"it does not know {verb!r}"}
        return {"ok": [asdict(cable.status()) for cable in self._cables.values()]}
