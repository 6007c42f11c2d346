from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotSeen, Rejected
from inventory.system_accounts import store_account
from storage.duties import RefugeDuty, SourceDuty
from tests.unit.storage.two_sites import HERE, NOON, STORE, TwoSites


@pytest.fixture
def sites(tmp_path: Path) -> TwoSites:
    return TwoSites(tmp_path)


def test_what_was_written_is_at_the_refuge_within_an_interval_and_a_transfer(
    sites: TwoSites,
) -> None:
    sites.write("first")
    sites.after(1)
    sites.write("second")

    sites.after(12)

    assert sites.copy() == "second"


def test_a_store_is_served_where_it_is_written_and_belongs_to_its_own_account(
    sites: TwoSites,
) -> None:
    sites.after(1)

    assert (sites.turn.seat.is_taken(), sites.far_turn.seat.is_taken()) == (True, False)
    assert sites.near.owners == {sites.dataset: store_account(STORE).number}


def test_a_copy_is_never_older_than_promised_while_the_way_is_open(sites: TwoSites) -> None:
    ages = []
    for _ in range(60):
        sites.after(1)
        word = sites.refuge.word()
        assert word.newest is not None
        ages.append(sites.clock.now() - word.newest)

    assert max(ages) <= STORE.recovery_point


def test_a_store_that_nobody_writes_does_not_look_late(sites: TwoSites) -> None:
    sites.after(100)

    word = sites.refuge.word()
    assert word.newest is not None
    assert sites.clock.now() - word.newest <= STORE.interval + timedelta(seconds=2)


def test_a_cut_link_lets_the_copy_grow_old_and_nothing_else(sites: TwoSites) -> None:
    sites.write("before")
    sites.after(12)
    sites.door.cut = True
    sites.write("meanwhile")

    sites.after(300)

    word = sites.refuge.word()
    assert word.newest is not None
    assert sites.clock.now() - word.newest >= timedelta(seconds=300)
    assert sites.copy() == "before"
    assert len(sites.far.points(sites.dataset)) == 2


def test_after_a_long_cut_only_what_differs_is_sent_and_points_between_are_skipped(
    sites: TwoSites,
) -> None:
    sites.after(12)
    sites.door.cut = True
    sites.after(300)  # the source has dropped all points of that time but the pinned one
    (before, *_) = sites.near.points(sites.dataset)
    sites.door.cut = False
    sites.write("after")

    sites.after(12)

    assert sites.copy() == "after"
    assert before.made_at < NOON + timedelta(seconds=30)
    assert len(sites.far.points(sites.dataset)) < 5


def test_a_source_that_begins_anew_takes_nothing_from_its_refuge(sites: TwoSites) -> None:
    sites.write("of the life before")
    sites.after(12)
    before = sites.far.points(sites.dataset)
    sites.write("")
    sites.near.drop(sites.dataset, sites.near.points(sites.dataset))

    sites.after(300)

    assert sites.far.points(sites.dataset) == before
    assert sites.copy() == "of the life before"
    with pytest.raises(Rejected, match="would begin anew") as refused:
        sites.refuge.look()
    assert "its source knows no recovery point that is here" in refused.value.actual


def test_when_a_person_put_aside_what_was_here_all_is_sent(sites: TwoSites) -> None:
    sites.after(12)
    sites.near.drop(sites.dataset, sites.near.points(sites.dataset))
    sites.write("anew")
    sites.far.kept.clear()

    sites.after(12)

    assert sites.copy() == "anew"


def test_a_refuge_that_is_declared_the_source_does_not_begin_empty(sites: TwoSites) -> None:
    sites.after(12)
    others = {HERE: sites.door}
    source = SourceDuty(STORE, sites.far, others, sites.far_turn, 1, sites.clock)

    with pytest.raises(Rejected, match="is written on alpha-data"):
        source.look()

    assert not sites.far.is_written(sites.dataset)
    assert not sites.far_turn.seat.is_taken()


