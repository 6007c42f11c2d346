"""A run that is carried in this process, against stub servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from access.clients.etcd import range_under
from core.errors import NotSeen, PlanRefused, WorldError
from core.runs.journal import Request, RunVerdict, Where, Wish
from core.runs.plan import RunName
from dr.drills.cadence import read_proof
from dr.live.carrier import Carrier
from dr.live.giving_up import GivingUp
from dr.live.packing import Packing
from dr.live.run_folder import RunFolder
from dr.live.signing import Signing
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.reporting.ending import Outcome
from inventory.etcd import drill_word, runs
from inventory.names import DrillName, OperatorName, SiteName
from inventory.network import Role
from tests.rehearsals import SERVICE
from tests.stubs.https import Asked, Reply
from tests.stubs.network import StubNetwork, stub_network

if TYPE_CHECKING:
    from dr.live.doors import Live

NAME = RunName("20300101-000002-move")


@pytest.fixture
def stub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StubNetwork]:
    with stub_network(request.getfixturevalue("stub_ground"), SERVICE, tmp_path / "hosts") as stub:
        with stub.live() as live:
            live.doors.records.swap_placement(
                SERVICE, None, stub.world.truth.at(SERVICE).placements[0]
            )
        yield stub


@contextmanager
def _carrier(stub: StubNetwork, root: Path, plan: RecoveryPlan | None = None) -> Iterator[Carrier]:
    with stub.live() as live:
        if not (root / NAME).exists():
            RunFolder.create(root, plan or _plan(live))
        folder = RunFolder.opened(root, NAME)
        yield Carrier(live, folder, Signing(live.network, stub.on.secrets, folder))


def _plan(live: Live) -> RecoveryPlan:
    facts = live.eye().observe(SERVICE)
    occasion = Occasion(NAME, live.clock.now(), OperatorName("an"))
    return plan_switchover(live.network, facts, Move(SERVICE, SiteName("ndc02")), occasion)


def test_a_run_is_carried_to_its_end_and_measured(stub: StubNetwork, tmp_path: Path) -> None:
    stub.began += timedelta(minutes=1)  # the probe's clock is ahead, and nobody needs to know
    with _carrier(stub, tmp_path) as carrier:
        run = carrier.carry()
        report = carrier.report()
        again = carrier.carry()
        stub.goes_dark()
        unmeasured = carrier.report()
        window = carrier.folder.window(SERVICE)
        assert window is not None
        signed = carrier.exhibits.testimony(SERVICE)
        carrier.folder.keep_window(SERVICE, replace(window, lead=timedelta(seconds=1)))
        carrier.report()
        of_another_time = carrier.exhibits.testimony(SERVICE)

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert again == run
    assert report.outcome is Outcome.DONE
    (course,), (dark,) = report.courses, unmeasured.courses
    assert course.measure is not None
    assert course.measure.acknowledged > 50
    assert window.ended is not None
    assert (signed is not None, of_another_time) == (True, None)
    assert (unmeasured.outcome, dark.measure) == (Outcome.UNVERIFIED, None)
    kept = [key for key in stub.etcd.held if key.startswith(runs(stub.on.network.environment))]
    assert len(kept) == len((tmp_path / NAME / "journal.jsonl").read_text().splitlines())
    proof = drill_word(stub.on.network.environment, DrillName("planned-move"), passed=True)
    assert read_proof(stub.etcd.held[proof], proof).by == NAME


def test_a_run_that_is_over_is_measured_once(stub: StubNetwork, tmp_path: Path) -> None:
    with _carrier(stub, tmp_path) as carrier:
        carrier.carry()
        result = carrier.result()
        packing = Packing(carrier.live.network, stub.on.secrets, carrier.exhibits, stub.clock)
        packing.sign(OperatorName("an"), None)
        with stub.holding():
            for host in stub.on.network.hosts_with(Role.PROBE):
                stub.world.truth.plant.power_off(host.name)
        carrier.carry()

        assert (result[0], carrier.result()) == (Outcome.DONE, result)
        assert packing.is_signed
        assert carrier.exhibits.testimony(SERVICE) is not None
        rmtree(packing.exhibits.pack)  # as if it had been killed before it was packed
        assert (carrier.result(), packing.is_packed) == (result, True)


def test_what_became_of_a_run_after_it_was_held_is_reported_anew(
    stub: StubNetwork, tmp_path: Path
) -> None:
    with stub.live() as live:
        plan = _plan(live)
    steps = tuple(replace(step, gate="approve") for step in plan.steps)

    with _carrier(stub, tmp_path, replace(plan, steps=steps)) as carrier:
        carrier.carry()
        held, _ = carrier.result()
        GivingUp(carrier.live, NAME).give_up(carrier, Request("1", Wish.GIVE_UP, "an"))
        given_up, _ = carrier.result()

    assert (held, given_up) == (Outcome.HELD, Outcome.GIVEN_UP)


def test_a_plan_whose_facts_are_over_is_not_begun(stub: StubNetwork, tmp_path: Path) -> None:
    with stub.live() as live:
        plan = _plan(live)
    basis = replace(plan.basis, network_digest="another")

    with (
        _carrier(stub, tmp_path, replace(plan, basis=basis)) as carrier,
        pytest.raises(PlanRefused, match="out of date"),
    ):
        carrier.carry()

    assert not (tmp_path / NAME / "journal.jsonl").exists()


def test_a_run_that_was_begun_where_nobody_answers_any_more_is_not_continued(
    stub: StubNetwork, tmp_path: Path
) -> None:
    with _carrier(stub, tmp_path) as carrier:
        stub.goes_dark()
        with pytest.raises((PlanRefused, WorldError)):
            carrier.carry()

        assert carrier.folder.journal(stub.clock).records() == []


def test_without_a_quorum_the_file_is_the_truth(stub: StubNetwork, tmp_path: Path) -> None:
    with _carrier(stub, tmp_path) as carrier:
        stub.goes_dark()

        assert carrier._truth() is Where.FILE


def test_a_quorum_that_is_back_after_the_question_holds_nothing_of_the_run(
    stub: StubNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _is_silent(stub, monkeypatch, after=0)
    with _carrier(stub, tmp_path) as carrier:
        run = carrier.carry()

        assert (run.closed, carrier._truth()) == (RunVerdict.DONE, Where.FILE)
    assert not [key for key in stub.etcd.held if key.startswith(_journal(stub))]


def test_a_quorum_that_is_gone_after_the_question_keeps_the_run_from_its_beginning(
    stub: StubNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _is_silent(stub, monkeypatch, after=1)
    with _carrier(stub, tmp_path) as carrier:
        with pytest.raises(NotSeen):
            carrier.carry()
        before = carrier.folder.journal(stub.clock).records()
        run = carrier.carry()
        _cut(tmp_path / NAME / "journal.jsonl")

        assert (before, run.closed, carrier._truth()) == ([], RunVerdict.DONE, Where.ETCD)
        assert carrier.carry() == run


def _is_silent(stub: StubNetwork, monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let each voter be silent once about the run's journal, ``after`` questions that it heard."""
    answer, about = stub.etcd.answer, range_under(_journal(stub))
    asked_yet: list[Asked] = []

    def silent_once(asked: Asked) -> Reply:
        if asked.body == about:
            asked_yet.append(asked)
            if after < len(asked_yet) <= after + len(stub.on.network.voters):
                raise ConnectionAbortedError("it is not told")
        return answer(asked)

    monkeypatch.setattr(stub.etcd, "answer", silent_once)


def _journal(stub: StubNetwork) -> str:
    return f"{runs(stub.on.network.environment)}{NAME}/"


def _cut(journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3]))
