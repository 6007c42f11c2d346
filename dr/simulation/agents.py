"""Placement agents in a world: what one read is old by the time it acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta

from core.errors import Rejected
from dr.edges import Edge, Local, edge, yields
from dr.placement import Placement
from dr.simulation.world import World
from inventory.names import HostName


class Agents:
    """One on each of ``hosts``; it looks ``every`` so often, at its own instants."""

    def __init__(
        self, world: World, hosts: Iterable[HostName], *, every: timedelta = timedelta(seconds=5)
    ) -> None:
        self._world = world
        self._every = every
        for host in hosts:
            self._look_after(every * world.random.random(), host)

    def _look_after(self, pause: timedelta, host: HostName) -> None:
        self._world.timeline.at(pause, lambda: self._look(host))

    def _look(self, host: HostName) -> None:
        self._look_after(self._every, host)
        if self._world.quorum:
            record = self._world.placements[-1]
            self._later(lambda: self._decide(host, record))

    def _decide(self, host: HostName, record: Placement) -> None:
        world = self._world
        site = world.network.host(host).site
        local = Local(site, host in world.announcing, world.epochs[host] or None)
        wanted = edge(record, local)
        if wanted is Edge.KEEP or (wanted is Edge.WITHDRAW and not world.quorum):
            return
        if not yields(wanted, world.claim):
            self._later(lambda: self._act(host, record, wanted))

    def _act(self, host: HostName, record: Placement, wanted: Edge) -> None:
        with suppress(Rejected):
            self._world.route(host, record.epoch, wanted=wanted is Edge.ANNOUNCE)

    def _later(self, event: Callable[[], None]) -> None:
        self._world.timeline.at(timedelta(milliseconds=self._world.random.randint(1, 400)), event)
