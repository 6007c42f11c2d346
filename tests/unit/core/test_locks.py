"""One command at a time on one environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import PlanRefused, Rejected
from core.locks import alone


def test_a_second_command_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lab" / "lock"
    lock.parent.mkdir()

    with alone(lock), pytest.raises(PlanRefused) as refused, alone(lock):
        pass

    assert str(os.getpid()) in refused.value.actual
    assert "environment lab" in refused.value.what


def test_the_lock_is_free_after_the_block(tmp_path: Path) -> None:
    with alone(tmp_path / "lock"):
        pass

    with alone(tmp_path / "lock"):
        pass


def test_the_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "lock"):
        raise ZeroDivisionError

    with alone(tmp_path / "lock"):
        pass


def test_without_a_place_for_the_lock_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be locked"), alone(tmp_path / "gone" / "lock"):
        pass


def test_a_full_disk_does_not_keep_anybody_from_cleaning_up() -> None:
    # nothing can be written there; what is locked is the file, not its content
    with alone(Path("/dev/full")):
        pass
