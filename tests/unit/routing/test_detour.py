"""A router is told what to avoid, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from core.errors import NotSeen
from inventory.names import LinkName
from routing.avoidance import INTERVAL, Echo
from routing.onhost.detour import Detour, DetourLink

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
NORTH, SOUTH, STRANGER = (IPv4Address(f"198.19.100.{n}") for n in (1, 3, 5))


@dataclass
class Echoes:
    """A link whose echoes take as long as is said."""

    trip: timedelta = 3 * MS
    sent: list[Echo] = field(default_factory=list)

    def send(self, now: timedelta) -> None:
        self.sent.append(Echo(now, self.trip))

    def echoes(self, now: timedelta) -> list[Echo]:
        return [
            echo if echo.took and echo.sent_at + echo.took <= now else Echo(echo.sent_at, None)
            for echo in self.sent
            if now - echo.sent_at < 12 * SECOND
        ]


@dataclass
class Router:
    """A router that remembers what it avoids until it is started anew."""

    policies: dict[IPv4Address, bool]
    listens: bool = True
    asked: int = 0

    async def avoided(self) -> Mapping[IPv4Address, bool]:
        self._hear()
        return dict(self.policies)

    async def avoid(self, neighbours: Collection[IPv4Address]) -> None:
        self._hear()
        self.policies |= dict.fromkeys(neighbours, True)

    async def use(self, neighbours: Collection[IPv4Address]) -> None:
        self._hear()
        self.policies |= dict.fromkeys(neighbours, False)

    def _hear(self) -> None:
        self.asked += 1
        if not self.listens:
            raise NotSeen("bgpd did not answer", refused=True, actual="nobody listens")

    @property
    def avoids(self) -> set[IPv4Address]:
        return {address for address, is_avoided in self.policies.items() if is_avoided}


class Stand:
    """A router with two links, and what avoids them."""

    def __init__(self, *avoided: IPv4Address, knows: Collection[IPv4Address] = (NORTH, SOUTH)):
        self.north, self.south = Echoes(), Echoes()
        self.router = Router({address: address in avoided for address in knows})
        self.now = timedelta(hours=1)
        links = {
            NORTH: DetourLink(LinkName("north"), 3 * MS, self.north),
            SOUTH: DetourLink(LinkName("south"), 3 * MS, self.south),
        }
        self.detour = Detour(links, self.router)

    def watch(self, duration: timedelta) -> list[str]:
        sentences: list[str] = []
        ends_at = self.now + duration
        while self.now < ends_at:
            self.now += INTERVAL
            sentences += asyncio.run(self.detour.look(self.now))
        return sentences


def test_a_slow_link_is_avoided_and_used_again_when_it_is_well() -> None:
    stand = Stand()
    assert stand.watch(5 * SECOND) == []

    stand.north.trip = 500 * MS
    assert stand.watch(2 * SECOND) == ["north is avoided: 500 ms, declared 3 ms"]
    assert stand.router.avoids == {NORTH}

    stand.north.trip = 3 * MS
    assert stand.watch(13 * SECOND) == ["north is used again"]
    assert stand.router.avoids == set()


def test_a_router_is_told_at_once_however_lately_it_was_looked_at() -> None:
    stand = Stand()
    stand.watch(SECOND)

    stand.north.trip = 500 * MS
    stand.watch(2 * SECOND)

    assert stand.router.avoids == {NORTH}


def test_what_an_earlier_life_avoided_is_used_again() -> None:
    stand = Stand(NORTH)

    stand.watch(INTERVAL)

    assert stand.router.avoids == set()


def test_a_router_that_was_started_anew_is_told_again() -> None:
    stand = Stand()
    stand.north.trip = 500 * MS
    stand.watch(3 * SECOND)

    stand.router.policies[NORTH] = False
    stand.watch(6 * SECOND)

    assert stand.router.avoids == {NORTH}


def test_a_router_that_does_not_listen_is_told_as_soon_as_it_does() -> None:
    stand = Stand()
    stand.watch(SECOND)
    stand.router.listens = False
    stand.north.trip = 500 * MS

    sentences = stand.watch(6 * SECOND)
    stand.router.listens = True
    heard = stand.watch(INTERVAL)

    assert len(sentences) == 2  # it is slow; the router was not told, which is said once
    assert heard == ["the router listens again"]
    assert stand.router.avoids == {NORTH}


def test_who_is_no_neighbour_of_the_router_is_not_made_one() -> None:
    stand = Stand(knows=[SOUTH])
    stand.north.trip = 500 * MS

    stand.watch(3 * SECOND)

    assert stand.router.policies == {SOUTH: False}


def test_a_router_that_is_well_is_asked_every_five_seconds() -> None:
    stand = Stand()

    stand.watch(20 * SECOND)

    assert stand.router.asked <= 5


@pytest.mark.parametrize("avoided", [(), (NORTH,), (NORTH, SOUTH)])
def test_at_its_end_every_link_is_used(avoided: tuple[IPv4Address, ...]) -> None:
    stand = Stand(*avoided)

    asyncio.run(stand.detour.end())

    assert stand.router.avoids == set()
