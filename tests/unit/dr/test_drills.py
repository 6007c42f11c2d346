"""What a drill takes of the network as it stands, what it proves, and when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.measure import Gap, Measure
from dr.drills.cadence import (
    DrillProof,
    Felt,
    Practised,
    StoresFelt,
    due,
    held_drill,
    last_proof,
    practised,
)
from dr.drills.drill_text import drill_list, drill_rows
from dr.drills.exercise import Exercise, drill_named, exercise
from dr.drills.hypothesis import ServiceStanding, findings
from dr.facts import Facts
from dr.placement import Placement
from dr.reporting.ending import Outcome
from inventory.names import DrillName, HostName, SiteName, TierName
from inventory.practice import Statement
from tests.conftest import Golden
from tests.failovers import failover
from tests.networks import DECLARED, declared, network
from tests.rehearsals import SERVICE, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/drills"
DRILLS = declared(DECLARED).drills
NET = network("compact")
PRACTISED = {one.drill: one for one in NET.drills}
NOW = datetime(2030, 1, 1, tzinfo=UTC)
SITE_LOSS = DrillName("site-loss")
QUIET = Measure(
    since=NOW,
    until=NOW + timedelta(seconds=2),
    acknowledged=40,
    refused=0,
    unknown=0,
    lost=0,
    duplicated=0,
    sent_again=0,
    unknown_appeared=0,
    not_read_back=0,
    gap=Gap(timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)),
    worst_slip=timedelta(),
)


def _facts() -> Facts:
    return rehearsal().world.eye.observe(SERVICE)


def _exercise(name: str, facts: Facts | None = None) -> Exercise:
    drill = DrillName(name)
    return exercise(NET, facts or _facts(), drill, DRILLS[drill])


def _moved() -> Facts:
    made = rehearsal()
    made.carry()
    return made.world.eye.observe(SERVICE)


def test_it_takes_what_the_service_stands_on_now() -> None:
    moved = _moved()

    assert _exercise("host-loss").hosts == ("ndc01-data",)
    assert _exercise("host-loss", moved).hosts == ("ndc02-data",)
    assert {NET.host(host).site for host in _exercise("site-loss").hosts} == {"ndc01"}
    assert {NET.host(host).site for host in _exercise("site-loss", moved).hosts} == {"ndc02"}
    assert _exercise("planned-move").refuge == "ndc02"
    assert _exercise("planned-move", moved).refuge == "ndc01"


def test_a_region_is_every_host_of_it_and_its_refuge_lies_outside() -> None:
    region = _exercise("region-loss")

    assert {NET.host(host).site for host in region.hosts} == {"ndc01", "ndc02"}
    assert (region.called, region.refuge) == ("red-river-delta", "ndc03")


def test_a_region_that_is_all_there_is_is_not_taken() -> None:
    service = replace(NET.service(SERVICE), refuges=(SiteName("ndc02"),))
    drill = DrillName("region-loss")

    with pytest.raises(PlanRefused) as refused:
        exercise(replace(NET, services=(service,)), _facts(), drill, DRILLS[drill])

    assert refused.value.what == "there is no region that region-loss could take"


def test_a_pair_is_every_link_to_the_refuge_and_no_other() -> None:
    assert _exercise("pair-loss").links == ("ndc01-ndc02-north", "ndc01-ndc02-south")


def test_a_voter_is_taken_elsewhere_and_not_from_whoever_measures() -> None:
    (host,) = _exercise("voter-loss").hosts

    assert host in NET.voters
    assert NET.host(host).site not in {"ndc01", "witness"}
    assert host != HostName("ndc02-data"), "a commit waits for it"


def test_who_measures_is_taken_by_no_drill() -> None:
    measuring = (HostName("ndc01-data"), HostName("witness-control"))
    few = replace(NET, voters=measuring)
    drill = DrillName("voter-loss")

    with pytest.raises(PlanRefused) as refused:
        exercise(few, _facts(), drill, DRILLS[drill])

    assert refused.value.what == "there is no voter that voter-loss could take"


@pytest.mark.parametrize("unseen", [{"placement": None}, {"members": {}}])
def test_what_cannot_be_seen_is_not_taken(unseen: dict[str, object]) -> None:
    with pytest.raises(PlanRefused) as refused:
        _exercise("host-loss", replace(_facts(), **unseen))  # type: ignore[arg-type]  # one field each

    assert "stands on" in refused.value.what


def test_a_drill_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(PlanRefused) as refused:
        drill_named(DRILLS, "site-los")

    assert refused.value.next_step == "did you mean site-loss?"


def test_a_statement_is_so_or_not_or_nobody_can_say() -> None:
    home, away = SiteName("ndc01"), SiteName("ndc02")
    slow = replace(QUIET, gap=replace(QUIET.gap, length=timedelta(minutes=2)))
    cases: list[tuple[Statement, ServiceStanding, bool | None]] = [
        (Statement.SERVED, ServiceStanding(home, None, QUIET, None), True),
        (
            Statement.SERVED,
            ServiceStanding(home, None, replace(QUIET, acknowledged=0), None),
            False,
        ),
        (Statement.SERVED, ServiceStanding(home, None, None, QUIET), None),
        (
            Statement.PROTECTED,
            ServiceStanding(home, protected=False, lately=None, whole=None),
            False,
        ),
        (Statement.MOVED, ServiceStanding(away, None, None, None), True),
        (Statement.MOVED, ServiceStanding(home, None, None, None), False),
        (Statement.MOVED, ServiceStanding(None, None, None, None), None),
        (Statement.STAYED, ServiceStanding(home, None, None, None), True),
        (Statement.STAYED, ServiceStanding(away, None, None, None), False),
        (Statement.NOTHING_LOST, ServiceStanding(home, None, None, QUIET), True),
        (Statement.NOTHING_LOST, ServiceStanding(home, None, None, replace(QUIET, lost=1)), False),
        (
            Statement.NOTHING_LOST,
            ServiceStanding(home, None, None, replace(QUIET, not_read_back=1)),
            None,
        ),
        (Statement.WITHIN_BOUND, ServiceStanding(home, None, None, None, QUIET), True),
        (
            Statement.WITHIN_BOUND,
            ServiceStanding(home, None, None, None, replace(QUIET, lost=1)),
            False,
        ),
        (Statement.WITHIN_BOUND, ServiceStanding(home, None, None, QUIET), None),
        (Statement.IN_TIME, ServiceStanding(home, None, None, QUIET), True),
        (Statement.IN_TIME, ServiceStanding(home, None, None, slow), False),
        (Statement.IN_TIME, ServiceStanding(home, None, QUIET, None), None),
    ]
    for statement, standing, expected in cases:
        said = findings([statement], standing, home, timedelta(minutes=1))
        assert said == {statement: expected}, (statement, standing)


PLANS = {
    "move": rehearsal().plan,
    "leader": failover("ndc01-data").plan,
    "site": failover("ndc01").plan,
    "application": failover("ndc01-app").plan,
}


@pytest.mark.parametrize(
    ("drill", "proving"),
    [
        ("planned-move", {"move"}),
        ("host-loss", {"leader"}),
        ("site-loss", {"site"}),
        ("region-loss", set()),
        ("pair-loss", set()),
        ("voter-loss", set()),
    ],
)
def test_a_run_proves_what_it_did_and_nothing_else(drill: str, proving: set[str]) -> None:
    name = DrillName(drill)

    proofs = {
        made
        for made, plan in PLANS.items()
        if last_proof(NET, PRACTISED[name], [Practised(plan.id, plan, Outcome.UNPROTECTED, NOW)])
    }

    assert proofs == proving


@pytest.mark.parametrize("outcome", set(Outcome) - {Outcome.DONE, Outcome.UNPROTECTED})
def test_what_did_not_go_well_or_was_not_measured_proves_nothing(outcome: Outcome) -> None:
    plan = PLANS["site"]
    run = Practised(plan.id, plan, outcome, NOW)

    assert last_proof(NET, PRACTISED[SITE_LOSS], [run]) is None


def test_the_last_proof_counts_and_it_is_due_again_by_the_tier() -> None:
    practice, plan = PRACTISED[SITE_LOSS], PLANS["site"]
    first = Practised(plan.id, plan, Outcome.DONE, NOW)
    second = replace(first, ended_at=NOW + timedelta(days=3))

    proof = last_proof(NET, practice, [second, first])

    assert proof == DrillProof(second.run, second.ended_at)
    assert practice.every == DRILLS[SITE_LOSS].every[TierName(NET.service(SERVICE).tier)]
    assert due(practice, proof) == second.ended_at + practice.every
    assert due(practice, None) is None


def test_a_run_is_read_from_its_report() -> None:
    measured = '[{"service": "public-service-portal", "measure": {"gap_seconds": 4, "lost": 0}}]'
    ended = '"ended_at": "2030-01-01T00:00:00+00:00"'
    report = f'{{"outcome": "unprotected", {ended}, "services": {measured}}}'

    proof = practised(PLANS["site"], report)

    felt = {SERVICE: Felt(timedelta(seconds=4), 0)}
    assert proof == Practised(PLANS["site"].id, PLANS["site"], Outcome.UNPROTECTED, NOW, felt)
    assert practised(PLANS["site"], None) is None


def test_a_drill_that_passed_proves_itself_and_no_other() -> None:
    voter = DrillName("voter-loss")
    report = (
        '{"id": "20300101-000000-voter-loss", "drill": "voter-loss", "passed": true, '
        '"ended_at": "2030-01-01T00:00:00+00:00", "gap_seconds": 0.5, "lost": 0}'
    )

    held = held_drill(report)

    assert held is not None
    assert held_drill(None) is None
    assert last_proof(NET, PRACTISED[voter], [held]) == DrillProof(
        held.id, NOW, Felt(timedelta(seconds=0.5), 0)
    )
    assert last_proof(NET, PRACTISED[SITE_LOSS], [held]) is None
    assert last_proof(NET, PRACTISED[voter], [replace(held, passed=False)]) is None


def test_the_list_says_what_is_overdue(golden: Golden) -> None:
    felt = Felt(timedelta(seconds=31.2), 0)
    proofs = {
        SITE_LOSS: DrillProof("20300101-site-loss", NOW, felt, StoresFelt(7, timedelta(seconds=6))),
        DrillName("host-loss"): DrillProof("20300101-host-loss", NOW, felt, StoresFelt(2, None)),
        DrillName("planned-move"): DrillProof(PLANS["move"].id, NOW),
        DrillName("pair-loss"): DrillProof("20300101-pair-loss", NOW, Felt(None, 2)),
        DrillName("voter-loss"): DrillProof("20300101-voter-loss", NOW, replace(felt, lost=None)),
    }

    rows = drill_rows(NET.drills, proofs, NOW + timedelta(days=40))

    golden(GOLDEN / "list.txt", drill_list(rows) + "\n")


def test_a_placement_that_moved_names_another_active_site() -> None:
    facts = _facts()
    placed = facts.placement
    assert isinstance(placed, Placement)

    assert _exercise("site-loss").active == placed.site
    assert _exercise("site-loss").called == placed.site
    assert _exercise("host-loss").called == "ndc01-data"
