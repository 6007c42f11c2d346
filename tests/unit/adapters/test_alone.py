"""One command at a time on one environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ndc.adapters.alone import alone
from ndc.kernel.errors import PlanRefused


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
