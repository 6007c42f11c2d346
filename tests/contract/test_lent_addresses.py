"""An address that is lent goes when its time is over: in memory, and in a kernel."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import TypeVar

import pytest
from typing_extensions import override

from core.clock import Clock, wait_until
from core.system_clock import SystemClock
from dr.onhost.addresses import LentAddresses, Loopback, MemoryAddresses
from dr.simulation.timeline import Timeline

T = TypeVar("T")
ADDRESS = IPv4Address("198.19.255.9")
SHORT, LONG = timedelta(seconds=2), timedelta(minutes=5)
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Held:
    """Where addresses are: here, or in the network of the one thread ``inside``."""

    clock: Clock
    addresses: Loopback | MemoryAddresses
    inside: ThreadPoolExecutor | None = None

    def ask(self, event: Callable[[], T]) -> T:
        return self.inside.submit(event).result() if self.inside else event()

    def lend(self, duration: timedelta, by: LentAddresses | None = None) -> None:
        until = self.clock.elapsed() + duration
        self.ask(lambda: (by or self.addresses).lend(ADDRESS, until))

    def is_there(self) -> bool:
        return ADDRESS in self.ask(self.addresses.present)


def _leave_the_network() -> None:
    """Give this thread, and whatever it starts, a network of its own."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@pytest.fixture(params=["memory", pytest.param("kernel", marks=pytest.mark.lab)])
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    if request.param == "memory":
        clock = Timeline()
        yield Held(clock, MemoryAddresses(clock))
        return
    with ThreadPoolExecutor(1, initializer=_leave_the_network) as inside:
        yield Held(SystemClock(), Loopback(SystemClock()), inside)


def test_it_is_there_until_then_and_no_longer(held: Held) -> None:
    held.lend(SHORT)
    at_first = held.is_there()

    wait_until(held.clock, lambda: not held.is_there(), what="its end", bound=SHORT * 3)

    assert at_first


def test_the_last_word_holds_longer_and_shorter(held: Held) -> None:
    held.lend(SHORT)
    held.lend(LONG)
    held.clock.sleep(SHORT * 1.5)
    renewed = held.is_there()
    held.lend(SHORT)

    wait_until(held.clock, lambda: not held.is_there(), what="its end", bound=SHORT * 3)

    assert renewed


def test_what_was_there_for_good_is_lent_from_then_on(held: Held) -> None:
    held.ask(lambda: held.addresses.add(ADDRESS))
    held.lend(SHORT)

    wait_until(held.clock, lambda: not held.is_there(), what="its end", bound=SHORT * 3)


def test_nothing_is_lent_whose_time_is_over(held: Held) -> None:
    held.lend(LONG)

    held.lend(-SHORT)

    assert not held.is_there()


@pytest.mark.lab
def test_who_stood_still_before_the_kernel_heard_of_it_leaves_nothing() -> None:
    class Jumps(SystemClock):
        """A clock of a host that stands still after the first look at it."""

        looks = 0

        @override
        def elapsed(self) -> timedelta:
            self.looks += 1
            return super().elapsed() + (LONG if self.looks > 1 else timedelta())

    with ThreadPoolExecutor(1, initializer=_leave_the_network) as inside:
        held = Held(SystemClock(), Loopback(SystemClock()), inside)

        held.lend(LONG / 2, Loopback(Jumps()))

        assert not held.is_there()
