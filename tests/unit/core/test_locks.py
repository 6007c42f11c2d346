"""Who has a lock, who waits for it, and one command at a time on one environment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused, Rejected, Unreachable
from core.locks import Lock, alone, is_held
from core.system_clock import SystemClock

CLOCK = SystemClock()
HANG = timedelta(seconds=10)


def test_a_second_command_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lab" / "lock"
    lock.parent.mkdir()

    with alone(lock, CLOCK), pytest.raises(PlanRefused) as refused, alone(lock, CLOCK):
        pass

    assert str(os.getpid()) in refused.value.actual
    assert "environment lab" in refused.value.what


def test_the_lock_is_free_after_the_block(tmp_path: Path) -> None:
    with alone(tmp_path / "lock", CLOCK):
        pass

    with alone(tmp_path / "lock", CLOCK):
        pass


def test_the_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "lock", CLOCK):
        raise ZeroDivisionError

    with alone(tmp_path / "lock", CLOCK):
        pass


def test_without_a_place_for_the_lock_nothing_is_begun(tmp_path: Path) -> None:
    with (
        pytest.raises(Rejected, match="cannot be locked"),
        alone(tmp_path / "gone" / "lock", CLOCK),
    ):
        pass


def test_a_full_disk_does_not_keep_anybody_from_cleaning_up() -> None:
    # nothing can be written there; what is locked is the file, not its content
    with alone(Path("/dev/full"), CLOCK):
        pass


def test_only_one_has_a_lock_and_a_closed_one_is_free(tmp_path: Path) -> None:
    with Lock(tmp_path / "lock") as first, Lock(tmp_path / "lock") as second:
        assert first.take()
        assert not second.take()
    with Lock(tmp_path / "lock") as third:
        assert third.take()


def test_who_waits_has_the_lock_as_soon_as_it_is_free(tmp_path: Path) -> None:
    began = CLOCK.elapsed()
    with ThreadPoolExecutor(1) as pool, Lock(tmp_path / "lock") as second:
        with Lock(tmp_path / "lock") as first:
            assert first.take()
            waits = pool.submit(second.wait, CLOCK, HANG, what="the lock")
            CLOCK.sleep(timedelta(milliseconds=100))
            assert not waits.done()
        waits.result()

        assert is_held(tmp_path / "lock")
        assert CLOCK.elapsed() - began < HANG


def test_who_waits_in_vain_reads_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("a long line of somebody before\n", "utf-8")
    with Lock(path) as first, Lock(path) as second:
        assert first.take()
        with pytest.raises(Unreachable, match="the lock did not come about") as caught:
            second.wait(CLOCK, timedelta(), what="the lock")

    assert caught.value.actual == f"process {os.getpid()} holds {path}"


def test_to_look_whether_a_lock_is_held_does_not_sign_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    assert not is_held(path)
    assert path.read_text("utf-8") == ""
    with Lock(path) as lock:
        assert lock.take()
        assert is_held(path)


def test_who_only_looks_at_a_lock_refuses_nobody(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with ThreadPoolExecutor(1) as pool:
        with Lock(path) as look:
            assert look.take()
            command = pool.submit(_alone, path)
            CLOCK.sleep(timedelta(milliseconds=50))
        command.result()


def _alone(path: Path) -> None:
    with alone(path, CLOCK):
        pass


def test_a_lock_is_nobody_elses_to_hold(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Lock(tmp_path / "lock"):
            pass
    finally:
        os.umask(before)

    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
