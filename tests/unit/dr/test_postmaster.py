"""Whether a data directory is served by somebody who writes, and the end of that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from dr.onhost.postmaster import PROCESSES, Postmaster

TWO_CHILDREN = """
import subprocess, sys, time
ours = [subprocess.Popen(["sleep", "60"], start_new_session=True) for _ in range(2)]
print(*(one.pid for one in ours), flush=True)
time.sleep(60)
"""


@contextmanager
def served(data: Path) -> Iterator[list[int]]:
    """Yield the processes that serve ``data``; the first is the postmaster."""
    with subprocess.Popen(
        [sys.executable, "-c", TWO_CHILDREN], cwd=data, stdout=subprocess.PIPE, text=True
    ) as postmaster:
        assert postmaster.stdout
        children = [int(word) for word in postmaster.stdout.readline().split()]
        (data / "postmaster.pid").write_text(f"{postmaster.pid}\n{data}\n", "ascii")
        try:
            yield [postmaster.pid, *children]
        finally:
            Postmaster(data).end()


def test_nothing_that_serves_is_left(tmp_path: Path) -> None:
    with served(tmp_path) as processes:
        Postmaster(tmp_path).end()

        wait_until(
            SystemClock(),
            lambda: not any(_runs(pid) for pid in processes),
            what="the end of all",
            bound=timedelta(seconds=10),
        )


def test_only_who_runs_outside_recovery_writes(tmp_path: Path) -> None:
    postmaster = Postmaster(tmp_path)
    assert not postmaster.writes()
    with served(tmp_path):
        assert postmaster.writes()
        (tmp_path / "standby.signal").touch()
        assert not postmaster.writes()


@pytest.mark.parametrize("text", ["", "no number\n", "-7\n", "1\n", "99999999\n"])
def test_a_number_that_is_not_its_own_is_nobodys(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text, "ascii")

    Postmaster(tmp_path).end()

    assert not Postmaster(tmp_path).writes()


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in (PROCESSES / str(pid) / "stat").read_text("ascii")
    except OSError:
        return False
