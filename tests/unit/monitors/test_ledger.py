"""What the ledger proves, and what it refuses to prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import JournalCorrupt
from monitors.ledger import (
    Head,
    WriteOutcome,
    longest_gap,
    measure,
    unchained,
    worst_slip,
)
from tests.ledgers import TICK, WINDOW, at, chain, write

ENTRIES = [write(n) for n in range(1, 101)]
ALL_THERE = {entry.key: [entry.sequence] for entry in ENTRIES}

outcomes = st.lists(st.sampled_from(WriteOutcome), min_size=1, max_size=60)
ticks = st.lists(st.floats(0, 100), max_size=50)


@given(outcomes)
def test_what_is_written_is_read_back(found: list[WriteOutcome]) -> None:
    entries = [write(number, outcome) for number, outcome in enumerate(found, 1)]

    read, head = unchained(chain(entries), Head())

    assert read == entries
    assert head.lines == len(entries)


@given(outcomes, st.data())
def test_a_changed_repeated_or_torn_line_shows(
    found: list[WriteOutcome], data: st.DataObject
) -> None:
    lines = chain([write(number, outcome) for number, outcome in enumerate(found, 1)])
    place = data.draw(st.integers(0, len(lines) - 1))
    tampered = data.draw(
        st.sampled_from(
            [
                [
                    line.replace("ndc01", "ndc02") if n == place else line
                    for n, line in enumerate(lines)
                ],
                [lines[place], *lines],
                [*lines[:place], lines[place][:-9]],
            ]
        )
    )

    with pytest.raises(JournalCorrupt):
        unchained(tampered, Head())


def test_a_cut_off_end_shows_against_the_head() -> None:
    lines = chain(ENTRIES)
    _, whole = unchained(lines, Head())

    _, cut = unchained(lines[:-1], Head())

    assert cut != whole


@given(ticks, st.floats(0, 100))
def test_another_acknowledgement_never_lengthens_the_gap(found: list[float], more: float) -> None:
    since, until = at(0), at(100)

    before = longest_gap(map(at, found), since=since, until=until)
    after = longest_gap(map(at, [*found, more]), since=since, until=until)

    assert after.length <= before.length


@given(ticks)
def test_nothing_is_acknowledged_within_the_gap(found: list[float]) -> None:
    gap = longest_gap(map(at, found), since=at(0), until=at(100))

    assert not [one for one in found if gap.began_at < at(one) < gap.ended_at]
    assert gap.length >= timedelta(seconds=5) / (len(found) + 1) - timedelta(microseconds=9)


def test_a_service_that_never_answers_has_a_gap_as_long_as_the_window() -> None:
    refused = [write(n, WriteOutcome.REFUSED) for n in range(1, 101)]

    found = measure(refused, {}, window=WINDOW, interval=TICK)

    assert found.gap.length == WINDOW[1] - WINDOW[0]
    assert (found.acknowledged, found.refused) == (0, 100)


def test_all_well_is_no_loss_and_a_gap_of_one_tick() -> None:
    found = measure(ENTRIES, ALL_THERE, window=WINDOW, interval=TICK)

    assert (found.acknowledged, found.lost, found.duplicated, found.unknown) == (100, 0, 0, 0)
    assert found.gap.length == TICK
    assert not found.is_void


@pytest.mark.parametrize(
    ("held", "lost", "duplicated", "unread"),
    [
        ({"k7": []}, 1, 0, 0),
        ({"k7": [8]}, 1, 0, 0),
        ({"k7": [7, 8]}, 0, 1, 0),
        ({"k7": None}, 0, 0, 1),
    ],
    ids=["gone", "under another id", "twice", "nobody could tell"],
)
def test_each_way_to_break_the_promise_is_counted(
    held: dict[str, list[int] | None], lost: int, duplicated: int, unread: int
) -> None:
    there = {key: ids for key, ids in {**ALL_THERE, **held}.items() if ids is not None}

    found = measure(ENTRIES, there, window=WINDOW, interval=TICK)

    assert (found.lost, found.duplicated, found.not_read_back) == (lost, duplicated, unread)


def test_an_unknown_write_may_be_there_or_not() -> None:
    entries = [write(1), write(2, WriteOutcome.UNKNOWN), write(3, WriteOutcome.UNKNOWN)]

    found = measure(entries, {"k1": [1], "k2": [2], "k3": []}, window=(at(1), at(3)), interval=TICK)

    assert (found.unknown, found.unknown_appeared, found.lost) == (2, 1, 0)


@pytest.mark.parametrize(("late", "void"), [(3.9, False), (4.1, True)])
def test_a_schedule_that_slipped_by_more_than_200_ms_makes_it_void(
    *, late: float, void: bool
) -> None:
    entries = [*ENTRIES[:50], write(51, late=late), *ENTRIES[51:]]

    assert measure(entries, ALL_THERE, window=WINDOW, interval=TICK).is_void is void


def test_a_probe_that_was_dead_for_a_while_makes_it_void() -> None:
    entries = ENTRIES[:40] + ENTRIES[60:]

    assert measure(entries, ALL_THERE, window=WINDOW, interval=TICK).is_void
    assert worst_slip([], since=at(0), until=at(100), interval=TICK) == 99 * TICK


def test_an_entry_without_its_chain_is_torn() -> None:
    with pytest.raises(JournalCorrupt, match="cannot be trusted"):
        unchained(['{"sequence":1}'])


def test_a_window_counts_what_was_due_in_it() -> None:
    found = measure(ENTRIES, ALL_THERE, window=(at(10), at(19)), interval=TICK)

    assert found.acknowledged == 10
    assert replace(found, since=WINDOW[0]).until == at(19)
