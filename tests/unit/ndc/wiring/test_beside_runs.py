"""``ndc up`` and ``ndc down`` keep away from what a run holds, and runs from them."""

from __future__ import annotations

import shutil

import pytest

from core.errors import NotSeen, PlanRefused
from core.locks import alone
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.live.run_folder import names
from dr.placement import Claim
from dr.simulation.world import rehearsed
from ndc.wiring.beside_runs import demand_no_run, demand_unclaimed
from ndc.wiring.bring_up import bring_up
from tests.networks import network
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

RUN = RunName("20300101-000002-move")


def _held(typed: Checkout) -> None:
    """Let a run hold the service."""
    with typed.stub.live() as live:
        live.doors.records.swap_claim(SERVICE, Claim(None), Claim(RUN, 1))


def test_up_is_refused_while_a_run_holds_a_service(typed: Checkout) -> None:
    _held(typed)

    with pytest.raises(PlanRefused, match=f"a run holds {SERVICE}"):
        bring_up(typed.environment, lambda _: None)


def test_down_is_refused_while_a_run_holds_a_service(typed: Checkout) -> None:
    _held(typed)

    refused = typed.ndc("--yes", "down")

    assert refused.code == PlanRefused.exit_code
    assert (
        refused.err.splitlines()[-4:]
        == f"""\
     what  a run holds {SERVICE}
 expected  that nobody moves a service meanwhile
   actual  {RUN}
next step  ndc --env test dr show {RUN} tells how it stands; when it is over, run the command again
""".splitlines()
    )


def test_a_run_is_refused_while_hosts_are_changed(typed: Checkout) -> None:
    with alone(typed.environment.paths.lock, SystemClock()):
        refused = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc02")

    assert refused.code == PlanRefused.exit_code
    assert "another command works on environment test" in refused.err
    (run,) = names(typed.environment.paths.runs)
    assert not (typed.environment.paths.runs / run / "journal.jsonl").exists()


def test_where_no_quorum_answers_a_person_is_told_and_the_command_goes_on(typed: Checkout) -> None:
    with typed.stub.holding():
        typed.stub.world.truth.quorum.stopped = True
    told: list[str] = []

    demand_no_run(typed.environment, told.append)

    assert len(told) == 1
    assert "whether a run holds a service cannot be seen" in told[0]


def test_where_no_quorum_answers_nobody_takes_a_service_for_free() -> None:
    world = rehearsed(network("tiny"), SERVICE)
    world.truth.at(SERVICE).claim = Claim(RUN, 1)
    world.truth.quorum.stopped = True

    with pytest.raises(NotSeen):
        demand_unclaimed(network("tiny"), world.doors.records)


def test_what_cannot_be_asked_for_want_of_a_key_stops_nobody(typed: Checkout) -> None:
    _held(typed)
    shutil.rmtree(typed.environment.paths.secrets)
    told: list[str] = []

    demand_no_run(typed.environment, told.append)

    assert len(told) == 1
    assert "whether a run holds a service cannot be seen" in told[0]


def test_a_torn_record_of_what_runs_stops_nobody(typed: Checkout) -> None:
    typed.environment.paths.network.write_text('{"format": 1,', "utf-8")
    told: list[str] = []

    demand_no_run(typed.environment, told.append)

    assert "cannot be seen" in told[0]
