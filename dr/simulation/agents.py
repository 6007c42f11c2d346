"""Placement agents in a world: what one read is old by the time it acts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from core.errors import WorldError
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.edges import STANDS, HostEdge, Local, edge, yields
from dr.epochs import Act
from dr.looks import if_seen
from dr.placement import Placement
from dr.simulation.doors import obey
from dr.simulation.exclusions import SimulatedExclusions
from dr.simulation.programs import SimulatedPrograms
from dr.simulation.records import SimulatedRecords
from dr.simulation.world import World
from inventory.names import HostName, ServiceName

_ACTS: Final = {
    HostEdge.ANNOUNCE: Act.ANNOUNCE,
    HostEdge.STAY_OUT: Act.WITHDRAW,
    HostEdge.WITHDRAW: Act.WITHDRAW,
}


class Agents:
    """One on each of ``hosts`` that can serve ``service``; none: on each that can.

    It looks ``every`` so often, at its own instants, while the programs of its host go on.
    """

    def __init__(
        self,
        world: World,
        service: ServiceName,
        hosts: Iterable[HostName] | None = None,
        *,
        every: timedelta = timedelta(seconds=5),
    ) -> None:
        self._world = world
        self._truth = world.truth
        self._served = world.truth.at(service)
        self._service = service
        self._every = every
        self._programs = SimulatedPrograms(
            world.truth.plant, world.random, timedelta(milliseconds=400)
        )
        for host in self._served.service.hosts if hosts is None else hosts:
            self._look_after(every * world.random.random(), host)

    def _look_after(self, pause: timedelta, host: HostName) -> None:
        self._world.timeline.at(pause, lambda: self._look(host))

    def _look(self, host: HostName) -> None:
        self._look_after(self._every, host)
        if self._truth.plant.runs(host):
            records = SimulatedRecords(self._truth, host)
            record = if_seen(lambda: records.placement(self._service))
            out = if_seen(SimulatedExclusions(self._truth, host).excluded)
            if record is not None and out is not None:
                excluded = host in out
                self._programs.later(host, lambda: self._decide(host, record, excluded=excluded))

    def _decide(self, host: HostName, record: Placement, *, excluded: bool) -> None:
        site = self._truth.plant.site(host)
        highest = self._served.epochs[host] or None
        local = Local(site, host in self._served.announcing, highest, excluded)
        wanted = edge(record, local)
        self._world.edges[wanted] += 1
        if wanted is HostEdge.KEEP:
            return
        if wanted is HostEdge.WITHDRAW:
            claim = if_seen(lambda: SimulatedRecords(self._truth, host).claim(self._service))
            if claim is None or yields(wanted, claim):
                return
        until = self._world.elapsed() + STANDS
        self._programs.later(host, lambda: self._act(host, record, _ACTS[wanted], until))

    def _act(self, host: HostName, record: Placement, act: Act, until: timedelta) -> None:
        if self._world.elapsed() > until:
            return  # its guard refuses
        token = Token(RunName("agent"), StepId("placement"), record.epoch, 1)
        with suppress(WorldError):
            obey(self._truth, act, self._service, host, token)
