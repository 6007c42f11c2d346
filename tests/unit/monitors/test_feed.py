"""The feed goes on looking, whatever a look came to, and says why there is no picture."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.errors import Rejected
from monitors.health.snapshot import Snapshot
from monitors.look.feed import LiveFeed
from tests.snapshots import healthy


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Rejected("no certificates yet"), "no certificates yet"),
        (KeyError("ndc01"), "a defect: KeyError: 'ndc01'"),
        (OSError(24, "Too many open files"), "a defect: OSError: [Errno 24] Too many open files"),
        (RuntimeError(), "a defect: RuntimeError"),
    ],
)
def test_a_look_that_fails_is_told_and_the_next_one_is_taken(
    error: Exception, sentence: str
) -> None:
    looks = iter([_raising(error), healthy])
    troubles: list[str] = []
    seen = threading.Event()

    def take() -> Snapshot:
        look = next(looks, healthy)
        return look()

    with LiveFeed(
        take,
        lambda _: seen.set(),
        troubles.append,
        every=timedelta(milliseconds=1),
    ):
        has_seen = seen.wait(10)

    assert (has_seen, troubles) == (True, [sentence])


def _raising(error: Exception) -> Callable[[], Snapshot]:
    def take() -> Snapshot:
        raise error

    return take
