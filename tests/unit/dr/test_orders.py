"""An order to switch is given in the transaction that compares the claim, or not at all."""

from __future__ import annotations

import json

import pytest

from access.clients import patroni
from core.errors import NdcError, Rejected, Unreachable
from core.runs.plan import RunName
from dr.doors import SwitchOrder
from dr.live.orders import Orders
from dr.live.records import EtcdRecords
from dr.placement import Claim, claim_text
from dr.simulation.timeline import Timeline
from inventory.etcd import claim_on, claims, patroni_facts, patroni_order
from inventory.names import DatabaseName, HostName, ServiceName
from tests.networks import PORTAL_ALONE, SHARED_DATABASE, network
from tests.rehearsals import SERVICE
from tests.stubs.etcd import EventfulEtcd

OF = network("tiny", *PORTAL_ALONE, SHARED_DATABASE)
DATABASE, PAYMENTS = DatabaseName("general-db"), ServiceName("payments")
ONE, TWO = RunName("run-1"), RunName("run-2")
OLD, NEW = HostName("ndc01-node"), HostName("ndc02-node")
CLAIM = claim_on(OF.environment, DATABASE)
ORDER = patroni_order(OF.environment, DATABASE)
LEADER, SYNC = patroni_facts(OF.environment, DATABASE)


@pytest.fixture
def quorum() -> EventfulEtcd:
    return EventfulEtcd(
        {
            CLAIM: claim_text(Claim(ONE, 1)),
            LEADER: OLD,
            SYNC: json.dumps({"leader": OLD, "sync_standby": NEW, "quorum": 1}),
        }
    )


def _orders(quorum: EventfulEtcd) -> Orders:
    return Orders(EtcdRecords(quorum.client(), OF), Timeline())


def _order() -> SwitchOrder:
    return SwitchOrder(DATABASE, OLD, NEW, SERVICE, Claim(ONE, 1))


def _refused(
    quorum: EventfulEtcd, order: SwitchOrder, error: type[NdcError] = Rejected
) -> NdcError:
    with pytest.raises(error) as caught:
        _orders(quorum).give(order)
    return caught.value


def test_an_order_is_given_under_its_claim_and_obeyed(quorum: EventfulEtcd) -> None:
    seen: list[str] = []

    def obey() -> None:
        seen.append(quorum.held[ORDER])
        quorum.held |= {LEADER: NEW, ORDER: patroni.NO_ORDER}

    quorum.after = obey

    _orders(quorum).give(_order())

    assert [patroni.giver(text) for text in seen] == [ONE]


def test_a_run_that_is_overtaken_between_the_look_and_the_act_gives_no_order(
    quorum: EventfulEtcd,
) -> None:
    quorum.before = lambda: quorum.held.update({CLAIM: claim_text(Claim(TWO, 2))})

    _refused(quorum, _order())

    assert ORDER not in quorum.held


def test_a_claim_that_was_released_and_taken_again_is_another(quorum: EventfulEtcd) -> None:
    quorum.held[CLAIM] = claim_text(Claim(ONE, 3))

    _refused(quorum, _order())

    assert ORDER not in quorum.held


@pytest.mark.parametrize("key", [LEADER, SYNC])
def test_an_order_is_not_given_on_what_changes_meanwhile(quorum: EventfulEtcd, key: str) -> None:
    quorum.before = lambda: quorum.held.update({key: "another"})

    _refused(quorum, _order())

    assert ORDER not in quorum.held


def test_an_order_of_somebody_else_is_left_alone(quorum: EventfulEtcd) -> None:
    quorum.held[ORDER] = '{"leader":"ndc01-node","scheduled_at":"2030-01-01T00:00:00+00:00"}'

    error = _refused(quorum, _order())

    assert "another order stands" in error.actual
    assert "scheduled_at" in quorum.held[ORDER]


def test_what_the_leader_cleared_was_refused(quorum: EventfulEtcd) -> None:
    quorum.after = lambda: quorum.held.update({ORDER: patroni.NO_ORDER})

    error = _refused(quorum, _order())

    assert "cleared the order" in error.actual


def test_an_order_that_nobody_answers_may_still_be_obeyed(quorum: EventfulEtcd) -> None:
    _refused(quorum, _order(), Unreachable)

    assert patroni.giver(quorum.held[ORDER]) == ONE


def test_an_order_that_stands_is_not_given_twice(quorum: EventfulEtcd) -> None:
    _refused(quorum, _order(), Unreachable)
    changes = quorum.changes

    _refused(quorum, _order(), Unreachable)

    assert quorum.changes == changes


def test_no_order_outlives_its_claim(quorum: EventfulEtcd) -> None:
    _refused(quorum, _order(), Unreachable)
    records = EtcdRecords(quorum.client(), OF)

    records.swap_claim(SERVICE, Claim(ONE, 1), Claim(None, 1))

    assert quorum.held[ORDER] == patroni.NO_ORDER
    assert records.claim(SERVICE) == Claim(None, 1)


def test_an_order_of_somebody_else_outlives_our_claim(quorum: EventfulEtcd) -> None:
    quorum.held[ORDER] = '{"leader":"ndc01-node","member":"ndc02-node"}'
    records = EtcdRecords(quorum.client(), OF)

    records.swap_claim(SERVICE, Claim(ONE, 1), Claim(None, 1))

    assert patroni.stands(quorum.held[ORDER])


def test_two_services_on_one_database_share_its_claim(quorum: EventfulEtcd) -> None:
    records = EtcdRecords(quorum.client(), OF)

    assert records.claim(PAYMENTS) == records.claim(SERVICE) == Claim(ONE, 1)
    with pytest.raises(Rejected):
        records.swap_claim(PAYMENTS, Claim(None, 1), Claim(TWO, 2))


@pytest.mark.parametrize("name", [SERVICE, PAYMENTS])
def test_a_claim_on_one_service_of_an_earlier_ndc_holds_the_database(
    quorum: EventfulEtcd, name: ServiceName
) -> None:
    key = claims(OF.environment) + name
    quorum.held = {key: claim_text(Claim(TWO, 7)), LEADER: OLD, SYNC: quorum.held[SYNC]}
    records = EtcdRecords(quorum.client(), OF)

    assert records.claim(PAYMENTS) == records.claim(SERVICE) == Claim(TWO, 7)
    _refused(quorum, _order())


def test_an_earlier_ndc_that_claims_a_service_meanwhile_fences_the_order(
    quorum: EventfulEtcd,
) -> None:
    key = claims(OF.environment) + PAYMENTS
    quorum.held[key] = claim_text(Claim(None, 7))
    quorum.before = lambda: quorum.held.update({key: claim_text(Claim(TWO, 8))})

    _refused(quorum, _order())

    assert ORDER not in quorum.held
