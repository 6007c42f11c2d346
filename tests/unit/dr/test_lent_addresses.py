"""A store's address, which a host has for as long as it hears a majority, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from core.errors import NotSeen
from dr.hosts.announcing import Checked, Fitness
from dr.hosts.edges import Local, may_keep
from dr.hosts.epochs import LENT, Act, GuardRequest, GuardVerdict
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.agent import Agent
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard, Lending
from dr.placement import Placement
from inventory.names import ServiceName
from tests.unit.dr.one_host import ADDRESS, ELSEWHERE, HERE, PORTAL, Stage

MAPS, THERE = ServiceName("maps"), IPv4Address("198.19.255.9")
ANNOUNCE = GuardRequest(MAPS, 1, "a-run", "announce", Act.ANNOUNCE, THERE)
_LOOK = timedelta(seconds=2)


class Host(Stage):
    """A host that has a service and a store, and whose clock a test moves."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.addresses = MemoryAddresses(self.clock)
        serves = {str(PORTAL): str(ADDRESS), str(MAPS): str(THERE)}
        record = EpochRecord(self.folder, self.clock)
        lending = Lending(frozenset({MAPS}), self.addresses)
        self.own_guard = Guard(serves, record, self.addresses, lending=lending)
        self.own_agent: Agent = self.agent(self.own_guard)
        self.place(HERE, 1)
        self.majority.kept[MAPS] = Placement(HERE, 1, None)

    @override
    def checked(self, service: str, address: IPv4Address) -> Checked:
        return Checked(Fitness.WELL)

    def live(self, duration: timedelta) -> None:
        """Look as often as an agent does; where no majority answers it goes on."""
        until = self.clock.elapsed() + duration
        while self.clock.elapsed() < until:
            try:
                list(self.own_agent.look())
            except NotSeen:
                assert self.majority.lost
            self.clock.sleep(_LOOK)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_it_stays_as_long_as_a_majority_is_heard(host: Host) -> None:
    host.live(LENT * 4)

    assert host.addresses.present() == {ADDRESS, THERE}


def test_who_hears_no_majority_loses_it_and_keeps_what_writes_nothing(host: Host) -> None:
    host.live(LENT)
    host.majority.lost = True

    host.live(LENT)
    alone = host.addresses.present()
    host.majority.lost = False
    host.live(_LOOK)

    assert alone == {ADDRESS}
    assert host.addresses.present() == {ADDRESS, THERE}


def test_it_goes_no_sooner_than_most_of_that_time_after_the_last_word(host: Host) -> None:
    host.live(LENT)
    host.majority.lost = True

    host.live(LENT / 2)

    assert THERE in host.addresses.present()


def test_who_was_given_up_has_it_no_longer_than_it_was_lent(host: Host) -> None:
    host.live(LENT)
    host.excluded = True

    host.live(LENT)

    assert host.addresses.present() == {ADDRESS}


def test_it_goes_where_the_agent_died(host: Host) -> None:
    host.live(LENT)

    host.clock.sleep(LENT)

    assert host.addresses.present() == {ADDRESS}


def test_it_is_lent_to_who_announces_it_for_a_run_as_well(host: Host) -> None:
    verdict, _ = host.own_guard.answer(ANNOUNCE.text())
    at_first = THERE in host.addresses.present()
    host.clock.sleep(LENT)

    assert verdict is GuardVerdict.OBEYED
    assert at_first
    assert host.addresses.present() == frozenset()


def test_what_was_read_before_another_took_it_over_renews_nothing(host: Host) -> None:
    host.live(LENT)
    withdraw = replace(ANNOUNCE, act=Act.WITHDRAW, epoch=2)
    host.majority.when_read = lambda: host.own_guard.answer(withdraw.text())

    host.live(_LOOK)

    assert THERE not in host.addresses.present()


def test_time_counts_from_before_the_majority_was_asked(host: Host) -> None:
    host.live(LENT)
    host.majority.when_read = lambda: host.clock.sleep(LENT / 2)
    list(host.own_agent.look())
    host.majority.when_read = lambda: None
    after_look = THERE in host.addresses.present()

    host.clock.sleep(LENT / 2)

    assert after_look
    assert THERE not in host.addresses.present()


def test_what_was_heard_too_long_ago_lends_nothing_anew(host: Host) -> None:
    host.majority.when_read = lambda: host.clock.sleep(LENT)

    list(host.own_agent.look())

    assert host.addresses.present() == {ADDRESS}


def test_only_what_is_placed_here_and_on_nobody_who_was_given_up_is_renewed() -> None:
    here = Local(HERE, announced=True, highest=1)

    kept = [
        may_keep(Placement(HERE, 1, None), here),
        may_keep(Placement(ELSEWHERE, 1, None), here),
        may_keep(Placement(HERE, 1, None), replace(here, excluded=True)),
        may_keep(Placement(HERE, 1, None), replace(here, announced=False)),
    ]

    assert kept == [True, False, False, False]
