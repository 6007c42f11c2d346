"""The live sides of recovery's doors keep their promises in a network that really runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.clock import wait_until
from core.errors import Rejected
from core.measure import FRESH
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from core.system_clock import SystemClock
from dr.doors import Doors, Stance, SwitchOrder
from dr.hosts.epochs import Act
from dr.live.doors import Live
from dr.live.sight import Sight
from dr.placement import Claim, Placement
from dr.watch.observers import observers
from inventory.names import HostName
from inventory.network import Role, Service
from ndc.settings import paths_of
from ndc.wiring import environment
from ndc.wiring.running_network import running
from tests.lab.recovery import seen_by_others
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

SOMEBODY = RunName("a-test-of-doors")
BOUND = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """A service of a network, and how it stands."""

    live: Live
    service: Service
    placement: Placement

    @property
    def doors(self) -> Doors:
        return self.live.doors

    @property
    def sight(self) -> Sight:
        return Sight(self.live.network, self.live.programs, self.live.etcd)

    @contextmanager
    def claimed(self) -> Iterator[Claim]:
        """Hold the service meanwhile."""
        records, name = self.doors.records, self.service.name
        free = records.claim(name)
        held = Claim(SOMEBODY, free.number + 1)
        records.swap_claim(name, free, held)
        try:
            yield held
        finally:
            records.swap_claim(name, held, held.released(SOMEBODY))


@pytest.fixture(scope="module")
def standing(lab: Terminal) -> Iterator[Standing]:
    network = running(environment.opened(lab.environment), print)
    with Live.over(network, paths_of(lab.environment).secrets) as live:
        (service, *_) = network.services
        placement = live.doors.records.placement(service.name)
        assert placement is not None
        yield Standing(live, service, placement)


def test_one_member_leads_and_says_so_itself(standing: Standing) -> None:
    door, database = standing.doors.database, standing.service.database

    members = door.members(database)

    said = {host for host in members if door.leads(database, host)}
    assert said == {host for host, member in members.items() if member.leads}
    assert len(said) == 1


def test_patroni_refuses_a_switch_from_who_does_not_lead(standing: Standing) -> None:
    door, database = standing.doors.database, standing.service.database
    members = door.members(database)
    (leader,) = (host for host, member in members.items() if member.leads)
    standby, *_ = (host for host, member in members.items() if not member.leads)

    with pytest.raises(Rejected), standing.claimed() as claim:
        door.switch(SwitchOrder(database, standby, leader, standing.service.name, claim))

    assert door.leads(database, leader)


def test_patroni_refuses_a_candidate_that_no_commit_waits_for(standing: Standing) -> None:
    door, database = standing.doors.database, standing.service.database
    members = door.members(database)
    (leader,) = (host for host, member in members.items() if member.leads)
    others = [h for h, m in members.items() if not (m.leads or m.synchronous)]

    for candidate in others:
        with pytest.raises(Rejected), standing.claimed() as claim:
            door.switch(SwitchOrder(database, leader, candidate, standing.service.name, claim))

    assert others
    assert door.leads(database, leader)


def test_an_order_under_a_claim_that_is_over_is_never_given(standing: Standing) -> None:
    door, database = standing.doors.database, standing.service.database
    members = door.members(database)
    (leader,) = (host for host, member in members.items() if member.leads)
    candidate, *_ = (host for host, member in members.items() if member.synchronous)
    with standing.claimed() as over:
        pass

    with pytest.raises(Rejected):
        door.switch(SwitchOrder(database, leader, candidate, standing.service.name, over))

    assert door.leads(database, leader)


def test_a_guard_tells_its_epoch_and_refuses_the_one_before_and_what_comes_late(
    standing: Standing,
) -> None:
    guard, network = standing.doors.guard, standing.live.network
    name, placement = standing.service.name, standing.placement
    active = [h for h in standing.service.hosts if network.host(h).site == placement.site]
    late, present = (
        Token(SOMEBODY, StepId("late"), epoch, 1)
        for epoch in (placement.epoch - 1, placement.epoch)
    )

    for host in active:
        assert guard.look(name, host) == Stance(announces=True, highest=placement.epoch)
        with pytest.raises(Rejected):
            guard.act(Act.WITHDRAW, name, host, late, BOUND)
        with pytest.raises(Rejected):
            guard.act(Act.WITHDRAW, name, host, present, timedelta())
        assert guard.look(name, host).announces


def test_a_canary_is_written_once_however_often_it_is_sent(standing: Standing) -> None:
    door, name = standing.doors.application, standing.service.name
    host, key = standing.service.hosts[0], "canary-of-the-doors"

    before = door.rows(name, host, "canary-that-nobody-wrote")
    for _ in range(2):
        door.write(name, host, key, timedelta(seconds=5))

    assert (before, door.rows(name, host, key)) == (0, 1)


def test_the_probe_tells_the_last_acknowledgement_and_what_a_second_came_to(
    standing: Standing,
) -> None:
    probe, name, clock = standing.doors.probe, standing.service.name, SystemClock()
    since = probe.now(name)
    clock.sleep(timedelta(seconds=2))

    last = wait_until(
        clock, lambda: probe.acknowledged(name), what="an acknowledgement", bound=BOUND
    )
    measure = probe.testimony(name, since, probe.now(name)).measure

    assert last.age <= FRESH
    assert last.site == standing.placement.site
    assert (measure.lost, measure.duplicated) == (0, 0)
    assert measure.acknowledged > 0


def test_a_claim_is_swapped_for_what_it_is_only(standing: Standing) -> None:
    records, name = standing.doors.records, standing.service.name
    claim = records.claim(name)

    with pytest.raises(Rejected):
        records.swap_claim(name, Claim(SOMEBODY, 99), Claim(None, 99))

    assert records.claim(name) == claim


def test_every_host_answers_every_observer_and_tells_its_own_age(standing: Standing) -> None:
    sight, network = standing.sight, standing.live.network
    everybody = [host.name for host in network.hosts]

    for observer in observers(network, []):
        assert sight.answering(observer, everybody) == {*everybody}
    # the lab's machine is up for longer than any of its hosts
    assert max(map(sight.up_for, everybody)) < SystemClock().elapsed() - timedelta(seconds=1)


def test_a_host_that_is_frozen_answers_nobody(lab: Terminal, standing: Standing) -> None:
    host = _bystander(standing)

    lab.done("lab", "freeze", host)
    try:
        frozen = seen_by_others(lab, host)
    finally:
        lab.done("lab", "thaw", host)

    assert len(frozen) >= 2
    assert not any(frozen.values())
    _all_see(lab, host)
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


def test_a_site_that_is_cut_off_answers_nobody_though_the_operator_reaches_it(
    lab: Terminal, standing: Standing
) -> None:
    host = _bystander(standing)
    site = standing.live.network.host(host).site

    try:
        lab.done("lab", "cut", site)
        cut_off = seen_by_others(lab, host)
        age = standing.sight.up_for(host)
    finally:
        lab.done("lab", "heal", site)

    assert len(cut_off) >= 2
    assert not any(cut_off.values())
    assert age > timedelta()
    _all_see(lab, host)
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


def _bystander(standing: Standing) -> HostName:
    """Return a host of a centre that neither serves nor leads, and where no citizen comes in."""
    network, database = standing.live.network, standing.service.database
    members = standing.doors.database.members(database)
    (leader,) = (host for host, member in members.items() if member.leads)
    placement = standing.doors.records.placement(standing.service.name)
    assert placement is not None
    busy = {network.host(leader).site, placement.site}
    busy |= {host.site for host in network.hosts_with(Role.PROBE)}
    return next(host for host in reversed([*members]) if network.host(host).site not in busy)


def _all_see(lab: Terminal, host: HostName) -> None:
    wait_until(
        SystemClock(),
        lambda: all(seen_by_others(lab, host).values()),
        what=f"the return of {host}",
        bound=BOUND,
    )
