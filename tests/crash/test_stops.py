"""Stop who carries a run at every instant, have another take it over, and let the first go on.

The journal is etcd's: there alone another can go on with a run whose carrier is not dead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.errors import Rejected
from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from dr.actions import Action
from dr.live.journals.etcd import EtcdJournal
from dr.planning.plan import RecoveryJournal, RecoveryRun, codec
from tests.crash.occasions import OCCASIONS, told_apart, undisturbed
from tests.crash.power import PowerCut
from tests.crash.stops import Pause, PausedActuator, PausedJournal
from tests.crash.test_power_cuts_of_stores import burned
from tests.failovers import START, consents, failover
from tests.rehearsals import Rehearsal
from tests.stubs.etcd import StubEtcd

NEVER = 10**9
LATER = timedelta(seconds=1)
"""another goes on where the first stands still"""
KINDS: dict[str, Callable[[], Rehearsal]] = {
    **OCCASIONS,
    "host": lambda: failover("ndc01-data"),
    "stores": lambda: burned()[1],
}
INSTANTS = {
    "switchover": 102,
    "failover": 74,
    "unpowered": 109,
    "region": 104,
    "attested": 92,
    "drill": 74,
    "failback": 102,
    "host": 74,
    "stores": 53,
}
"""of an undisturbed run of each; a test below counts them"""
EVERY = [(name, instant) for name, last in INSTANTS.items() for instant in range(1, last + 1)]


@dataclass(slots=True)
class Played:
    """One run, and all who carry it in turn."""

    made: Rehearsal
    quorum: StubEtcd = field(default_factory=StubEtcd)
    refused: bool = False
    """whether the first was told that another carries the run"""

    def journal(self) -> RecoveryJournal:
        made = self.made
        return EtcdJournal(
            self.quorum.client(), made.network.environment, made.plan.id, codec(), made.world
        )

    def first(self, pause: Pause) -> None:
        """Carry the run, and stand still once on the way."""
        engine = self.made.engine(
            PausedJournal(self.journal(), pause),
            actuator=PausedActuator(self.made.world, pause),
            inbox=consents(self.made),
        )
        try:
            engine.start(self.made.plan, Where.ETCD, START)
        except Rejected:
            self.refused = True
        self.made.world.sleep(timedelta(seconds=60))  # what was sent late arrives as well

    def another(self, journal: RecoveryJournal | None = None) -> RecoveryRun:
        """Take the run over, and carry it as far as it goes."""
        made, journal = self.made, journal or self.journal()
        engine = made.engine(journal, inbox=consents(made))
        begun = journal.records()
        run = engine.resume() if begun else engine.start(made.plan, Where.ETCD, START)
        made.world.sleep(timedelta(seconds=60))
        if run.steps_in(StepState.IN_DOUBT):
            # a promotion is sent once: only a person may have it sent again, after a look
            run = made.engine(self.journal(), inbox=consents(made)).resume()
            made.world.sleep(timedelta(seconds=60))
        return run


@pytest.mark.parametrize(("kind", "instant"), EVERY)
def test_who_goes_on_after_another_ended_the_run_does_and_writes_nothing(
    kind: str, instant: int
) -> None:
    played = Played(KINDS[kind]())
    made, ended = played.made, list[RecoveryRun]()
    done, records = list[Action](), list[int]()

    def meanwhile() -> None:
        made.world.sleep(LATER)
        ended.append(played.another())
        done.extend(made.effects)
        records.append(len(played.journal().records()))

    pause = Pause(instant, meanwhile)
    played.first(pause)

    (run,) = ended
    assert pause.touched >= instant
    assert run.closed is RunVerdict.DONE
    assert made.effects == done
    assert played.another().closed is RunVerdict.DONE
    assert [len(played.journal().records())] == records
    assert played.refused or pause.touched == INSTANTS[kind], "it went on as if it were alone"


@pytest.mark.parametrize(("kind", "instant"), EVERY[::5])
def test_who_goes_on_after_another_went_one_record_further_leaves_each_effect_done_once(
    kind: str, instant: int
) -> None:
    played = Played(KINDS[kind]())
    made = played.made

    def meanwhile() -> None:
        made.world.sleep(LATER)

        def cut() -> None:
            raise PowerCut

        with contextlib.suppress(PowerCut):
            played.another(PausedJournal(played.journal(), Pause(2, cut)))

    pause = Pause(instant, meanwhile)
    played.first(pause)
    run = played.another()

    assert run.closed is RunVerdict.DONE
    left_out = [action for action in undisturbed(KINDS[kind]) if action not in made.effects]
    once = [action for action in undisturbed(KINDS[kind]) if action not in left_out]
    assert told_apart(made.effects) == told_apart(once)
    # while nobody carried the run the lease ended, and Patroni and agents acted by themselves
    assert {action.kind for action in left_out} <= {"take-over", "announce-service"}
    assert played.refused or pause.touched == INSTANTS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_every_instant_is_stood_still_at(kind: str) -> None:
    pause = Pause(NEVER, lambda: None)

    Played(KINDS[kind]()).first(pause)

    assert pause.touched == INSTANTS[kind]
