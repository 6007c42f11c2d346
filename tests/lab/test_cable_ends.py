"""One cable of the relay, whose ends vanish under it: the next command finds them gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from lab.relay.cable import Cable
from lab.relay.wires import LaneSpec, Plug, Wire

pytestmark = pytest.mark.lab

LANE = LaneSpec(delay_microseconds=1000, rate_bits_per_second=0, loss_ratio=0.0, silent=False)
CUTS = 5
HANG = timedelta(seconds=10)
CLOCK = SystemClock()
NAMESPACES = tuple(f"ndc-cable-{end}-{os.getpid()}" for end in ("a", "z"))
A, Z = (Plug(namespace, "link1") for namespace in NAMESPACES)
WIRE = Wire("a-z", A, Z, cut=False, forth=LANE, back=LANE)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Yield a cable that is plugged in at both ends."""
    with ExitStack() as ends:
        for namespace in NAMESPACES:
            _ip("netns", "add", namespace)
            ends.callback(_forget, namespace)
        cable = Cable(WIRE)
        ends.callback(cable.remove)
        cable.plug()
        assert _plugged(cable) == [True, True]
        yield cable


def test_an_end_whose_interface_was_removed_is_let_go_of_and_plugged_in_anew(cable: Cable) -> None:
    _ip("-n", A.namespace, "link", "del", A.interface)

    cable.become(replace(WIRE, cut=True))
    without = _plugged(cable)
    cable.plug()

    assert without == [False, True]
    assert _plugged(cable) == [True, True]
    assert "NO-CARRIER" in _ip("-n", A.namespace, "link", "set", A.interface, "up", then="show")


def test_a_cable_is_removed_although_a_namespace_went_before_it(cable: Cable) -> None:
    _ip("netns", "del", Z.namespace)

    cable.remove()

    assert _plugged(cable) == [False, False]
    assert A.interface not in _ip("-n", A.namespace, "link", "show")


def test_both_ends_hear_of_a_cut_before_the_kernel_says_so(cable: Cable, tmp_path: Path) -> None:
    ends = _switched_on()
    with ExitStack() as ears:
        heard = [ears.enter_context(_listening(end, tmp_path)) for end in ends]

        def all_heard() -> bool:
            _cut_and_heal(cable)
            return all("state DORMANT" in ear.read_text() for ear in heard)

        # within a second of the last cut, the kernel would not have said anything yet
        wait_until(CLOCK, all_heard, what="the ends to hear of a cut", bound=HANG)


def test_ends_that_were_healed_at_once_are_up(cable: Cable) -> None:
    ends = _switched_on()

    for _ in range(CUTS):
        _cut_and_heal(cable)

    def all_up() -> bool:
        return all("state UP" in _ip("-n", end.namespace, "link", "show") for end in ends)

    wait_until(CLOCK, all_up, what="the ends to be up", bound=HANG)


def _switched_on() -> tuple[Plug, ...]:
    for end in (A, Z):
        _ip("-n", end.namespace, "link", "set", end.interface, "up")
    return A, Z


def _cut_and_heal(cable: Cable) -> None:
    cable.become(replace(WIRE, cut=True))
    cable.become(WIRE)


@contextmanager
def _listening(end: Plug, folder: Path) -> Iterator[Path]:
    """Yield the file that grows by what a program in the namespace of ``end`` hears."""
    heard = folder / end.namespace
    with (
        heard.open("wb") as file,
        subprocess.Popen(["ip", "-n", end.namespace, "-o", "monitor", "link"], stdout=file) as ear,
    ):
        try:
            yield heard
        finally:
            ear.kill()


def _plugged(cable: Cable) -> list[bool]:
    return list(cable.status().plugged)


def _forget(namespace: str) -> None:
    subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def _ip(*words: str, then: str | None = None) -> str:
    said = subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout
    return _ip(*words[:2], "link", then) if then else said
