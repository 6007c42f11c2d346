"""Each rule objects to the one thing it exists to object to; the wording is golden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.runs.plan import RunName
from dr.conditions import LAG_LIMIT_BYTES
from dr.facts import Facts, MemberFacts
from dr.logs.seam import LogProgress, Seam
from dr.placement import Claim, Placement
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.rules.staleness import staleness
from dr.planning.rules.table import refusals
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from inventory.network import Network
from tests.conftest import Golden
from tests.rehearsals import RUN, SERVICE, Rehearsal, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/refusals"
LEADER, CANDIDATE = HostName("ndc01-data"), HostName("ndc02-data")
TO_02 = Move(SERVICE, SiteName("ndc02"))

Change = Callable[[Facts], Facts]


def _without_site(facts: Facts) -> Facts:
    return replace(
        facts,
        reachable=facts.reachable - {SiteName("ndc02")},
        answering=facts.answering - {HostName("ndc02-app")},
    )


def _with_progress(host: HostName, progress: LogProgress) -> Change:
    return lambda facts: replace(facts, progress={**facts.progress, host: progress})


def _apart(seam: Seam | None) -> Change:
    """Return facts of a leader that sends nothing to the candidate."""

    def change(facts: Facts) -> Facts:
        leads = replace(facts.progress[LEADER], received=9000, replayed=9000, sends_to=frozenset())
        progress = {LEADER: leads, CANDIDATE: LogProgress(46, 8000, 8000)}
        return replace(facts, progress=progress, seams={} if seam is None else {CANDIDATE: seam})

    return change


def _with_member(host: HostName, member: MemberFacts) -> Change:
    return lambda facts: replace(facts, members={**facts.members, host: member})


BAD: dict[str, Change] = {
    "placement-unseen": lambda facts: replace(facts, placement=None),
    "claim-unseen": lambda facts: replace(facts, claim=None),
    "alarms-unseen": lambda facts: replace(facts, alarms=None),
    "no-space": lambda facts: replace(facts, alarms=frozenset({"NOSPACE"})),
    "votes-unseen": lambda facts: replace(facts, votes=None),
    "votes-too-few": lambda facts: replace(
        facts,
        votes={
            host: replace(vote, is_well=number > 1)
            for number, (host, vote) in enumerate((facts.votes or {}).items())
        },
    ),
    "claimed": lambda facts: replace(facts, claim=Claim(RunName("another-run"))),
    "target-dark": _without_site,
    "no-leader": lambda facts: replace(facts, members={}),
    "two-leaders": _with_member(CANDIDATE, MemberFacts(leads=True, streams=False, lag_bytes=None)),
    "not-in-sync": lambda facts: replace(facts, synchronous=frozenset()),
    "sync-unseen": lambda facts: replace(facts, synchronous=None),
    "source-silent": lambda facts: replace(facts, obeying=facts.obeying - {HostName("ndc01-app")}),
    "lag": _with_member(
        CANDIDATE, MemberFacts(leads=False, streams=True, lag_bytes=LAG_LIMIT_BYTES + 1)
    ),
    "lag-unseen": _with_member(CANDIDATE, MemberFacts(leads=False, streams=True, lag_bytes=None)),
    "not-streaming": _with_member(CANDIDATE, MemberFacts(leads=False, streams=False, lag_bytes=0)),
    "paused": lambda facts: replace(facts, paused=True),
    "pause-unseen": lambda facts: replace(facts, paused=None),
    "replay-stands-still": _with_progress(CANDIDATE, LogProgress(1, 9_000_000, 1_000_000)),
    "candidate-silent": lambda facts: replace(
        facts, progress={LEADER: facts.progress[LEADER]}, seams={}
    ),
    "leader-silent": lambda facts: replace(facts, progress={CANDIDATE: facts.progress[CANDIDATE]}),
    "not-followed": _apart(None),
    "two-histories": _apart(Seam(holds=False, fork=7000)),
    "log-gone": _apart(Seam(holds=None, fork=7000)),
    "there-already": lambda facts: replace(
        facts,
        placement=Placement(SiteName("ndc02"), 5, RUN),
        members={CANDIDATE: MemberFacts(leads=True, streams=False, lag_bytes=None)},
    ),
}


@pytest.fixture(scope="module")
def healthy() -> Rehearsal:
    return rehearsal()


def _facts(made: Rehearsal) -> Facts:
    return made.world.eye.observe(SERVICE)


def _text(network: Network, facts: Facts, request: Move) -> str:
    found = refusals(network, facts, request)
    return "\n\n".join("\n".join(refusal.lines()) for refusal in found) + "\n"


def test_a_healthy_network_is_refused_nothing(healthy: Rehearsal) -> None:
    assert refusals(healthy.network, _facts(healthy), TO_02) == []


def test_a_service_that_is_there_without_its_database_may_be_followed(healthy: Rehearsal) -> None:
    facts = replace(_facts(healthy), placement=Placement(SiteName("ndc02"), 5, RUN))

    assert refusals(healthy.network, facts, TO_02) == []


def test_an_application_that_is_dead_elsewhere_keeps_nobody_from_moving(
    healthy: Rehearsal,
) -> None:
    facts = _facts(healthy)
    here = replace(facts, answering=frozenset({HostName("ndc02-app")}))
    assert here.answering < facts.answering

    assert refusals(healthy.network, here, TO_02) == []


@pytest.mark.parametrize("case", BAD)
def test_a_bad_fact_is_refused_in_these_words(
    case: str, healthy: Rehearsal, golden: Golden
) -> None:
    text = _text(healthy.network, BAD[case](_facts(healthy)), TO_02)

    golden(GOLDEN / f"{case}.txt", text)


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused_is_not_planned(case: str, healthy: Rehearsal) -> None:
    occasion = Occasion(RUN, healthy.world.now(), OperatorName("an"))

    with pytest.raises(PlanRefused):
        plan_switchover(healthy.network, BAD[case](_facts(healthy)), TO_02, occasion)


@pytest.mark.parametrize(("case", "site"), [("no-refuge", "witness"), ("no-sync-member", "ndc03")])
def test_a_site_that_cannot_take_it_is_refused(
    case: str, site: str, healthy: Rehearsal, golden: Golden
) -> None:
    text = _text(healthy.network, _facts(healthy), Move(SERVICE, SiteName(site)))

    golden(GOLDEN / f"{case}.txt", text)


def test_a_service_that_nobody_declared_is_refused(healthy: Rehearsal) -> None:
    request = Move(ServiceName("no-such-service"), SiteName("ndc02"))

    with pytest.raises(PlanRefused, match="there is no service called no-such-service"):
        refusals(healthy.network, _facts(healthy), request)


def test_a_fresh_plan_may_be_begun(healthy: Rehearsal) -> None:
    now = healthy.world.now()

    assert staleness(healthy.plan, healthy.network, {SERVICE: _facts(healthy)}, now) == []


def test_a_plan_expires_after_ten_minutes(healthy: Rehearsal) -> None:
    later = healthy.plan.basis.made_at + timedelta(minutes=10, seconds=1)

    (refusal,) = staleness(healthy.plan, healthy.network, {SERVICE: _facts(healthy)}, later)

    assert refusal.expected == "begun before 00:10:02"


def test_a_plan_may_be_begun_in_its_last_instant(healthy: Rehearsal) -> None:
    last = healthy.plan.basis.made_at + timedelta(minutes=10)

    assert staleness(healthy.plan, healthy.network, {SERVICE: _facts(healthy)}, last) == []


def test_a_plan_for_another_inventory_is_refused(healthy: Rehearsal) -> None:
    other = replace(healthy.network, digest="f" * 64)

    (refusal,) = staleness(healthy.plan, other, {SERVICE: _facts(healthy)}, healthy.world.now())

    assert refusal.actual == "ffffffffffff"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("placement", lambda f: replace(f, placement=Placement(SiteName("ndc03"), 2, None))),
        ("leader", BAD["no-leader"]),
        ("synchronous", BAD["not-in-sync"]),
        ("reachable", BAD["target-dark"]),
        ("claim", BAD["claimed"]),
    ],
)
def test_a_plan_is_stale_once_a_deciding_fact_has_changed(
    field: str, change: Change, healthy: Rehearsal
) -> None:
    facts = change(_facts(healthy))

    (refusal,) = staleness(healthy.plan, healthy.network, {SERVICE: facts}, healthy.world.now())

    assert refusal.expected.startswith(f"{field} as it was")


def test_lag_does_not_make_a_plan_stale_because_it_is_looked_at_again(healthy: Rehearsal) -> None:
    facts = BAD["lag"](_facts(healthy))

    assert staleness(healthy.plan, healthy.network, {SERVICE: facts}, healthy.world.now()) == []


def test_a_copy_that_may_not_lead_makes_no_plan_stale_when_commits_wait_for_it_no_more(
    healthy: Rehearsal,
) -> None:
    # another run had widened to it, and had it barred again at its end
    facts, barred = _facts(healthy), HostName("ndc03-data")
    assert facts.synchronous is not None
    assert facts.members[barred].barred
    leaving = replace(facts, synchronous=facts.synchronous | {barred})

    assert staleness(healthy.plan, healthy.network, {SERVICE: leaving}, healthy.world.now()) == []
