"""Parts of the network by themselves: copies against promises, stores and pools, what fires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.health.concern import Condition
from monitors.health.promise import TOLD_LATE
from monitors.health.snapshot import Snapshot
from tests.conftest import Golden
from tests.snapshots import degraded, endangered, healthy, site_down, unseen
from tui.alarms_view import alarms_lines
from tui.links_view import links_lines
from tui.picture import ASCII, UNICODE, PictureLine, plain
from tui.replication_view import MOST_LOOKS, ages_after, replication_lines, trend, trends_of
from tui.status_json import topic_plain
from tui.status_text import topic_text
from tui.storage_view import storage_lines
from tui.topics import StatusTopic

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "status"
SHOWN: list[tuple[str, Callable[[Snapshot], tuple[PictureLine, ...]], Callable[[], Snapshot]]] = [
    ("storage", storage_lines, healthy),
    ("storage-without-a-site", storage_lines, site_down),
    ("storage-unseen", storage_lines, unseen),
    ("replication", replication_lines, healthy),
    ("replication-endangered", replication_lines, endangered),
    ("replication-without-a-site", replication_lines, site_down),
    ("alarms", alarms_lines, degraded),
    ("alarms-unseen", alarms_lines, unseen),
]


@pytest.mark.parametrize(("name", "lines", "mood"), SHOWN, ids=[name for name, *_ in SHOWN])
def test_a_part_reads_as_approved(
    name: str,
    lines: Callable[[Snapshot], tuple[PictureLine, ...]],
    mood: Callable[[], Snapshot],
    golden: Golden,
) -> None:
    golden(GOLDEN / f"{name}.txt", plain(lines(mood())) + "\n")


def test_a_pool_without_room_is_marked_in_its_row() -> None:
    well = healthy()
    pool, *others = well.pools
    assert pool.room
    full = replace(pool, room=replace(pool.room, available_bytes=0))

    lines = plain(storage_lines(replace(well, pools=(full, *others)))).splitlines()

    (row,) = (line for line in lines if line.startswith(pool.name))
    assert "X CRIT" in row


@pytest.mark.parametrize(
    ("topic", "keys"),
    [
        (StatusTopic.REPLICATION, {"databases", "stores"}),
        (StatusTopic.STORAGE, {"stores", "pools"}),
        (StatusTopic.LINKS, {"links"}),
        (StatusTopic.ALERTS, {"alarms"}),
    ],
)
def test_a_program_gets_the_health_and_what_it_asked_for(
    topic: StatusTopic, keys: set[str]
) -> None:
    plain_values = topic_plain(healthy(), topic)

    assert plain_values.keys() == {"health", *keys}
    assert all(plain_values[key] is not None for key in keys)


def test_every_topic_is_told_as_text() -> None:
    texts = [topic_text(healthy(), topic) for topic in StatusTopic]

    assert all(texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("forth", "back", "cell"),
    [
        (0.14, 0.0, "> 14% < 0%"),
        (None, 1.0, "> - < 100%"),
        (0.0, None, "> 0% < -"),
        (None, None, "-"),
    ],
)
def test_each_way_of_a_link_is_shown_as_far_as_it_is_known(
    forth: float | None, back: float | None, cell: str
) -> None:
    link, *_ = (seen := healthy()).links
    pairs = ((link.a, forth), (link.z, back))
    ways = {source: loss for source, loss in pairs if loss is not None}

    lines = links_lines(replace(seen, links=(replace(link, one_way_loss=ways),)))

    assert plain(lines).splitlines()[-1].endswith(f"  {cell}")


def test_a_bar_is_full_where_a_copy_is_as_old_as_was_promised() -> None:
    minute = timedelta(minutes=1)

    assert trend([timedelta(), minute / 2, minute, 3 * minute], minute) == "▁▄██"
    assert trend([timedelta(), minute / 2, minute, 3 * minute], minute, ASCII) == "_=@@"


def test_where_nothing_may_be_lost_a_bar_is_full_at_what_is_told_late() -> None:
    assert trend([timedelta(), TOLD_LATE], timedelta()) == "▁█"


def test_a_look_in_which_nobody_told_of_a_copy_is_a_gap() -> None:
    assert trend([None, timedelta()], timedelta(minutes=1)) == f"{UNICODE.gap}▁"


def test_who_leads_has_no_trend_and_a_copy_has_a_character_a_look() -> None:
    seen = healthy()
    ages = ages_after(ages_after({}, seen), endangered())
    database, *_ = seen.databases
    leader, _, late = database.members

    trends = trends_of(seen, ages, looks=9)

    assert (database.name, leader.host) not in trends
    assert trends[database.name, late.host] == "▁█"
    assert trends_of(seen, ages, looks=1)[database.name, late.host] == "█"


def test_a_trend_forgets_what_is_older_than_it_shows() -> None:
    ages = ages_after({}, healthy())
    for _ in range(2 * MOST_LOOKS):
        ages = ages_after(ages, site_down())

    assert {len(told) for told in ages.values()} == {MOST_LOOKS}


def test_a_copy_that_is_too_old_is_marked_in_its_line_and_others_are_not() -> None:
    seen = healthy()
    store = seen.stores[0]
    old = replace(store.copies[0], age=10 * store.recovery_point)
    one = replace(store, copies=(old, *store.copies[1:]))

    _, title, first, second, *_ = storage_lines(replace(seen, stores=(one,)))

    assert title[-1].condition is Condition.WARNING
    assert [line[-1].condition for line in (first, second)] == [Condition.WARNING, Condition.OK]
