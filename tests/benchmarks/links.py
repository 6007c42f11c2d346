"""What a link costs over what is declared, and how long it is missed when it falls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Any

from core.clock import wait_until
from tests.benchmarks.echoes import echoes, excesses_ms, outage
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand, pause
from tests.lab.terminal import Terminal

_BETWEEN_SECONDS = "0.01"
_ECHOES = "200"
_WATCHED_SECONDS = 10
_BEFORE_SECONDS = 2
_HANG = timedelta(seconds=60)


def excess(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield, in milliseconds, how much longer each round trip of a link was than declared."""
    lab, link = stand.lab(), _link(stand, number)
    declared, _, unit = link["round_trip"].partition(" ")
    assert unit == "ms"
    peer = str(IPv4Network(link["prefix"])[1])
    words = ("ping", "-n", "-D", "-i", _BETWEEN_SECONDS, "-c", _ECHOES, peer)
    said = lab.on(link["from"], *words)
    yield from ((value,) for value in excesses_ms(echoes(said.stdout), float(declared)))


def silent(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield the outage that each end saw when a link fell silent."""
    yield from _missed(stand, number, "silence")


def cut(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield the outage that each end saw when a link was cut."""
    yield from _missed(stand, number, "cut")


def _missed(stand: Stand, number: int, verb: str) -> Iterator[Trial]:
    lab, link = stand.lab(), _link(stand, number)
    loopbacks = {host["host"]: host["loopback"] for host in stand.hosts}
    ends = (link["from"], link["to"])
    ways = [(end, loopbacks[end], loopbacks[other]) for end, other in (ends, ends[::-1])]
    for way in ways:
        _await_way(lab, link, way)
    try:
        with ThreadPoolExecutor(len(ways)) as pool:
            watching = [pool.submit(_watched, lab, way) for way in ways]
            pause(_BEFORE_SECONDS)
            lab.done("lab", verb, link["link"])
    finally:
        lab.done("lab", "heal", link["link"])
    for one in watching:
        seen = outage(echoes(one.result()))
        yield (None if seen.is_void else seen.seconds,)


def _link(stand: Stand, number: int) -> Mapping[str, Any]:
    return stand.links[number % len(stand.links)]


def _watched(lab: Terminal, way: tuple[str, str, str]) -> str:
    """Return what a ping from end to end said; it ends by itself."""
    host, here, there = way
    words = ("ping", "-n", "-D", "-O", "-i", _BETWEEN_SECONDS, "-w", str(_WATCHED_SECONDS))
    return lab.on(host, *words, "-I", here, there).stdout


def _await_way(lab: Terminal, link: Mapping[str, Any], way: tuple[str, str, str]) -> None:
    """Return when packets from loopback to loopback take ``link``."""
    host, here, there = way
    peers = {str(address) for address in IPv4Network(link["prefix"])}

    def taken() -> bool:
        said = lab.on(host, "ip", "-json", "route", "get", there, "from", here)
        return said.code == 0 and json.loads(said.stdout)[0].get("gateway") in peers

    wait_until(CLOCK, taken, what=f"the way over {link['link']}", bound=_HANG)
