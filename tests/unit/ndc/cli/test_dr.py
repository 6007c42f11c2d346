"""``ndc dr`` as it is typed, against stub servers: plan, move, follow, settle."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.live.launch import Runner
from dr.live.run_folder import RunFolder, names
from dr.placement import Claim
from ndc import exits
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout
from tests.stubs.runner import PORT

MOVE = ("dr", "switchover", SERVICE, "--to", "ndc02")


def _runs(typed: Checkout) -> list[str]:
    return names(typed.environment.paths.runs)


def test_a_service_moves_as_it_was_printed_and_its_run_can_be_read(typed: Checkout) -> None:
    planned = typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = _runs(typed)
    unanswered = typed.ndc(*MOVE, "--plan", run)
    another = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc03", "--plan", run)
    moved = typed.ndc("--yes", *MOVE, "--plan", run)
    shown = typed.ndc("dr", "show", run)
    told = json.loads(typed.ndc("--json", "dr", "show", run).out)
    listed = json.loads(typed.ndc("--json", "dr", "runs").out)
    approved = typed.ndc("dr", "approve", run, "promote")
    resumed = typed.ndc("dr", "resume", run)
    again = typed.ndc("--yes", *MOVE)

    assert (planned.code, f"--plan {run}" in planned.err) == (0, True)
    assert unanswered.code == 2
    assert another.code == 4
    assert "is not about moving" in another.err
    assert moved.code == 0, moved.err
    assert "promote: done" in moved.err
    assert "switchover public-service-portal to ndc02: done" in moved.out
    assert "the new leader has all that the old one wrote" in shown.out
    (course,) = told["report"]["services"]
    assert (told["standing"], told["report"]["outcome"], told["next"]) == ("done", "done", [])
    assert told["steps_done"] == len(told["steps"])
    assert (course["measure"]["lost"], course["measure"]["not_read_back"]) == (0, 0)
    assert list(listed) == [run]
    assert (approved.code, resumed.code, again.code) == (4, 0, 4)
    assert "is at ndc02 already" in again.err
    assert typed.stub.world.truth.at(SERVICE).announcing == {"ndc02-node"}


def test_a_plan_is_a_value_for_other_programs(typed: Checkout) -> None:
    plan = json.loads(typed.ndc("--json", "dr", "plan", SERVICE, "--to", "ndc02").out)
    (run,) = _runs(typed)
    shown = json.loads(typed.ndc("--json", "dr", "show", run).out)

    assert plan["id"] == run
    assert (shown["standing"], shown["plan"], shown["report"]) == ("planned", plan, None)
    assert {step["state"] for step in shown["steps"]} == {"pending"}


def test_every_objection_is_told_and_nothing_is_begun(typed: Checkout) -> None:
    database = typed.stub.world.truth.at(SERVICE).database
    database.missing = {member.host: 99 for member in database.declared.members}
    database.synchronous.clear()

    refused = typed.ndc("--yes", *MOVE)

    assert refused.code == 4
    assert "is not a synchronous standby" in refused.err
    assert "is too far behind" in refused.err
    assert _runs(typed) == []


def test_a_plan_that_was_overtaken_is_refused_and_nobody_is_told_to_resume_it(
    typed: Checkout,
) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = _runs(typed)
    typed.stub.clock.sleep(timedelta(seconds=1))  # plans are named by the second
    moved = typed.ndc("--yes", *MOVE)

    overtaken = typed.ndc("--yes", *MOVE, "--plan", run)

    assert moved.code == 0, moved.err
    assert overtaken.code == 8
    assert f"plan {run} is out of date" in overtaken.out
    assert "ndc --env test dr plan" in overtaken.out
    assert "dr resume" not in overtaken.err


def test_a_run_that_was_not_begun_cannot_be_settled(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = _runs(typed)

    aborted = typed.ndc("dr", "abort", run)
    unknown = typed.ndc("dr", "show", "no-such-run")

    assert (aborted.code, unknown.code) == (4, 4)
    assert "a run that was begun" in aborted.err


def test_a_run_that_is_held_is_settled_by_a_person(typed: Checkout) -> None:
    database = typed.stub.world.truth.at(SERVICE).database
    database.missing = {member.host: 3 for member in database.declared.members}
    held = typed.ndc("--yes", *MOVE)
    (run,) = _runs(typed)
    open_ = typed.ndc("dr", "runs")
    shown = typed.ndc("dr", "show", run)
    told = json.loads(typed.ndc("dr", "show", run, "--json").out)
    aborted = typed.ndc("dr", "abort", run)
    skipped = typed.ndc("dr", "skip", run, "compare", "--reason", "counted by hand")

    assert held.code == 1, held.out
    assert "failed: loss" in held.out
    assert f"{run}  held" in open_.out
    assert shown.out.splitlines()[0].endswith(": held")
    assert f"next       ndc --env test dr resume {run}" in shown.out
    assert (told["standing"], told["report"]["outcome"]) == ("held", "loss")
    assert told["waits_for"][0].startswith("compare is failed")
    assert told["next"][1].startswith(f"ndc --env test dr resume {run}  ")
    assert aborted.code == 4
    assert skipped.code in {0, 1}
    assert "counted by hand" in (typed.environment.paths.runs / run / "journal.jsonl").read_text()


def test_a_network_that_nobody_reaches_is_refused_whole(typed: Checkout) -> None:
    typed.stub.goes_dark()

    refused = typed.ndc("--yes", *MOVE)

    assert refused.code == 4
    assert "nobody can say where" in refused.err
    assert RunName(SERVICE) not in _runs(typed)


def test_who_interrupts_is_told_that_the_run_goes_on(
    typed: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Runner, "carry", interrupted)

    left = typed.ndc("--yes", *MOVE)
    (run,) = _runs(typed)

    assert left.code == 130
    assert "the run goes on without you" in left.err
    assert f"dr show {run}" in left.err
    assert f"dr abort {run}" in left.err


def test_who_asked_is_proved_by_a_key_or_called_not_proved(typed: Checkout) -> None:
    there = typed.ndc("--yes", *MOVE, "--as", "an", "--ticket", "CHG-7")
    first, *_ = _runs(typed)
    report = json.loads(typed.ndc("--json", "dr", "show", first).out)["report"]
    back = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc01")

    key = report["requested_by_key"]
    assert there.code == 0, there.err
    assert key.startswith("SHA256:")
    assert f"asked for by  an, proved by key {key} (CHG-7)" in there.out
    assert "not proved by a key" in back.out
    assert "an, proved" not in back.out


def test_who_may_not_operate_begins_nothing(typed: Checkout) -> None:
    without_the_role = typed.ndc("--yes", "--as", "binh", *MOVE)
    nobody = typed.ndc("--yes", "--as", "cuong", *MOVE)

    assert (without_the_role.code, nobody.code) == (4, 4)
    assert "binh may not operate" in without_the_role.err
    assert "there is no operator called cuong" in nobody.err
    assert typed.stub.world.effects == []
    assert typed.stub.world.truth.at(SERVICE).claim.run is None


def test_a_run_that_nobody_can_carry_is_given_up_after_a_look(typed: Checkout) -> None:
    database = typed.stub.world.truth.at(SERVICE).database
    database.missing = {member.host: 3 for member in database.declared.members}
    typed.ndc("--yes", *MOVE)
    (run,) = _runs(typed)
    database.missing.clear()
    asked = typed.ndc("dr", "give-up", run)
    with typed.stub.live() as live:
        held = live.doors.records.claim(SERVICE).run

    given_up = typed.ndc("--yes", "dr", "give-up", run, "--reason", "counted by hand")
    with typed.stub.live() as live:
        free = live.doors.records.claim(SERVICE).run
    listed = typed.ndc("dr", "runs")
    resumed = typed.ndc("dr", "resume", run)
    again = typed.ndc("--yes", "dr", "give-up", run)

    assert (asked.code, held) == (2, run)
    assert "general-db is led by ndc02-node" in asked.err
    assert (given_up.code, free) == (0, None), given_up.err
    assert f"{run}  given up" in listed.out
    assert "give-up" in resumed.out
    assert (again.code, "nothing to give up" in again.err) == (4, True)


def test_a_mistake_of_ours_is_no_outcome_of_the_run_it_befell(typed: Checkout) -> None:
    typed.ndc("--yes", *MOVE)
    (run,) = _runs(typed)
    typed.patch.setenv(PORT, "no number")

    failed = typed.ndc("dr", "resume", run)

    assert failed.code == exits.CARRIER_GONE.number
    assert "ValueError" in failed.out
    assert f"dr resume {run}" in failed.err
    assert "report:" not in failed.err


def test_a_run_that_is_carried_is_not_given_up(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = _runs(typed)
    folder = RunFolder(typed.environment.paths.runs, RunName(run))

    with folder.carried(SystemClock()):
        refused = typed.ndc("--yes", "dr", "give-up", run)

    assert refused.code == 4
    assert "is carried already" in refused.err


def test_a_claim_of_a_run_that_left_no_record_is_let_go_of(typed: Checkout) -> None:
    with typed.stub.live() as live:
        live.doors.records.swap_claim(SERVICE, Claim(None), Claim(RunName("20290101-lost"), 1))

    given_up = typed.ndc("--yes", "dr", "give-up", "20290101-lost")

    assert given_up.code == 0, given_up.err
    assert "only what it holds is let go of" in given_up.err
    with typed.stub.live() as live:
        assert live.doors.records.claim(SERVICE) == Claim(None, 1)
