"""What speaks against a move, and a person passes over by a reason; in golden words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.runs.plan import RunName
from dr.facts import Facts
from dr.placement import BY_ITSELF, Placement
from dr.planning.findings import Caution
from dr.planning.losses import best
from dr.planning.plan import RecoveryPlan, from_text, to_text
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.rules.soft import findings
from dr.planning.rules.table import hard_refusals, refusals
from dr.reporting.plan_text import plan_text
from inventory.names import HostName, OperatorName, SiteName
from inventory.network import Network
from tests.conftest import Golden
from tests.failovers import Loss, loss
from tests.networks import PORTAL_ALONE, network
from tests.rehearsals import RUN, SERVICE, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/refusals"
HOME, REFUGE, FAR = SiteName("ndc01"), SiteName("ndc02"), SiteName("ndc03")
EARLIER = RunName("20300101-000000-without-ndc03")
REASON = "the minister wants it back"


def _brought(by: RunName = EARLIER) -> Callable[[Facts], Facts]:
    """Return facts in which a failover brought the service to where it is, a moment ago."""

    def changed(facts: Facts) -> Facts:
        assert facts.placement is not None
        here = replace(facts.placement, run=by)
        return replace(facts, placement=here, failed_over=(here,))

    return changed


def _unasked(facts: Facts) -> Facts:
    return replace(facts, failed_over=None)


@pytest.fixture(scope="module")
def lost() -> Loss:
    return loss("ndc01")


def _of(lost: Loss) -> tuple[Facts, Move]:
    return lost.facts()[SERVICE], Move(SERVICE, REFUGE, lost.lost)


CASES: dict[str, Callable[[Facts], Facts]] = {
    "soft-moved-again": _brought(),
    "soft-moved-by-itself": _brought(BY_ITSELF),
    "soft-nobody-tells": _unasked,
}


@pytest.mark.parametrize("case", CASES)
def test_a_second_failover_so_soon_is_asked_about_in_these_words(
    case: str, golden: Golden, lost: Loss
) -> None:
    facts, move = _of(lost)

    (refusal,) = refusals(lost.network, CASES[case](facts), move)

    golden(GOLDEN / f"{case}.txt", "\n".join(refusal.lines()) + "\n")


@pytest.mark.parametrize("case", CASES)
def test_a_reason_passes_over_it(case: str, lost: Loss) -> None:
    facts, move = _of(lost)

    assert refusals(lost.network, CASES[case](facts), replace(move, despite=REASON)) == []


def test_what_was_moved_on_purpose_since_then_may_be_lost_at_once(lost: Loss) -> None:
    facts, move = _of(lost)
    assert facts.placement is not None
    before = replace(facts.placement, epoch=facts.placement.epoch - 1, run=EARLIER)

    assert refusals(lost.network, replace(facts, failed_over=(before,)), move) == []
    assert refusals(lost.network, replace(facts, failed_over=()), move) == []


def test_no_reason_passes_over_what_is_hard(lost: Loss) -> None:
    facts, move = _of(lost)
    facts = replace(_brought()(facts), signs={})

    hard = hard_refusals(lost.network, facts, move)
    with_a_reason = refusals(lost.network, facts, replace(move, despite=REASON))

    assert hard
    assert [one.what for one in with_a_reason] == [one.what for one in hard]
    assert len(refusals(lost.network, facts, move)) == len(hard) + 1


@pytest.mark.parametrize(("target", "kinds"), [(HOME, []), (FAR, [Caution.FLAPPING])])
def test_a_planned_move_home_is_another_matter_than_one_to_a_third_site(
    target: SiteName, kinds: list[Caution]
) -> None:
    made = rehearsal()
    facts = made.world.eye.observe(SERVICE)
    there = Placement(REFUGE, 2, EARLIER)
    facts = replace(facts, placement=there, failed_over=(there,))

    found = findings(made.network, facts, Move(SERVICE, target))

    assert [one.kind for one in found] == kinds


def _wide(*homes: str, refuge: tuple[str, ...]) -> Network:
    """Return a network in which those hosts serve the portal."""
    of = network("compact", *PORTAL_ALONE)
    hosts = tuple(map(HostName, (*homes, *refuge)))
    (portal,) = of.services
    return replace(of, services=(replace(portal, hosts=hosts),))


HOMES, REFUGES = ("ndc01-app", "ndc01-data"), ("ndc02-app", "ndc02-data")


@pytest.mark.parametrize(
    ("refuge", "answering", "found"),
    [
        (REFUGES, (*HOMES, *REFUGES), 0),
        (REFUGES, (*HOMES, "ndc02-app"), 1),
        (REFUGES, ("ndc01-app", "ndc02-app"), 0),
        (REFUGES[:1], (*HOMES, "ndc02-app"), 0),
        (REFUGES, HOMES, 0),
    ],
    ids=["all", "one is out", "no more serve now", "no more are declared", "none: a hard rule"],
)
def test_hosts_out_of_order_at_the_target_are_asked_about_where_more_serve_now(
    refuge: tuple[str, ...], answering: tuple[str, ...], found: int
) -> None:
    of, made = _wide(*HOMES, refuge=refuge), rehearsal()
    facts = replace(made.world.eye.observe(SERVICE), answering=frozenset(map(HostName, answering)))

    capacity = findings(of, facts, Move(SERVICE, REFUGE))

    assert [one.kind for one in capacity] == [Caution.CAPACITY] * found


def test_after_a_loss_who_would_hear_counts_against_who_is_declared(golden: Golden) -> None:
    of, made = _wide(*HOMES, refuge=REFUGES), loss("ndc01")
    facts = replace(made.facts()[SERVICE], obeying=frozenset({HostName("ndc02-app")}))

    (refusal,) = refusals(of, facts, Move(SERVICE, REFUGE, made.lost))

    golden(GOLDEN / "soft-capacity.txt", "\n".join(refusal.lines()) + "\n")


def _planned(despite: str, change: Callable[[Facts], Facts]) -> RecoveryPlan:
    made = rehearsal(target="ndc02")
    facts = change(made.world.eye.observe(SERVICE))
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    return plan_switchover(made.network, facts, Move(SERVICE, REFUGE, despite=despite), occasion)


def test_the_plan_names_who_passed_over_what_and_why() -> None:
    plan = _planned(REASON, _brought())

    assert plan.basis.despite == REASON
    assert [one.kind for one in plan.basis.passed_over] == [Caution.FLAPPING]
    assert from_text(to_text(plan)) == plan
    text = plan_text(plan)
    assert f"PASSED OVER  flapping: {SERVICE} would be moved again" in text
    assert f"by an: {REASON}" in text
    assert plan.basis.again.endswith("--to ndc02 --despite REASON")


def test_where_nothing_speaks_against_it_a_reason_is_no_part_of_the_plan() -> None:
    plain = _planned("", lambda facts: facts)

    assert _planned(REASON, lambda facts: facts) == plain
    assert "PASSED OVER" not in plan_text(plain)


def test_without_a_reason_it_is_refused() -> None:
    with pytest.raises(PlanRefused, match="shortly after a failover moved it"):
        _planned("", _brought())


def test_the_best_place_is_not_chosen_by_what_may_be_passed_over() -> None:
    of, made = _wide(*HOMES, refuge=REFUGES), rehearsal()
    able = frozenset(map(HostName, (*HOMES, "ndc02-app")))
    facts = replace(made.world.eye.observe(SERVICE), answering=able, obeying=able)

    chosen = best(of, facts, of.service(SERVICE), Move, frozenset())

    assert chosen.target == REFUGE
    assert [one.kind for one in findings(of, facts, chosen)] == [Caution.CAPACITY]
