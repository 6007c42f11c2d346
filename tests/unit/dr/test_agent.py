"""An agent with the guard of its host: what it reads, what it does, what it leaves.

It serves alone at its site; beside fellows see ``test_fellowship``.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from core.errors import JournalCorrupt, NotSeen
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.hosts.epochs import Act
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard
from dr.placement import Claim, Placement
from dr.simulation.timeline import Timeline
from inventory.names import ServiceName
from tests.unit.dr.one_host import ADDRESS, ELSEWHERE, HERE, PORTAL, Majority, Stage


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
    asked = stage.said()
    stage.majority.holder = None
    stage.look()
    stage.answer()
    still_announced = stage.announced
    stage.look()

    assert (held, asked) == ([], {})
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

    (sentence,) = stage.agent(guard).look()

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
    agent = stage.agent(guard, _Mute(stage.majority.kept))

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
    pauses = [timedelta(), timedelta(), timedelta(seconds=30), timedelta()]

    class StandsStill(Majority):
        @override
        def claim(self, service: ServiceName) -> Claim:
            answer = super().claim(service)
            clock.sleep(pauses.pop())
            return answer

    guard = Guard({PORTAL: str(ADDRESS)}, EpochRecord(stage.folder, clock), stage.addresses)
    agent = stage.agent(guard, StandsStill(stage.majority.kept))

    list(agent.look())
    stage.answer()
    (late,) = agent.look()
    still_announced = stage.announced
    list(agent.look())
    stage.answer()
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
    stage.answer()
    stage.look()

    assert last
    assert not stage.announced
