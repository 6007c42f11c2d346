"""What differs between two points is listed by two programs, of which either may fail or hang."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from core.errors import NdcError, Rejected, Unreachable
from storage.onhost import btrfs
from storage.points import PointDifference, RecoveryPoint

HANG_SECONDS = 60
MUCH = "head -c 1000000 /dev/zero"
"""more than a pipe holds"""

Play = Callable[[str, str], None]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return what puts a program in place of btrfs, given what its two commands do."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def played(send: str, receive: str) -> None:
        program = tmp_path / "btrfs"
        program.write_text(f'#!/bin/sh\ncase "$1" in send) {send} ;; receive) {receive} ;; esac\n')
        program.chmod(0o700)

    return played


def _ended(folder: Path) -> NdcError | PointDifference:
    """Return what asking for a difference ends with, and fail if it does not end."""
    points = [
        RecoveryPoint(datetime(2026, 11, 27, 0, minute, tzinfo=UTC), "here") for minute in (0, 1)
    ]
    found: list[NdcError | PointDifference] = []

    def ask() -> None:
        try:
            found.append(btrfs.BtrfsPool(folder).difference("open", points[1], points[0]))
        except NdcError as error:
            found.append(error)

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(HANG_SECONDS)
    assert found, "it does not end"
    return found[0]


def test_a_list_that_cannot_be_read_ends_whoever_sends_it(play: Play, tmp_path: Path) -> None:
    play(MUCH, "echo no stream >&2; exit 1")

    ended = _ended(tmp_path)

    assert isinstance(ended, Rejected)
    assert "no stream" in "\n".join(ended.lines())


def test_a_point_that_cannot_be_sent_is_told_by_the_sender(play: Play, tmp_path: Path) -> None:
    play("echo no such point >&2; exit 1", "cat")

    ended = _ended(tmp_path)

    assert isinstance(ended, Rejected)
    assert "no such point" in "\n".join(ended.lines())


def test_a_list_without_an_end_is_given_up(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(btrfs, "_LISTING_SECONDS", 1)
    play("exec sleep 600", "exec cat")

    ended = _ended(tmp_path)

    assert isinstance(ended, Unreachable)
    assert "does not end" in "\n".join(ended.lines())
