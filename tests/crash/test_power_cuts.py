"""Cut the power at every instant of a run; the run must still finish, and do nothing twice."""

from __future__ import annotations

import contextlib
import itertools
import random
from datetime import timedelta
from pathlib import Path

import pytest

from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from core.runs.run import fold
from dr.live.journals.file import FileJournal
from dr.planning.bound import NOTHING
from dr.planning.plan import RecoveryEngine, RecoveryJournal, RecoveryRun, codec
from dr.simulation.faults import Fault, Trouble
from tests.crash.occasions import OCCASIONS, told_apart, undisturbed
from tests.crash.power import Fuse, FusedActuator, FusedJournal, PowerCut
from tests.failovers import START, consents
from tests.rehearsals import Rehearsal, kinds

NEVER = 10**9
INSTANTS = {
    "switchover": 132,
    "failover": 96,
    "unpowered": 141,
    "region": 135,
    "attested": 120,
    "drill": 96,
    "failback": 132,
}
"""of an undisturbed run of each; a test below counts them"""
PLANNED = [
    *[
        (name, kind)
        for name in ("switchover", "failover")
        for kind in kinds(OCCASIONS[name]().plan)
    ],
    ("unpowered", "refuse-origin"),
    *[("region", kind) for kind in ("allow-promotion", "retire-vote")],
    ("attested", "attest-off"),
]
DEAD = (timedelta(), timedelta(milliseconds=70), timedelta(seconds=40))
"""before the next runner: nothing has arrived, some has, all has"""
WHEN = {
    **dict.fromkeys(("switchover", "failover"), (DEAD[0], DEAD[-1])),
    **dict.fromkeys(("unpowered", "region", "attested", "drill", "failback"), DEAD[:1]),
}
EVERY = [
    (name, instant, dead)
    for name, pauses in WHEN.items()
    for instant in range(1, INSTANTS[name] + 1)
    for dead in pauses
]


def _carry_until(instant: int, made: Rehearsal, path: Path) -> Fuse:
    """Start or resume the run, and die at ``instant``."""
    fuse = Fuse(instant)
    journal = FileJournal(path, codec(), made.world)
    doomed = made.engine(
        FusedJournal(journal, fuse, path),
        actuator=FusedActuator(made.world, fuse),
        inbox=consents(made),
    )
    with contextlib.suppress(PowerCut):
        _go_on(doomed, journal, made)
    return fuse


def _go_on(engine: RecoveryEngine, journal: RecoveryJournal, made: Rehearsal) -> RecoveryRun:
    return engine.resume() if journal.records() else engine.start(made.plan, Where.FILE, START)


def _finish(made: Rehearsal, path: Path) -> RecoveryRun:
    journal = FileJournal(path, codec(), made.world)
    run = _go_on(made.engine(journal, inbox=consents(made)), journal, made)
    made.world.sleep(timedelta(seconds=60))  # what was sent long ago arrives as well
    if run.steps_in(StepState.IN_DOUBT):
        # a promotion is sent once: only a person may have it sent again, after a look
        run = made.engine(journal, inbox=consents(made)).resume()
        made.world.sleep(timedelta(seconds=60))
    return run


def _check(occasion: str, made: Rehearsal, run: RecoveryRun, path: Path) -> None:
    assert run.closed is RunVerdict.DONE
    left_out = [action for action in undisturbed(OCCASIONS[occasion]) if action not in made.effects]
    done = [each for each in undisturbed(OCCASIONS[occasion]) if each not in left_out]
    assert told_apart(made.effects) == told_apart(done)
    # while nobody carried the run the lease ended, and Patroni acted by itself
    assert {action.kind for action in left_out} <= {"take-over"}
    assert fold(FileJournal(path, codec(), made.world).records()) == run
    before = made.plan.basis.moves[0].deciding.placement
    epochs = [placed.epoch for placed in made.truth.placements]
    assert before is not None
    assert epochs == list(range(1, before.epoch + 2))
    assert made.truth.claim.run is None
    database = made.truth.database
    far = {member.host for member in database.declared.members if not member.synchronous}
    assert database.barred == far - {database.leader}
    assert all(made.truth.routes) or made.world.truth.plant.off, (
        "the last serving host was taken away"
    )
    assert made.citizens.lost == [] or made.plan.basis.moves[0].loss != NOTHING


@pytest.mark.parametrize(("occasion", "instant", "dead"), EVERY)
def test_a_run_survives_a_power_cut_at_any_instant(
    occasion: str, instant: int, dead: timedelta, tmp_path: Path
) -> None:
    made, path = OCCASIONS[occasion](), tmp_path / "journal.jsonl"

    fuse = _carry_until(instant, made, path)
    made.world.sleep(dead)
    run = _finish(made, path)

    assert fuse.touched == instant
    _check(occasion, made, run, path)


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_instant_is_cut(occasion: str, tmp_path: Path) -> None:
    fuse = _carry_until(NEVER, OCCASIONS[occasion](), tmp_path / "journal.jsonl")

    assert fuse.touched == INSTANTS[occasion]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_run_survives_many_power_cuts(occasion: str, seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made, path = OCCASIONS[occasion](), tmp_path / "journal.jsonl"

    for _ in range(dice.randint(2, 6)):
        _carry_until(dice.randint(1, 30), made, path)
        made.world.sleep(dice.choice(DEAD))
    run = _finish(made, path)

    _check(occasion, made, run, path)


@pytest.mark.parametrize(
    ("planned", "trouble", "seed"),
    [
        *itertools.product(
            PLANNED,
            [trouble for trouble in Trouble if trouble is not Trouble.REFUSED],
            range(2),
        )
    ],
)
def test_a_run_survives_a_power_cut_on_top_of_trouble(
    planned: tuple[str, str], trouble: Trouble, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    occasion, kind = planned
    made, path = OCCASIONS[occasion](), tmp_path / "journal.jsonl"
    made.world.faults.append(Fault(kind, trouble))

    _carry_until(dice.randint(1, INSTANTS[occasion]), made, path)
    made.world.sleep(dice.choice(DEAD))
    run = _finish(made, path)

    _check(occasion, made, run, path)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_dropped_and_the_run_goes_on_over_it(cut: int, tmp_path: Path) -> None:
    made, path = OCCASIONS["switchover"](), tmp_path / "journal.jsonl"
    journal = FileJournal(path, codec(), made.world)
    made.carry(journal)
    whole = journal.records()

    path.write_bytes(path.read_bytes()[:-cut])
    assert journal.records() == whole[:-1]
    run = _finish(made, path)

    _check("switchover", made, run, path)
