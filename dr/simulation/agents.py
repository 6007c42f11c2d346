"""Placement agents in a world: what one read is old by the time it acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from core.errors import WorldError
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.hosts.announcing import (
    Announcer,
    Checked,
    Company,
    Conduct,
    Fitness,
    Spell,
    is_asked,
    move,
    relied_on,
    waits,
    word_of,
)
from dr.hosts.edges import STANDS, HostEdge, Local, edge, yields
from dr.hosts.epochs import Act
from dr.looks import if_seen
from dr.placement import Placement
from dr.simulation.doors import obey
from dr.simulation.exclusions import SimulatedExclusions
from dr.simulation.leases import SimulatedLeases
from dr.simulation.programs import SimulatedPrograms
from dr.simulation.records import SimulatedRecords
from dr.simulation.words import SimulatedWords
from dr.simulation.world import World
from inventory.names import HostName, ServiceName

_SOON: Final = timedelta(milliseconds=500)
"""while one waits for another's answer"""


class Agents:
    """One on each of ``hosts`` that can serve ``service``; none: on each that can.

    It looks ``every`` so often, at its own instants, while the programs of its host go on. No
    service is ill here by itself: whoever announces it says that it serves, if it is asked.
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
        self._words = SimulatedWords(SimulatedLeases(world.truth.quorum, world.timeline))
        self._leaving: dict[HostName, timedelta] = {}
        """since when each would withdraw what is placed elsewhere"""
        self._spent: dict[HostName, int] = {}
        """the revision of the answer that each relied on, whatever came of it"""
        self._turns: dict[HostName, int] = {}
        """how often each was told when to look next: the last counts"""
        self._programs = SimulatedPrograms(
            world.truth.plant, world.random, timedelta(milliseconds=400)
        )
        for host in self._served.service.hosts if hosts is None else hosts:
            self._look_after(every * world.random.random(), host)

    def _look_after(self, pause: timedelta, host: HostName) -> None:
        turn = self._turns[host] = self._turns.get(host, 0) + 1

        def look() -> None:
            if self._turns[host] == turn:
                self._look(host)

        self._world.timeline.at(pause, look)

    def _look(self, host: HostName) -> None:
        self._look_after(self._every, host)
        if self._truth.plant.runs(host):
            records = SimulatedRecords(self._truth, host)
            record = if_seen(lambda: records.placement(self._service))
            out = if_seen(SimulatedExclusions(self._truth, host).excluded)
            if record is not None and out is not None:
                excluded, words = host in out, self._words.read(host)
                self._later(host, lambda: self._decide(host, record, words, excluded=excluded))

    def _later(self, host: HostName, event: Callable[[], None]) -> None:
        self._programs.later(host, event)

    def _decide(
        self, host: HostName, record: Placement, words: Sequence[Announcer], *, excluded: bool
    ) -> None:
        site = self._truth.plant.site(host)
        highest = self._served.epochs[host] or None
        local = Local(site, host in self._served.announcing, highest, excluded)
        wanted = edge(record, local)
        until = self._world.elapsed() + STANDS
        self._world.edges[wanted] += 1
        match wanted:
            case HostEdge.WITHDRAW:
                self._go(host, record, words, until)
            case HostEdge.ANNOUNCE:
                self._later(host, lambda: self._act(host, record, Act.ANNOUNCE, until))
            case HostEdge.STAY_OUT:
                self._later(host, lambda: self._act(host, record, Act.WITHDRAW, until))
            case HostEdge.KEEP:
                self._answer(host, record, words, announced=local.announced)

    def _answer(
        self, host: HostName, record: Placement, words: Sequence[Announcer], *, announced: bool
    ) -> None:
        company = self._company(host, record, words, Fitness.WELL)
        if not (announced and is_asked(company)):
            if company.own is not None:
                self._later(host, lambda: self._words.take_back(host))
        elif company.own is None or company.own.word != word_of(company):
            self._later(host, lambda: self._words.tell(host, word_of(company)))

    def _go(
        self, host: HostName, record: Placement, words: Sequence[Announcer], until: timedelta
    ) -> None:
        claim = if_seen(lambda: SimulatedRecords(self._truth, host).claim(self._service))
        if claim is None:
            return
        if yields(HostEdge.WITHDRAW, claim):
            self._leaving.pop(host, None)
            self._words.take_back(host)
            return
        company = self._company(host, record, words, Fitness.LEAVING)
        if waits(company):
            self._look_after(min(_SOON, self._every), host)
        match move(company):
            case Conduct.STAND_DOWN:
                self._later(host, lambda: self._stand_down(host, record, company, until))
            case Conduct.TELL:
                self._later(host, lambda: self._words.tell(host, word_of(company)))
            case _:
                pass

    def _company(
        self, host: HostName, record: Placement, words: Sequence[Announcer], fitness: Fitness
    ) -> Company:
        now = self._world.elapsed()
        if fitness is Fitness.LEAVING:
            self._leaving.setdefault(host, now)
        else:
            self._leaving.pop(host, None)
        return Company(
            epoch=record.epoch,
            announced=True,
            own=next((one for one in words if one.host == host), None),
            fellows=tuple(one for one in words if one.host != host),
            spell=Spell(Checked(fitness), self._leaving.get(host, now)),
            alone_since=None,
            now=now,
            spent=self._spent.get(host, 0),
        )

    def _stand_down(
        self, host: HostName, record: Placement, company: Company, until: timedelta
    ) -> None:
        """Withdraw in one transaction's name, or ask anew: what was answered is old by now."""
        own, other = company.own, relied_on(company)
        if other:
            self._spent[host] = other.revision
        placed, claim = self._served.placements[-1], self._served.claim
        stands = placed == record and claim.run is None
        if own and other and stands and self._words.stand_down(own, other):
            self._later(host, lambda: self._act(host, record, Act.WITHDRAW, until))
        else:
            self._words.tell(host, word_of(company))

    def _act(self, host: HostName, record: Placement, act: Act, until: timedelta) -> None:
        if self._world.elapsed() > until:
            return  # its guard refuses
        token = Token(RunName("agent"), StepId("placement"), record.epoch, 1)
        with suppress(WorldError):
            obey(self._truth, act, self._service, host, token)
