"""What would be done about the dead, by whom, and what keeps the controller from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import JournalCorrupt, Rejected
from core.runs.plan import RunName
from dr.placement import Placement
from dr.watch.judging import (
    OBSERVES,
    Judgement,
    Proposal,
    Records,
    Remedy,
    command,
    judged,
    judgement_text,
    read_judgement,
    rest_of,
)
from dr.watch.lever import Hold, hold_text, read_hold
from dr.watch.lookout import SightWord
from dr.watch.watching import SILENT, Pulse
from inventory.initiative import Initiative
from inventory.names import HostName, SiteName
from inventory.network import Network, Role
from tests.networks import PORTAL_ALONE, network

NETWORK = network("compact", *PORTAL_ALONE)
OBSERVERS = [host.name for host in NETWORK.hosts_with(Role.MONITOR)]
(SERVICE,) = NETWORK.services
(DATABASE,) = NETWORK.databases
HOME, REFUGE, FAR = (SiteName(name) for name in ("ndc01", "ndc02", "ndc03"))
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
JUDGE = OBSERVERS[-1]
PLACED = Records(
    placements={SERVICE.name: Placement(HOME, 4, None)},
    synchronous={DATABASE.name: frozenset({HostName("ndc01-data"), HostName("ndc02-data")})},
)


def _at(*sites: str) -> list[HostName]:
    return [host.name for host in NETWORK.hosts if host.site in sites]


def _judged(
    lost: list[HostName],
    records: Records = PLACED,
    last: Judgement | None = None,
    *,
    at: datetime = AT,
    of: Network = NETWORK,
) -> Judgement:
    words = {
        name: SightWord(timedelta(), dict.fromkeys(lost, SILENT))
        for name in (host.name for host in of.hosts_with(Role.MONITOR))
        if name not in lost
    }
    return judged(of, words, records, last, JUDGE, at)


def _proposal(lost: list[HostName], records: Records = PLACED) -> Proposal:
    (proposal,) = _judged(lost, records).proposals
    return proposal


def test_a_lost_site_is_replaced_within_its_region_by_itself() -> None:
    assert _proposal(_at("ndc01")) == Proposal(
        SERVICE.name, Remedy.WITHIN, REFUGE, "ndc dr failover --lost ndc01", ()
    )


def test_the_host_that_serves_alone_is_replaced_as_well() -> None:
    proposal = _proposal([HostName("ndc01-app")])

    assert (proposal.remedy, proposal.to) == (Remedy.WITHIN, REFUGE)
    assert proposal.command == "ndc dr failover --lost ndc01-app"


@pytest.mark.parametrize("lost", ["ndc01-data", "ndc01-edge1", "ndc02-app", "ndc03-data"])
def test_nothing_is_done_about_hosts_without_which_a_service_goes_on(lost: str) -> None:
    judgement = _judged([HostName(lost)])

    assert [one.host for one in judgement.dead] == [lost]
    assert judgement.proposals == ()


@pytest.mark.parametrize("also", ["ndc02-app", "ndc02-data"])
def test_a_person_is_asked_where_the_region_cannot_serve_it(also: str) -> None:
    lost = [*_at("ndc01"), HostName(also)]

    proposal = _proposal(lost)

    assert (proposal.remedy, proposal.to) == (Remedy.PERSON, None)
    assert proposal.command == f"ndc dr plan --lost ndc01 --lost {also}"
    assert any("only a person" in why for why in proposal.why_not)


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_a_region_is_called_dead_and_a_person_is_given_the_plan_though_it_is_most_of_all(
    profile: str,
) -> None:
    small = network(profile, *PORTAL_ALONE)
    region = small.region(small.hosts_at(HOME)[0].name)
    lost = [host.name for host in small.hosts if small.region(host.name) == region]
    powerless = replace(PLACED, powerless=frozenset(lost))

    told = _judged(lost, powerless, of=small)
    untold = _judged(lost, of=small)

    assert 2 * len(lost) > len(small.hosts)
    assert [one.host for one in told.dead] == lost
    assert told.blind == {}
    (proposal,) = told.proposals
    assert (proposal.remedy, proposal.to) == (Remedy.PERSON, None)
    assert proposal.command == f"ndc dr plan --lost {HOME} --lost {REFUGE}"
    assert (untold.dead, untold.observers, untold.proposals) == ((), (), ())


def test_nothing_moves_to_a_host_that_is_only_suspected() -> None:
    words = {
        name: SightWord(timedelta(), dict.fromkeys(_at("ndc01"), SILENT)) for name in OBSERVERS[2:]
    }
    words[JUDGE] = replace(words[JUDGE], back={HostName("ndc02-app"): timedelta(seconds=2)})

    (proposal,) = judged(NETWORK, words, PLACED, None, JUDGE, AT).proposals

    assert proposal.remedy is Remedy.PERSON


def test_a_service_without_a_record_is_left_alone() -> None:
    assert _judged(_at("ndc01"), Records()).proposals == ()


@pytest.mark.parametrize(
    ("records", "word"),
    [
        (replace(PLACED, lever="held by an: maintenance"), "the lever is pulled, held by an"),
        (replace(PLACED, claimed={DATABASE.name: RunName("move")}), "move is in progress"),
        (replace(PLACED, synchronous={}), "unprotected: no copy at ndc02"),
        (replace(PLACED, answering=frozenset({SERVICE.name})), "it answers at its address"),
        (
            replace(PLACED, rests={SERVICE.name: "somebody moved it"}),
            "it is left alone for a while",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(records: Records, word: str) -> None:
    why_not = _proposal(_at("ndc01"), records).why_not

    (why,) = why_not
    assert why.startswith(word)


def test_who_only_observes_is_kept_back_by_that() -> None:
    judgement = _judged(_at("ndc01"), of=replace(NETWORK, controllers=Initiative.OBSERVE))

    (proposal,) = judgement.proposals
    assert (judgement.initiative, proposal.why_not) == (Initiative.OBSERVE, (OBSERVES,))


def test_only_what_was_judged_twice_by_one_controller_is_done() -> None:
    first, held = _judged(_at("ndc01")), _judged(_at("ndc01"), replace(PLACED, lever="held"))
    far = _judged([*_at("ndc01"), HostName("ndc02-app")])

    ripe = {
        "by the same": list(first.ripe(first)),
        "once": list(first.ripe(None)),
        "by another": list(first.ripe(replace(first, by=OBSERVERS[1]))),
        "held back before": list(first.ripe(held)),
        "held back now": list(held.ripe(first)),
        "by a person": list(far.ripe(far)),
    }

    assert {why for why, those in ripe.items() if those} == {"by the same"}


def test_the_less_urgent_a_service_the_longer_it_rests_and_at_least_for_a_while() -> None:
    rests = [
        rest_of(replace(SERVICE, stable_for=stable))
        for stable in (None, timedelta(minutes=5), timedelta(minutes=60))
    ]

    assert rests == [timedelta(minutes=minutes) for minutes in (10, 10, 60)]


def test_a_service_that_lives_elsewhere_is_not_concerned() -> None:
    moved = replace(PLACED, placements={SERVICE.name: Placement(FAR, 5, None)})

    assert _judged(_at("ndc01"), moved).proposals == ()


def test_a_judgement_keeps_since_when_a_host_is_as_it_is() -> None:
    first = _judged(_at("ndc01"))

    later = _judged(_at("ndc01"), last=first, at=AT + timedelta(minutes=1))

    assert first.since == dict.fromkeys(_at("ndc01"), AT - SILENT)
    assert later.since == first.since
    assert later.says_the_same(first)
    assert not _judged([], last=first).says_the_same(first)


def test_the_command_names_whole_sites_and_single_hosts() -> None:
    assert command(NETWORK, [*_at("ndc03"), HostName("ndc02-app")], "failover") == (
        "ndc dr failover --lost ndc02-app --lost ndc03"
    )


def test_a_judgement_is_read_as_it_was_meant() -> None:
    judgement = _judged(_at("ndc01"))

    assert read_judgement(judgement_text(judgement)) == judgement
    assert {one.pulse for one in judgement.suspects} == {Pulse.DEAD}
    with pytest.raises(Rejected):
        read_judgement("{}")


def test_a_hold_says_whether_it_is_proved_and_damage_is_not_taken_for_release() -> None:
    hold = Hold("an", AT, "the power is worked on")

    assert read_hold(hold_text(hold)) == hold
    assert hold.sentence() == (
        "held by an (not proved) since 2030-05-17 05:00:00Z: the power is worked on"
    )
    assert "not proved" not in replace(hold, key="SHA256:x", signature="y").sentence()
    with pytest.raises(JournalCorrupt):
        read_hold("{}")
