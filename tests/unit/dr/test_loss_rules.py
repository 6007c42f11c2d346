"""Each rule about what is lost, and about what came back, objects to one thing; in golden words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from dr.facts import Facts, MemberFacts, SignsOfLife, Supply
from dr.logs.seam import LogProgress
from dr.planning.planner import Occasion, plan_failback, plan_failover
from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return, target_was_stable
from dr.planning.rules.table import refusals
from dr.watch.steadiness import Steadiness
from inventory.names import HostName, OperatorName, SiteName
from inventory.network import Network
from tests.conftest import Golden
from tests.failovers import Loss, loss
from tests.networks import network
from tests.rehearsals import RUN, SERVICE, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/refusals"
LEADER, CANDIDATE = HostName("ndc01-data"), HostName("ndc02-data")
APP, OTHER_APP = HostName("ndc01-app"), HostName("ndc02-app")
HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")

Change = Callable[[Facts], Facts]


def _looked_for(answers: Mapping[str, bool]) -> Change:
    """Return facts in which the leader was looked for from certain hosts only."""
    signs = SignsOfLife(None, {HostName(name): answered for name, answered in answers.items()})
    return lambda facts: replace(facts, signs={**facts.signs, LEADER: signs})


def _leading(*names: str) -> Change:
    """Return facts in which these lead, none of which is lost."""
    leads = MemberFacts(leads=True, streams=False, lag_bytes=None)
    members = dict.fromkeys(map(HostName, names), leads)
    return lambda facts: replace(facts, members={**facts.members, **members})


BAD: dict[str, Change] = {
    "lost-answers": _looked_for({"ndc02-app": True, "ndc03-app": False}),
    "lost-looked-for-once": _looked_for({"ndc02-app": False}),
    "lost-looked-for-from-one-site": _looked_for({"ndc02-app": False, "ndc02-data": False}),
    "lost-not-looked-for": lambda facts: replace(facts, signs={}),
    "lost-heir-stands-still": lambda facts: replace(
        facts, progress={CANDIDATE: LogProgress(1, 9_000_000, 1_000_000)}
    ),
    "lost-heir-silent": lambda facts: replace(facts, progress={}),
    "lost-heir-not-in-sync": lambda facts: replace(facts, synchronous=frozenset()),
    "lost-nobody-tells": lambda facts: replace(facts, members={}),
    "lost-another-leads": _leading("ndc03-data"),
    "lost-two-lead": _leading("ndc02-data", "ndc03-data"),
    "lost-guard-silent": lambda facts: replace(facts, obeying=facts.obeying - {OTHER_APP}),
    "lost-paused": lambda facts: replace(facts, paused=True),
}


@pytest.fixture(scope="module")
def lost() -> Loss:
    return loss("ndc01")


@pytest.fixture(scope="module")
def facts(lost: Loss) -> Facts:
    return lost.facts()[SERVICE]


def _move(lost: Loss) -> Move:
    return Move(SERVICE, REFUGE, lost.lost)


def _text(found: list[PlanRefused]) -> str:
    return "\n\n".join("\n".join(refusal.lines()) for refusal in found) + "\n"


def test_a_loss_that_everybody_sees_is_refused_nothing(lost: Loss, facts: Facts) -> None:
    assert refusals(lost.network, facts, _move(lost)) == []


@pytest.mark.parametrize("case", BAD)
def test_a_bad_fact_is_refused_in_these_words(
    case: str, lost: Loss, facts: Facts, golden: Golden
) -> None:
    found = refusals(lost.network, BAD[case](facts), _move(lost))

    golden(GOLDEN / f"{case}.txt", _text(found))


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused_is_not_planned(case: str, lost: Loss, facts: Facts) -> None:
    occasion = Occasion(RUN, lost.world.now(), OperatorName("an"))
    bad = {SERVICE: BAD[case](facts)}

    with pytest.raises(PlanRefused):
        plan_failover(lost.network, bad, [_move(lost)], occasion, "ndc01")


@pytest.mark.parametrize("case", ["lost-looked-for-once", "lost-not-looked-for"])
def test_what_too_few_looked_for_may_be_attested(case: str, lost: Loss, facts: Facts) -> None:
    move = replace(_move(lost), attested=True)

    assert refusals(lost.network, BAD[case](facts), move) == []


def test_what_somebody_sees_cannot_be_attested_away(lost: Loss, facts: Facts) -> None:
    move = replace(_move(lost), attested=True)

    (refusal,) = refusals(lost.network, BAD["lost-answers"](facts), move)

    assert refusal.what == f"{LEADER} is not lost"


def test_a_host_that_has_power_and_is_seen_by_nobody_is_lost(lost: Loss, facts: Facts) -> None:
    powered = {
        host: replace(signs, power=Supply(on=True, life="1")) for host, signs in facts.signs.items()
    }

    assert refusals(lost.network, replace(facts, signs=powered), _move(lost)) == []


def test_nothing_is_asked_of_what_is_lost(lost: Loss, facts: Facts) -> None:
    assert APP not in facts.obeying

    (refusal,) = refusals(lost.network, facts, replace(_move(lost), lost=lost.lost - {APP}))

    assert refusal.what == f"{APP} would not hear that {SERVICE} moves away from it"


def test_a_target_that_is_lost_itself_serves_nobody(golden: Golden) -> None:
    both = loss("ndc01-data", "ndc02-app")
    move = Move(SERVICE, REFUGE, both.lost)

    seen = both.facts()[SERVICE]

    # even if its guard answered after all
    found = refusals(both.network, replace(seen, obeying=seen.obeying | {OTHER_APP}), move)

    golden(GOLDEN / "lost-target.txt", _text(found))


def test_while_a_leader_is_left_the_application_must_reach_it() -> None:
    app = loss("ndc01-app")
    seen = app.facts()[SERVICE]
    move = Move(SERVICE, REFUGE, app.lost)
    assert refusals(app.network, seen, move) == []

    (refusal,) = refusals(app.network, replace(seen, answering=frozenset()), move)

    assert refusal.what == f"{SERVICE} is not ready on {OTHER_APP}"


def _undecided(network: Network) -> Network:
    """Return ``network`` in which no tier says when a service may move back."""
    return replace(
        network, services=tuple(replace(one, stable_for=None) for one in network.services)
    )


BACK = Move(SERVICE, HOME)
LONG = timedelta(days=1)
WITNESSES = (HostName("ndc02-app"), HostName("ndc03-app"))
WELL = Steadiness(LONG, LONG, WITNESSES)
MINUTE = timedelta(minutes=1)
STAYS: dict[str, Mapping[HostName, Steadiness]] = {
    "back-too-early": {APP: WELL, LEADER: replace(WELL, up=MINUTE)},
    "back-and-gone-again": {APP: WELL, LEADER: replace(WELL, answers=MINUTE)},
    "back-and-young": {APP: WELL, LEADER: replace(WELL, up=MINUTE, answers=MINUTE / 2)},
    "back-of-unknown-age": {LEADER: WELL},
    "back-unseen": {APP: WELL, LEADER: Steadiness(LONG, None, WITNESSES[:1])},
}


@pytest.mark.parametrize("case", STAYS)
def test_who_came_back_a_moment_ago_is_refused_in_these_words(case: str, golden: Golden) -> None:
    found = list(target_was_stable(network("compact"), STAYS[case], BACK))

    golden(GOLDEN / f"{case}.txt", _text(found))


def test_a_tier_that_does_not_say_when_is_refused_in_these_words(golden: Golden) -> None:
    found = list(target_was_stable(_undecided(network("compact")), {APP: WELL, LEADER: WELL}, BACK))

    golden(GOLDEN / "back-undecided.txt", _text(found))


@pytest.mark.parametrize("figure", ["up", "answers"])
@pytest.mark.parametrize("short", [timedelta(0), timedelta(microseconds=1)])
def test_who_is_well_for_as_long_as_the_tier_asks_may_serve(figure: str, short: timedelta) -> None:
    compact = network("compact")
    stable_for = compact.service(SERVICE).stable_for
    assert stable_for is not None
    figures = {"up": LONG, "answers": LONG} | {figure: stable_for - short}
    stays = {APP: WELL, LEADER: Steadiness(**figures, witnesses=WITNESSES)}

    assert len(list(target_was_stable(compact, stays, BACK))) == (short > timedelta(0))


def test_only_who_is_to_serve_or_to_lead_must_be_back() -> None:
    assert hosts_that_return(network("compact"), BACK) == [APP, LEADER]
    assert hosts_that_return(network("tiny"), BACK) == ["ndc01-node"]


def test_a_move_home_is_planned_only_when_home_is_back_for_long_enough() -> None:
    made = rehearsal()
    made.carry()
    facts = {SERVICE: made.world.eye.observe(SERVICE)}
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    long = {APP: WELL, LEADER: WELL}

    plan = plan_failback(made.network, facts, long, [BACK], occasion)

    assert plan.title == f"failback {SERVICE} to {HOME}"
    with pytest.raises(PlanRefused, match="is not back for long enough"):
        plan_failback(made.network, facts, {**long, APP: Steadiness()}, [BACK], occasion)
