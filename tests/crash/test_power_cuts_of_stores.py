"""Cut the power at every instant of a run that has a store begin elsewhere."""

from __future__ import annotations

import contextlib
import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from dr.live.journals.file import FileJournal
from dr.planning.plan import RecoveryRun, codec
from dr.planning.planner import Occasion
from dr.planning.store_planner import plan_of_stores
from dr.simulation.faults import Fault, Trouble
from inventory.names import OperatorName, SiteName
from tests.crash.power import Fuse, FusedActuator, FusedJournal, PowerCut
from tests.failovers import RUN, START
from tests.networks import ONE_STORE, PORTAL_ALONE
from tests.rehearsals import Rehearsal, kinds
from tests.scenario.store_checker import double_writers, lost_span
from tests.store_losses import URGENT, StoreLoss, store_loss

NEVER = 10**9
INSTANTS = 69
"""of an undisturbed run; a test below counts them"""
DEAD = (timedelta(), timedelta(milliseconds=70), timedelta(seconds=40))
"""before the next runner: nothing has arrived, some has, all has"""


def burned() -> tuple[StoreLoss, Rehearsal]:
    """Return a world in which a site is lost that wrote a store, and the plan for its stores."""
    made = store_loss("ndc01", of=(*PORTAL_ALONE, ONE_STORE))
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    plan = plan_of_stores(made.network, made.stores(), occasion, "ndc01")
    return made, made.rehearsal(plan)


def _carry_until(instant: int, made: Rehearsal, path: Path) -> Fuse:
    fuse = Fuse(instant)
    journal = FileJournal(path, codec(), made.world)
    doomed = FusedJournal(journal, fuse, path)
    engine = made.engine(doomed, actuator=FusedActuator(made.world, fuse))
    with contextlib.suppress(PowerCut):
        engine.resume() if journal.records() else engine.start(made.plan, Where.FILE, START)
    return fuse


def _finish(made: Rehearsal, path: Path) -> RecoveryRun:
    journal = FileJournal(path, codec(), made.world)
    engine = made.engine(journal)
    run = engine.resume() if journal.records() else engine.start(made.plan, Where.FILE, START)
    made.world.sleep(timedelta(seconds=60))  # what was sent long ago arrives as well
    if run.steps_in(StepState.IN_DOUBT):
        run = made.engine(journal).resume()
    return run


def _check(made: StoreLoss, carried: Rehearsal, run: RecoveryRun) -> None:
    (moved,) = carried.plan.basis.stores
    store, history = made.store(), made.world.truth.history.events
    begun = [event for event in history if event.what == "store-begins"]
    assert run.closed is RunVerdict.DONE
    assert [(event.host, event.number) for event in begun] == [(moved.host, 2)]
    assert store.serves(moved.host)
    assert [placed.epoch for placed in store.placements] == [1, 2]
    assert store.placements[-1].site == SiteName(moved.target)
    assert store.announcing == {moved.host}
    assert store.claim.run is None
    assert double_writers(history) == []
    assert moved.loss.span is not None
    assert lost_span(history, URGENT, moved.made_at) <= moved.loss.span


@pytest.mark.parametrize(
    ("instant", "dead"), [*itertools.product(range(1, INSTANTS + 1), (DEAD[0], DEAD[-1]))]
)
def test_a_run_survives_a_power_cut_at_any_instant(
    instant: int, dead: timedelta, tmp_path: Path
) -> None:
    (made, carried), path = burned(), tmp_path / "journal.jsonl"

    fuse = _carry_until(instant, carried, path)
    made.world.sleep(dead)
    run = _finish(carried, path)

    assert fuse.touched == instant
    _check(made, carried, run)


def test_every_instant_is_cut(tmp_path: Path) -> None:
    _, carried = burned()

    fuse = _carry_until(NEVER, carried, tmp_path / "journal.jsonl")

    assert fuse.touched == INSTANTS


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        *itertools.product(
            kinds(burned()[1].plan), [one for one in Trouble if one is not Trouble.REFUSED]
        )
    ],
)
def test_a_run_survives_a_power_cut_on_top_of_trouble(
    kind: str, trouble: Trouble, tmp_path: Path
) -> None:
    (made, carried), path = burned(), tmp_path / "journal.jsonl"
    made.world.faults.append(Fault(kind, trouble))

    _carry_until(INSTANTS // 2, carried, path)
    made.world.sleep(DEAD[1])
    run = _finish(carried, path)

    _check(made, carried, run)
