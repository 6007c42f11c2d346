"""What a ping's words come to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.benchmarks.echoes import echoes, excesses_ms, outage


def _said(
    sent: Iterable[tuple[int, float]],
    transmitted: int,
    took_ms: float = 3.5,
    lost: Iterable[tuple[int, float]] = (),
) -> str:
    """Return what ping says when it sent these, by number and seconds, and was answered.

    It was not answered to those ``lost``, and says so when it sends the next.
    """
    lines = [
        f"[{1795602034 + at + took_ms / 1000:.6f}] 64 bytes from 198.19.2.3: "
        f"icmp_seq={sequence} ttl=64 time={took_ms} ms"
        for sequence, at in sent
    ]
    count = len(lines)
    lines += [f"[{1795602034 + at:.6f}] no answer yet for icmp_seq={n - 1}" for n, at in lost]
    end = f"{transmitted} packets transmitted, {count} received, 0% packet loss, time 1996ms"
    return "\n".join(["PING 198.19.2.3", *lines, "", "--- ping statistics ---", end, ""])


def test_an_outage_lasts_from_the_last_echo_to_the_next() -> None:
    sent = [(n, n / 100) for n in range(1, 301) if not 100 < n <= 150]
    lost = [(n, n / 100) for n in range(102, 151)]

    seen = outage(echoes(_said(sent, 300, lost=lost)))

    assert seen.seconds == pytest.approx(0.51)
    assert seen.lost == 50
    assert not seen.is_void


def test_a_ping_that_sends_less_often_while_nothing_answers_still_measures() -> None:
    """The kernel rounds its waiting up where no answer ends it."""
    sent = [(n, n / 100) for n in range(1, 101)] + [(n, n / 100 + 0.6) for n in range(161, 301)]
    lost = [(100 + n, 1 + n * 0.02) for n in range(1, 60)]

    seen = outage(echoes(_said(sent, 300, lost=lost)))

    assert seen.seconds == pytest.approx(1.21)
    assert not seen.is_void


def test_a_ping_that_slept_measured_itself() -> None:
    sent = [(n, n / 100 + (0.5 if n > 100 else 0)) for n in range(1, 301)]

    seen = outage(echoes(_said(sent, 300)))

    assert (seen.lost, seen.is_void) == (0, True)
    assert seen.slip_seconds == pytest.approx(0.51)


def test_a_ping_that_began_too_late_saw_no_beginning() -> None:
    sent = [(n, n / 100) for n in range(101, 301)]

    assert outage(echoes(_said(sent, 300))).is_void


def test_an_outage_that_did_not_end_lasts_as_long_as_was_sent() -> None:
    sent = [(n, n / 100) for n in range(1, 101)]
    lost = [(n, n / 100) for n in range(102, 301)]

    seen = outage(echoes(_said(sent, 300, lost=lost)))

    assert seen.seconds == pytest.approx(2.01, abs=0.01)
    assert seen.lost == 200
    assert not seen.is_void


@pytest.mark.parametrize("said", ["", "ping: connect: Network is unreachable", _said([(1, 0)], 9)])
def test_a_ping_that_said_too_little_is_no_measure(said: str) -> None:
    with pytest.raises(ValueError, match="said too little"):
        echoes(said)


def test_an_excess_is_what_a_round_trip_takes_over_the_declared_one() -> None:
    seen = echoes(_said([(2, 0.02), (1, 0.01)], 2))

    assert excesses_ms(seen, 3) == pytest.approx([0.5, 0.5])
    assert [echo.sequence for echo in seen.answered] == [1, 2]
