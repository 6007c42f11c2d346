"""A lane between two pairs of sockets that keep packets apart, as TAPs do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.system_clock import SystemClock
from lab.relay.lane import NEVER, Lane
from lab.relay.wires import LaneSpec

CLOCK = SystemClock()
DELAY = timedelta(milliseconds=20)


def _spec(
    delay: timedelta = DELAY, rate: int = 0, loss: float = 0.0, *, silent: bool = False
) -> LaneSpec:
    return LaneSpec(delay // timedelta(microseconds=1), rate, loss, silent)


@dataclass
class Bench:
    """A lane with somebody at each end."""

    lane: Lane
    sender: socket.socket
    receiver: socket.socket

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.sender.send(packet)
        assert self.lane.take()

    def received(self, wait: timedelta = DELAY * 2) -> list[bytes]:
        """Return what has arrived after ``wait``."""
        until = CLOCK.elapsed() + wait
        while CLOCK.elapsed() < until:
            self.lane.deliver()
            CLOCK.sleep(timedelta(milliseconds=1))
        packets = []
        while True:
            try:
                packets.append(self.receiver.recv(2000))
            except BlockingIOError:
                return packets


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    sender, source = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    target, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for each in (source, target, receiver):
        each.setblocking(False)  # noqa: FBT003 - the library's signature
    lane = Lane(getattr(request, "param", _spec()))
    lane.source, lane.target = source.fileno(), target.fileno()
    with sender, source, target, receiver:
        yield Bench(lane, sender, receiver)


def test_packets_leave_in_the_order_in_which_they_came(bench: Bench) -> None:
    packets = [str(number).encode() for number in range(20)]

    bench.send(*packets)

    assert bench.received() == packets
    assert (bench.lane.packets, bench.lane.bytes, bench.lane.drops) == (20, 30, 0)


def test_no_packet_leaves_before_its_delay_is_over(bench: Bench) -> None:
    began = CLOCK.elapsed()
    bench.send(b"x")

    while not bench.received(timedelta(milliseconds=1)):
        pass

    assert CLOCK.elapsed() - began >= DELAY


def test_an_empty_lane_has_nothing_due(bench: Bench) -> None:
    assert bench.lane.deliver() == NEVER


@pytest.mark.parametrize("bench", [_spec(silent=True), _spec(loss=1.0)], indirect=True)
def test_what_vanishes_is_counted(bench: Bench) -> None:
    bench.send(b"a", b"b")

    assert bench.received() == []
    assert (bench.lane.packets, bench.lane.drops) == (0, 2)


def test_what_is_on_the_way_when_the_link_is_cut_is_lost(bench: Bench) -> None:
    bench.send(b"a", b"b")

    bench.lane.become(_spec(), cut=True)
    bench.lane.become(_spec(), cut=False)

    assert bench.received() == []
    assert bench.lane.drops == 2


def test_a_delay_that_is_shortened_lets_no_packet_overtake_another(bench: Bench) -> None:
    bench.send(b"slow")
    bench.lane.become(_spec(timedelta()), cut=False)
    bench.send(b"quick")

    assert bench.received() == [b"slow", b"quick"]


@pytest.mark.parametrize("bench", [_spec(timedelta(hours=1))], indirect=True)
def test_a_packet_waits_behind_the_one_before_it_however_short_its_own_delay(bench: Bench) -> None:
    bench.send(b"slow")
    bench.lane.become(_spec(timedelta()), cut=False)
    bench.send(b"quick")

    assert bench.received() == []
    assert bench.lane.deliver() > CLOCK.elapsed().total_seconds()


@pytest.mark.parametrize("bench", [_spec(timedelta(), rate=80_000)], indirect=True)
def test_a_limited_rate_spaces_packets_and_drops_what_a_shallow_buffer_cannot_hold(
    bench: Bench,
) -> None:
    # 100 bytes take 10 ms at that rate, so a buffer of 50 ms holds five beside the first
    each = timedelta(milliseconds=10)
    began = CLOCK.elapsed()
    bench.send(*[bytes(100)] * 10)

    passed = [CLOCK.elapsed() - began for _ in range(100) for _ in bench.received(each / 10)]

    assert len(passed) == bench.lane.packets
    assert bench.lane.packets in {6, 7}
    # a machine that stands still makes packets late; nothing makes them early
    assert all(at >= each * number for number, at in enumerate(passed, start=1))


def test_a_source_that_is_gone_is_told_of(bench: Bench) -> None:
    bench.lane.source = -1

    assert not bench.lane.take()


def test_a_target_that_does_not_take_a_packet_is_a_drop(bench: Bench) -> None:
    bench.send(b"x")
    bench.lane.target = -1

    assert bench.received() == []
    assert bench.lane.drops == 1
