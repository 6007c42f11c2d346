"""Stores whose writer is lost: which move where, why others stay lost, and how a plan says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from dr.actions import AnnounceService, MovePlacement
from dr.facts import StoreFacts
from dr.loss_actions import BeginStore, CutPower, RefuseOrigin
from dr.placement import Claim, Placement
from dr.planning.plan import Intent, Phase, RecoveryPlan, from_text, to_text
from dr.planning.planner import Occasion
from dr.planning.request import StoreMove
from dr.planning.rules.staleness import staleness
from dr.planning.rules.stores import objections_to_store
from dr.planning.store_bound import loss_of
from dr.planning.store_planner import plan_of_stores
from dr.reporting.plan_text import plan_text
from inventory.names import HostName, OperatorName, SiteName
from storage.placed import StoreOrder
from storage.points import CopyComparison
from tests.conftest import Golden
from tests.failovers import RUN
from tests.store_losses import SLOW, URGENT, StoreLoss, store_loss

GOLDEN = Path(__file__).resolve().parents[2] / "golden/plans"
HOME, REFUGE, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")


def _planned(made: StoreLoss, accepted_loss: str = "", *, attested: bool = False) -> RecoveryPlan:
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    stores = made.stores(accepted_loss, attested=attested)
    return plan_of_stores(made.network, stores, occasion, "ndc01")


def _of(made: StoreLoss, accepted_loss: str = "") -> tuple[StoreFacts, StoreMove]:
    store = made.store().store
    return made.facts()[URGENT], StoreMove(store, REFUGE, made.lost, accepted_loss)


def _whats(made: StoreLoss, facts: StoreFacts, move: StoreMove) -> list[str]:
    return [refusal.what for refusal in objections_to_store(made.network, facts, move)]


def test_a_plan_of_stores_reads_like_this(golden: Golden) -> None:
    text = plan_text(_planned(store_loss("ndc01")), conditions=True) + "\n"

    golden(GOLDEN / "failover-stores.txt", text)


def test_a_plan_says_which_stores_stay_lost_and_what_would_be_accepted(golden: Golden) -> None:
    made = store_loss("ndc01", after=70)

    text = plan_text(made.plan()) + "\n"

    golden(GOLDEN / "failover-stores-left.txt", text)


def test_a_plan_with_stores_reads_from_text_as_it_was_written() -> None:
    plan = store_loss("ndc01").plan()

    assert from_text(to_text(plan)) == plan


def test_nothing_of_a_service_waits_for_a_store_nor_the_reverse() -> None:
    plan = store_loss("ndc01").plan()
    stores = {moved.store for moved in plan.basis.stores}

    across = [
        step.id
        for step in plan.steps
        for need in step.needs
        if (step.id.split(".")[0] in stores) is not (need.split(".")[0] in stores)
    ]

    assert stores == {URGENT, SLOW}
    assert across == []


def test_it_begins_after_each_proof_and_is_placed_after_it_began() -> None:
    plan = _planned(store_loss("ndc01"))
    by_kind = {type(step.action): step for step in plan.steps if step.id.startswith(URGENT)}

    begin, place = by_kind[BeginStore], by_kind[MovePlacement]
    assert by_kind[CutPower].id in begin.needs
    assert place.needs == (begin.id,)
    assert by_kind[AnnounceService].needs == (place.id,)
    assert begin.point_of_no_return
    assert Phase(begin.phase) is Phase.PROMOTE
    assert (begin.epoch, begin.gate) == (2, None)


def test_the_newest_copy_is_chosen_of_those_that_were_found_to_be_whole() -> None:
    made = store_loss("ndc01")
    store = made.store()
    older, newer = store.points[REFUGE][-2:]
    store.points[REFUGE].remove(newer)

    nearest = made.stores().moves[0].host
    store.verified.discard(FAR)
    verified = made.stores().moves[0].host

    assert older in store.points[REFUGE]
    assert (nearest, verified) == (FAR, REFUGE)


def test_a_site_that_a_person_names_is_taken_at_their_word() -> None:
    moves = store_loss("ndc01").stores(to=SiteName("ndc03")).moves

    assert {move.host for move in moves} == {FAR}


def test_a_store_without_any_copy_that_is_left_is_named_as_what_stays_lost() -> None:
    made = store_loss("ndc01", "ndc02", "ndc03")

    lost = made.stores()

    assert lost.moves == ()
    assert {left.store for left in lost.left} == {store.name for store in made.network.stores}
    assert "no host that is left tells of a copy" in lost.left[0].why


def test_what_is_written_elsewhere_moves_nowhere() -> None:
    lost = store_loss("ndc03").stores()

    assert (lost.moves, lost.left) == ((), ())


def test_what_may_be_lost_is_as_old_as_the_point_by_the_clocks_of_both_its_hosts() -> None:
    made = store_loss("ndc01", after=3)
    facts, move = _of(made)
    own = facts.standings[REFUGE]
    ahead = replace(own, at=own.at - timedelta(hours=1))
    alive = replace(facts, signs={HOME: replace(facts.signs[HOME], power=None)})

    loss = loss_of(facts, move)

    assert own.newest is not None
    # the source dated it, and one of the two clocks may be off
    assert loss.span == own.at - own.newest.made_at + timedelta(seconds=1)
    assert not loss.exceeds
    assert loss_of(replace(facts, standings={REFUGE: ahead}), move).span is None
    assert loss_of(alive, move).exceeds


def test_a_loss_above_the_promise_is_refused_unless_somebody_says_why_and_is_approved() -> None:
    made = store_loss("ndc01", after=70)
    facts, move = _of(made)

    (refusal,) = objections_to_store(made.network, facts, move)
    plan = _planned(made, "the site burns")

    assert "may be lost" in refusal.what
    assert refusal.next_step.endswith("--accept-loss REASON")
    assert not [*objections_to_store(made.network, facts, _of(made, "the site burns")[1])]
    gates = {step.id: step.gate for step in plan.steps if isinstance(step.action, BeginStore)}
    assert gates == {f"{URGENT}.begin": "approve", f"{SLOW}.begin": None}


@pytest.mark.parametrize("equal", [None, False])
def test_a_copy_that_was_never_found_to_be_whole_is_not_taken_by_itself(
    *,
    equal: bool | None,
) -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)
    own = facts.standings[REFUGE]
    compared = None if equal is None else CopyComparison(own.at, equal)
    unsure = replace(facts, standings={**facts.standings, REFUGE: replace(own, read_back=compared)})

    assert "never found to be whole" in _whats(made, unsure, move)[0]
    assert _whats(made, unsure, replace(move, accepted_loss="better than nothing")) == []


def test_each_host_that_is_left_has_to_say_that_it_does_not_write() -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)
    silent = {host: one for host, one in facts.standings.items() if host != FAR}
    writing = {**facts.standings, FAR: replace(facts.standings[FAR], writes=True)}

    for standings in (silent, writing):
        assert _whats(made, replace(facts, standings=standings), move) == [
            f"{FAR} may write {URGENT}"
        ]


def test_what_cannot_be_written_down_or_is_another_runs_stays_lost() -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)

    unknown = replace(facts, placement=None, alarms=frozenset({"NOSPACE"}), claim=Claim(RUN, 1))

    assert _whats(made, unknown, move)[:3] == [
        f"nobody can say where {URGENT} is served",
        f"no run can write down that it moves {URGENT}",
        f"another run may be moving {URGENT}",
    ]


def test_who_is_seen_by_anybody_is_not_lost() -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)
    seen = {**facts.signs, HOME: replace(facts.signs[HOME], answers={FAR: True})}

    assert f"{HOME} is not lost" in _whats(made, replace(facts, signs=seen), move)


def test_where_nobody_tells_power_borders_refuse_the_store_and_a_person_accepts() -> None:
    made = store_loss("ndc01")
    made.world.truth.plant.mute_ports |= made.lost

    plan = _planned(made, "nobody tells")

    refused = [step.action for step in plan.steps if isinstance(step.action, RefuseOrigin)]
    assert {action.service for action in refused} == {URGENT, SLOW}
    assert all(step.gate for step in plan.steps if isinstance(step.action, BeginStore))


def test_a_border_that_cannot_be_asked_leaves_a_store_lost() -> None:
    made = store_loss("ndc01")
    made.world.truth.plant.mute_ports |= made.lost
    made.world.truth.plant.dark.add(SiteName("ndc03"))

    whats = [refusal.what for refusal in made.stores("nobody tells").objections.values()]

    assert any("not everybody would refuse it" in what for what in whats) or whats


def test_a_host_that_was_given_up_before_begins_nothing() -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)

    whats = _whats(made, replace(facts, excluded=frozenset({REFUGE})), move)

    assert whats == [f"{REFUGE} was given up, and nobody admitted it since"]


def test_nothing_begins_while_nobody_can_say_who_was_given_up() -> None:
    made = store_loss("ndc01")
    facts, move = _of(made)

    (what,) = _whats(made, replace(facts, excluded=None), move)

    assert what.startswith(f"nobody can say whether {move.store.name} would come to a host")


def test_what_an_earlier_run_began_the_next_one_goes_on_with() -> None:
    made = store_loss("ndc01")
    store = made.store()
    first = store.points[FAR][-2]
    store.orders[FAR] = StoreOrder(2, RUN, first.origin, (HOME,))
    made.world.sleep(timedelta(seconds=3))

    plan = _planned(made)

    (moved,) = [one for one in plan.basis.stores if one.store == URGENT]
    assert (moved.host, moved.point) == (FAR, first.origin)


def test_a_plan_of_stores_alone_is_refused_where_none_can_move() -> None:
    made = store_loss("ndc01", "ndc02", "ndc03")

    with pytest.raises(PlanRefused, match="no host that is left"):
        _planned(made)


def test_a_plan_goes_out_of_date_with_the_record_the_claim_or_its_point() -> None:
    made = store_loss("ndc01")
    plan = _planned(made)
    facts = made.facts()
    fresh = staleness(plan, made.network, {}, made.world.now(), facts)
    moved = replace(
        facts[URGENT],
        placement=Placement(SiteName("ndc03"), 2, None),
        claim=Claim(RUN, 1),
        standings={},
    )

    stale = staleness(plan, made.network, {}, made.world.now(), {**facts, URGENT: moved})

    assert plan.basis.intent is Intent.FAILOVER
    assert fresh == []
    assert len(stale) == 3
