"""Logs that processes write for ever stay short, and nobody who writes them notices."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from lab import logs
from lab.ground import Ground
from lab.logs import short_logs, shorten

LARGEST = 1000


def test_a_log_that_is_short_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "labd.log"
    log.write_bytes(b"x" * LARGEST)

    shorten(log, LARGEST)

    assert [path.name for path in tmp_path.iterdir()] == ["labd.log"]


def test_who_writes_a_long_log_goes_on_in_the_same_file(tmp_path: Path) -> None:
    log = tmp_path / "labd.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(300):
            writer.write(b"line %03d\n" % number)
            shorten(log, LARGEST)

    before = tmp_path / "labd.log.before"
    assert log.stat().st_size + before.stat().st_size <= 2 * (LARGEST + 9)
    told = (before.read_text() + log.read_text()).splitlines()
    assert told == [f"line {number:03}" for number in range(300 - len(told), 300)]


def test_a_log_that_went_is_nobodys_trouble(tmp_path: Path) -> None:
    shorten(tmp_path / "console.log", LARGEST)

    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_refuses_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "labd.log"
    log.write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "labd.log.before").mkdir()

    shorten(log, LARGEST)

    assert "labd.log is not kept short: Is a directory" in capsys.readouterr().err
    assert log.stat().st_size == LARGEST + 1


def test_the_daemon_keeps_all_logs_of_its_lab_short_while_programs_write_them(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_EVERY_SECONDS", 0.01)
    console = ground.hosts / "east" / "console.log"
    for log in (ground.log / "relay.log", console):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    words = "import sys\nfor n in range(20000): print(f'line {n:06}' + 'x' * 900)"

    with short_logs(ground), console.open("ab") as output:
        subprocess.run([sys.executable, "-c", words], stdout=output, check=True)
        wait_until(
            SystemClock(),
            lambda: console.stat().st_size <= logs.LARGEST_BYTES,
            what="a short log",
            bound=timedelta(seconds=60),
        )

    assert console.with_name("console.log.before").stat().st_size > logs.LARGEST_BYTES
