"""``ndc dr`` after a loss, as it is typed against stub servers: plan, fail over, move back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.runs.journal import Request
from dr.live.run_folder import RunFolder, names
from inventory.etcd import failed_over, placements
from inventory.names import HostName
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

HOME, REFUGE, THIRD = HostName("ndc01-node"), HostName("ndc02-node"), HostName("ndc03-node")
WITHOUT = ("dr", "failover", "--lost", "ndc01")
BACK = ("dr", "failback", SERVICE)


def _runs(typed: Checkout) -> list[str]:
    return names(typed.environment.paths.runs)


def _dies(typed: Checkout, site: str) -> None:
    with typed.stub.holding():
        plant = typed.stub.world.truth.plant
        for host in typed.stub.on.network.hosts:
            if host.site == site:
                plant.power_off(host.name)


def test_what_is_lost_is_served_elsewhere_as_it_was_printed(typed: Checkout) -> None:
    _dies(typed, "ndc01")
    planned = typed.ndc("dr", "plan", "--lost", "ndc01")
    (run,) = _runs(typed)
    unanswered = typed.ndc(*WITHOUT, "--plan", run)
    another = typed.ndc("--yes", "dr", "failover", "--lost", "ndc03", "--plan", run)
    a_switch = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc02", "--plan", run)
    moved = typed.ndc("--yes", *WITHOUT, "--plan", run)
    report = json.loads(typed.ndc("--json", "dr", "show", run).out)["report"]

    assert planned.code == 0, planned.err
    assert f"dr failover --lost ndc01 --plan {run}" in planned.err
    assert "given up     ndc01-edge, ndc01-node" in planned.out
    assert (unanswered.code, another.code, a_switch.code) == (2, 4, 4)
    assert "does not give up ndc03" in another.err
    assert "is not about moving" in a_switch.err
    assert "promote: done" in moved.err
    assert "failover without ndc01: done" in moved.out
    (course,) = report["services"]
    assert (course["measure"]["lost"], course["database_at_target"]) == (0, True)
    truth = typed.stub.world.truth.at(SERVICE)
    assert (truth.announcing, truth.database.leader) == ({REFUGE}, REFUGE)
    assert truth.claim.run is None


def _overtaken(typed: Checkout, times: int) -> None:
    """Have another move come before each of the next plans is begun."""
    keep_start, truth = RunFolder.keep_start, typed.stub.world.truth.at(SERVICE)
    left = [*range(times)]

    def late(folder: RunFolder, request: Request) -> None:
        keep_start(folder, request)
        if left:
            left.pop()
            with typed.stub.holding():
                truth.database.leader = REFUGE if truth.database.leader == THIRD else THIRD
            typed.stub.clock.sleep(timedelta(seconds=1))  # plans are named by the second

    typed.patch.setattr(RunFolder, "keep_start", late)


def test_a_loss_that_outran_its_plan_is_planned_anew(typed: Checkout) -> None:
    _dies(typed, "ndc01")
    _overtaken(typed, 1)

    moved = typed.ndc("--yes", *WITHOUT)

    assert moved.code == 0, moved.err
    assert "is out of date" in moved.err
    assert "planned anew" in moved.err
    assert "failover without ndc01: done" in moved.out
    assert len(_runs(typed)) == 2


def test_a_loss_that_outruns_every_plan_is_told_so(typed: Checkout) -> None:
    _dies(typed, "ndc01")
    _overtaken(typed, 9)

    refused = typed.ndc("--yes", *WITHOUT)

    assert refused.code == 8
    assert "is out of date" in refused.out
    assert len(_runs(typed)) == 3


def test_a_plan_that_was_printed_is_not_planned_anew(typed: Checkout) -> None:
    _dies(typed, "ndc01")
    typed.ndc("dr", "plan", "--lost", "ndc01")
    (run,) = _runs(typed)
    _overtaken(typed, 1)

    refused = typed.ndc("--yes", *WITHOUT, "--plan", run)

    assert refused.code == 8
    assert _runs(typed) == [run]


def test_what_answers_others_is_not_given_up(typed: Checkout) -> None:
    refused = typed.ndc("--yes", *WITHOUT)

    assert refused.code == 4
    assert f"{HOME} is not lost" in refused.err
    assert _runs(typed) == []
    assert typed.stub.world.truth.plant.off == set()


def test_every_objection_to_a_loss_is_told(typed: Checkout) -> None:
    _dies(typed, "ndc01")
    typed.stub.world.truth.at(SERVICE).database.paused = True

    refused = typed.ndc("dr", "plan", "--lost", "ndc01", "--to", "ndc03")

    assert refused.code == 4
    assert "may have every acknowledged write of general-db" in refused.err
    assert "is paused" in refused.err


def test_what_served_nothing_needs_no_failover(typed: Checkout) -> None:
    _dies(typed, "ndc03")

    refused = typed.ndc("dr", "plan", "--lost", "ndc03")

    assert refused.code == 4
    assert "nothing has to move without ndc03" in refused.err


def test_a_name_that_is_nobodys_is_not_lost(typed: Checkout) -> None:
    refused = typed.ndc("dr", "plan", "--lost", "ndc-01")

    assert refused.code == 4
    assert "did you mean ndc01?" in refused.err


@pytest.mark.parametrize(
    "words",
    [(), (SERVICE,), ("--to", "ndc02"), (SERVICE, "--to", "ndc02", "--lost", "ndc01")],
)
def test_a_plan_is_asked_for_by_a_service_and_a_site_or_by_a_loss(
    words: tuple[str, ...], typed: Checkout
) -> None:
    refused = typed.ndc("dr", "plan", *words)

    assert refused.code == 2
    assert "--lost" in refused.err


def test_a_plan_can_be_drawn_and_read_by_programs(typed: Checkout) -> None:
    _dies(typed, "ndc01")

    drawn = typed.ndc("dr", "plan", "--lost", "ndc01", "--mermaid")
    plan = json.loads(typed.ndc("--json", "dr", "plan", "--lost", "ndc01", "--to", "ndc02").out)

    assert drawn.out.startswith("flowchart TD\n")
    assert plan["basis"]["intent"] == "failover"
    assert plan["basis"]["lost"] == ["ndc01-edge", "ndc01-node"]


def test_a_service_moves_home_once_its_home_is_well_for_long_enough(typed: Checkout) -> None:
    plant = typed.stub.world.truth.plant
    there = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc02")
    plant.booted[HOME] = typed.stub.world.elapsed()
    early = typed.ndc("--yes", *BACK)
    announced = set(typed.stub.world.truth.at(SERVICE).announcing)
    del plant.booted[HOME]  # as one that never went down
    unseen = typed.ndc("--yes", *BACK)
    typed.all_are_seen(timedelta(hours=1))
    back = typed.ndc("--yes", *BACK)

    assert (there.code, early.code, unseen.code, back.code) == (0, 4, 4, 0), back.err
    assert "nobody at another site says so" in unseen.err
    assert f"{HOME} is not back for long enough" in early.err
    assert announced == {REFUGE}
    assert f"failback {SERVICE} to ndc01: done" in back.out
    assert typed.stub.world.truth.at(SERVICE).announcing == {HOME}


def test_a_service_that_is_at_home_has_nothing_to_go_back_to(typed: Checkout) -> None:
    refused = typed.ndc("--yes", *BACK)

    assert refused.code == 4
    assert "is at ndc01 already" in refused.err


def test_what_speaks_softly_against_it_is_passed_over_by_a_reason(typed: Checkout) -> None:
    of = typed.stub.on.network
    placed = typed.stub.etcd.held[f"{placements(of.environment)}{SERVICE}"]
    typed.stub.etcd.write(failed_over(of.environment, SERVICE), placed)
    _dies(typed, "ndc01")

    refused = typed.ndc("dr", "plan", "--lost", "ndc01")
    planned = typed.ndc("--json", "dr", "plan", "--lost", "ndc01", "--despite", "it burns")
    printed = typed.ndc("dr", "plan", "--lost", "ndc01", "--despite", "it burns")

    assert refused.code == 4
    assert "shortly after a failover moved it" in refused.err
    assert 'dr failover --lost ndc01 --despite "…"' in refused.err
    basis = json.loads(planned.out)["basis"]
    assert (basis["despite"], basis["passed_over"][0]["kind"]) == ("it burns", "flapping")
    assert "PASSED OVER  flapping" in printed.out
    assert "NOT PROVED   site-loss" in printed.out
