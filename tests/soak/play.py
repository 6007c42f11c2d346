"""Plays a schedule in a simulated world and writes down what happened."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from core.errors import PlanRefused, WorldError
from core.runs.journal import Where, Wish
from core.runs.plan import RunName
from dr.placing import place_services
from dr.planning.plan import Phase, RecoveryPlan
from dr.simulation.agents import Agents
from dr.simulation.controllers import Controllers
from dr.simulation.database import PROMOTION
from dr.simulation.exclusions import Admissions
from dr.simulation.history import Happened
from dr.simulation.world import World, rehearsed
from dr.telling import tell_last_copies
from inventory.names import ServiceName
from inventory.network import Network
from tests.soak.asking import Asking
from tests.soak.events import LENGTH, Ask, FaultKind, Planned
from tests.soak.faults import Faults
from tests.soak.journals import Lines
from tests.soak.listening import Listener, Tally
from tests.soak.runners import Carried, Fuse, RunnerDied, nothing

CALM = timedelta(seconds=200)
"""after the last fault: everything can be well again"""
ADMITTED = timedelta(seconds=150)
"""within this everybody is admitted who is back, and serves again"""
UP_EVERY = (60.0, 180.0)
"""seconds between two times that a person says ``ndc up``"""
TRIES = 4
ATTEMPTS = 4
"""of a person to have a run go on that faults accompany"""
_NEED_A_FILE = {FaultKind.QUORUM_LOST, FaultKind.NO_SPACE}
"""a step can be written down while one of these lasts, where a file is the truth"""


@dataclass(slots=True)
class Played:
    """What came of one schedule."""

    history: Sequence[Happened]
    tally: Tally = field(default_factory=Tally)


class Play:
    """One schedule, and the world that it happens to."""

    def __init__(
        self,
        network: Network,
        events: Sequence[Planned],
        seed: int,
        askings: Mapping[str, Asking],
    ) -> None:
        names = [service.name for service in network.services]
        self.world: World = rehearsed(network, *names, seed=seed, every=timedelta(seconds=1))
        self.dice = random.Random(f"people {seed}")  # noqa: S311 - reproducible, not secret
        self.askings = askings
        self.faults = Faults(self.world)
        self.played = Played(self.world.truth.history.events)
        self.open: list[Carried] = []
        self.carrying = 0
        self._asked = 0
        self._companions: list[Planned] = []
        self._is_calm = False
        self._events = events
        for database in self.world.truth.databases.values():
            database.promotion = None
        for name in names:
            Agents(self.world, name)
        Controllers(self.world)
        Admissions(self.world.truth, self.world.doors)
        self._upkeep = random.Random(f"up {seed}")  # noqa: S311 - reproducible, not secret
        self._keep_up()

    def play(self) -> Played:
        """Let everything happen, then a calm in which what is left is settled."""
        own = []
        for event in self._events:
            if event.during:
                self._companions.append(event)
            elif event.kind not in set(Ask):
                self._at(event.at, event, self._begin)
            elif event.extra == "beside":
                self._at(event.at, event, self._beside)
            else:
                own.append(event)
        for event in own:
            self._until(event.at)
            self._ask(event)
        self._until(LENGTH)
        self._is_calm = True
        self.faults.end_all()
        for database in self.world.truth.databases.values():
            database.promotion = PROMOTION
        self.world.sleep(CALM)
        self._settle()
        self._close()
        return self.played

    def _keep_up(self) -> None:
        """Let a person say ``ndc up`` now and then: a store whose home is admitted comes home."""
        self.world.timeline.at(timedelta(seconds=self._upkeep.uniform(*UP_EVERY)), self._keep_up)
        if self.world.elapsed():
            with suppress(WorldError):
                place_services(self.world.truth.network, self.world.doors)
                tell_last_copies(self.world.truth.network, self.world.doors)

    def _begin(self, event: Planned) -> None:
        """Let a fault begin now, and end later; none begins in the calm at the end."""
        if self._is_calm:
            return
        self.faults.begin(event)
        self._at(self.world.elapsed().total_seconds() + event.length, event, self.faults.end)

    def _at(self, seconds: float, event: Planned, act: Callable[[Planned], None]) -> None:
        pause = timedelta(seconds=seconds) - self.world.elapsed()
        self.world.timeline.at(pause, lambda: act(event))

    def _until(self, seconds: float) -> None:
        left = timedelta(seconds=seconds) - self.world.elapsed()
        if left > timedelta():
            self.world.sleep(left)

    def _beside(self, event: Planned) -> None:
        if self.carrying < 2:
            self._ask(event)

    def _ask(self, event: Planned) -> None:
        self.carrying += 1
        still = [run for run in self.open if run.open]
        if still and self.dice.random() < 0.6:
            self._go_on(self.dice.choice(still))
        else:
            self._plan(event)
        self.carrying -= 1

    def _go_on(self, run: Carried) -> None:
        wishes = []
        if self.dice.random() < 0.3:
            wishes = run.wish(self.dice.choice([Wish.ABORT, Wish.SKIP, Wish.APPROVE]))
        elif self.dice.random() < 0.1:
            wishes = run.early()
        self._tell(f"{run.plan.id} is resumed{' with a wish' if wishes else ''}")
        run.resume(*wishes)
        self._tell_end(run)

    def _plan(self, event: Planned) -> None:
        self._asked += 1
        kind, service, *others = event.what.split(" ")
        name = RunName(f"run-{self._asked}")
        plan = self._patient(" ".join([kind, *others]), ServiceName(service), name)
        if plan is None:
            return
        self.faults.sights(plan)
        self._tell(f"{name} begins: {plan.title} ({event.kind} at instant {event.number})")
        self.played.tally.runs[f"{kind} begun"] += 1
        listener = Listener(
            plan,
            kind,
            self.world.truth.around,
            self.faults,
            self.played.tally,
            self._accompany,
        )
        company = [one for one in self._companions if one.of == kind]
        blind = any(one.kind in _NEED_A_FILE for one in company)
        where = Where.FILE if blind or self.dice.random() < 0.2 else Where.ETCD
        lines = Lines(
            self.world.truth.quorum, self.world.timeline, listener.hear, listener.foresee, where
        )
        run = Carried(self.world, plan, lines)
        self.open.append(run)
        self._carry(run, event)
        if company:
            self._attend(run, max(one.length for one in company))
        self._tell_end(run)

    def _accompany(self, kind: str, phase: Phase) -> None:
        """Let what accompanies plans of ``kind`` begin with a step of ``phase``, once each."""
        awaited = (one for one in self._companions if (one.of, one.during) == (kind, phase))
        companion = next(awaited, None)
        if companion is not None:
            self._companions.remove(companion)
            self._begin(companion)

    def _attend(self, run: Carried, seconds: float) -> None:
        """Have ``run`` go on as often as its companions kept it; then let a person end it."""
        for _ in range(ATTEMPTS):
            if run.open:
                self.world.sleep(timedelta(seconds=seconds))
                run.resume(*run.wish(Wish.APPROVE))
        run.resume(*run.ending())

    def _patient(self, kind: str, service: ServiceName, name: RunName) -> RecoveryPlan | None:
        """Return the plan that is asked for, for as long as a person asks again."""
        for _ in range(TRIES):
            try:
                plan = self.askings[kind](self.world, service, name, self.dice)
            except PlanRefused as refusal:
                self._tell(f"{kind} of {service} is refused: {refusal.what}")
                self.played.tally.runs[f"{kind.split(' ', maxsplit=1)[0]} refused"] += 1
            else:
                if plan is not None:
                    return plan
            self.world.sleep(timedelta(seconds=self.dice.uniform(1, 12)))
        return None

    def _carry(self, run: Carried, event: Planned) -> None:
        pause = timedelta(seconds=event.length)

        def die() -> None:
            raise RunnerDied

        def stand_still() -> None:
            self.world.truth.around.tell("stands-still", run.plan.id)
            self.world.sleep(pause)
            if run.lines.where is Where.ETCD:
                run.resume()

        happen = {Ask.KILLED: die, Ask.STOPPED: stand_still}.get(Ask(event.kind), nothing)
        fuse = Fuse(event.number, happen)
        run.begin(fuse)
        if wishes := run.wish(Wish.APPROVE):
            self.world.sleep(timedelta(seconds=self.dice.uniform(1, 20)))
            run.resume(*wishes, fuse=fuse)
        if event.kind == Ask.KILLED:
            self.world.sleep(pause)
            run.resume()

    def _settle(self) -> None:
        """Let people have what is left go on; then end it, and admit what it had given up."""
        left = [one for one in self.open if one.open]
        for run in left:
            run.resume(*run.wish(Wish.APPROVE), *run.wish(Wish.SKIP))
            self.world.sleep(timedelta(seconds=10))
        for run in [one for one in left if one.open]:
            run.resume(*run.ending())
            self.world.sleep(timedelta(seconds=10))
        self.world.sleep(ADMITTED if left else timedelta(seconds=30))

    def _close(self) -> None:
        around = self.world.truth.around
        for name, database in self.world.truth.databases.items():
            around.tell(
                "log", name, database.leader or "", database.timeline, " ".join(database.log)
            )
        for service, citizens in self.world.citizens.items():
            last = citizens.acknowledged[-1].at if citizens.acknowledged else timedelta()
            served = self.world.elapsed() - last < timedelta(seconds=5)
            around.tell("served" if served else "not-served", service)
            self.played.tally.runs["served at the end" if served else "not served at the end"] += 1
        for run in self.open:
            state = run.run
            verdict = "never opened" if state is None else state.verdict
            self.played.tally.runs[f"{run.plan.basis.intent} {verdict}"] += 1
        for edge, times in self.world.edges.items():
            self.played.tally.edges[f"agent {edge}"] += times

    def _tell(self, text: str) -> None:
        self.world.truth.around.tell("person", text)

    def _tell_end(self, run: Carried) -> None:
        state = run.run
        verdict = state.closed or state.verdict if state else "never opened"
        self._tell(f"{run.plan.id}: {verdict}{'; ' + run.trouble[-1] if run.trouble else ''}")
