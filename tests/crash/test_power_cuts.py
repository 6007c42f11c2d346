"""Cut the power at every instant of a run; the run must still finish, and do nothing twice."""

from __future__ import annotations

import contextlib
import itertools
import random
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from core.runs.run import fold
from dr.actions import Action
from dr.live.journals.file import FileJournal
from dr.plan import RecoveryEngine, RecoveryJournal, RecoveryRun, codec
from dr.simulation.faults import Fault, Trouble
from tests.crash.power import Fuse, FusedActuator, FusedJournal, PowerCut
from tests.rehearsals import KINDS, Rehearsal, rehearsal

NEVER = 10**9
INSTANTS = 105
"""of an undisturbed run; a test below counts them"""
DEAD = (timedelta(), timedelta(milliseconds=70), timedelta(seconds=40))
"""before the next runner: nothing has arrived, some has, all has"""


def _carry_until(instant: int, made: Rehearsal, path: Path) -> Fuse:
    """Start or resume the run, and die at ``instant``."""
    fuse = Fuse(instant)
    journal = FileJournal(path, codec(), made.world)
    doomed = made.engine(
        FusedJournal(journal, fuse, path), actuator=FusedActuator(made.world, fuse)
    )
    with contextlib.suppress(PowerCut):
        _go_on(doomed, journal, made)
    return fuse


def _go_on(engine: RecoveryEngine, journal: RecoveryJournal, made: Rehearsal) -> RecoveryRun:
    return engine.resume() if journal.records() else engine.start(made.plan, Where.FILE)


def _finish(made: Rehearsal, path: Path) -> RecoveryRun:
    journal = FileJournal(path, codec(), made.world)
    run = _go_on(made.engine(journal), journal, made)
    made.world.sleep(timedelta(seconds=60))  # what was sent long ago arrives as well
    if run.steps_in(StepState.IN_DOUBT):
        # a promotion is sent once: only a person may have it sent again, after a look
        run = made.engine(journal).resume()
        made.world.sleep(timedelta(seconds=60))
    return run


@cache
def _undisturbed() -> list[Action]:
    made = rehearsal()
    made.carry()
    return made.effects


def _check(made: Rehearsal, run: RecoveryRun, path: Path) -> None:
    assert run.closed is RunVerdict.DONE
    assert made.effects == _undisturbed()
    assert fold(FileJournal(path, codec(), made.world).records()) == run
    assert [placed.epoch for placed in made.truth.placements] == [1, 2]
    assert made.truth.claim.run is None
    assert all(made.truth.routes), "the last serving host was taken away"
    assert made.world.citizens.lost == []


@pytest.mark.parametrize("dead", [DEAD[0], DEAD[-1]], ids=["at-once", "later"])
@pytest.mark.parametrize("instant", range(1, INSTANTS + 1))
def test_a_run_survives_a_power_cut_at_any_instant(
    instant: int, dead: timedelta, tmp_path: Path
) -> None:
    made, path = rehearsal(), tmp_path / "journal.jsonl"

    fuse = _carry_until(instant, made, path)
    made.world.sleep(dead)
    run = _finish(made, path)

    assert fuse.touched == instant
    _check(made, run, path)


def test_every_instant_is_cut(tmp_path: Path) -> None:
    fuse = _carry_until(NEVER, rehearsal(), tmp_path / "journal.jsonl")

    assert fuse.touched == INSTANTS


@pytest.mark.parametrize("seed", range(40))
def test_a_run_survives_many_power_cuts(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made, path = rehearsal(), tmp_path / "journal.jsonl"

    for _ in range(dice.randint(2, 6)):
        _carry_until(dice.randint(1, 30), made, path)
        made.world.sleep(dice.choice(DEAD))
    run = _finish(made, path)

    _check(made, run, path)


@pytest.mark.parametrize(
    ("kind", "trouble", "seed"),
    [
        *itertools.product(
            KINDS,
            [trouble for trouble in Trouble if trouble is not Trouble.REFUSED],
            range(3),
        )
    ],
)
def test_a_run_survives_a_power_cut_on_top_of_trouble(
    kind: str, trouble: Trouble, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made, path = rehearsal(), tmp_path / "journal.jsonl"
    made.world.faults.append(Fault(kind, trouble))

    _carry_until(dice.randint(1, INSTANTS), made, path)
    made.world.sleep(dice.choice(DEAD))
    run = _finish(made, path)

    _check(made, run, path)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_dropped_and_the_run_goes_on_over_it(cut: int, tmp_path: Path) -> None:
    made, path = rehearsal(), tmp_path / "journal.jsonl"
    journal = FileJournal(path, codec(), made.world)
    made.carry(journal)
    whole = journal.records()

    path.write_bytes(path.read_bytes()[:-cut])
    assert journal.records() == whole[:-1]
    run = _finish(made, path)

    _check(made, run, path)
