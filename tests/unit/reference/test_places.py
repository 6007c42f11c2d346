"""Who is let in where places are few, and who gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from reference.places import NoPlace, Places

HANG_SECONDS = 60


class Hall:
    """Places, those who came to them in order, and how many there are for the moment."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.places = Places(lambda: self.most)
        self.inside: list[str] = []
        self.leaving: dict[str, asyncio.Event] = {}

    async def comes(self, name: str, patience_seconds: float = HANG_SECONDS) -> asyncio.Task[None]:
        """Return the stay of ``name``, who has come by then."""
        self.leaving[name] = asyncio.Event()
        stay = asyncio.create_task(self._stay(name, patience_seconds))
        await self.settles()
        return stay

    async def leaves(self, name: str) -> None:
        self.leaving[name].set()
        await self.settles()

    async def settles(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def _stay(self, name: str, patience_seconds: float) -> None:
        async with self.places.one(patience_seconds):
            self.inside.append(name)
            try:
                await self.leaving[name].wait()
            finally:
                self.inside.remove(name)


def _played(story: Callable[[Hall], Coroutine[Any, Any, None]], most: int) -> None:
    async def run() -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await story(Hall(most))

    asyncio.run(run())


def test_who_came_last_is_let_in_first() -> None:
    async def story(hall: Hall) -> None:
        stays = [await hall.comes(name) for name in ("first", "second", "third")]
        await hall.leaves("first")
        assert hall.inside == ["third"]

        await hall.leaves("third")
        assert hall.inside == ["second"]

        await hall.leaves("second")
        await asyncio.gather(*stays)

    _played(story, most=1)


def test_more_places_let_more_in() -> None:
    async def story(hall: Hall) -> None:
        stays = [await hall.comes(name) for name in ("first", "second", "third")]
        assert hall.inside == ["first"]

        hall.most = 2
        hall.places.let_in()
        await hall.settles()
        assert hall.inside == ["first", "third"]

        hall.most = 1
        await hall.leaves("first")
        assert hall.inside == ["third"]

        await hall.leaves("third")
        await hall.leaves("second")
        await asyncio.gather(*stays)

    _played(story, most=1)


def test_who_lost_patience_is_not_let_in_later() -> None:
    async def story(hall: Hall) -> None:
        inside = await hall.comes("inside")
        with pytest.raises(NoPlace):
            await (await hall.comes("impatient", patience_seconds=0.01))

        patient = await hall.comes("patient")
        await hall.leaves("inside")
        assert hall.inside == ["patient"]

        await hall.leaves("patient")
        await asyncio.gather(inside, patient)

    _played(story, most=1)


@pytest.mark.parametrize("turns_before", range(4))
def test_who_is_cancelled_as_he_is_let_in_leaves_the_place_to_others(turns_before: int) -> None:
    async def story(hall: Hall) -> None:
        inside = await hall.comes("inside")
        waiting = await hall.comes("waiting")
        cancelled = await hall.comes("cancelled")
        hall.leaving["inside"].set()
        for _ in range(turns_before):
            await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        await hall.settles()
        assert hall.inside == ["waiting"]

        await hall.leaves("waiting")
        last = await hall.comes("last")
        assert hall.inside == ["last"]

        await hall.leaves("last")
        await asyncio.gather(inside, waiting, last)

    _played(story, most=1)
