"""What rules let pass that comes close, and what they object to beside what is known to be bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr.conditions import LAG_LIMIT_BYTES
from dr.facts import Facts, LastWord, MemberFacts
from dr.placement import Placement
from dr.planning.refusing import borders
from dr.planning.request import Move
from dr.planning.rules.lacking import had_all_alone
from dr.planning.rules.table import refusals
from inventory.names import HostName, SiteName
from inventory.network import Network
from tests.failovers import Loss, loss
from tests.rehearsals import RUN, SERVICE, Rehearsal, rehearsal

LEADER, CANDIDATE, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
HOME, REFUGE, FAR_SITE = SiteName("ndc01"), SiteName("ndc02"), SiteName("ndc03")
TO_REFUGE = Move(SERVICE, REFUGE)


@pytest.fixture(scope="module")
def healthy() -> Rehearsal:
    return rehearsal()


@pytest.fixture(scope="module")
def region() -> Loss:
    return loss("ndc01", "ndc02")


def _whats(of: Network, facts: Facts, request: Move) -> list[str]:
    return [refusal.what for refusal in refusals(of, facts, request)]


def _seen(made: Rehearsal) -> Facts:
    return made.world.eye.observe(SERVICE)


def test_a_candidate_that_is_as_far_behind_as_it_may_be_is_no_objection(healthy: Rehearsal) -> None:
    facts = _seen(healthy)
    behind = MemberFacts(leads=False, streams=True, lag_bytes=LAG_LIMIT_BYTES)

    late = replace(facts, members={**facts.members, CANDIDATE: behind})

    assert _whats(healthy.network, late, TO_REFUGE) == []


@pytest.mark.parametrize("is_told", [False, True])
def test_a_far_copy_leads_only_where_the_quorum_names_who_had_every_write(
    region: Loss, *, is_told: bool
) -> None:
    facts = region.facts()[SERVICE]
    nobody = LastWord(None, frozenset(), None) if is_told else None

    whats = _whats(
        region.network,
        replace(facts, last_word=nobody),
        Move(SERVICE, FAR_SITE, region.lost, "the region burns"),
    )

    assert whats == ["nobody can say who has every acknowledged write of general-db"]


def test_a_copy_may_lack_writes_where_exactly_those_are_lost_who_had_them_all() -> None:
    made = loss("ndc01-data")
    facts = made.facts()[SERVICE]
    alone = LastWord(LEADER, frozenset(), None)

    had_all = had_all_alone(
        made.network, replace(facts, last_word=alone), Move(SERVICE, REFUGE, made.lost)
    )

    assert had_all == (LEADER,)


def test_the_borders_that_would_believe_what_is_lost_are_named_and_no_others() -> None:
    made = loss("ndc01")
    made.world.truth.plant.mute_ports |= made.lost
    made.world.truth.plant.dark.add(FAR_SITE)
    asked = borders(made.network, HOME, made.lost)
    silent = [one for one in asked if made.network.host(one).site == FAR_SITE]

    found = refusals(made.network, made.facts()[SERVICE], Move(SERVICE, REFUGE, made.lost))

    (refusal,) = [one for one in found if "may announce" in one.what]
    assert 0 < len(silent) < len(asked)
    assert refusal.actual == f"{' and '.join(silent)} cannot be asked"


def test_only_hosts_of_the_target_that_were_given_up_are_named(healthy: Rehearsal) -> None:
    facts, app = _seen(healthy), HostName("ndc02-app")

    (what,) = _whats(
        healthy.network, replace(facts, excluded=frozenset({app, FAR, CANDIDATE})), TO_REFUGE
    )

    assert what.startswith(f"{app} and {CANDIDATE} was given up")


def test_nothing_is_moved_while_nobody_can_say_who_was_given_up(healthy: Rehearsal) -> None:
    (what,) = _whats(healthy.network, replace(_seen(healthy), excluded=None), TO_REFUGE)

    assert what.startswith(f"nobody can say whether {SERVICE} would come to a host")


def test_a_quorum_that_bore_one_loss_at_most_is_held_to_that(healthy: Rehearsal) -> None:
    facts, three = _seen(healthy), healthy.network.voters[:3]
    votes = facts.votes or {}
    small = replace(healthy.network, voters=three)
    one_lost = {host: replace(votes[host], is_well=host != three[0]) for host in three}

    well = replace(facts, votes={host: votes[host] for host in three})

    assert _whats(small, well, TO_REFUGE) == []
    assert _whats(small, replace(facts, votes=one_lost), TO_REFUGE) == [
        "the quorum tolerates the loss of no other voter"
    ]


def test_a_home_that_does_not_answer_is_not_moved_back_to(healthy: Rehearsal) -> None:
    facts = replace(_seen(healthy), placement=Placement(REFUGE, 2, RUN))

    silent = replace(facts, reachable=facts.reachable - {HOME})

    assert f"{HOME} does not answer" in _whats(healthy.network, silent, Move(SERVICE, HOME))


def test_an_application_is_asked_for_where_nothing_is_said_to_be_lost(healthy: Rehearsal) -> None:
    facts = _seen(healthy)

    leaderless = replace(facts, members={}, answering=frozenset())

    assert f"{SERVICE} is not ready on ndc02-app" in _whats(healthy.network, leaderless, TO_REFUGE)


def test_where_members_answer_and_none_leads_nobody_says_that_it_is_lost(
    healthy: Rehearsal,
) -> None:
    facts = _seen(healthy)
    follows = {host: replace(one, leads=False, streams=True) for host, one in facts.members.items()}

    whats = _whats(healthy.network, replace(facts, members=follows), TO_REFUGE)

    assert "nobody can say who leads general-db" in whats


def _to_far(made: Loss, reason: str = "") -> Move:
    return Move(SERVICE, FAR_SITE, made.lost, reason)


def test_a_far_copy_does_not_lead_beside_a_leader_that_is_not_given_up() -> None:
    made = loss("ndc01")
    facts = made.facts()[SERVICE]
    led = MemberFacts(leads=True, streams=False, lag_bytes=None)

    found = _whats(
        made.network, replace(facts, members={**facts.members, CANDIDATE: led}), _to_far(made)
    )

    assert [what for what in found if "led by" in what or "every acknowledged" in what] == [
        f"general-db is led by {CANDIDATE}, which is not given up"
    ]


def test_a_far_copy_leads_only_if_it_replays_what_it_has(region: Loss) -> None:
    facts = region.facts()[SERVICE]
    silent = {host: one for host, one in facts.progress.items() if host != FAR}

    whats = _whats(region.network, replace(facts, progress=silent), _to_far(region, "it burns"))

    assert whats == [f"{FAR} does not replay what it received of general-db"]


@pytest.mark.parametrize("reason", ["", "it burns"])
def test_what_nobody_can_tell_is_lost_only_for_somebodys_word(region: Loss, reason: str) -> None:
    facts = region.facts()[SERVICE]
    assert facts.last_word is not None
    untold = replace(facts, last_word=replace(facts.last_word, position=None))

    whats = _whats(region.network, untold, _to_far(region, reason))

    may_be_lost = f"writes to {SERVICE} that were acknowledged may be lost"
    assert whats == ([] if reason else [may_be_lost])


def test_a_host_that_answers_is_not_lost_and_nothing_else_is_said_of_it() -> None:
    made = loss("ndc01-data")
    facts = made.facts()[SERVICE]
    sighting = facts.signs[LEADER]
    observer, *_ = sighting.answers
    seen = {**facts.signs, LEADER: replace(sighting, answers={observer: True})}

    whats = _whats(made.network, replace(facts, signs=seen), Move(SERVICE, REFUGE, made.lost))

    assert [what for what in whats if "lost" in what] == [f"{LEADER} is not lost"]


def test_a_target_whose_one_serving_host_was_given_up_waits_for_admission(
    healthy: Rehearsal,
) -> None:
    app = HostName("ndc02-app")

    (what,) = _whats(healthy.network, replace(_seen(healthy), excluded=frozenset({app})), TO_REFUGE)

    assert what.startswith(f"{app} was given up")


def test_a_network_that_never_bore_a_loss_is_not_held_to_one(healthy: Rehearsal) -> None:
    facts, one = _seen(healthy), healthy.network.voters[:1]

    alone = replace(facts, votes={host: (facts.votes or {})[host] for host in one})

    assert _whats(replace(healthy.network, voters=one), alone, TO_REFUGE) == []


def test_nobody_has_to_let_go_of_what_stays_where_it_is(healthy: Rehearsal) -> None:
    deaf = replace(_seen(healthy), obeying=frozenset())

    whats = _whats(healthy.network, deaf, Move(SERVICE, HOME))

    assert not [what for what in whats if "would not hear" in what]
