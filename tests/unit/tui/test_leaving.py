"""The dashboard in a terminal: whoever ends it gets the terminal back as it was."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from tests.networks import ROOT

SHOW = (
    "import sys; from core.system_clock import SystemClock; from tui.app import Dashboard;"
    "app = Dashboard('test', SystemClock()); app.run(); sys.exit(app.return_code)"
)
BE_CONTROLLED = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
DRAWN, OTHER_SCREEN, MOUSE = b"looking", b"\x1b[?1049", b"\x1b[?1000"


@dataclass
class Terminal:
    """A terminal, the dashboard in it, and all that it was sent."""

    master: int
    process: subprocess.Popen[bytes]
    before: list[object]
    """how its settings were"""
    sent: bytes = b""

    def read_until(self, text: bytes) -> None:
        """Return when ``text`` was sent, or nothing more will be."""
        with suppress(OSError):  # nobody has the other end any more
            while text not in self.sent and (more := os.read(self.master, 65536)):
                self.sent += more


@contextmanager
def _drawn_by(program: str) -> Iterator[Terminal]:
    """Yield a terminal in which ``program`` has drawn a dashboard."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(master)
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LC_ALL": "C.UTF-8"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    terminal = Terminal(master, process, before)
    terminal.read_until(DRAWN)
    try:
        assert termios.tcgetattr(master) != before
        yield terminal
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_who_is_told_to_end_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    with _drawn_by(SHOW) as terminal:
        terminal.process.send_signal(number)

        assert terminal.process.wait(timeout=60) == 128 + number
        terminal.read_until(b"nothing more")
        for mode in (OTHER_SCREEN, MOUSE):
            assert terminal.sent.rindex(mode + b"h") < terminal.sent.rindex(mode + b"l")
        assert termios.tcgetattr(terminal.master) == terminal.before
        os.close(terminal.master)


def test_a_terminal_that_was_closed_takes_the_dashboard_with_it() -> None:
    with _drawn_by(BE_CONTROLLED + SHOW) as terminal:
        os.close(terminal.master)

        terminal.process.wait(timeout=60)
