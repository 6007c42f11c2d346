"""What every storage pool promises, of one in memory and of two on btrfs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.pool_device import PoolDevice
from storage.onhost.btrfs import BtrfsPool
from storage.points import SAME, PointDifference, RecoveryPoint
from storage.pool import MemoryPool, PoolFull
from tests.contract.pools import DATASET, OWNER, HandsInMemory, HandsOnDisk, Pair

NOON = datetime(2030, 5, 17, 5, tzinfo=UTC)
SIZE = 2**28


@pytest.fixture(autouse=True)
def _leaving_no_trace() -> Iterator[None]:
    """Remove what btrfs notes of each scrub on the machine."""
    notes = Path("/var/lib/btrfs")
    before = {*notes.glob("scrub.status.*")}
    yield
    for note in {*notes.glob("scrub.status.*")} - before:
        note.unlink()


@pytest.fixture(params=["memory", pytest.param("btrfs", marks=pytest.mark.lab)])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    if request.param == "memory":
        near, far = MemoryPool(), MemoryPool()
        near.ensure_dataset(DATASET, OWNER)
        yield Pair(near, far, HandsInMemory(near, far))
        return
    devices = [PoolDevice(tmp_path / name) for name in ("near", "far")]
    for device in devices:
        device.ensure(SIZE)
    here, there = (device.mounted for device in devices)
    pool = BtrfsPool(here)
    pool.ensure_dataset(DATASET, OWNER)
    yield Pair(pool, BtrfsPool(there), HandsOnDisk(here, there))
    for device in devices:
        device.unmount()


def _made(pair: Pair, text: str, minute: int = 0) -> RecoveryPoint:
    pair.hands.write(text)
    pair.near.make_point(DATASET, NOON + timedelta(minutes=minute))
    return pair.near.points(DATASET)[-1]


def _stream(pair: Pair, point: RecoveryPoint, base: RecoveryPoint | None = None) -> bytes:
    with pair.near.sending(DATASET, point, base) as stream:
        return stream.read()


def _received(pair: Pair, content: bytes, tmp_path: Path) -> None:
    # a file, since a real program reads it
    (tmp_path / "stream").write_bytes(content)
    with (tmp_path / "stream").open("rb") as stream:
        pair.far.receive(DATASET, stream)


def test_a_new_pool_holds_no_point(pair: Pair) -> None:
    assert pair.near.points(DATASET) == pair.far.points(DATASET) == ()


def test_a_pool_that_only_received_a_dataset_does_not_write_it(pair: Pair, tmp_path: Path) -> None:
    _received(pair, _stream(pair, _made(pair, "text")), tmp_path)

    assert pair.near.is_written(DATASET)
    assert not pair.far.is_written(DATASET)


def test_a_dataset_that_is_there_is_left_as_it_is(pair: Pair) -> None:
    pair.hands.write("text")

    pair.near.ensure_dataset(DATASET, OWNER)

    first = _made(pair, "text")
    assert [point.made_at for point in pair.near.points(DATASET)] == [first.made_at]


def test_a_dataset_is_given_to_its_account_whosever_it_was(pair: Pair) -> None:
    before = pair.hands.owner()

    pair.near.ensure_dataset(DATASET, OWNER + 1)

    assert (before, pair.hands.owner()) == (OWNER, OWNER + 1)


def test_a_dataset_begins_as_a_received_point_is_and_the_point_stays(
    pair: Pair, tmp_path: Path
) -> None:
    point = _made(pair, "text")
    _received(pair, _stream(pair, point), tmp_path)

    pair.far.promote(DATASET, point, OWNER)

    assert pair.far.is_written(DATASET)
    assert pair.far.points(DATASET) == (point,)
    with pytest.raises(Rejected):
        pair.far.promote(DATASET, point, OWNER)


def test_what_was_written_elsewhere_afterwards_comes_back_as_what_differs(
    pair: Pair, tmp_path: Path
) -> None:
    final = _made(pair, "text")
    _received(pair, _stream(pair, final), tmp_path)
    pair.far.promote(DATASET, final, OWNER)
    pair.far.make_point(DATASET, NOON + timedelta(minutes=1))
    after = pair.far.points(DATASET)[-1]

    with pair.far.sending(DATASET, after, final) as stream:
        (tmp_path / "back").write_bytes(stream.read())
    with (tmp_path / "back").open("rb") as stream:
        pair.near.receive(DATASET, stream)

    assert pair.near.points(DATASET) == (final, after)
    assert pair.near.digest(DATASET, after) == pair.far.digest(DATASET, after)


def test_a_point_after_which_nothing_was_written_is_told_from_one_that_holds_more(
    pair: Pair,
) -> None:
    base = _made(pair, "text")
    pair.near.ensure_dataset(DATASET, OWNER)
    pair.near.make_point(DATASET, NOON + timedelta(minutes=1))
    same = pair.near.points(DATASET)[-1]
    other = _made(pair, "more", minute=2)

    written = pair.near.difference(DATASET, other, base)
    assert pair.near.difference(DATASET, same, base) == SAME
    assert written == PointDifference(1, len("more"))


def test_what_is_kept_apart_is_kept_each_time_and_the_dataset_is_not_there(pair: Pair) -> None:
    pair.hands.write("first")
    pair.near.keep_apart(DATASET, "1")
    pair.near.keep_apart(DATASET, "nothing is there")
    pair.near.ensure_dataset(DATASET, OWNER)
    pair.hands.write("second")
    pair.near.keep_apart(DATASET, "2")
    pair.near.ensure_dataset(DATASET, OWNER)

    pair.near.set_aside(DATASET)

    assert pair.near.apart(DATASET) == ("1", "2")
    assert pair.far.apart(DATASET) == ()
    assert not pair.near.is_written(DATASET)


def test_a_dataset_is_never_begun_from_a_point_that_is_not_there(pair: Pair) -> None:
    point = _made(pair, "text")

    with pytest.raises(Rejected):
        pair.far.promote(DATASET, point, OWNER)

    assert not pair.far.is_written(DATASET)


def test_what_is_set_aside_is_not_written_and_its_points_stay(pair: Pair) -> None:
    point = _made(pair, "text")

    for _ in range(2):
        pair.near.set_aside(DATASET)
        assert not pair.near.is_written(DATASET)
        pair.near.promote(DATASET, point, OWNER)

    assert pair.near.points(DATASET) == (point,)


def test_a_point_keeps_name_and_origin_wherever_it_is_sent(pair: Pair, tmp_path: Path) -> None:
    point = _made(pair, "text")

    _received(pair, _stream(pair, point), tmp_path)

    assert pair.far.points(DATASET) == (point,)
    assert pair.hands.read(point) == "text"


def test_a_point_stays_as_it_was_when_the_dataset_changes(pair: Pair, tmp_path: Path) -> None:
    point = _made(pair, "before")
    pair.hands.write("after")

    _received(pair, _stream(pair, point), tmp_path)

    assert pair.hands.read(point) == "before"


def test_what_differs_from_a_common_point_is_enough(pair: Pair, tmp_path: Path) -> None:
    first = _made(pair, "x" * 100_000)
    _received(pair, _stream(pair, first), tmp_path)
    second = _made(pair, "y", minute=1)

    _received(pair, _stream(pair, second, first), tmp_path)

    assert pair.far.points(DATASET) == (first, second)
    assert pair.hands.read(second) == "y"


def test_what_differs_from_a_point_that_is_not_here_is_refused(pair: Pair, tmp_path: Path) -> None:
    first, second = _made(pair, "one"), _made(pair, "two", minute=1)

    with pytest.raises(Rejected):
        _received(pair, _stream(pair, second, first), tmp_path)

    assert pair.far.points(DATASET) == ()


def test_a_pool_without_room_says_so_and_keeps_what_it_has(pair: Pair, tmp_path: Path) -> None:
    first = _made(pair, "one")
    _received(pair, _stream(pair, first), tmp_path)
    second = _made(pair, secrets.token_hex(2**22), minute=1)
    pair.hands.fill()

    with pytest.raises(PoolFull):
        _received(pair, _stream(pair, second, first), tmp_path)

    assert pair.far.points(DATASET) == (first,)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_stream_that_was_cut_short_is_no_point_and_is_in_nobodys_way(
    pair: Pair, tmp_path: Path, share: float
) -> None:
    point = _made(pair, "text" * 1000)
    whole = _stream(pair, point)

    with pytest.raises(Rejected):
        _received(pair, whole[: int(len(whole) * share)], tmp_path)

    assert pair.far.points(DATASET) == ()
    _received(pair, whole, tmp_path)
    assert pair.far.points(DATASET) == (point,)


def test_equal_points_have_equal_digests_and_others_do_not(pair: Pair, tmp_path: Path) -> None:
    first, second = _made(pair, "one"), _made(pair, "two", minute=1)
    _received(pair, _stream(pair, first), tmp_path)

    digest = pair.far.digest(DATASET, first)

    assert digest == pair.near.digest(DATASET, first)
    assert digest != pair.near.digest(DATASET, second)


def test_what_was_dropped_is_gone_and_the_rest_stays(pair: Pair) -> None:
    first, second = _made(pair, "one"), _made(pair, "two", minute=1)

    pair.near.drop(DATASET, [first])
    pair.near.drop(DATASET, [])

    assert pair.near.points(DATASET) == (second,)


def test_a_stream_that_ends_between_two_commands_is_no_point(pair: Pair, tmp_path: Path) -> None:
    point = _made(pair, "text")
    whole = _stream(pair, point)

    # btrfs's last command says that it ends: ten bytes, its length, what it is, and a checksum
    with pytest.raises(Rejected):
        _received(pair, whole[:-10], tmp_path)

    assert pair.far.points(DATASET) == ()


def test_a_pool_that_lost_nothing_has_no_error_after_it_was_read(pair: Pair) -> None:
    _made(pair, "text")

    pair.near.scrub()

    assert pair.near.errors() == 0


@pytest.mark.lab
def test_a_byte_that_changed_under_a_pool_is_found_when_it_is_read(tmp_path: Path) -> None:
    device, mark = PoolDevice(tmp_path / "pool"), secrets.token_bytes(64 * 2**10)
    device.ensure(SIZE)
    (device.mounted / "file").write_bytes(mark)
    device.unmount()
    content = bytearray(device.file.read_bytes())
    content[content.index(mark[:64]) + 100] ^= 1
    device.file.write_bytes(content)
    device.mount()
    pool = BtrfsPool(device.mounted)

    pool.scrub()

    assert pool.errors() == 1
    device.unmount()
