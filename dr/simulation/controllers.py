"""Controllers on the monitors of a world: they look, say whom they miss, and one of them judges.

Each looks at its own instants. Between a look, its word and a judgement time passes, in which its
host may stand still. What is said lies under leases of a quorum, which counts nothing while it is
none: so a word may stand that is older than its lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from dr.simulation.programs import SimulatedPrograms
from dr.simulation.world import World
from dr.watch.judging import Judgement, Records, judged
from dr.watch.lookout import EVERY, Lookout
from dr.watch.watching import Hearing
from inventory.names import HostName
from inventory.network import Role

_LONGEST: Final = timedelta(seconds=1.5)
"""a look at hosts that do not answer"""


class Controllers:
    """One on each monitor of ``world``; what they make of it is written down."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._truth = world.truth
        self._programs = SimulatedPrograms(world.truth.plant, world.random, _LONGEST)
        self._names = [host.name for host in world.truth.network.hosts]
        self._lookouts: dict[tuple[HostName, str], Lookout] = {}
        self._hearings: dict[tuple[HostName, str], Hearing] = {}
        self._elected: HostName | None = None
        self._judgement: Judgement | None = None
        self._answers: dict[HostName, frozenset[HostName]] = {}
        self._state = -1
        self._truth.plant.watchers.append(self._count)
        for host in world.truth.network.hosts_with(Role.MONITOR):
            self._look_after(EVERY * world.random.random(), host.name)

    def _look_after(self, pause: timedelta, host: HostName) -> None:
        self._world.timeline.at(pause, lambda: self._look(host))

    def _look(self, host: HostName) -> None:
        self._look_after(EVERY, host)
        plant = self._truth.plant
        if not plant.runs(host):
            return
        began = self._world.elapsed()
        answering = self._answering(host)
        key = (host, plant.life(host))
        lookout = self._lookouts.get(key, Lookout()).after(self._names, answering, began)
        self._lookouts[key] = lookout
        self._programs.later(host, lambda: self._say(host, lookout))

    def _answering(self, host: HostName) -> frozenset[HostName]:
        """Return who answers ``host`` now; asked once for one state of the plant."""
        plant = self._truth.plant
        if self._state != plant.changes:
            self._state, self._answers = plant.changes, {}
        if host not in self._answers:
            self._answers[host] = frozenset(one for one in self._names if plant.reaches(host, one))
        return self._answers[host]

    def _count(self) -> None:
        words = self._truth.sight_words
        words.standing()
        if self._elected not in words.leases.until:
            self._elected = self._judgement = None

    def _say(self, host: HostName, lookout: Lookout) -> None:
        self._count()
        quorum = self._truth.quorum
        if not quorum.reached_from(host):
            return
        life, now = self._truth.plant.life(host), self._world.elapsed()
        self._truth.sight_words.tell(host, life, lookout.word())
        if quorum.alarms:
            return
        self._elected = self._elected or host
        key, said = (host, life), self._truth.sight_words.standing()
        hearing = self._hearings.get(key, Hearing()).after(said, now)
        self._hearings[key] = hearing
        words, last = hearing.counted(said), self._judgement
        is_news = any(word.silent or word.back for word in words.values())
        if self._elected == host and (is_news or last is None or last.suspects):
            judgement = judged(
                self._truth.network, words, self._records(), last, host, self._world.now()
            )
            self._programs.later(host, lambda: self._judge(host, hearing, judgement, last))

    def _judge(
        self, host: HostName, hearing: Hearing, judgement: Judgement, last: Judgement | None
    ) -> None:
        """Let ``judgement`` stand, in a transaction that demands that ``host`` is elected still.

        Not where ``host`` stood still since ``hearing``.
        """
        self._count()
        quorum = self._truth.quorum
        if self._elected != host or not quorum.reached_from(host) or quorum.alarms:
            return
        if not hearing.is_current(self._world.elapsed()):
            return
        self._judgement = judgement
        before = {one.host for one in last.dead} if last else set()
        for one in judgement.dead:
            if one.host not in before:
                self._truth.around.tell("judged-dead", one.host, host)

    def _records(self) -> Records:
        truth = self._truth
        leaders: Mapping[HostName, str] = {
            own.leader: f"it leads {name}"
            for name, own in truth.databases.items()
            if own.leader is not None
        }
        return Records(
            placements={name: one.placements[-1] for name, one in truth.services.items()},
            claimed={
                one.service.database: one.claim.run
                for one in truth.services.values()
                if one.claim.run is not None
            },
            synchronous={
                name: frozenset(filter(None, {*own.recorded, own.recorded_leader}))
                for name, own in truth.databases.items()
            },
            reports=leaders,
        )
