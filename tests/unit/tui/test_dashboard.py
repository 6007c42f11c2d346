"""The dashboard draws what it is handed, at 80 by 24, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from monitors.health.snapshot import Snapshot
from tests.clocks import HandClock
from tests.snapshots import NOON, degraded, healthy, site_down, unseen
from tui.app import Dashboard, FeedTrouble, SnapshotTaken
from tui.picture import ASCII


def _shown(dashboard: Dashboard, selector: str) -> str:
    return str(dashboard.query_one(selector).render())


@pytest.mark.parametrize(
    "mood", [healthy, degraded, site_down, unseen], ids=lambda mood: str(mood.__name__)
)
def test_it_looks_as_it_was_approved(
    mood: Callable[[], Snapshot], snap_compare: Callable[..., bool]
) -> None:
    dashboard = Dashboard("test", HandClock(NOON))

    async def show(pilot: Pilot[Any]) -> None:
        dashboard.post_message(SnapshotTaken(mood()))
        await pilot.pause()

    assert snap_compare(dashboard, terminal_size=(80, 24), run_before=show)


def _late(looks: int) -> Iterator[Snapshot]:
    """Yield how a copy grows old by four seconds a look."""
    seen = healthy()
    database, *others = seen.databases
    *members, last = database.members
    for look in range(looks):
        old = replace(last, age=timedelta(seconds=4 * look))
        yield replace(seen, databases=(replace(database, members=(*members, old)), *others))


TOPICS: list[tuple[str, str, Callable[[], Iterable[Snapshot]]]] = [
    ("replication", "3", lambda: _late(20)),
    ("links", "4", lambda: [degraded()]),
    ("storage", "5", lambda: [site_down()]),
    ("alerts", "6", lambda: [degraded()]),
]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    ("key", "moods"), [topic[1:] for topic in TOPICS], ids=[topic[0] for topic in TOPICS]
)
def test_a_topic_looks_as_it_was_approved(
    key: str,
    moods: Callable[[], Iterable[Snapshot]],
    size: tuple[int, int],
    snap_compare: Callable[..., bool],
) -> None:
    dashboard = Dashboard("test", HandClock(NOON))

    async def show(pilot: Pilot[Any]) -> None:
        for mood in moods():
            dashboard.post_message(SnapshotTaken(mood))
        await pilot.press(key)
        await pilot.pause()

    assert snap_compare(dashboard, terminal_size=size, run_before=show)


def test_one_leads_back_to_the_map_from_every_topic() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test() as pilot:
            dashboard.post_message(SnapshotTaken(healthy()))
            for key in "3456":
                await pilot.press(key)
                assert not dashboard.query_one("#map").display
                assert dashboard.query_one("#topic").display
                await pilot.press("1")
                assert dashboard.query_one("#map").display
                assert not dashboard.query_one("#topic").display

    asyncio.run(story())


def test_a_trend_goes_on_while_the_picture_is_frozen() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test(size=(80, 40)) as pilot:
            early, *later, last = _late(5)
            dashboard.post_message(SnapshotTaken(early))
            await pilot.press("3", "space")
            for mood in later:
                dashboard.post_message(SnapshotTaken(mood))
            await pilot.press("space")
            dashboard.post_message(SnapshotTaken(last))
            await pilot.pause()

            assert "▁▁▂▃▄" in _shown(dashboard, "#lines")

    asyncio.run(story())


def test_an_old_picture_looks_old(snap_compare: Callable[..., bool]) -> None:
    clock = HandClock(NOON)
    dashboard = Dashboard("test", clock)

    async def show(pilot: Pilot[Any]) -> None:
        dashboard.post_message(SnapshotTaken(healthy()))
        await pilot.pause()
        clock.sleep(timedelta(seconds=90))
        dashboard.post_message(FeedTrouble("the environment has no certificates"))
        await pilot.pause(1.1)

    assert snap_compare(dashboard, terminal_size=(80, 24), run_before=show)


def test_it_starts_before_anything_was_seen() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test():
            assert "looking for the first time" in _shown(dashboard, "#header")

    asyncio.run(story())


def test_a_frozen_picture_says_so_and_stays() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test() as pilot:
            dashboard.post_message(SnapshotTaken(healthy()))
            await pilot.press("space")
            dashboard.post_message(SnapshotTaken(site_down()))
            await pilot.pause()

            assert "FROZEN" in _shown(dashboard, "#header")
            assert dashboard.snapshot == healthy()

            await pilot.press("space")
            dashboard.post_message(SnapshotTaken(site_down()))
            await pilot.pause()
            assert dashboard.snapshot == site_down()

    asyncio.run(story())


def test_q_leaves() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test() as pilot:
            await pilot.press("q")
        assert dashboard.return_code == 0

    asyncio.run(story())


def test_the_cursor_stays_where_it_is_when_a_new_picture_comes() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test() as pilot:
            dashboard.post_message(SnapshotTaken(healthy()))
            await pilot.press("j", "j", "j")
            dashboard.post_message(SnapshotTaken(degraded()))
            await pilot.pause()

            assert dashboard.query_one(DataTable).cursor_row == 3

    asyncio.run(story())


def test_a_terminal_without_unicode_gets_ascii() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON), ASCII)
        async with dashboard.run_test() as pilot:
            dashboard.post_message(SnapshotTaken(degraded()))
            await pilot.pause()

            assert _shown(dashboard, "#map").isascii()

    asyncio.run(story())
