"""An agent with the guard of its host: what it reads, what it does, what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from core.errors import JournalCorrupt, NotSeen
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.announcing import Checked, Fitness
from dr.epochs import Act, GuardRequest
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.agent import Agent
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard
from dr.placement import Claim, Placement
from dr.simulation.timeline import Timeline
from inventory.names import ServiceName, SiteName

PORTAL = ServiceName("public-service-portal")
ADDRESS = IPv4Address("198.19.255.1")
HERE, ELSEWHERE = SiteName("ndc01"), SiteName("ndc02")


@dataclass
class Majority:
    """Records in memory, kept by a majority that may be lost."""

    kept: dict[ServiceName, Placement] = field(default_factory=dict)
    holder: RunName | None = None
    lost: bool = False
    refuses: bool = False
    """whether it is there, and turns the agent away"""
    when_read: Callable[[], object] = lambda: None
    """what happens between reading and acting"""

    def placements(self) -> Mapping[ServiceName, Placement]:
        if self.lost:
            raise NotSeen("no quorum", refused=self.refuses)
        answer = dict(self.kept)
        self.when_read()
        return answer

    def claim(self, service: ServiceName) -> Claim:
        assert service == PORTAL
        return Claim(self.holder, 1)


@dataclass
class Stage:
    """A host at ``HERE``, its agent, and the majority."""

    folder: Path
    majority: Majority = field(default_factory=Majority)
    addresses: MemoryAddresses = field(default_factory=MemoryAddresses)
    excluded: bool = False
    ails: str = ""
    """why a citizen is not served here"""

    @property
    def guard(self) -> Guard:
        record = EpochRecord(self.folder, SystemClock())
        return Guard({PORTAL: str(ADDRESS)}, record, self.addresses)

    def place(self, site: SiteName, epoch: int) -> None:
        self.majority.kept[PORTAL] = Placement(site, epoch, None)

    def ask(self, act: Act, epoch: int) -> None:
        self.guard.answer(GuardRequest(PORTAL, epoch, "move", "step", act, ADDRESS).text())

    def look(self) -> list[str]:
        return list(
            Agent(HERE, self.majority, self.guard, self, None, lambda: self.excluded).look()
        )

    def checked(self, service: str, address: IPv4Address) -> Checked:
        assert (service, address) == (PORTAL, ADDRESS)
        return Checked(Fitness.ILL if self.ails else Fitness.WELL, self.ails)

    @property
    def announced(self) -> bool:
        return ADDRESS in self.addresses.present()

    @property
    def known(self) -> dict[str, int]:
        return self.guard.record.read()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "ndc")


def test_a_host_that_booted_announces_what_is_placed_at_its_site(stage: Stage) -> None:
    stage.place(HERE, 3)

    first, second = stage.look(), stage.look()

    assert first == [f"announce-service of {PORTAL}, placed at ndc01 in epoch 3: done"]
    assert second == []
    assert stage.announced


def test_a_new_disk_learns_the_epoch_and_then_refuses_older_ones(stage: Stage) -> None:
    stage.place(ELSEWHERE, 3)

    stage.look()
    stage.ask(Act.ANNOUNCE, epoch=2)

    assert stage.known == {PORTAL: 3}
    assert not stage.announced


def test_a_host_that_was_away_for_any_number_of_moves_learns_from_the_record(
    stage: Stage,
) -> None:
    stage.place(HERE, 1_000_000)

    stage.look()

    assert stage.known == {PORTAL: 1_000_000}
    assert stage.announced


def test_the_address_stays_while_the_run_that_moves_the_service_holds_it(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.majority.holder = RunName("move")

    held = stage.look()
    still_announced = stage.announced
    stage.majority.holder = None
    stage.look()

    assert held == []
    assert still_announced
    assert not stage.announced


def test_what_was_read_before_a_move_is_not_obeyed_after_it(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.majority.when_read = lambda: stage.ask(Act.WITHDRAW, epoch=2)

    done = stage.look()

    assert done == []
    assert stage.known == {PORTAL: 2}
    assert not stage.announced


def test_what_the_guard_refuses_is_told(stage: Stage) -> None:
    stage.place(HERE, 1)
    guard = Guard({PORTAL: str(ADDRESS)}, _Overtaken(stage), stage.addresses)

    (sentence,) = Agent(HERE, stage.majority, guard, stage).look()

    assert sentence.endswith("REFUSED: epoch 1 is over: epoch 2 was seen")
    assert not stage.announced


def test_without_a_majority_everything_stays_as_it_is(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.majority.lost = True

    with pytest.raises(NotSeen):
        stage.look()

    assert stage.announced


def test_what_keeps_one_service_where_it_is_keeps_no_other(stage: Stage) -> None:
    other, address = ServiceName("payments"), IPv4Address("198.19.255.2")
    stage.addresses.add(address)
    stage.majority.kept[other] = Placement(ELSEWHERE, 2, None)
    stage.place(HERE, 1)
    guard = Guard({other: str(address), PORTAL: str(ADDRESS)}, stage.guard.record, stage.addresses)
    agent = Agent(HERE, _Mute(stage.majority.kept), guard, stage)

    with pytest.raises(NotSeen):
        list(agent.look())

    assert stage.addresses.present() == {address, ADDRESS}


def test_epochs_that_cannot_be_read_are_not_guessed(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.folder.mkdir()
    (stage.folder / "epochs.json").write_text("{torn", "utf-8")

    with pytest.raises(JournalCorrupt):
        stage.look()

    assert not stage.announced


class _Mute(Majority):
    """A majority that does not say who holds anything."""

    @override
    def claim(self, service: ServiceName) -> Claim:
        raise NotSeen(f"no claim on {service} can be read", refused=False)


class _Overtaken(EpochRecord):
    """A record that is overtaken between the agent's look and the guard's."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.folder, SystemClock())
        self._answers: list[dict[str, int]] = [{}, {PORTAL: 2}]

    @override
    def read(self) -> dict[str, int]:
        return self._answers.pop(0)


def test_who_stood_still_after_it_read_withdraws_by_what_it_reads_next(stage: Stage) -> None:
    clock = Timeline()
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    pauses = [timedelta(), timedelta(seconds=30)]

    class StandsStill(Majority):
        @override
        def claim(self, service: ServiceName) -> Claim:
            answer = super().claim(service)
            clock.sleep(pauses.pop())
            return answer

    guard = Guard({PORTAL: str(ADDRESS)}, EpochRecord(stage.folder, clock), stage.addresses)
    agent = Agent(HERE, StandsStill(stage.majority.kept), guard, stage)

    (late,) = agent.look()
    still_announced = stage.announced
    list(agent.look())

    assert "REFUSED: it comes 25.0 s after" in late
    assert still_announced
    assert not stage.announced


def test_who_is_kept_out_announces_nothing_until_it_is_admitted(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.excluded = True
    stage.look()
    out = stage.announced
    stage.excluded = False
    stage.look()

    assert not out
    assert stage.announced


def test_who_announces_when_it_is_given_up_may_be_the_last_and_stays(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.excluded = True
    stage.look()
    last = stage.announced
    stage.place(ELSEWHERE, 2)
    stage.look()

    assert last
    assert not stage.announced