def test_a_source_that_is_declared_a_refuge_ends_and_keeps_what_it_wrote(sites: TwoSites) -> None:
    sites.write("text")
    sites.after(12)
    held = sites.near.points(sites.dataset)
    sites.near.texts[sites.dataset] = "last"
    note = sites.refuge.note
    refuge = RefugeDuty(
        STORE, STORE.home, sites.near, sites.far_door, note, sites.turn, sites.clock
    )

    with pytest.raises(NotSeen, match="does not answer"):  # nobody goes on from there yet
        refuge.look()

    points = sites.near.points(sites.dataset)
    assert points[:-1] == held
    assert sites.near.kept[sites.dataset][points[-1]] == "last"
    assert not sites.turn.seat.is_taken()


def test_a_torn_transfer_is_no_point_and_the_next_look_goes_on(sites: TwoSites) -> None:
    sites.write("whole")
    sites.door.torn = True
    sites.after(1)
    torn = sites.far.points(sites.dataset)
    sites.door.torn = False

    sites.after(6)

    assert torn == ()
    assert sites.copy() == "whole"


def test_a_full_refuge_keeps_what_it_has_and_goes_on_when_there_is_room(sites: TwoSites) -> None:
    sites.write("before")
    sites.after(12)
    sites.far.full = True
    sites.write("later")
    sites.after(40)
    meanwhile = sites.copy()
    sites.far.full = False

    sites.after(12)

    assert meanwhile == "before"
    assert sites.copy() == "later"


def test_both_sites_can_go_back_as_far_as_declared_and_no_farther(sites: TwoSites) -> None:
    sites.after(600)

    for pool in (sites.near, sites.far):
        oldest, *_, last = pool.points(sites.dataset)
        assert STORE.retention - STORE.interval <= last.made_at - oldest.made_at
        assert last.made_at - oldest.made_at <= STORE.retention + STORE.interval


def test_a_copy_is_compared_with_its_source_as_often_as_declared(sites: TwoSites) -> None:
    sites.after(100)

    read_back = sites.refuge.word().read_back
    assert read_back is not None
    assert read_back.equal
    assert sites.clock.now() - read_back.of <= STORE.read_back + 2 * STORE.interval


def test_a_copy_that_is_not_what_its_source_holds_is_found_out_and_stays_so_told(
    sites: TwoSites,
) -> None:
    sites.write("right")
    sites.after(12)
    sites.refuge.note.at.unlink()
    for point in sites.far.points(sites.dataset):
        sites.far.kept[sites.dataset][point] = "rotten"

    sites.refuge.look()

    read_back = sites.refuge.word().read_back
    assert read_back is not None
    assert not read_back.equal


def test_a_source_that_does_not_know_the_refuge_says_so(sites: TwoSites) -> None:
    sites.door.refuge = STORE.copies[0].host

    with pytest.raises(NotSeen) as refused:
        sites.refuge.look()

    assert "holds no copy of maps" in refused.value.actual
    assert sites.near.points(sites.dataset) == ()


def test_a_source_asks_nobody_and_sends_nothing_by_itself(sites: TwoSites) -> None:
    sites.door.cut = True

    for _ in range(30):
        sites.clock.sleep(timedelta(seconds=1))
        sites.source.look()

    assert len(sites.near.points(sites.dataset)) == 3
    assert sites.far.points(sites.dataset) == ()


def test_who_waits_is_told_for_how_long(sites: TwoSites) -> None:
    first = sites.source.look()
    sites.clock.sleep(timedelta(seconds=4))

    again = sites.source.look()

    assert (first, again) == (STORE.interval, timedelta(seconds=6))


def test_a_damaged_note_is_named_and_nothing_is_guessed(sites: TwoSites) -> None:
    sites.after(2)
    sites.refuge.note.at.write_text("perhaps", "utf-8")

    with pytest.raises(Rejected) as refused:
        sites.refuge.word()

    assert "remove it" in refused.value.next_step
