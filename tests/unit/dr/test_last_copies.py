"""What leaders are told is changed in the transaction that compares the claim, or not at all."""

from __future__ import annotations

import json

import pytest

from access.clients import patroni_settings
from core.errors import NotSeen, Rejected
from core.runs.plan import RunName
from dr.live.last_copies import LastCopies
from dr.live.records import EtcdRecords
from dr.placement import Claim, claim_text
from inventory.etcd import claim_on
from inventory.etcd import patroni_settings as settings_of
from inventory.names import DatabaseName
from inventory.promises import LastCopy
from tests.networks import PORTAL_ALONE, network
from tests.rehearsals import SERVICE
from tests.stubs.etcd import EventfulEtcd

OF = network("tiny", *PORTAL_ALONE)
DATABASE = DatabaseName("general-db")
ONE, TWO = RunName("run-1"), RunName("run-2")
KEY, CLAIM = settings_of(OF.environment, DATABASE), claim_on(OF.environment, DATABASE)
SETTINGS = {"ttl": 20, "synchronous_mode_strict": True}
HELD, FREE = Claim(ONE, 1), Claim(None, 1)


def _quorum(claim: Claim = HELD) -> EventfulEtcd:
    return EventfulEtcd({CLAIM: claim_text(claim), KEY: json.dumps(SETTINGS)})


def _told(quorum: EventfulEtcd, claim: Claim = HELD) -> None:
    LastCopies(EtcdRecords(quorum.client(), OF)).tell(DATABASE, LastCopy.CONTINUE, SERVICE, claim)


@pytest.mark.parametrize("claim", [HELD, FREE])
def test_it_is_told_while_the_claim_stands_and_all_else_stays(claim: Claim) -> None:
    quorum = _quorum(claim)

    _told(quorum, claim)

    assert json.loads(quorum.held[KEY]) == SETTINGS | {"synchronous_mode_strict": False}


@pytest.mark.parametrize("claim", [HELD, FREE])
def test_who_takes_the_claim_meanwhile_is_not_overruled(claim: Claim) -> None:
    quorum = _quorum(claim)
    quorum.before = lambda: quorum.held.update({CLAIM: claim_text(Claim(TWO, 2))})

    with pytest.raises(Rejected):
        _told(quorum, claim)

    assert json.loads(quorum.held[KEY]) == SETTINGS


def test_what_comes_after_somebody_wrote_the_same_again_is_refused() -> None:
    quorum = _quorum()
    quorum.before = lambda: quorum.write(KEY, json.dumps(SETTINGS))

    with pytest.raises(Rejected):
        _told(quorum)

    assert json.loads(quorum.held[KEY]) == SETTINGS


def test_what_is_so_already_is_written_again() -> None:
    quorum = _quorum()
    _told(quorum)

    _told(quorum)

    assert quorum.changes == 2


def test_a_database_that_nobody_led_is_told_nothing() -> None:
    quorum = _quorum()
    del quorum.held[KEY]

    with pytest.raises(Rejected) as caught:
        _told(quorum)

    assert "it has no settings" in caught.value.actual
    assert LastCopies(EtcdRecords(quorum.client(), OF)).look(DATABASE) is None


def test_settings_that_nobody_can_read_are_left_alone() -> None:
    quorum = _quorum()
    quorum.held[KEY] = "hello"

    with pytest.raises(NotSeen):
        LastCopies(EtcdRecords(quorum.client(), OF)).look(DATABASE)
    with pytest.raises(Rejected):
        _told(quorum)

    assert quorum.held[KEY] == "hello"
    assert patroni_settings.last_copy("hello") is None
