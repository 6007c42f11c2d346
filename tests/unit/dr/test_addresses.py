"""The kernel's own list of addresses, asked without a process."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

import pytest

from core.system_clock import SystemClock
from dr.onhost import addresses
from dr.onhost.addresses import Loopback

HERE = IPv4Address("127.0.0.1")


@contextmanager
def ended_children() -> Iterator[list[int]]:
    """Yield a list that gets an entry whenever a process ends that this one started."""
    ended: list[int] = []
    before = signal.signal(signal.SIGCHLD, lambda number, _: ended.append(number))
    try:
        yield ended
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_to_look_at_addresses_starts_no_process() -> None:
    with ended_children() as ended:
        subprocess.run(["true"], check=True)
        seen_before = len(ended)

        Loopback(SystemClock()).present()

        assert (seen_before, len(ended)) == (1, 1)


def test_addresses_of_lo_are_told_and_those_of_no_other_interface() -> None:
    elsewhere = {address for interface, address in addresses._listed() if interface != "lo"}

    present = Loopback(SystemClock()).present()

    assert HERE in present
    assert present.isdisjoint(elsewhere)


def test_no_address_is_left_out_where_there_are_more_than_there_was_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = list(addresses._listed())

    monkeypatch.setattr(addresses, "_MOST_AT_FIRST", 1)

    assert list(addresses._listed()) == whole
