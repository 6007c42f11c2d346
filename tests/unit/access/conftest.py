"""The clock by which certificates are issued."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.clocks import HandClock

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
"""when they were"""


@pytest.fixture
def clock() -> HandClock:
    """Return a clock that stands where it is put."""
    return HandClock(BEGAN)
