"""Two agents at one site, each with the guard of its host: who withdraws, and who never does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Unreachable
from core.runs.plan import RunName
from dr.hosts.announcing import ALONE, STEADY, Checked, Fitness
from dr.onhost.fellowship import EVERY, SOON
from dr.onhost.local_check import HERE
from tests.unit.dr.two_hosts import (
    ADDRESS,
    HOME,
    ONE,
    PORTAL,
    TWO,
    WELL,
    Site,
)

ILL = Checked(Fitness.ILL, "connection refused")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.place(HOME, 1)
    made.boot(ONE)
    made.boot(TWO)
    made.rounds(2)
    made.etcd.asked.clear()
    return made


def test_both_announce_and_say_so(site: Site) -> None:
    assert site.announcing == {ONE, TWO}
    assert site.words().keys() == {ONE, TWO}


def test_two_that_are_well_change_nothing_and_ask_the_same_each_time(site: Site) -> None:
    assert site.rounds(3) == []

    assert site.etcd.asked == ["/v3/kv/range", "/v3/lease/keepalive", "/v3/kv/range"] * 6


def test_who_is_ill_withdraws_while_a_fellow_serves(site: Site) -> None:
    site.becomes(ONE, ILL)

    done = site.rounds(2)

    assert site.announcing == {TWO}
    assert done == ["portal is withdrawn here, and a fellow serves: connection refused"]
    assert site.words().keys() == {TWO}
    assert site.hosts[ONE].agent.ill() == {}


def test_what_is_withdrawn_is_told_in_the_same_look_and_until_it_is_well(site: Site) -> None:
    beside = site.hosts[ONE].agent.fellowship
    assert beside is not None
    site.becomes(ONE, ILL)

    site.rounds(2)
    at_once = dict(beside.out)
    site.rounds(3)
    later = dict(beside.out)
    site.becomes(ONE, WELL)
    site.rounds(1)

    assert at_once == later == {PORTAL: "connection refused"}
    assert beside.out == {}


def test_while_it_waits_for_an_answer_it_looks_again_soon(site: Site) -> None:
    beside = site.hosts[ONE].agent.fellowship
    assert beside is not None
    site.becomes(ONE, ILL)

    before = beside.pause
    site.rounds(1, ONE)
    waiting = beside.pause
    site.rounds(3)

    assert (before, waiting, beside.pause) == (EVERY, SOON, EVERY)


@pytest.mark.parametrize("rounds", [1, 9])
def test_of_two_that_are_ill_none_withdraws(site: Site, rounds: int) -> None:
    site.becomes(ONE, ILL)
    site.becomes(TWO, ILL)

    done = site.rounds(rounds)

    assert site.announcing == {ONE, TWO}
    assert done == []
    assert site.hosts[ONE].agent.ill() == {PORTAL: "connection refused"}


def test_the_second_to_fall_ill_stays_as_the_last_announcer(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(3)
    site.becomes(TWO, ILL)

    site.rounds(9)

    assert site.announcing == {TWO}


@pytest.mark.parametrize("fitness", [Fitness.LATE, Fitness.TROUBLED])
def test_what_may_be_everybodys_trouble_withdraws_nothing(site: Site, fitness: Fitness) -> None:
    site.becomes(ONE, Checked(fitness, "HTTP 503"))

    site.rounds(9)

    assert site.announcing == {ONE, TWO}


def test_a_fellow_that_lives_and_serves_nobody_is_not_relied_on(site: Site) -> None:
    site.becomes(TWO, Checked(Fitness.LATE, "timed out"))
    site.rounds(2)
    site.becomes(ONE, ILL)

    site.rounds(9)

    assert site.announcing == {ONE, TWO}


def test_a_fellow_whose_agent_is_gone_is_not_relied_on(site: Site) -> None:
    site.becomes(ONE, ILL)

    site.rounds(9, ONE)
    site.etcd.lapse()
    site.rounds(9, ONE)

    assert site.announcing == {ONE, TWO}


def test_while_nobody_answers_everything_stays_announced(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(1, ONE, TWO)
    site.etcd.silent = True

    site.rounds(9)

    assert site.announcing == {ONE, TWO}


def test_a_lost_answer_to_the_transaction_withdraws_nothing(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(1)
    site.etcd.loses_withdrawals = True

    site.rounds(1)
    lost = set(site.words()), site.announcing
    site.etcd.loses_withdrawals = False
    site.rounds(3)

    assert lost == ({TWO}, {ONE, TWO})
    assert site.announcing == {TWO}


def test_an_answer_that_is_late_withdraws_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.becomes(ONE, ILL)
    site.rounds(1)
    answer = site.etcd.answer

    def late(asked: Any) -> tuple[int, Any]:
        if "request_delete_range" in str(asked.body):
            site.clock.sleep(timedelta(seconds=6))
        return answer(asked)

    monkeypatch.setattr(site.etcd, "answer", late)

    site.rounds(1)

    assert site.announcing == {ONE, TWO}
    assert site.words().keys() == {TWO}


def test_a_run_that_holds_the_service_keeps_everybody_where_they_are(site: Site) -> None:
    claim = site.records.claim(PORTAL)
    held = claim.taken(RunName("move"), claim.number + 1)
    assert held is not None
    site.records.swap_claim(PORTAL, claim, held)
    site.becomes(ONE, ILL)

    site.rounds(5)
    while_held = site.announcing
    site.records.swap_claim(PORTAL, held, held.released(RunName("move")))
    site.rounds(1)

    assert while_held == {ONE, TWO}
    assert site.announcing == {TWO}


def test_who_is_well_again_announces_when_that_has_lasted(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(3)
    site.becomes(ONE, WELL)

    site.rounds(STEADY // EVERY)
    early = site.announcing
    site.rounds(3)

    assert early == {TWO}
    assert site.announcing == {ONE, TWO}
    assert site.words().keys() == {ONE, TWO}


def test_who_is_withdrawn_asks_itself_and_never_its_fellow(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(3)
    site.hosts[ONE].health.asked.clear()

    site.rounds(3)

    assert site.hosts[ONE].health.asked == [HERE] * 3


def test_who_is_ill_announces_again_when_nobody_else_does(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(3)
    site.hosts[TWO].addresses.remove(ADDRESS)  # its host lost its power
    site.etcd.lapse()

    site.rounds(ALONE // EVERY, ONE)
    early = site.announcing
    site.rounds(1, ONE)

    assert early == set()
    assert site.announcing == {ONE}


def test_an_agent_that_begins_anew_keeps_what_is_withdrawn_withdrawn(site: Site) -> None:
    site.becomes(ONE, ILL)
    site.rounds(3)
    site.boot(ONE).health.now = ILL

    site.rounds(9)

    assert site.announcing == {TWO}


def test_an_agent_that_begins_anew_speaks_again(site: Site) -> None:
    site.boot(ONE)
    site.rounds(1)
    site.becomes(TWO, ILL)

    site.rounds(3)

    assert site.announcing == {ONE}


def test_the_old_sites_words_hold_nobody_at_the_next_epoch(site: Site) -> None:
    site.place(HOME, 2)
    site.rounds(1, ONE)
    site.becomes(ONE, ILL)

    site.rounds(9, ONE)  # what its fellow said was said under epoch 1

    assert site.announcing == {ONE, TWO}


def test_a_full_disk_keeps_nobody_from_withdrawing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.becomes(ONE, Checked(Fitness.ILL, "the disk is full"))
    site.rounds(1)

    def full(_: Mapping[str, Any]) -> int:
        raise Unreachable("no room")

    monkeypatch.setattr(site.hosts[ONE].agent.guard.record.audit, "append", full)
    site.rounds(1)

    assert site.announcing == {TWO}
