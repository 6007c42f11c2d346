"""A leader whose disk takes no writes gives way, and only where another may lead without a loss."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from core.system_clock import SystemClock
from dr.hosts.disk import HANGS, PATIENCE, DiskState, gives_way
from dr.onhost.disk_watch import DiskWatch, reason

NOW = timedelta(hours=1)
SINCE = NOW - PATIENCE
FULL = DiskState(failed_since=SINCE, failure="full")


@dataclass
class FakeServer:
    """A database server without a process."""

    writing: bool = True

    def writes(self) -> bool:
        return self.writing

    def end(self) -> None:
        self.writing = False


@pytest.mark.parametrize("state", [FULL, DiskState(begun=SINCE)], ids=["full", "hanging"])
def test_a_leader_without_a_disk_gives_way_to_who_is_in_step(state: DiskState) -> None:
    assert gives_way(state, NOW, writes=True, in_step=True)


@pytest.mark.parametrize(
    ("state", "writes", "in_step"),
    [
        (FULL, True, False),
        (FULL, False, True),
        (DiskState(), True, True),
        (DiskState(failed_since=SINCE + timedelta(seconds=1), failure="full"), True, True),
        (DiskState(begun=SINCE + timedelta(seconds=1)), True, True),
    ],
    ids=["nobody is in step", "it follows", "it is well", "not for long", "it may only be slow"],
)
def test_nobody_else_gives_way(state: DiskState, writes: bool, in_step: bool) -> None:  # noqa: FBT001 - the case
    assert not gives_way(state, NOW, writes=writes, in_step=in_step)


def test_a_person_reads_why_in_one_word() -> None:
    assert FULL.trouble(NOW) == ("full", PATIENCE)
    assert DiskState(begun=SINCE).trouble(NOW) == (HANGS, PATIENCE)
    assert [reason(28), reason(30), reason(5), reason(None)] == [
        *("full", "read-only", "broken", "refusing")
    ]


@pytest.mark.parametrize("in_step", [True, False])
def test_a_watch_ends_a_server_whose_disk_is_full(tmp_path: Path, in_step: bool) -> None:  # noqa: FBT001 - the case
    server, clock = FakeServer(), SystemClock()
    watch = DiskWatch(tmp_path, server, lambda: in_step)
    (tmp_path / ".ndc-tries-to-write").symlink_to("/dev/full")

    watch.tried(clock)
    early = list(watch.look(clock.elapsed()))
    late = list(watch.look(clock.elapsed() + PATIENCE))

    assert early == []
    assert server.writing is not in_step
    assert ("its disk is full" in "".join(late)) is in_step


def test_a_disk_that_takes_writes_is_left_as_it_was(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path, FakeServer(), lambda: True)

    watch.tried(SystemClock())

    assert watch.state == DiskState()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - hidden files too


def test_where_there_is_no_copy_nothing_is_tried(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path / "none", FakeServer(), lambda: True)

    watch.tried(SystemClock())

    assert watch.state.trouble(NOW) is None
