from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitors.health.concern import Condition
from monitors.health.stores import StoreCopyView, StoreView, of_pool, of_store
from storage.hindrance import Hindrance
from storage.points import PointDifference
from tests.snapshots import healthy

STORE: StoreView = next(
    store for store in healthy().stores if store.recovery_point == timedelta(seconds=30)
)
NEAR, FAR = STORE.copies


def _with(copy: StoreCopyView) -> StoreView:
    return replace(STORE, copies=(copy, FAR))


def test_a_copy_that_keeps_its_promise_is_no_concern() -> None:
    assert [*of_store(STORE, frozenset())] == []


def test_a_copy_that_is_told_late_may_still_keep_it() -> None:
    assert [*of_store(_with(replace(NEAR, age=timedelta(seconds=44))), frozenset())] == []


def test_a_copy_older_than_its_tier_allows_is_one_concern() -> None:
    (concern,) = of_store(_with(replace(NEAR, age=timedelta(seconds=46))), frozenset())

    assert concern.condition is Condition.WARNING
    assert concern.is_unexplained
    assert f"the copy of {NEAR.host} is 46 s old, of at most 30 s" in concern.sentence
    assert "journalctl --unit ndc-storage" in concern.sentence


@pytest.mark.parametrize(
    ("hindrance", "why"),
    [
        (Hindrance.SILENT, "its source does not answer; next: ndc ssh"),
        (Hindrance.FULL, "its pool has no room; next: ndc ssh"),
        (Hindrance.ASTRAY, "its source has no recovery point that is there; docs/runbooks/seen/"),
    ],
)
def test_a_copy_that_grows_old_says_why_where_its_host_knows(
    hindrance: Hindrance, why: str
) -> None:
    old = replace(NEAR, age=timedelta(seconds=46), hindrance=hindrance)

    (concern,) = of_store(_with(old), frozenset())

    assert f"is 46 s old, of at most 30 s: {why}" in concern.sentence


def test_a_copy_that_waits_for_a_person_is_a_concern_before_it_is_old() -> None:
    waits = _with(replace(NEAR, hindrance=Hindrance.ASTRAY))
    recovers = _with(replace(NEAR, hindrance=Hindrance.SILENT))

    (concern,) = of_store(waits, frozenset())
    assert concern.sentence.startswith(f"{NEAR.host} takes nothing more: its source has no")
    assert concern.is_unexplained
    assert [*of_store(recovers, frozenset())] == []


def test_a_source_without_power_explains_that_a_copy_grows_old() -> None:
    (concern,) = of_store(_with(replace(NEAR, age=timedelta(hours=1))), frozenset({STORE.source}))

    assert concern.because == STORE.source


def test_a_copy_goes_with_its_host_and_comes_back_with_it() -> None:
    (concern,) = of_store(_with(replace(NEAR, age=None)), frozenset({NEAR.host}))

    assert (concern.condition, concern.because) == (Condition.WARNING, NEAR.host)


def test_a_copy_of_which_nobody_tells_is_not_seen() -> None:
    (concern,) = of_store(_with(replace(NEAR, age=None, read_back_age=None)), frozenset())

    assert concern.condition is Condition.UNSEEN


def test_a_copy_whose_recovery_point_is_ahead_of_now_has_no_age() -> None:
    early = replace(NEAR, age=None, early=timedelta(seconds=4))

    (concern,) = of_store(_with(early), frozenset())

    assert concern.condition is Condition.WARNING
    assert f"of {NEAR.host} is 4.0 s ahead, so its age is not known" in concern.sentence
    assert concern.sentence.endswith(f"next: ndc ssh {STORE.source} -- chronyc -n tracking")


def test_a_copy_that_is_not_what_its_source_holds_waits_for_a_person() -> None:
    (concern,) = of_store(_with(replace(NEAR, differs=True)), frozenset())

    assert concern.condition is Condition.CRITICAL
    assert concern.because == NEAR.host


def test_a_copy_that_was_not_compared_for_long_is_no_proof() -> None:
    late = replace(NEAR, read_back_age=4 * STORE.read_back)

    (concern,) = of_store(_with(late), frozenset())

    assert concern.condition is Condition.WARNING
    assert "was compared with its source" in concern.sentence


def test_a_copy_that_was_never_compared_is_no_proof_either() -> None:
    (concern,) = of_store(_with(replace(NEAR, read_back_age=None)), frozenset())

    assert (concern.condition, concern.is_unexplained) == (Condition.WARNING, True)
    assert f"the copy of {NEAR.host} was never compared with its source" in concern.sentence


POOL, *_ = healthy().pools


def test_a_pool_that_lost_nothing_is_no_concern() -> None:
    assert [*of_pool(POOL)] == []
    assert [*of_pool(replace(POOL, errors=None, scrub_age=None))] == []


def test_a_pool_is_seen_with_the_room_that_its_host_tells_of() -> None:
    assert POOL.room is not None
    assert (POOL.room.mount, POOL.room.size_bytes) == (POOL.folder, 500_000_000)


def test_a_pool_that_lost_something_waits_for_a_person() -> None:
    (concern,) = of_pool(replace(POOL, errors=2))

    assert (concern.condition, concern.because) == (Condition.CRITICAL, POOL.host)
    assert "2 times" in concern.sentence


def test_a_pool_that_nobody_read_for_days_is_a_concern() -> None:
    (concern,) = of_pool(replace(POOL, scrub_age=timedelta(days=4)))

    assert concern.condition is Condition.WARNING
    assert "4 d ago" in concern.sentence


def test_what_was_given_up_and_is_kept_waits_for_a_person() -> None:
    (concern,) = of_store(_with(replace(NEAR, apart=2)), frozenset())

    assert concern.condition is Condition.WARNING
    assert concern.is_unexplained
    assert f"{NEAR.host} keeps what it alone wrote" in concern.sentence


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (None, "given up; docs"),
        (PointDifference(1, 12), "given up: 1 file or folder, 12 B; docs"),
        (PointDifference(3, 4_200_000), "given up: 3 files and folders, 4.2 MB; docs"),
    ],
)
def test_it_is_told_how_much_of_it_nobody_else_has(
    counted: PointDifference | None, said: str
) -> None:
    (concern,) = of_store(_with(replace(NEAR, apart=1, counted=counted)), frozenset())

    assert said in concern.sentence
