"""The run that answers a drill, against stub servers: carried, and ended whoever left it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from access.secrets import Secrets
from core.errors import PlanOutdated, PlanRefused
from core.formats import Format
from core.runs.journal import Opened, RunVerdict, Where
from core.runs.plan import OnFailure, RunName
from core.runs.run import fold
from core.system_clock import SystemClock
from dr.drills.exercise import exercise
from dr.drills.planning import plan_for
from dr.drills.record import DrillRecord, DrillStage
from dr.live.asking import Identity
from dr.live.drill_folder import DrillFolder
from dr.live.launch import Runner
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion
from inventory.names import DrillName, HostName, OperatorName
from ndc.wiring.beside_runs import demand_no_run
from ndc.wiring.drill_reading import drill_reading
from ndc.wiring.drill_run import DrillRun
from tests.networks import DECLARED, declared
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

MOVE = DrillName("planned-move")
DRILL = declared(DECLARED).drills[MOVE]


def _runs(typed: Checkout) -> DrillRun:
    paths = typed.environment.paths
    network = typed.stub.on.network
    who = Identity(None, "somebody")
    return DrillRun(network, paths.runs, Secrets(paths.secrets), who, SystemClock(), lambda _: None)


def _plan(typed: Checkout) -> RecoveryPlan:
    with typed.stub.live() as live:
        eye = live.eye()
        what = exercise(live.network, eye.observe(SERVICE), MOVE, DRILL)
        occasion = Occasion(RunName("20300101-000000-drill"), live.clock.now(), OperatorName("an"))
        return plan_for(eye, what, occasion)


def _left(typed: Checkout) -> DrillRecord:
    plan = _plan(typed)
    record = DrillRecord(
        "d", MOVE, SERVICE, "an", plan.basis.made_at, hosts=(), links=(), run=plan.id
    )
    DrillFolder(typed.environment.paths.drills).keep(record)
    return record


def test_a_drills_plan_is_carried_and_its_end_is_told_in_words(typed: Checkout) -> None:
    runs, plan = _runs(typed), _plan(typed)

    came_to, failure = runs.carry(plan)

    assert plan.on_failure is OnFailure.UNWIND
    assert failure == "", failure
    assert came_to == runs.outcome(plan.id)
    assert runs.end(plan.id)
    assert typed.stub.world.truth.at(SERVICE).announcing == {"ndc02-node"}


def test_a_plan_that_was_overtaken_is_not_begun_and_nothing_is_to_be_ended(typed: Checkout) -> None:
    runs, plan = _runs(typed), _plan(typed)
    with typed.stub.holding():
        typed.stub.world.truth.at(SERVICE).database.leader = HostName("ndc03-node")

    with pytest.raises(PlanOutdated, match="was not begun") as refused:
        runs.carry(plan)

    assert "is out of date" in refused.value.actual
    assert runs.end(plan.id)
    assert typed.stub.world.truth.at(SERVICE).announcing == {"ndc01-node"}


def test_a_run_that_nobody_began_is_over(typed: Checkout) -> None:
    runs, plan = _runs(typed), _plan(typed)

    nowhere = runs.end(plan.id)
    RunFolder.create(runs.root, plan)
    planned = runs.end(plan.id)

    assert (nowhere, planned, runs.outcome(plan.id)) == (True, True, "")


def test_a_runner_that_comes_after_the_end_of_its_drill_is_refused_and_moves_nothing(
    typed: Checkout,
) -> None:
    runs, plan = _runs(typed), _plan(typed)
    folder = RunFolder.create(runs.root, plan)

    over = runs.end(plan.id)
    late = Runner("test", folder, SystemClock()).carry(lambda _: None)
    again = runs.end(plan.id)

    assert (over, again) == (True, True)
    assert late == PlanRefused.exit_code
    assert f"the plan of run {plan.id} was put aside" in folder.last_words()
    assert folder.journal(SystemClock()).records() == []
    assert typed.stub.world.truth.at(SERVICE).announcing == {"ndc01-node"}
    with pytest.raises(PlanRefused, match="was put aside"):
        folder.plan()  # of who had opened the folder before


def test_a_runner_that_is_about_to_begin_is_waited_for_and_turns_back(typed: Checkout) -> None:
    runs, plan = _runs(typed), _plan(typed)
    folder = RunFolder.create(runs.root, plan)
    journal, held = folder.journal(SystemClock()), threading.Event()

    def begins() -> None:
        with folder.carried(SystemClock()):
            held.set()
            SystemClock().sleep(timedelta(seconds=1))
            journal.append(Opened(plan, Where.FILE, Format.JOURNAL.number))

    runner = threading.Thread(target=begins)
    runner.start()
    held.wait(10)
    over = runs.end(plan.id)
    runner.join()

    run = fold(journal.records())
    assert over
    assert run is not None
    assert run.closed is RunVerdict.UNWOUND


def test_a_run_that_was_left_before_its_point_of_no_return_turns_back(typed: Checkout) -> None:
    runs, plan = _runs(typed), _plan(typed)
    journal = RunFolder.create(runs.root, plan).journal(SystemClock())
    journal.append(Opened(plan, Where.FILE, Format.JOURNAL.number))

    over = runs.end(plan.id)

    run = fold(journal.records())
    assert over
    assert run is not None
    assert run.closed is RunVerdict.UNWOUND


def test_up_is_refused_while_a_drill_is_not_over(typed: Checkout) -> None:
    record = _left(typed)

    with pytest.raises(PlanRefused, match="drill d is not over") as refused:
        demand_no_run(typed.environment, lambda _: None)
    DrillFolder(typed.environment.paths.drills).keep(replace(record, stage=DrillStage.OVER))

    assert refused.value.actual == "nobody holds it"
    assert "ndc drill clean" in refused.value.next_step
    demand_no_run(typed.environment, lambda _: None)


def test_the_drill_that_was_left_is_told_with_who_holds_it(typed: Checkout) -> None:
    folder = DrillFolder(typed.environment.paths.drills)
    none = drill_reading(folder)
    _left(typed)
    left = drill_reading(folder)
    with folder.alone(SystemClock()):
        held = drill_reading(folder)
    (folder.root / "d" / "drill.json").write_text("{}", "utf-8")
    damaged = drill_reading(folder)

    assert none is None
    assert left is not None
    assert (left.id, left.takes, left.holder) == ("d", "nothing", None)
    assert held is not None
    assert held.holder is not None
    assert damaged is not None
    assert "cannot be read" in damaged.takes


def test_a_drill_that_was_left_is_ended_by_clean_and_only_once(typed: Checkout) -> None:
    _left(typed)

    cleaned = typed.ndc("drill", "clean")
    again = typed.ndc("drill", "clean")

    assert cleaned.code == 0, cleaned.err
    assert cleaned.out == "d is over\n"
    assert again.out == "no drill was left\n"


def test_the_next_drill_ends_the_one_that_was_left_before_it_begins(typed: Checkout) -> None:
    _left(typed)

    refused = typed.ndc("--yes", "drill", "run", "planned-move", "--mode", "live")

    assert refused.code == PlanRefused.exit_code
    assert "drill d was left; it took nothing" in refused.err
    assert "planned-move does not begin: the network is not green" in refused.err
    assert DrillFolder(typed.environment.paths.drills).unclean() == []


def test_a_live_drill_asks_its_own_question(typed: Checkout) -> None:
    unanswered = typed.ndc("drill", "run", "planned-move", "--mode", "live")

    assert unanswered.code == 2
    assert "drill run planned-move --mode live --yes" in unanswered.err


def test_a_live_drill_that_may_lose_writes_is_refused_without_a_reason(typed: Checkout) -> None:
    refused = typed.ndc("--yes", "drill", "run", "region-loss", "--mode", "live")

    assert refused.code == PlanRefused.exit_code
    assert "nobody accepts that" in refused.err
