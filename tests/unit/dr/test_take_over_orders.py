"""The key to lead by is taken from the leader that was given up, under a claim, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from access.clients import patroni
from access.clients.etcd import Etcd
from core.errors import NdcError, Rejected, Unreachable
from core.runs.plan import RunName
from dr.doors import SwitchOrder
from dr.live.orders import Orders
from dr.live.records import EtcdRecords
from dr.placement import Claim, claim_text
from dr.simulation.timeline import Timeline
from inventory.etcd import claim_on, patroni_facts, patroni_order
from inventory.names import DatabaseName, HostName
from tests.networks import network
from tests.rehearsals import SERVICE
from tests.stubs.etcd import EventfulEtcd

OF = network("tiny")
DATABASE = DatabaseName("general-db")
ONE, TWO = RunName("run-1"), RunName("run-2")
OLD, NEW, THIRD = HostName("ndc01-node"), HostName("ndc02-node"), HostName("ndc03-node")
CLAIM = claim_on(OF.environment, DATABASE)
ORDER = patroni_order(OF.environment, DATABASE)
LEADER, SYNC = patroni_facts(OF.environment, DATABASE)
TAKEN = SwitchOrder(DATABASE, OLD, NEW, SERVICE, Claim(ONE, 1))
LEADERLESS = replace(TAKEN, leader=None)


@pytest.fixture
def quorum() -> EventfulEtcd:
    return EventfulEtcd(
        {
            CLAIM: claim_text(Claim(ONE, 1)),
            LEADER: OLD,
            SYNC: json.dumps({"leader": OLD, "sync_standby": NEW, "quorum": 1}),
        }
    )


@pytest.fixture
def leaderless(quorum: EventfulEtcd) -> EventfulEtcd:
    del quorum.held[LEADER]
    return quorum


def _orders(quorum: EventfulEtcd) -> Orders:
    return Orders(EtcdRecords(quorum.client(), OF), Timeline())


def _refused(
    quorum: EventfulEtcd, order: SwitchOrder = TAKEN, error: type[NdcError] = Rejected
) -> NdcError:
    with pytest.raises(error) as caught:
        _orders(quorum).take_over(order)
    return caught.value


def _nothing_was_changed(quorum: EventfulEtcd) -> None:
    assert quorum.changes == 0
    assert ORDER not in quorum.held


def test_the_key_goes_in_the_moment_in_which_the_heir_is_named(quorum: EventfulEtcd) -> None:
    seen: list[tuple[str | None, str]] = []

    def obey() -> None:
        seen.append((quorum.held.get(LEADER), quorum.held[ORDER]))
        quorum.held |= {LEADER: NEW, ORDER: patroni.NO_ORDER}

    quorum.after = obey

    _orders(quorum).take_over(TAKEN)

    assert seen == [(None, patroni.order(leader=OLD, candidate=NEW, giver=ONE))]
    assert quorum.changes == 1


def test_where_nobody_leads_the_heir_is_named_and_no_key_is_touched(
    leaderless: EventfulEtcd,
) -> None:
    def obey() -> None:
        leaderless.held |= {LEADER: NEW, ORDER: patroni.NO_ORDER}

    leaderless.after = obey

    _orders(leaderless).take_over(LEADERLESS)

    assert leaderless.changes == 1


def test_an_heir_that_leads_already_is_told_nothing(quorum: EventfulEtcd) -> None:
    quorum.held[LEADER] = NEW

    for order in (TAKEN, LEADERLESS):
        _orders(quorum).take_over(order)

    _nothing_was_changed(quorum)


@pytest.mark.parametrize("claim", [Claim(None, 1), Claim(TWO, 2), Claim(ONE, 3)])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_nothing_is_taken_under_a_claim_that_is_over(
    quorum: EventfulEtcd, claim: Claim, *, meanwhile: bool
) -> None:
    def overtake() -> None:
        quorum.held[CLAIM] = claim_text(claim)

    if meanwhile:
        quorum.before = overtake
    else:
        overtake()

    _refused(quorum)

    _nothing_was_changed(quorum)
    assert quorum.held[LEADER] == OLD


def test_nothing_is_taken_from_another_than_was_given_up(quorum: EventfulEtcd) -> None:
    quorum.held[LEADER] = THIRD

    assert _refused(quorum).actual == f"led by {THIRD}"
    assert _refused(quorum, LEADERLESS).actual == f"led by {THIRD}"

    _nothing_was_changed(quorum)


def test_a_key_that_its_holder_lost_is_not_taken_from_it(leaderless: EventfulEtcd) -> None:
    assert _refused(leaderless).actual == "led by nobody"

    _nothing_was_changed(leaderless)


def test_a_leader_that_led_anew_since_it_was_looked_at_keeps_its_key(quorum: EventfulEtcd) -> None:
    key = _orders(quorum).leader_key(DATABASE)
    assert key is not None
    quorum.write(LEADER, OLD)

    _refused(quorum, replace(TAKEN, term=key.term))

    _nothing_was_changed(quorum)


def test_a_lease_that_the_same_host_took_anew_meanwhile_is_another(quorum: EventfulEtcd) -> None:
    quorum.before = lambda: quorum.write(LEADER, OLD)

    _refused(quorum)

    _nothing_was_changed(quorum)
    assert quorum.held[LEADER] == OLD


def test_whoever_leads_meanwhile_keeps_its_key(leaderless: EventfulEtcd) -> None:
    leaderless.before = lambda: leaderless.write(LEADER, THIRD)

    _refused(leaderless, LEADERLESS)

    _nothing_was_changed(leaderless)
    assert leaderless.held[LEADER] == THIRD


@pytest.mark.parametrize("waiting", ["", "ndc03-node"])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_only_who_commits_waited_for_is_named(
    quorum: EventfulEtcd, waiting: str, *, meanwhile: bool
) -> None:
    def narrow() -> None:
        quorum.held[SYNC] = json.dumps({"sync_standby": waiting})

    if meanwhile:
        quorum.before = narrow
    else:
        narrow()

    _refused(quorum)

    _nothing_was_changed(quorum)
    assert quorum.held[LEADER] == OLD


def test_an_order_of_ours_that_stands_is_followed_and_not_given_again(quorum: EventfulEtcd) -> None:
    _refused(quorum, TAKEN, Unreachable)
    assert (quorum.changes, LEADER in quorum.held) == (1, False)

    _refused(quorum, LEADERLESS, Unreachable)

    assert quorum.changes == 1
    assert patroni.giver(quorum.held[ORDER]) == ONE


def test_a_key_that_came_back_is_taken_again_under_our_order(quorum: EventfulEtcd) -> None:
    _refused(quorum, TAKEN, Unreachable)
    quorum.write(LEADER, OLD)

    _refused(quorum, TAKEN, Unreachable)

    assert (quorum.changes, LEADER in quorum.held) == (2, False)


@pytest.mark.parametrize("order", [TAKEN, LEADERLESS])
def test_an_order_of_another_run_is_left_alone(quorum: EventfulEtcd, order: SwitchOrder) -> None:
    theirs = patroni.order(leader=OLD, candidate=THIRD, giver=TWO)
    quorum.held[ORDER] = theirs
    if order.leader is None:
        del quorum.held[LEADER]

    assert "another order stands" in _refused(quorum, order).actual

    assert (quorum.changes, quorum.held[ORDER]) == (0, theirs)


def test_an_order_that_comes_between_is_not_overwritten(quorum: EventfulEtcd) -> None:
    theirs = patroni.order(leader=OLD, candidate=THIRD, giver=TWO)
    quorum.before = lambda: quorum.held.update({ORDER: theirs})

    _refused(quorum)

    assert (quorum.held[ORDER], quorum.held[LEADER]) == (theirs, OLD)


def test_no_order_outlives_its_claim(quorum: EventfulEtcd) -> None:
    _refused(quorum, TAKEN, Unreachable)

    EtcdRecords(quorum.client(), OF).swap_claim(SERVICE, Claim(ONE, 1), Claim(None, 1))

    assert quorum.held[ORDER] == patroni.NO_ORDER


def test_a_quorum_that_is_silent_may_have_obeyed() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing", request=request)

    etcd = Etcd(httpx.Client(transport=httpx.MockTransport(silent)), ["https://voter"])

    with pytest.raises(Unreachable):
        Orders(EtcdRecords(etcd, OF), Timeline()).take_over(TAKEN)


def test_a_far_copy_takes_over_where_those_alone_had_every_write(quorum: EventfulEtcd) -> None:
    given: list[str] = []

    def obey() -> None:
        given.append(quorum.held[ORDER])
        quorum.held |= {LEADER: THIRD, ORDER: patroni.NO_ORDER}

    quorum.after = obey

    _orders(quorum).take_over(replace(TAKEN, candidate=THIRD, had_all=frozenset({OLD, NEW})))

    # a Patroni that is named a leader obeys for a synchronous standby alone
    assert [json.loads(text)["leader"] for text in given] == [""]


@pytest.mark.parametrize("had_all", [{OLD}, {NEW}, {OLD, NEW, THIRD}])
def test_a_far_copy_does_not_take_over_where_others_had_every_write(
    quorum: EventfulEtcd, had_all: set[HostName]
) -> None:
    _refused(quorum, replace(TAKEN, candidate=THIRD, had_all=frozenset(had_all)))

    _nothing_was_changed(quorum)


def test_a_far_copy_does_not_take_over_on_a_word_that_changes_meanwhile(
    quorum: EventfulEtcd,
) -> None:
    quorum.before = lambda: quorum.write(SYNC, json.dumps({"leader": NEW, "sync_standby": ""}))

    _refused(quorum, replace(TAKEN, candidate=THIRD, had_all=frozenset({OLD, NEW})))

    assert ORDER not in quorum.held
