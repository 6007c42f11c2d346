"""What an environment's lab stands on, where nothing was made yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.system_clock import SystemClock
from lab.ground import Ground
from lab.names import Names


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Return the ground of environment ``test``, with a folder for sockets."""
    made = Ground(
        environment="test",
        names=Names(254),
        folder=tmp_path / "lab",
        secrets=tmp_path / "secrets",
        images=tmp_path / "images",
        sockets=tmp_path / "test",
        log=tmp_path / "log",
        clock=SystemClock(),
    )
    made.sockets.mkdir()
    return made
