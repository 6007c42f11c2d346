"""Placement agents in a world: what one read is old by the time it acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from core.errors import WorldError
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.edges import HostEdge, Local, edge, yields
from dr.epochs import Act
from dr.looks import if_seen
from dr.placement import Placement
from dr.simulation.world import World
from inventory.names import HostName

_ACTS: Final = {
    HostEdge.ANNOUNCE: Act.ANNOUNCE,
    HostEdge.STAY_OUT: Act.WITHDRAW,
    HostEdge.WITHDRAW: Act.WITHDRAW,
}


class Agents:
    """One on each of ``hosts``; it looks ``every`` so often, at its own instants."""

    def __init__(
        self, world: World, hosts: Iterable[HostName], *, every: timedelta = timedelta(seconds=5)
    ) -> None:
        self._world = world
        self._service = world.truth.service.name
        self._every = every
        for host in hosts:
            self._look_after(every * world.random.random(), host)

    def _look_after(self, pause: timedelta, host: HostName) -> None:
        self._world.timeline.at(pause, lambda: self._look(host))

    def _look(self, host: HostName) -> None:
        self._look_after(self._every, host)
        record = if_seen(lambda: self._world.doors.records.placement(self._service))
        if record is not None:
            self._later(lambda: self._decide(host, record))

    def _decide(self, host: HostName, record: Placement) -> None:
        stance = self._world.doors.guard.look(self._service, host)
        site = self._world.truth.network.host(host).site
        wanted = edge(record, Local(site, stance.announces, stance.highest))
        if wanted is HostEdge.KEEP:
            return
        if wanted is HostEdge.WITHDRAW:
            claim = if_seen(lambda: self._world.doors.records.claim(self._service))
            if claim is None or yields(wanted, claim):
                return
        self._later(lambda: self._act(host, record, _ACTS[wanted]))

    def _act(self, host: HostName, record: Placement, act: Act) -> None:
        token = Token(RunName("agent"), StepId("placement"), record.epoch, 1)
        with suppress(WorldError):
            self._world.doors.guard.act(act, self._service, host, token)

    def _later(self, event: Callable[[], None]) -> None:
        self._world.timeline.at(timedelta(milliseconds=self._world.random.randint(1, 400)), event)
